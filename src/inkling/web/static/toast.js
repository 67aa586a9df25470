// The toast: what was just done, said in a line, with a way back by a button or by Ctrl+Z. Escape closes it.

import { inDialog, inText, isUndo } from "./keys.js";
import { spare } from "./presses.js";

const SHOWN_MS = 12_000;
const SLOW_MS = 300;
const NAME = 18; // letters of a name that a sentence has room for
const ACTS = { pointerdown: "canvas", click: "a, button, canvas, input, label, select, summary", input: "*", change: "*", submit: "*" };

const toast = document.getElementById("toast");
let timer = 0;
let told = null; // what stands there: { undo, problem, stays, byKey: whether Ctrl+Z undoes it, fresh: since the person began what they do }
let over = false; // whether the mouse is
let typed = false; // in a field, since it was told
let from = null; // where the focus was before it came here

// Tell what was done. undo() takes it back. What is still going on stays; a problem stays until the person does something else.
export function tell(text, { undo = null, problem = false, stays = problem } = {}) {
  giveBack();
  const words = document.createElement("span");
  words.className = "toast-text";
  words.dataset.testid = "toast-text";
  words.textContent = words.title = text;
  const close = button("Close", "toast-close", "Escape", dismiss);
  close.textContent = "×";
  close.setAttribute("aria-label", "Close");
  toast.replaceChildren(words, ...(undo ? [button("Undo", "toast-undo", "Control+Z", takeBack)] : []), close);
  toast.classList.toggle("problem", problem);
  toast.hidden = false;
  told = { undo, problem, stays, byKey: undo !== null, fresh: true };
  typed = false;
  wait();
}

export function hide() {
  clearTimeout(timer);
  giveBack();
  toast.hidden = true;
  toast.replaceChildren();
  told = null;
  over = false;
}

// The person did something else: Ctrl+Z is for that now, and a problem with what they did before is none any longer.
export function moveOn() {
  if (!told) return;
  if (told.problem && !told.fresh) return hide();
  told.byKey = false;
  const undo = toast.querySelector(".toast-undo");
  undo?.removeAttribute("title");
  undo?.removeAttribute("aria-keyshortcuts");
}

// Tell what is going on, as words() has it, where it takes longer than a moment; say() tells it at once.
export function meanwhile(words) {
  let said = null;
  const say = () => {
    said = words();
    tell(said, { stays: true });
  };
  const slow = setTimeout(say, SLOW_MS);
  const over = () => {
    clearTimeout(slow);
    if (said !== null && toast.firstElementChild?.textContent === said) hide();
  };
  return { say, over };
}

// A name as long as a sentence has room for.
export function brief(name) {
  const letters = [...name];
  return letters.length > NAME ? `${letters.slice(0, NAME - 1).join("")}…` : name;
}

function takeBack() {
  const { undo } = told;
  dismiss();
  undo();
}

function dismiss() {
  spare();
  hide();
}

// Who came here by key goes on where they were.
function giveBack() {
  if (toast.querySelector(":focus-visible")) from?.focus({ preventScroll: true });
}

// Nothing goes while it is pointed at or has the focus.
function wait() {
  clearTimeout(timer);
  if (!told || told.stays) return;
  timer = setTimeout(() => (over || toast.contains(document.activeElement) ? wait() : hide()), SHOWN_MS);
}

function button(label, testid, key, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = testid;
  made.dataset.testid = testid;
  made.textContent = label;
  made.title = `${label} (${key.replace("Control", "Ctrl").replace("Escape", "Esc")})`;
  made.setAttribute("aria-keyshortcuts", key);
  made.addEventListener("click", act);
  return made;
}

toast.addEventListener("pointerenter", () => { over = true; });
toast.addEventListener("pointerleave", () => {
  over = false;
  wait();
});
toast.addEventListener("focusin", ({ relatedTarget }) => { if (!toast.contains(relatedTarget)) from = relatedTarget; });
toast.addEventListener("focusout", wait);

for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { if (told) told.fresh = false; }, true);
for (const [kind, what] of Object.entries(ACTS)) {
  addEventListener(kind, ({ target }) => {
    if (told?.problem && target.closest?.(what) && !toast.contains(target)) moveOn();
  }, true);
}
addEventListener("input", (event) => { typed ||= inText(event); }, true);

addEventListener("keydown", (event) => {
  if (!told || event.defaultPrevented || event.repeat || event.isComposing || inDialog()) return;
  const edits = inText(event) && (event.target.value !== "" || typed); // a field emptied by what it was used for has nothing to undo
  if (event.key === "Escape") dismiss();
  else if (isUndo(event) && told.byKey && !edits) takeBack();
  else return;
  event.preventDefault();
});
