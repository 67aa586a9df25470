// The Draw page: wires the drawing, the pad, the reader and the bars to what a person sees and presses.

import { Bars, percent } from "./bars.js";
import { Drawing, SIDE } from "./drawing.js";
import { HeatMap } from "./heat.js";
import { keep, kept, rememberAlphabet } from "./kept.js";
import { Pad } from "./pad.js";
import { Reader } from "./reader.js";
import { saveChart, savePng, saveSvg } from "./saving.js";

const $ = (id) => document.getElementById(id);
const RIVAL = 0.15; // an alternative this likely is named beside an unsure answer
const BLANK_GLYPH = $("seen").getAttribute("src");
const BLANK = "Draw something first.";

const drawing = new Drawing(Number($("pen-width").value));
const bars = new Bars($("bars"));
const heatMap = new HeatMap($("heat"), $("why-note"));
const reader = new Reader(compose);
new Pad($("ink"), drawing);

function compose() {
  if (drawing.empty) return null;
  return {
    strokes: drawing.strokes,
    width: SIDE,
    height: SIDE,
    pen_width: drawing.penWidth,
    alphabet: $("alphabet").value,
    alternatives: "all",
    glyph: true,
    heat: asksWhy() && !drawing.growing,
  };
}

const asksWhy = () => $("why").getAttribute("aria-pressed") === "true";

function say(message) {
  if ($("message").textContent !== message) $("message").textContent = message;
}

function showNothing() {
  heatMap.hide();
  $("save-chart").disabled = true;
  $("answer").textContent = $("answer-probability").textContent = "";
  $("answer-status").textContent = "The answer appears here.";
  delete $("answer-card").dataset.status;
  delete $("answer-card").dataset.stale;
  $("seen").src = BLANK_GLYPH;
  $("seen").alt = "Nothing yet";
  bars.show(new Map());
}

function showReading(reading) {
  const [character] = reading.characters;
  const probability = reading.characters.reduce((product, one) => product * one.probability, 1);
  $("answer").textContent = reading.text;
  $("answer").classList.toggle("long", reading.text.length > 1);
  $("answer-probability").textContent = percent(probability);
  $("answer-status").textContent = reading.status === "sure" ? "Sure" : `Unsure: ${rivals(character)}`;
  $("answer-card").dataset.status = reading.status;
  delete $("answer-card").dataset.stale;
  $("seen").src = `data:image/png;base64,${character.glyph}`;
  $("seen").alt = `The drawing as the model sees it, 28 by 28 pixels, read as ${character.symbol}`;
  if (character.heat && asksWhy()) heatMap.show(reading.characters);
  $("save-chart").disabled = false;
  bars.show(new Map([character, ...character.alternatives].map((one) => [one.symbol, one.probability])));
}

// "7 or 1": the answer and what else it may well be.
function rivals({ symbol, alternatives }) {
  const others = alternatives.filter((one, index) => index === 0 || one.probability >= RIVAL).slice(0, 2);
  const names = [symbol, ...others.map((one) => one.symbol)];
  return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" or ");
}

function refresh() {
  $("undo").disabled = !drawing.canUndo;
  $("redo").disabled = !drawing.canRedo;
  for (const id of ["clear", "save-png", "save-svg"]) $(id).disabled = drawing.empty;
  document.body.classList.toggle("has-ink", !drawing.empty);
  const count = drawing.strokes.length;
  $("ink").setAttribute("aria-label", count ? `The drawing, ${count} ${count === 1 ? "stroke" : "strokes"}` : "The drawing, empty");
}

let away = false;

drawing.addEventListener("change", ({ detail: how }) => {
  refresh();
  heatMap.hide(); // it was about what stood before
  if (!away) say("");
  if (how === "edit") reader.forget();
  if (drawing.empty) return showNothing();
  if (!$("live").checked) {
    reader.forget();
    if ($("answer").textContent) $("answer-card").dataset.stale = "";
    return;
  }
  if (how === "grow" || how === "width") reader.soon();
  else reader.now();
});

reader.addEventListener("reading", ({ detail }) => {
  if (!away) say("");
  showReading(detail);
});
reader.addEventListener("problem", ({ detail }) => {
  showNothing();
  say(detail.code === "blank_ink" ? BLANK : `${detail.message} ${detail.hint}`.trim());
});
reader.addEventListener("away", ({ detail }) => {
  away = true;
  say(`${detail || "The server is away."} Your drawing is kept, and reading goes on when it is back.`);
});
reader.addEventListener("back", () => {
  away = false;
  say("");
});

function predict() {
  if (drawing.empty) {
    showNothing();
    say(BLANK);
  } else reader.now();
}

function chooseAlphabet() {
  const option = $("alphabet").selectedOptions[0];
  reader.forget();
  showNothing();
  bars.offer(option.dataset.symbols.split(" "));
  if (!drawing.empty) reader.now();
}

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
  const command = (event.ctrlKey || event.metaKey) && !event.altKey;
  const key = event.key.toLowerCase();
  let act = null;
  if (command && key === "z") act = event.shiftKey ? "redo" : "undo";
  else if (command && key === "y") act = "redo";
  else if (event.key === "Delete" && !command) act = "clear";
  if (!act) return;
  event.preventDefault();
  drawing[act]();
});

rememberAlphabet($("alphabet"), chooseAlphabet);
$("live").checked = kept("live") !== "false";
$("pen-width").value = drawing.penWidth;
refresh();
chooseAlphabet();
