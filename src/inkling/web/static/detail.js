// One version of the model, whole: where it comes from, what was decided about it and why, what changed, and its plots.

import { decision, ownTable } from "./decision.js";
import { make } from "./elements.js";
import { matrix } from "./matrix.js";
import { learning, reliability } from "./plots.js";
import { nameOf } from "./profile.js";
import { count, setName, share, size, standing, when } from "./telling.js";
import { turned } from "./turned.js";
import { corrections, reasonOf } from "./versions.js";

const COUNTS = { new: "new", trained_on: "trained on", held_out: "kept to judge by", unknown_symbols: "of symbols that the network does not know" };

// The parts of the page for a model as /models/{version} gives it. act: what is called for {promote, open}.
export function detail(model, { pinned, act }) {
  const { report, history, card } = model;
  const parts = [head(model, pinned, act), facts(model, act)];
  if (report) parts.push(decision(report, model.training?.corrections?.held_out), turned(report.changed ?? []));
  else if (Object.keys(model.figures ?? {}).length) parts.push(figures(model.figures));
  const plots = [learning(history ?? [], card), report?.reliability && reliability(report.reliability), report?.confusion && matrix(report.confusion)].filter(Boolean);
  if (plots.length) parts.push(make("div", { class: "plots" }, plots));
  return parts.filter(Boolean);
}

function head(model, pinned, act) {
  const { version, current, held, state } = model;
  const promote = make("button", { type: "button", class: "primary", testid: "detail-promote", text: "Promote", disabled: pinned, on: { click: () => act.promote(model) } });
  const save = make("a", { class: "quiet", testid: "export", text: "Export", href: `/api/v1/models/${encodeURIComponent(version)}/bundle`, download: true, title: "The model's files as one zip, for inkling models import" });
  return make(
    "div",
    { class: "row detail-head", "data-state": current ? "current" : state },
    make("div", {}, make("h2", { id: "detail-title", testid: "detail-title", tabindex: "-1" }, version), make("span", { class: "badge", text: standing(model) })),
    held ? make("div", { class: "group exchange" }, save, current ? null : promote) : make("p", { class: "muted", text: "Its files were removed to save room." }),
  );
}

function facts(model, act) {
  const { parent, added_at: added, profile, training = {}, size_bytes: bytes, sha256, card = {} } = model;
  const link = parent && make("a", { href: `?version=${encodeURIComponent(parent)}`, text: parent, testid: "parent", on: { click: (event) => act.open(event, parent) } });
  const counts = Object.entries(COUNTS).filter(([name]) => training.corrections?.[name]).map(([name, words]) => `${training.corrections[name].toLocaleString("en")} ${words}`);
  const total = corrections(training);
  const data = training.data ?? (training.base_data ?? []).map((name) => ({ name }));
  const base = data.map(({ name, samples }) => `${setName(name)}${samples ? ` (${samples.toLocaleString("en")})` : ""}`).join(", ");
  const rows = [
    ["Parent", link || "None: it began from nothing"],
    ["Made", `${when(added)}. ${reasonOf(model)}${profile ? `, for ${nameOf(profile)}` : ""}`],
    total ? ["Corrections", `${total.toLocaleString("en")}${counts.length ? `: ${counts.join(", ")}` : ""}`] : null,
    ["Data sets", base || training.note || "None"],
    ["Size", [size(bytes), Number.isInteger(card.parameters) && `${card.parameters.toLocaleString("en")} parameters`, card.symbols && count(card.symbols.length, "symbol")].filter(Boolean).join(", ")],
    ["Hash", make("code", { class: "hash", title: sha256, text: `${sha256.slice(0, 16)}…` })],
    base && training.note ? ["Note", training.note, "whole"] : null,
  ];
  const list = make("dl", { class: "facts" }, rows.filter(Boolean).map(([name, said, kind]) => make("div", { class: kind }, make("dt", { text: name }), make("dd", {}, said))));
  const recipe = Object.entries(training.recipe ?? {});
  const way = card.training?.share;
  if (typeof way === "number") recipe.push(["share of the way taken", share(way, 0)]);
  if (!recipe.length) return list;
  const words = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
  const steps = recipe.map(([name, value]) => make("div", {}, make("dt", { text: name.replaceAll("_", " ") }), make("dd", { text: words(value) })));
  return make("div", {}, list, make("details", { class: "recipe", testid: "recipe" }, make("summary", { text: "Recipe" }), make("dl", { class: "facts" }, steps)));
}

// A version that no gate judged has the figures of its own card.
function figures(own) {
  const rows = Object.entries(own).filter(([key]) => key.includes("/test/")).map(([key, { accuracy, low_95: low, high_95: high, samples, ece }]) => {
    const [name, , alphabet] = key.split("/");
    return { name, alphabet, accuracy, low, high, samples, ece };
  });
  return rows.length ? make("section", {}, make("h3", { text: "Measured on test sets" }), ownTable(rows)) : null;
}
