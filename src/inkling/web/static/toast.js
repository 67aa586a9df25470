// The toast: what was just done, said in a line at the foot of the page, with a way back.

import { spare } from "./presses.js";

const SHOWN_MS = 12_000;
const SLOW_MS = 300;
let timer = 0;

const place = () => document.getElementById("toast");

// Tell what was done. undo() takes it back; a problem, or what is still going on, stays until it is closed.
export function tell(text, { undo = null, problem = false, stays = problem } = {}) {
  const words = document.createElement("span");
  words.className = "toast-text";
  words.dataset.testid = "toast-text";
  words.textContent = text;
  const parts = [words];
  if (undo) {
    parts.push(button("Undo", "toast-undo", () => {
      dismiss();
      undo();
    }));
  }
  parts.push(button("Close", "toast-close", dismiss));
  const toast = place();
  toast.replaceChildren(...parts);
  toast.classList.toggle("problem", problem);
  toast.hidden = false;
  wait(stays);
  toast.onpointerenter = () => clearTimeout(timer); // who is about to press it has all the time
  toast.onpointerleave = () => wait(stays);
  toast.addEventListener("focusin", () => clearTimeout(timer));
}

export function hide() {
  clearTimeout(timer);
  place().hidden = true;
  place().replaceChildren();
}

// Tell what is going on, as words() has it, where it takes longer than a moment; say() tells it at once.
export function meanwhile(words) {
  let told = null;
  const say = () => {
    told = words();
    tell(told, { stays: true });
  };
  const slow = setTimeout(say, SLOW_MS);
  const over = () => {
    clearTimeout(slow);
    if (told !== null && place().firstElementChild?.textContent === told) hide();
  };
  return { say, over };
}

function dismiss() {
  spare();
  hide();
}

function wait(stays) {
  clearTimeout(timer);
  if (!stays) timer = setTimeout(hide, SHOWN_MS);
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
