// The line of descent: every version a row, its parent further down, and a line from one to the other.

import { make, shape } from "./elements.js";

const LANE_PX = 22;
const FIRST_PX = 14;
const TEXT_PX = 18; // from the last lane to what is written beside it
const BRANCH_PX = 14;

// Which lane each version stands in: the one that reads and those it comes from in the first, others beside it.
// Of one parent, all of which nothing came share a lane, each beside a line that they have in common: `beside` says of
// each which stands next below it, null for the last.
export function lanesOf(models) {
  const at = new Map(models.map((model, row) => [model.version, row]));
  const parents = new Set(models.map(({ parent }) => parent));
  const lanes = new Map();
  const beside = new Map();
  for (let one = models.find(({ current }) => current); one && !lanes.has(one.version); one = models[at.get(one.parent)]) {
    lanes.set(one.version, 0);
  }
  const busy = []; // of each lane, the row down to which it is taken
  models.forEach(({ version, parent }, row) => {
    if (lanes.has(version)) return;
    let lane = 1;
    while (busy[lane] > row) lane += 1;
    const alike = at.has(parent) ? models.filter((one) => one.parent === parent && !lanes.has(one.version) && !parents.has(one.version)) : [];
    if (alike.length > 1 && !parents.has(version)) {
      alike.forEach((one, place) => {
        lanes.set(one.version, lane);
        beside.set(one.version, alike[place + 1] ?? null);
      });
      busy[lane] = at.get(parent);
      return;
    }
    let one = models[row];
    let last = row;
    for (; one && !lanes.has(one.version); one = models[at.get(one.parent)]) {
      lanes.set(one.version, lane);
      last = at.get(one.version);
    }
    busy[lane] = one ? at.get(one.version) : last + 1;
  });
  return { lanes, beside };
}

const across = (lane) => FIRST_PX + LANE_PX * lane;

// Draws the lines beside the rows, and again whenever these move.
export class Lineage {
  #table;
  #picture = shape("svg", { class: "lineage", "aria-hidden": "true" });
  #models = [];
  #lanes = new Map();
  #beside = new Map();

  constructor(table) {
    this.#table = table;
    table.parentElement.append(this.#picture);
    new ResizeObserver(() => this.#draw()).observe(table);
  }

  show(models) {
    this.#models = models;
    ({ lanes: this.#lanes, beside: this.#beside } = lanesOf(models));
    const last = Math.max(1, ...this.#lanes.values());
    this.#table.style.setProperty("--lanes", `${across(last) + TEXT_PX}px`); // what is written begins beside the last lane
    this.#draw();
  }

  #draw() {
    const rows = new Map([...this.#table.querySelectorAll("[data-version]")].map((row) => [row.dataset.version, row]));
    const frame = this.#table.parentElement.getBoundingClientRect();
    const place = ({ version }) => {
      const mark = rows.get(version)?.querySelector(".node");
      if (!mark) return null;
      const { top, height } = mark.getBoundingClientRect();
      return [across(this.#lanes.get(version)), top - frame.top + height / 2];
    };
    const known = new Map(this.#models.map((model) => [model.version, model]));
    const lines = [];
    const nodes = [];
    for (const model of this.#models) {
      const [here, parent] = [place(model), known.get(model.parent)];
      if (!here) continue;
      const there = parent && place(parent);
      const kind = [model.state, this.#lanes.get(model.version) === 0 && "main"].filter(Boolean).join(" ");
      const next = this.#beside.get(model.version); // the line that they have in common is drawn once
      if (there) lines.push(shape("path", { class: kind, d: next === undefined ? path(here, there) : branch(here, there, next && place(next)) }));
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

// Into the line beside it, and down along that: as far as the next comes into it, or else to the parent.
function branch([x, y], to, next) {
  const [along, low] = [x - LANE_PX / 2 - 1, y + BRANCH_PX];
  return `M${x} ${y}C${x} ${low} ${along} ${y} ${along} ${low}${next ? `V${next[1] + BRANCH_PX}` : path([along, low], to).replace("M", "L")}`;
}

// Where a row's mark stands, in its first cell.
export const node = () => make("span", { class: "node", "aria-hidden": "true" });
