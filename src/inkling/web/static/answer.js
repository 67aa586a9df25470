// The answer on the Draw page: what was read, how sure, what the model saw, and the bars beside it.

import { percent } from "./bars.js";

const $ = (id) => document.getElementById(id);
const RIVAL = 0.15; // an alternative this likely is named beside an unsure answer
const BLANK_GLYPH = $("seen").getAttribute("src");

export class Answer {
  #bars;

  constructor(bars) { this.#bars = bars; }

  get given() { return $("answer").textContent !== ""; }

  clear() {
    $("answer").textContent = $("answer-probability").textContent = "";
    $("answer-status").textContent = "The answer appears here.";
    delete $("answer-card").dataset.status;
    delete $("answer-card").dataset.stale;
    $("seen").src = BLANK_GLYPH;
    $("seen").alt = "Nothing yet";
    $("again").hidden = true;
    $("save-chart").disabled = true;
    this.#bars.show(new Map());
  }

  // The drawing is another by now.
  fade() { if (this.given) $("answer-card").dataset.stale = ""; }

  show(reading) {
    const [character] = reading.characters;
    const probability = reading.characters.reduce((product, one) => product * one.probability, 1);
    $("answer").textContent = reading.text;
    $("answer").classList.toggle("long", [...reading.text].length > 2);
    $("answer-probability").textContent = percent(probability);
    $("answer-status").textContent = reading.status === "sure" ? "Sure" : `Unsure: ${rivals(character)}`;
    $("answer-card").dataset.status = reading.status;
    delete $("answer-card").dataset.stale;
    $("seen").src = `data:image/png;base64,${character.glyph}`;
    $("seen").alt = `The drawing as the model sees it, 28 by 28 pixels, read as ${character.symbol}`;
    $("again").hidden = false;
    $("save-chart").disabled = false;
    const shares = [character, ...character.alternatives].map((one) => [one.symbol, one.probability]);
    this.#bars.admit(shares.map(([symbol]) => symbol));
    this.#bars.show(new Map(shares));
  }
}

// "7 or 1": the answer and what else it may well be.
function rivals({ symbol, alternatives }) {
  const others = alternatives.filter((one, index) => index === 0 || one.probability >= RIVAL).slice(0, 2);
  const names = [symbol, ...others.map((one) => one.symbol)];
  return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" or ");
}
