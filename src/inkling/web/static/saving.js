// The drawing and its probabilities as files to save.

import { SIDE } from "./drawing.js";
import { save } from "./kept.js";
import { paint } from "./pad.js";

const PNG_PX = 800;
const INK = "#000";
const PAPER = "#fff"; // on any page: a saved drawing is dark on light

export function savePng(drawing) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = PNG_PX;
  const context = canvas.getContext("2d");
  context.scale(PNG_PX / SIDE, PNG_PX / SIDE);
  context.fillStyle = PAPER;
  context.fillRect(0, 0, SIDE, SIDE);
  paint(context, drawing, INK);
  canvas.toBlob((blob) => save("drawing.png", blob));
}

export function saveSvg(drawing) {
  const paths = drawing.strokes.map((stroke) => {
    const [first, ...others] = stroke.map(([x, y]) => `${x} ${y}`);
    return `<path d="M${first}L${others.length ? others.join(" ") : first}"/>`; // a single point is a dot
  });
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}" width="${SIDE}" height="${SIDE}">`,
    `<rect width="${SIDE}" height="${SIDE}" fill="${PAPER}"/>`,
    `<g fill="none" stroke="${INK}" stroke-width="${drawing.penWidth}" stroke-linecap="round" stroke-linejoin="round">`,
    ...paths,
    "</g>",
    "</svg>",
    "",
  ];
  save("drawing.svg", new Blob([lines.join("\n")], { type: "image/svg+xml" }));
}

// bars: pairs of symbol and probability. Throws where the server draws no chart.
export async function saveChart(bars) {
  const query = new URLSearchParams(bars.map(([symbol, probability]) => ["probability", `${symbol}:${probability}`]));
  const response = await fetch(`/api/v1/charts/probabilities.png?${query}`);
  if (!response.ok) throw new Error("no chart");
  save("probabilities.png", await response.blob());
}
