// What was read as what in the frozen sets: a matrix for each kind of symbol, now, before, and the difference.

import { make, plot, shape } from "./elements.js";
import { count, kindly, share } from "./telling.js";

const MOST_CELL_PX = 22;
const EDGE_PX = 18;
const FEW = 7;
const VIEWS = { now: "Now", before: "Before", difference: "Difference" };

// confusion: before and after, each {symbols, counts}: rows are the truth, columns what it was read as.
export function matrix({ before, after: { symbols, counts } }) {
  const old = before?.counts;
  let view = "now";
  const redraws = new Map(); // a block, and what draws its cells again
  const totals = counts.map((row) => row.reduce((sum, number) => sum + number, 0));
  const value = (row, column) => {
    if (view === "before") return old[row][column];
    return counts[row][column] - (view === "difference" ? old[row][column] : 0);
  };
  const blocks = blocksOf(symbols, (row, column) => counts[row][column] || old?.[row][column]);

  const said = make("p", { class: "muted axis", "aria-hidden": "true" });
  const list = make("ol", { class: "confusions", testid: "confusions" });
  const say = (words = "Down: what it is. Across: what it was read as.") => { said.textContent = words; };
  const tell = () => {
    say();
    list.replaceChildren(...commonest(symbols, value).map(([truth, read, number]) => make(
      "li",
      {},
      make("span", {}, symbol(truth), " as ", symbol(read)),
      make("span", { class: view === "difference" ? `difference ${number > 0 ? "worse" : "better"}` : undefined, text: view === "difference" ? `${number > 0 ? "+" : "−"}${Math.abs(number)}` : number.toLocaleString("en") }),
    )));
    if (!list.children.length) list.append(make("li", { class: "muted", text: "None" }));
  };
  const over = (row, column) => say(`${kindly(symbols[row])} read as ${kindly(symbols[column])}: ${counts[row][column]} of ${totals[row]} (${share(totals[row] ? counts[row][column] / totals[row] : 0)})${old ? `, before ${old[row][column]}` : ""}`);
  const buttons = Object.entries(old ? VIEWS : {}).map(([name, text]) => make("button", { type: "button", class: "segment", text, testid: `confusion-${name}`, "aria-pressed": String(name === view), on: { click: () => choose(name) } }));
  const choose = (name) => {
    view = name;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === VIEWS[name]));
    for (const redraw of redraws.values()) redraw();
    tell();
  };

  const drawn = blocks.map((block) => drawing(block, symbols, { redraws, over, away: () => say(), cells: () => filled(block, value, totals, view === "difference") }));
  const common = make("div", { class: "common" }, make("p", { class: "plot-title", text: "Most of all" }), list);
  tell();
  return make(
    "figure",
    { class: "plot wide", testid: "plot-confusion" },
    make("figcaption", {}, make("span", { text: "What was read as what" }), buttons.length ? make("span", { class: "segments", role: "group", "aria-label": "Which" }, buttons) : null),
    make("div", { class: blocks.length > 1 ? "blocks" : "blocks single" }, make("div", { class: "first-block" }, drawn[0], common), drawn.slice(1)),
    said,
    make("p", { class: "muted axis", text: `${count(totals.reduce((sum, one) => sum + one, 0), "sample")} of the frozen sets${blocks.length > 1 ? ", each read among symbols of its own kind" : ""}.` }),
  );
}

// The symbols' places, apart by kind where no kind is ever taken for another.
function blocksOf(symbols, any) {
  const kindOf = (symbol) => [/^\d$/, /^[A-Z]$/, /^[a-z]$/].findIndex((kind) => kind.test(symbol));
  const blocks = [0, 1, 2, -1].map((kind) => [...symbols.keys()].filter((place) => kindOf(symbols[place]) === kind)).filter((block) => block.length);
  const across = symbols.some((_, row) => symbols.some((_, column) => kindOf(symbols[row]) !== kindOf(symbols[column]) && any(row, column)));
  return across ? [[...symbols.keys()]] : blocks;
}

function drawing(block, symbols, { redraws, over, away, cells }) {
  const names = block.map((place) => symbols[place]);
  const place = make("div", { class: "plot-place block", role: "img", "aria-label": `What ${names[0]} to ${names.at(-1)} were read as. The commonest confusions are listed beside it.` });
  place.style.setProperty("--symbols", block.length);
  return plot(place, (width) => {
    const cell = Math.min(MOST_CELL_PX, (width - EDGE_PX) / block.length);
    const side = EDGE_PX + cell * block.length;
    const picture = shape("svg", { class: "drawn matrix", width: side, height: side, viewBox: `0 0 ${side} ${side}`, "aria-hidden": "true" });
    const inside = shape("g");
    const redraw = () => inside.replaceChildren(...cells().map(([row, column, kind, strength]) => {
      const one = shape("rect", { class: kind, x: EDGE_PX + column * cell, y: EDGE_PX + row * cell, width: cell, height: cell });
      one.style.opacity = strength;
      return one;
    }));
    const label = (name, index) => [
      shape("text", { x: EDGE_PX + (index + 0.5) * cell, y: EDGE_PX - 6, "text-anchor": "middle", text: name }),
      shape("text", { x: EDGE_PX - 6, y: EDGE_PX + (index + 0.5) * cell + 4, "text-anchor": "middle", text: name }),
    ];
    picture.append(shape("rect", { class: "ground", x: EDGE_PX, y: EDGE_PX, width: side - EDGE_PX, height: side - EDGE_PX, rx: 3 }), inside, ...(cell >= 8 ? names.flatMap(label) : []));
    picture.addEventListener("pointermove", ({ offsetX, offsetY }) => {
      const [column, row] = [offsetX, offsetY].map((at) => block[Math.floor((at - EDGE_PX) / cell)]);
      if (row !== undefined && column !== undefined) over(row, column);
    });
    picture.addEventListener("pointerleave", away);
    redraws.set(block, redraw);
    redraw();
    return picture;
  });
}

// The cells that are not empty: row, column, kind and how strongly they are drawn.
function filled(block, value, totals, difference) {
  return block.flatMap((truth, row) => block.flatMap((read, column) => {
    const number = value(truth, read);
    if (!number || !totals[truth]) return [];
    const right = row === column;
    const good = difference ? number > 0 === right : right;
    const part = Math.min(1, Math.abs(number) / totals[truth]);
    const strength = right && !difference ? part : 0.15 + 0.85 * Math.sqrt(Math.min(1, part * 5));
    return [[row, column, good ? "cell good" : "cell bad", strength.toFixed(3)]];
  }));
}

// A letter that looks like another is named by its kind.
function symbol(one) {
  const words = kindly(one).split(" ");
  return make("span", {}, words.length > 1 ? `${words[0]} ` : "", make("b", { text: one }));
}

function commonest(symbols, value) {
  const pairs = symbols.flatMap((truth, row) => symbols.flatMap((read, column) => {
    const number = row === column ? 0 : value(row, column);
    return number ? [[truth, read, number]] : [];
  }));
  return pairs.sort((a, b) => Math.abs(b[2]) - Math.abs(a[2])).slice(0, FEW);
}
