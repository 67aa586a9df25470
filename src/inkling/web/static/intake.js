// How pictures come in: chosen, photographed, pasted, or dropped anywhere on the page.

import { inText } from "./keys.js";

const $ = (id) => document.getElementById(id);
const holdsFiles = ({ dataTransfer }) => dataTransfer.types.includes("Files");

// refuse() is called when something was dropped that is no file, and not into a field for text.
export function takeIn(add, refuse) {
  for (const id of ["upload", "camera"]) {
    $(id).addEventListener("change", ({ target }) => {
      add([...target.files]);
      target.value = ""; // so that the same picture may be chosen again
    });
  }
  addEventListener("paste", (event) => event.clipboardData?.files.length && add([...event.clipboardData.files]));
  let over = 0;
  addEventListener("dragenter", (event) => holdsFiles(event) && $("drop").classList.toggle("over", (over += 1) > 0));
  addEventListener("dragleave", (event) => holdsFiles(event) && $("drop").classList.toggle("over", (over -= 1) > 0));
  addEventListener("dragover", (event) => (holdsFiles(event) || !inText(event)) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!holdsFiles(event) && inText(event)) return;
    event.preventDefault();
    over = 0;
    $("drop").classList.remove("over");
    const files = [...event.dataTransfer.files];
    if (files.length) add(files);
    else refuse();
  });
}
