// The toast: what was just done, said in a line at the foot of the page, with a way back.

const SHOWN_MS = 12_000;
let timer = 0;

const place = () => document.getElementById("toast");

// Tell what was done. undo() takes it back; a problem stays until it is closed.
export function tell(text, { undo = null, problem = false } = {}) {
  const words = document.createElement("span");
  words.className = "toast-text";
  words.dataset.testid = "toast-text";
  words.textContent = text;
  const parts = [words];
  if (undo) {
    parts.push(button("Undo", "toast-undo", () => {
      hide();
      undo();
    }));
  }
  parts.push(button("Close", "toast-close", hide));
  const toast = place();
  toast.replaceChildren(...parts);
  toast.classList.toggle("problem", problem);
  toast.hidden = false;
  wait(problem);
  toast.onpointerenter = () => clearTimeout(timer); // who is about to press it has all the time
  toast.onpointerleave = () => wait(problem);
  toast.addEventListener("focusin", () => clearTimeout(timer));
}

export function hide() {
  clearTimeout(timer);
  place().hidden = true;
  place().replaceChildren();
}

function wait(problem) {
  clearTimeout(timer);
  if (!problem) timer = setTimeout(hide, SHOWN_MS);
}

function button(label, testid, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = testid;
  made.dataset.testid = testid;
  if (label === "Close") {
    made.setAttribute("aria-label", "Close");
    made.textContent = "×";
  } else made.textContent = label;
  made.addEventListener("click", act);
  return made;
}
