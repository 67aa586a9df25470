// The toast: what was just done, said in a line, with a way back by a button or by Ctrl+Z. Escape closes it.

import { inDialog, inText, isUndo } from "./keys.js";
import { spare } from "./presses.js";

const SHOWN_MS = 12_000;
const HEARD_MS = 4000; // a problem is told no shorter, whatever the person goes on with
const SLOW_MS = 300;
const NAME = 18; // letters of a name that a sentence has room for
const FROM_THE_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u; // Hebrew, Arabic and others
const ACTS = { pointerdown: "canvas", click: "a, button, canvas, input, label, select, summary", input: "*", change: "*", submit: "*" };

const toast = document.getElementById("toast");
let timer = 0;
let told = null; // what stands there: { undo, problem, stays, since, byKey: whether Ctrl+Z undoes it, fresh: since the person began what they do }
let acts = 0; // what else the person did that Ctrl+Z is for
let over = false; // whether the mouse is
let typed = false; // in a field, since it was told
let from = null; // where the focus was before it came here

// Tell what was done. undo() takes it back, by Ctrl+Z too unless that is for something later by now. What is still going on
// stays; a problem stays until the person does something else, and one that can be tried again until they have or close it.
// Gives what tells it in other words, as long as it stands there.
export function tell(text, { undo = null, problem = false, stays = problem, byKey = true } = {}) {
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
  const mine = (told = { undo, problem, stays, since: performance.now(), byKey: undo !== null, fresh: true });
  if (!byKey) leaveKey();
  typed = false;
  wait();
  return (other) => {
    if (told !== mine) return;
    words.textContent = words.title = other;
    wait();
  };
}

export function hide() {
  clearTimeout(timer);
  giveBack();
  toast.hidden = true;
  toast.replaceChildren();
  told = null;
  over = false;
}

// The person did something else: Ctrl+Z is for that now.
export function moveOn() {
  acts += 1;
  goOn();
}

// Gives what says whether the person has done nothing else since this was called.
export function moment() {
  const then = acts;
  return () => acts === then;
}

// A problem with what was done before is none any longer, unless it can be tried again.
function goOn() {
  if (!told) return;
  leaveKey();
  if (!told.problem || told.fresh || told.undo) return;
  told.stays = false;
  wait(told.since + HEARD_MS - performance.now());
}

function leaveKey() {
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

// A name as long as a sentence has room for. One from right to left is set apart, or it would turn the words beside it round.
export function brief(name) {
  const letters = [...name];
  const short = letters.length > NAME ? `${letters.slice(0, NAME - 1).join("")}…` : name;
  return FROM_THE_RIGHT.test(short) ? `\u2068${short}\u2069` : short;
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
function wait(shown = SHOWN_MS) {
  clearTimeout(timer);
  if (!told || told.stays) return;
  timer = setTimeout(() => (over || toast.contains(document.activeElement) ? wait() : hide()), shown);
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
toast.addEventListener("focusout", () => wait());

for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { if (told) told.fresh = false; }, true);
for (const [kind, what] of Object.entries(ACTS)) {
  addEventListener(kind, ({ target }) => {
    if (told?.problem && target.closest?.(what) && !toast.contains(target)) goOn();
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
