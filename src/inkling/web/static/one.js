// One correction, large: what was read then, what is read now; another label for it, or away with it.

import { percent } from "./bars.js";
import { object } from "./objection.js";
import { alone, spare } from "./presses.js";
import { nameOf } from "./profile.js";
import { ask, wordsOf } from "./server.js";
import { when } from "./telling.js";

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 14;
const GLYPH_PX = 28;

// Tells "relabelled" with {correction, from} and "delete" with a correction.
export class One extends EventTarget {
  #dialog = $("one");
  #correction = null;

  constructor() {
    super();
    $("one-close").addEventListener("click", () => this.#close());
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#close()); // beside it
    $("one-delete").addEventListener("click", () => {
      this.#close();
      this.dispatchEvent(new CustomEvent("delete", { detail: this.#correction }));
    });
    $("one-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#relabel($("one-symbol").value);
    });
    $("one-symbol").addEventListener("input", () => this.#object(""));
  }

  open(correction) {
    this.#correction = correction;
    const { symbol, read, glyph, strokes, created_at: taught, profile, doubt } = correction;
    $("one-title").textContent = symbol;
    $("one-glyph").src = `data:image/png;base64,${glyph}`;
    $("one-glyph").alt = `${symbol} as the model sees it`;
    $("one-drawn").hidden = !strokes;
    $("one-written").textContent = strokes ? "As it was drawn" : "As it was written";
    $("one-ink").replaceChildren(strokes ? drawn(strokes, correction.pen_width) : this.#written(correction));
    $("one-then").textContent = read?.symbol ? said(read.symbol, read) : "Nothing";
    $("one-when").textContent = when(taught);
    $("one-profile").textContent = nameOf(profile);
    $("one-doubt").hidden = !(doubt >= 0.5);
    $("one-symbol").value = symbol;
    this.#object("");
    this.#dialog.showModal();
    $("one-close").focus();
    this.#readNow(correction);
  }

  // The picture that the ink came in; of some that were imported only the glyph is known, which is shown already.
  #written({ id, symbol }) {
    const picture = new Image();
    picture.alt = `${symbol} as it was written`;
    picture.addEventListener("load", () => {
      if (this.#correction.id === id) $("one-drawn").hidden = Math.max(picture.naturalWidth, picture.naturalHeight) <= GLYPH_PX;
    });
    picture.src = `/api/v1/corrections/${id}/picture`;
    return picture;
  }

  async #readNow({ id }) {
    $("one-now").textContent = "…";
    let now;
    try {
      const reading = await ask(`/corrections/${id}/reading`);
      now = said(reading.text, reading.characters[0]);
    } catch (error) {
      now = wordsOf(error);
    }
    if (this.#correction.id === id) $("one-now").textContent = now;
  }

  #close() {
    spare();
    this.#dialog.close();
  }

  #object(problem) { object($("one-symbol"), $("one-problem"), problem); }

  #relabel = alone(async (symbol) => {
    const asked = this.#correction;
    const from = asked.symbol;
    if (symbol === from) return this.#close();
    try {
      const correction = await relabel(asked.id, symbol);
      if (this.#correction === asked) this.#close();
      if (correction.symbol !== from) this.dispatchEvent(new CustomEvent("relabelled", { detail: { correction, from } }));
    } catch (error) {
      this.#object(wordsOf(error));
    }
  });
}

// What something was read as; of what was no character nothing but what came closest.
const said = (text, { reason, probability }) => (reason === "unknown" ? `Unknown. Closest: ${text}` : `${text}, ${percent(probability)}`);

export function relabel(id, symbol) {
  return ask(`/corrections/${id}`, { method: "PATCH", body: { symbol } });
}

// The strokes as they were drawn, as large as the frame lets them be.
function drawn(strokes, penWidth) {
  const points = strokes.flat();
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const pen = penWidth || Math.max(width, height, 20) / 14;
  const side = Math.max(width, height) + pen + 2 * MARGIN;
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", [left - (side - width) / 2, top - (side - height) / 2, side, side].join(" "));
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", "As it was drawn");
  for (const stroke of strokes) {
    const path = document.createElementNS(SVG, "path");
    const [first, ...others] = stroke.map(([x, y]) => `${x} ${y}`);
    path.setAttribute("d", `M${first}L${others.length ? others.join(" ") : first}`);
    path.setAttribute("stroke-width", pen);
    picture.append(path);
  }
  return picture;
}
