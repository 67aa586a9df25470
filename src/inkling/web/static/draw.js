// The Draw page: wires the drawing, the pad, the reader and the bars to what a person sees and presses.

import { Alphabets } from "./alphabets.js";
import { Answer } from "./answer.js";
import { Bars } from "./bars.js";
import { Drawing, SIDE } from "./drawing.js";
import { HeatMap } from "./heat.js";
import { keep, kept } from "./kept.js";
import { inText } from "./keys.js";
import { follow } from "./lesson.js";
import { Pad } from "./pad.js";
import { owner, Profiles } from "./profile.js";
import { Reader } from "./reader.js";
import { saveChart, savePng, saveSvg } from "./saving.js";
import { Teach } from "./teach.js";
import { moveOn } from "./toast.js";

const $ = (id) => document.getElementById(id);
const BLANK = "Draw something first.";

const drawing = new Drawing(Number($("pen-width").value));
const bars = new Bars($("bars"));
const answer = new Answer(bars);
const heatMap = new HeatMap($("heat"), $("why-note"));
const reader = new Reader(compose);
const alphabets = new Alphabets($("alphabet"), chooseAlphabet);
const profiles = new Profiles($("profile"), () => {
  alphabets.refresh(profiles.value);
  readAgain();
});
const teach = new Teach({
  ink: () => (drawing.empty || drawing.growing ? null : ink()),
  edition: () => edition,
  alphabet: () => alphabets.value,
  symbols: () => bars.symbols,
  profile: () => profiles.settled(),
});
follow({ teach, alphabets, profiles, reader, edition: () => edition, show: showTaught, again: readAgain });
new Pad($("ink"), drawing);
const said = document.createElement("div"); // on a small screen the toast stands in it, before the answer, and is scrolled no further
$("answer-card").before(said);
said.append($("toast").parentElement, $("answer-card"));

const ink = () => ({ strokes: drawing.strokes, width: SIDE, height: SIDE, pen_width: drawing.penWidth });

let waits = null; // for whose hand it is: then it is read

function compose() {
  if (drawing.empty) return null;
  if (profiles.settling) {
    waits ??= profiles.settled().catch(readAgain).finally(() => { waits = null; }); // a name that is taken has it read anyway
    return null;
  }
  asked = edition;
  return {
    ...ink(),
    alphabet: alphabets.value,
    alternatives: "all",
    glyph: true,
    heat: asksWhy() && !drawing.growing,
    ...owner(profiles.value),
  };
}

const asksWhy = () => $("why").getAttribute("aria-pressed") === "true";

function say(message) {
  const words = message || away;
  if ($("message").textContent !== words) $("message").textContent = words;
}

function showNothing() {
  heatMap.hide();
  answer.clear();
  teach.rest({ clear: true });
}

function showReading(reading, about = edition) {
  answered = about;
  answer.show(reading, { aloud: about === edition && !drawing.growing });
  teach.offer(reading);
  if (!asksWhy()) return;
  if (reading.characters[0].heat) heatMap.show(reading.characters);
  else heatMap.hide(); // it was about another answer
}

function showTaught(reading) {
  if (asksWhy()) readAgain(); // for its heat
  showReading(reading);
}

// An answer to an earlier drawing, or to another question, is not shown as one to this.
function fadeOld() {
  if (answered !== edition) answer.fade();
}

function refresh() {
  $("undo").disabled = !drawing.canUndo;
  $("redo").disabled = !drawing.canRedo;
  for (const id of ["clear", "save-png", "save-svg"]) $(id).disabled = drawing.empty;
  document.body.classList.toggle("has-ink", !drawing.empty);
  const count = drawing.strokes.length;
  $("ink").setAttribute("aria-label", count ? `The drawing, ${count} ${count === 1 ? "stroke" : "strokes"}` : "The drawing, empty");
}

let away = ""; // what is said while the server is
let edition = 0; // of the drawing: an answer to what was taught is shown only if the drawing still stands
let asked = 0; // the edition that was sent to be read
let answered = null; // and the one that the answer is about; null where it answers what is asked no more

drawing.addEventListener("change", ({ detail: how }) => {
  edition += 1;
  refresh();
  moveOn();
  teach.rest();
  heatMap.hide(); // it was about what stood before
  say("");
  if (how === "edit") reader.forget();
  if (drawing.empty) return showNothing();
  if (!$("live").checked) {
    reader.forget();
    return answer.fade();
  }
  if (away) fadeOld();
  if (how === "grow" || how === "width") reader.soon();
  else reader.now();
});

reader.addEventListener("reading", ({ detail }) => {
  say("");
  showReading(detail, asked);
});
reader.addEventListener("late", fadeOld);
reader.addEventListener("problem", ({ detail }) => {
  showNothing();
  say(detail.code === "blank_ink" ? BLANK : `${detail.message} ${detail.hint}`.trim());
});
reader.addEventListener("away", ({ detail }) => {
  away = `${detail || "The server is away."} Your drawing is kept, and reading goes on when it is back.`;
  say("");
  fadeOld();
});
reader.addEventListener("back", () => {
  away = "";
  say("");
});

function predict() {
  if (drawing.empty) {
    showNothing();
    say(BLANK);
  } else reader.now();
}

function chooseAlphabet() {
  showNothing();
  bars.offer(alphabets.symbols);
  readAgain();
}

function readAgain() {
  reader.forget();
  answered = null;
  if (!drawing.empty) reader.now();
}

$("ink").addEventListener("pointerdown", () => document.activeElement?.blur()); // a key after it teaches, and fills no field
$("undo").addEventListener("click", () => drawing.undo());
$("redo").addEventListener("click", () => drawing.redo());
$("clear").addEventListener("click", () => drawing.clear());
$("predict").addEventListener("click", predict);
$("why").addEventListener("click", () => {
  $("why").setAttribute("aria-pressed", String(!asksWhy()));
  heatMap.hide();
  if (asksWhy()) predict();
});
$("save-png").addEventListener("click", () => savePng(drawing));
$("save-svg").addEventListener("click", () => saveSvg(drawing));
$("save-chart").addEventListener("click", () => saveChart(bars.shown).catch(() => say("The chart cannot be had now. Try again.")));
$("pen-width").addEventListener("input", (event) => { drawing.penWidth = Number(event.target.value); });
$("live").addEventListener("change", () => {
  keep("live", $("live").checked);
  if ($("live").checked) reader.now();
});

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || inText(event)) return;
  const command = (event.ctrlKey || event.metaKey) && !event.altKey;
  const key = event.key?.toLowerCase();
  let act = null;
  if (command && key === "z") act = event.shiftKey ? "redo" : "undo";
  else if (command && key === "y") act = "redo";
  else if (event.key === "Delete" && !command) act = "clear";
  if (!act) return;
  event.preventDefault();
  drawing[act]();
});

alphabets.refresh(profiles.value);
addEventListener("pageshow", ({ persisted }) => persisted && readAgain()); // back from the Corrections page, say
$("live").checked = kept("live") !== "false";
$("pen-width").value = drawing.penWidth;
refresh();
chooseAlphabet();
