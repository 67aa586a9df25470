// The line of descent: every version a row, its parent further down, and a line from one to the other.

import { make, shape } from "./elements.js";

const LANE_PX = 16;
const FIRST_PX = 14;

// Which lane each version stands in: the one that reads and those it comes from in the first, others beside it.
export function lanesOf(models) {
  const at = new Map(models.map((model, row) => [model.version, row]));
  const lanes = new Map();
  for (let one = models.find(({ current }) => current); one && !lanes.has(one.version); one = models[at.get(one.parent)]) {
    lanes.set(one.version, 0);
  }
  const busy = []; // of each lane, the row down to which it is taken
  models.forEach(({ version }, row) => {
    if (lanes.has(version)) return;
    let lane = 1;
    while (busy[lane] > row) lane += 1;
    let one = models[row];
    let last = row;
    for (; one && !lanes.has(one.version); one = models[at.get(one.parent)]) {
      lanes.set(one.version, lane);
      last = at.get(one.version);
    }
    busy[lane] = one ? at.get(one.version) : last + 1;
  });
  return lanes;
}

// Draws the lines beside the rows, and again whenever these move.
export class Lineage {
  #table;
  #picture = shape("svg", { class: "lineage", "aria-hidden": "true" });
  #models = [];

  constructor(table) {
    this.#table = table;
    table.parentElement.append(this.#picture);
    new ResizeObserver(() => this.#draw()).observe(table);
  }

  show(models) {
    this.#models = models;
    this.#draw();
  }

  #draw() {
    const rows = new Map([...this.#table.querySelectorAll("[data-version]")].map((row) => [row.dataset.version, row]));
    const frame = this.#table.parentElement.getBoundingClientRect();
    const lanes = lanesOf(this.#models);
    const place = ({ version }) => {
      const mark = rows.get(version)?.querySelector(".node");
      if (!mark) return null;
      const { top, height } = mark.getBoundingClientRect();
      return [FIRST_PX + LANE_PX * Math.min(3, lanes.get(version)), top - frame.top + height / 2];
    };
    const known = new Map(this.#models.map((model) => [model.version, model]));
    const lines = [];
    const nodes = [];
    for (const model of this.#models) {
      const [here, parent] = [place(model), known.get(model.parent)];
      if (!here) continue;
      const there = parent && place(parent);
      const kind = [model.state, lanes.get(model.version) === 0 && "main"].filter(Boolean).join(" ");
      if (there) lines.push(shape("path", { class: kind, d: path(here, there) }));
      nodes.push(shape("circle", { class: model.current ? `${kind} current` : kind, cx: here[0], cy: here[1], r: model.current ? 7 : 5.5 }));
    }
    this.#picture.setAttribute("height", this.#table.offsetHeight);
    this.#picture.replaceChildren(...lines, ...nodes);
  }
}

function path([x, y], [toX, toY]) {
  if (x === toX) return `M${x} ${y}V${toY}`;
  const bend = Math.min(26, Math.abs(toY - y) / 2);
  return `M${x} ${y}V${toY - 2 * bend}C${x} ${toY - bend} ${toX} ${toY - bend} ${toX} ${toY}`;
}

// Where a row's mark stands, in its first cell.
export const node = () => make("span", { class: "node", "aria-hidden": "true" });
