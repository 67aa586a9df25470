// The answer on the Draw page: what was read, how sure, what the model saw, and the bars beside it.

import { percent } from "./bars.js";
import { sizeFor } from "./elements.js";
import { either, isStrange, shapes, strangeness } from "./verdict.js";

const $ = (id) => document.getElementById(id);
const RIVAL = 0.15; // an alternative this likely is named beside an unsure answer
const BLANK_GLYPH = $("seen").getAttribute("src");

export class Answer {
  #bars;

  constructor(bars) { this.#bars = bars; }

  get given() { return $("answer").textContent !== ""; }

  clear() {
    for (const id of ["answer", "answer-probability", "answer-closest", "answer-heard"]) $(id).textContent = "";
    $("answer-status").textContent = "The answer appears here.";
    for (const name of ["status", "strange", "stale"]) delete $("answer-card").dataset[name];
    $("seen").src = BLANK_GLYPH;
    $("seen").alt = "Nothing yet";
    $("again").hidden = true;
    $("save-chart").disabled = true;
    this.#bars.show(new Map());
  }

  // The drawing is another by now.
  fade() {
    if (!this.given) return;
    $("answer-card").dataset.stale = "";
    $("save-chart").disabled = true;
  }

  // Aloud: a screen reader says it; of a stroke that goes on it would never come to an end.
  show(reading, { aloud = true } = {}) {
    const [character] = reading.characters;
    const strange = isStrange(reading);
    this.#say(reading, strange, aloud);
    $("answer-card").dataset.status = reading.status;
    $("answer-card").toggleAttribute("data-strange", strange);
    delete $("answer-card").dataset.stale;
    $("seen").src = `data:image/png;base64,${character.glyph}`;
    $("seen").alt = `The drawing as the model sees it, 28 by 28 pixels, ${strange ? "closest to" : "read as"} ${character.symbol}`;
    $("again").hidden = false;
    $("save-chart").disabled = strange;
    const shares = [character, ...character.alternatives].map((one) => [one.symbol, one.probability]);
    this.#bars.admit(shares.map(([symbol]) => symbol));
    this.#bars.show(new Map(shares), { faint: strange });
  }

  #say(reading, strange, aloud) {
    const probability = reading.characters.reduce((product, one) => product * one.probability, 1);
    const unsure = () => shapes(reading) || `Unsure: ${rivals(reading.characters[0])}`;
    $("answer").textContent = strange ? "?" : reading.text;
    sizeFor($("answer"));
    $("answer-probability").textContent = strange ? "" : percent(probability);
    $("answer-status").textContent = strange ? strangeness(reading) : reading.status === "sure" ? "Sure" : unsure();
    $("answer-closest").textContent = strange ? `Closest: ${reading.text}` : "";
    const said = (strange ? ["status", "closest"] : ["probability", "status"]).map((part) => $(`answer-${part}`).textContent);
    $("answer-heard").textContent = aloud ? [...(strange ? [] : [`${reading.text},`]), ...said].join(" ") : "";
  }
}

// "7 or 1": the answer and what else it may well be.
function rivals({ symbol, alternatives }) {
  const others = alternatives.filter((one, index) => index === 0 || one.probability >= RIVAL).slice(0, 2);
  return either([symbol, ...others.map((one) => one.symbol)]);
}
