// What the gate decided about a version: its reasons, every comparison behind them, and the symbols one by one.

import { make } from "./elements.js";
import { alphabetName, bare, count, points, setName, share } from "./telling.js";

const KINDS = [["0", "9", "0–9"], ["A", "Z", "A–Z"], ["a", "z", "a–z"]];
const VERDICTS = { better: "better", worse: "worse" };

// heldOut: how many corrections were kept to judge by.
export function decision({ passed, reasons = [], notes = [], comparisons = [], symbols = [], batch }, heldOut) {
  return make(
    "section",
    { class: "decision", testid: "decision", "aria-labelledby": "decision-title" },
    make("div", { class: passed ? "verdict passed" : "verdict refused" }, make("h3", { id: "decision-title", text: passed ? "It passed the gate" : "The gate refused it" }), make("ul", { class: "reasons", testid: "reasons" }, reasons.map((text) => make("li", { text }))), [...notes, believed(batch), leftOut(comparisons, heldOut)].filter(Boolean).map((text) => make("p", { class: "noted", text }))),
    comparisons.length ? table(comparisons) : null,
    symbols.length ? strip(symbols) : null,
  );
}

// How far the corrections agree with the network that they were taught to.
function believed(batch) {
  if (!batch?.corrections) return "";
  const { corrections, disagreeing, impossible } = batch;
  return `Of ${count(corrections, "correction")}, its parent reads ${disagreeing.toLocaleString("en")} otherwise and takes ${impossible.toLocaleString("en")} for nearly impossible, or for no character.`;
}

// Of the corrections kept to judge by, not every one need be a sample.
function leftOut(comparisons, heldOut) {
  const judged = comparisons.find(({ name }) => name === "corrections")?.samples;
  if (!judged || !(heldOut > judged)) return "";
  return `${judged.toLocaleString("en")} of the ${count(heldOut, "correction")} kept to judge by are samples: the same ink counts once, and not at all where it was learned from as well.`;
}

function table(comparisons) {
  const columns = [["Measured on"], ["Before", "number"], ["Now", "number"], ["Points", "number", "The difference in points of a hundred"], ["Turned right", "number"], ["Turned wrong", "number"], ["", "verdict-cell"]];
  const rows = comparisons.map(({ name, alphabet, samples, before, after, fixed, broken, verdict }) => make(
    "tr",
    { testid: "comparison", "data-verdict": verdict },
    make("th", { scope: "row" }, make("span", { text: name === "features" ? setName(name) : `${setName(name, "validation")}, ${alphabetName(alphabet)}` }), make("span", { class: "muted samples", text: count(samples, "sample") })),
    make("td", { class: "number", "data-label": "Before", text: bare(before) }),
    make("td", { class: "number", "data-label": "Now", text: bare(after) }),
    make("td", { class: `number difference ${VERDICTS[verdict] ?? "same"}`, "data-label": "Points", text: points(after - before) }),
    make("td", { class: "number", "data-label": "Turned right", text: fixed ?? "–" }),
    make("td", { class: "number", "data-label": "Turned wrong", text: broken ?? "–" }),
    make("td", { class: "verdict-cell", text: VERDICTS[verdict] ?? (fixed || broken ? "within chance" : "as before") }),
  ));
  return framed(make(
    "table",
    { class: "comparisons", testid: "comparisons" },
    make("caption", { text: "Share read right in %, by its parent and by it, on the same samples. Better or worse is what chance does not explain. Among all symbols, what no reader can tell apart passes (l for 1, c for C), but not in held-out corrections." }),
    make("thead", {}, make("tr", {}, columns.map(([text, kind, title]) => make(text ? "th" : "td", { scope: text ? "col" : undefined, class: kind, title, text })))),
    make("tbody", {}, rows),
  ));
}

// Where letters are set so wide that a table has no room, it is scrolled and not the page.
const framed = (table) => make("div", { class: "scroll" }, table);

// The card's own figures: how much it reads right, and between which bounds that stands.
export function ownTable(rows) {
  const heads = [["Set"], ["Read right", "number"], ["95 % between", "number"], ["Calibration error", "number"]];
  return framed(make(
    "table",
    { class: "comparisons own", testid: "own-figures" },
    make("caption", { text: "Among all symbols and all letters, only the very symbol is right: the gate lets one of the same shape pass, so its figures are higher." }),
    make("thead", {}, make("tr", {}, heads.map(([text, kind]) => make("th", { scope: "col", class: kind, text })))),
    make("tbody", {}, rows.map(({ name, alphabet, accuracy, low, high, samples, ece }) => make(
      "tr",
      {},
      make("th", { scope: "row" }, make("span", { text: `${setName(name, "test")}, ${alphabetName(alphabet)}` }), make("span", { class: "muted samples", text: count(samples, "sample") })),
      make("td", { class: "number", "data-label": "Read right", text: share(accuracy, 2) }),
      make("td", { class: "number", "data-label": "95 % between", text: typeof low === "number" ? `${share(low)} – ${share(high)}` : "–" }),
      make("td", { class: "number", "data-label": "Calibration error", text: share(ece, 2) }),
    ))),
  ));
}

// Every symbol a column: up by the samples that turned right, down by those that turned wrong.
function strip(symbols) {
  const up = Math.max(1, ...symbols.map(({ fixed }) => fixed));
  const down = Math.max(1, ...symbols.map(({ broken }) => broken));
  const groups = KINDS.map(([from, to, label]) => [label, symbols.filter(({ symbol }) => symbol.length === 1 && symbol >= from && symbol <= to)]);
  const known = new Set(groups.flatMap(([, some]) => some));
  groups.push(["Others", symbols.filter((one) => !known.has(one))]);
  const figure = make(
    "figure",
    { class: "by-symbol", testid: "by-symbol" },
    make("figcaption", {}, make("span", { text: "By symbol" }), make("span", { class: "key better", text: "turned right" }), make("span", { class: "key worse", text: "turned wrong" })),
    make("div", { class: "strips" }, groups.filter(([, some]) => some.length).map(([label, some]) => {
      const list = make("ul", { class: "strip", "aria-label": label }, some.map((one) => column(one, up + down)));
      list.style.flexGrow = some.length;
      return list;
    })),
  );
  figure.style.setProperty("--above", up / (up + down));
  return figure;
}

function column({ symbol, samples, fixed, broken }, whole) {
  const bar = (kind, number) => {
    const element = make("span", { class: `strip-bar ${kind}` });
    element.style.setProperty("--part", number / whole);
    return element;
  };
  const said = fixed || broken ? `${symbol}: ${fixed} turned right, ${broken} turned wrong, of ${count(samples, "sample")}` : `${symbol}: no change in ${count(samples, "sample")}`;
  return make("li", { title: said }, bar("better", fixed), bar("worse", broken), make("span", { class: "strip-symbol", "aria-hidden": "true", text: symbol }), make("span", { class: "unseen", text: said }));
}
