// Plots of a version: what it went through while training, and whether it is as sure as it is right.

import { make, plot, shape } from "./elements.js";
import { count, share } from "./telling.js";

const HEIGHT_PX = 290;
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 12, 10, 26];

// Loss and accuracy on held-out samples, step by step; null where no history was kept.
export function learning(history, card) {
  if (history.length < 2) return null;
  const unit = card?.training?.kind === "retraining" ? "Step" : "Epoch";
  const of = (name) => history.filter((one) => typeof one[name] === "number").map((one) => [one.step, one[name]]);
  const [loss, accuracy] = [of("loss"), of("accuracy")];
  return make(
    "figure",
    { class: "plot broad", testid: "plot-learning" },
    make("figcaption", { text: "While it trained" }),
    make(
      "div",
      { class: "pair" },
      loss.length > 1 && curve("Loss", loss, { unit, form: (value) => value.toFixed(2) }),
      accuracy.length > 1 && curve("Accuracy, held out", accuracy, { unit, form: (value) => share(value), accent: true, within: [0, 1] }),
    ),
    make("p", { class: "muted axis", text: shows(card?.training ?? {}) }),
  );
}

// What the curves are of: what was judged in the end is not all that training came to.
function shows({ kind, share: way, corrections = {} }) {
  if (kind !== "retraining") return "Accuracy on validation samples after each epoch.";
  const held = corrections.held_out ? `the ${count(corrections.held_out, "correction")} kept to judge by` : "corrections kept to judge by";
  const part = typeof way === "number" && way < 1 ? ` Of the way from the parent to it, ${share(way, 0)} was taken for the version, so that nothing else is lost: this is what the gate judged, and what its figures are of.` : "";
  return `The network in training, on ${held}.${part}`;
}

// within: what its values can be at all, where there are bounds.
function curve(title, line, { unit, form, accent, within }) {
  const [first, last] = [line[0], line.at(-1)];
  const words = `${title}: ${form(first[1])} at first, ${form(last[1])} at ${unit.toLowerCase()} ${last[0]}.`;
  const said = make("span", { class: "muted", text: form(last[1]) });
  const place = make("div", { class: "plot-place", role: "img", "aria-label": words });
  plot(place, (width) => {
    const picture = frame(width, HEIGHT_PX);
    const [x, y] = [scale(line.map(([step]) => step), LEFT, width - RIGHT), scale(line.map(([, value]) => value), HEIGHT_PX - BOTTOM, TOP, { margin: 0.08, within })];
    const low = HEIGHT_PX - BOTTOM;
    picture.append(
      ...ticks(y.from, y.to, 5).flatMap((value) => [
        shape("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
        shape("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end", text: form(value) }),
      ]),
      ...ticks(x.from, x.to, width < 340 ? 3 : 5).filter(Number.isInteger).map((value) => shape("text", { x: x(value), y: low + 18, "text-anchor": "middle", text: value.toLocaleString("en") })),
      shape("path", { class: accent ? "curve accent" : "curve", d: `M${line.map(([step, value]) => `${x(step).toFixed(1)} ${y(value).toFixed(1)}`).join("L")}` }),
    );
    const dot = shape("circle", { class: accent ? "dot accent" : "dot", r: 4, cx: x(last[0]), cy: y(last[1]) });
    picture.append(dot);
    const point = (one) => {
      dot.setAttribute("cx", x(one[0]));
      dot.setAttribute("cy", y(one[1]));
      said.textContent = one === last ? form(one[1]) : `${form(one[1])} at ${unit.toLowerCase()} ${one[0]}`;
    };
    picture.addEventListener("pointermove", ({ offsetX }) => point(line.reduce((best, one) => (Math.abs(x(one[0]) - offsetX) < Math.abs(x(best[0]) - offsetX) ? one : best))));
    picture.addEventListener("pointerleave", () => point(last));
    return picture;
  });
  return make("div", { class: "curve-box" }, make("p", { class: "plot-title" }, make("span", { text: title }), said), place);
}

// How often it is right where it is so sure: on the diagonal where both agree. before is its parent.
export function reliability({ before = [], after = [], ece_before: errorBefore, ece_after: errorNow }) {
  if (!after.length) return null;
  const place = make("div", { class: "plot-place", role: "img", "aria-label": `How sure against how often right. Calibration error: ${share(errorNow, 2)}${before.length ? `, before ${share(errorBefore, 2)}` : ""}.` });
  plot(place, (width) => {
    const side = Math.min(width, 320);
    const picture = frame(width, side);
    const [x, y] = [scale([0, 1], LEFT, side - RIGHT), scale([0, 1], side - BOTTOM, TOP)];
    const most = Math.sqrt(Math.max(...after.map(({ samples }) => samples)));
    const drawn = (bins) => bins.filter(({ samples }) => samples).map((bin) => [x(bin.confidence), y(bin.accuracy), bin]);
    const line = (bins) => `M${drawn(bins).map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join("L")}`;
    picture.append(
      ...[0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
        shape("line", { class: "grid", x1: LEFT, x2: side - RIGHT, y1: y(value), y2: y(value) }),
        shape("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end", text: share(value, 0) }),
        shape("text", { x: x(value), y: side - BOTTOM + 18, "text-anchor": value === 1 ? "end" : "middle", text: share(value, 0) }),
      ]),
      shape("line", { class: "ideal", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
      drawn(before).length ? shape("path", { class: "curve", d: line(before) }) : "",
      shape("path", { class: "curve accent", d: line(after) }),
      ...drawn(after).map(([cx, cy, { samples, accuracy }]) => shape("circle", { class: "dot accent", cx, cy, r: 2.5 + (5 * Math.sqrt(samples)) / most }, shape("title", { text: `${share(accuracy)} right of ${samples.toLocaleString("en")}` }))),
    );
    return picture;
  });
  return make(
    "figure",
    { class: "plot", testid: "plot-reliability" },
    make("figcaption", {}, make("span", { text: "As sure as it is right" }), make("span", { class: "key now", text: `now, error ${share(errorNow, 2)}` }), before.length ? make("span", { class: "key then", text: `before, ${share(errorBefore, 2)}` }) : null),
    place,
    make("p", { class: "muted axis", text: "Across: how sure it said it was. Up: how often it was right. The larger a dot, the more samples." }),
  );
}

const frame = (width, height) => shape("svg", { class: "drawn", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });

function scale(values, from, to, { margin = 0, within = [-Infinity, Infinity] } = {}) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || Math.abs(high) || 1) * margin;
  const [least, most] = [Math.max(low - room, within[0]), Math.min(high + room, within[1])];
  return Object.assign((value) => from + ((value - least) / (most - least || 1)) * (to - from), { from: least, to: most });
}

// Round numbers between two bounds, about so many.
function ticks(from, to, wanted) {
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((times) => times * power).find((one) => one >= rough);
  const found = [];
  for (let value = Math.ceil(from / step) * step; value <= to + step / 1e6; value += step) found.push(Number(value.toPrecision(10)));
  return found;
}
