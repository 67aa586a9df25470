// How pictures come in: chosen, photographed, pasted, or dropped anywhere on the page.

const $ = (id) => document.getElementById(id);

export function takeIn(add) {
  for (const id of ["upload", "camera"]) {
    $(id).addEventListener("change", ({ target }) => {
      add([...target.files]);
      target.value = ""; // so that the same picture may be chosen again
    });
  }
  addEventListener("paste", (event) => event.clipboardData?.files.length && add([...event.clipboardData.files]));
  let over = 0;
  addEventListener("dragenter", () => $("drop").classList.toggle("over", (over += 1) > 0));
  addEventListener("dragleave", () => $("drop").classList.toggle("over", (over -= 1) > 0));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    over = 0;
    $("drop").classList.remove("over");
    add([...event.dataTransfer.files]);
  });
}
