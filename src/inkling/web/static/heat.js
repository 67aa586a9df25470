// The heat map over the drawing: where the answer comes from. Grey levels come from the server, colours are made here.

import { SIDE } from "./drawing.js";
import { isStrange } from "./verdict.js";

const GLYPH = 28;
const MOST_COVER = 200; // of 255: the ink under it stays to be seen

export class HeatMap {
  #canvas;
  #note;
  #shown = 0; // counts what was shown or hidden, since a picture is decoded later than it comes

  constructor(canvas, note) {
    this.#canvas = canvas;
    this.#note = note;
  }

  hide() {
    this.#shown += 1;
    this.#canvas.width = this.#canvas.height = 1;
    delete this.#canvas.dataset.shown;
    this.#note.textContent = "";
  }

  async show(characters) {
    this.hide();
    const turn = this.#shown;
    const maps = await Promise.all(characters.map(({ heat }) => colour(heat.image)));
    if (turn !== this.#shown) return;
    const side = (this.#canvas.width = this.#canvas.height = Math.max(1, Math.round(this.#canvas.clientWidth * devicePixelRatio)));
    const context = this.#canvas.getContext("2d");
    context.scale(side / SIDE, side / SIDE);
    context.imageSmoothingQuality = "high";
    characters.forEach(({ heat }, index) => context.drawImage(maps[index], ...heat.box));
    this.#canvas.dataset.shown = "";
    this.#note.textContent = `Warm: what ${isStrange({ characters }) ? "brings it near" : "makes it"} ${characters.map(({ symbol }) => symbol).join("")}`;
  }
}

// From yellow to red, and the more opaque the warmer.
async function colour(png) {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = GLYPH;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, GLYPH, GLYPH);
  for (let i = 0; i < pixels.data.length; i += 4) {
    const warmth = pixels.data[i] / 255;
    pixels.data.set([255, 190 - 150 * warmth, 40, MOST_COVER * warmth], i);
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}
