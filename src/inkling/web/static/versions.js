// The table of versions: the line of descent with its figures side by side.

import { make } from "./elements.js";
import { Lineage, node } from "./lineage.js";
import { basisOf, measured, noteOf, otherBasis } from "./measures.js";
import { nameOf } from "./profile.js";
import { bare, count, points, size, standing, when } from "./telling.js";

const FEW = 8;

// What a version learned from, in a few words each.
function learnedFrom({ training, origin }) {
  const base = training?.base_data?.length ?? 0;
  const sets = base ? count(base, "data set") : "no data set";
  if (origin === "retrained" || training?.kind === "retraining") return [count(corrections(training), "correction"), sets];
  return base ? [sets] : [];
}

// How many corrections a version learned from.
export const corrections = (training) => training?.corrections?.all ?? 0;

export function reasonOf({ reason, origin, shipped }) {
  if (reason) return reason[0].toUpperCase() + reason.slice(1);
  if (shipped || origin === "shipped") return "Came with Inkling";
  return { imported: "Imported from a file", trained: "Trained by hand", retrained: "Retrained" }[origin] ?? "";
}

// Tells "open" with a version, and "promote" with a model.
export class Versions extends EventTarget {
  #table;
  #more;
  #note;
  #lineage;
  #all = false;
  #given = [];

  // more: the button that shows all of them; note: where it is said what the figures are of.
  constructor(table, more, note) {
    super();
    this.#note = note;
    this.#table = table;
    this.#more = more;
    this.#lineage = new Lineage(table);
    more.addEventListener("click", () => {
      this.#all = true;
      this.show(...this.#given);
    });
  }

  // pinned: no version can be promoted; open: the version that is shown below.
  show(models, { pinned, open }) {
    this.#given = [models, { pinned, open }];
    const shown = this.#all ? models : models.filter(({ current, version }, row) => row < FEW || current || version === open);
    const figures = measured(models);
    const { columns, byGate } = figures;
    const focused = this.#table.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const head = make("tr", {}, make("th", { scope: "col", text: "Version" }), make("th", { scope: "col", text: "Learned from" }), columns.map((column) => make("th", { scope: "col", class: "number", title: basisOf(column, byGate), text: column.short })), make("td"));
    this.#table.replaceChildren(
      make("caption", { class: "unseen", text: "Versions of the model, newest first. Share read right, and the difference to the parent in points." }),
      make("thead", {}, head),
      make("tbody", {}, shown.map((model) => this.#row(model, figures, { pinned, open }))),
    );
    this.#more.hidden = shown.length === models.length;
    this.#more.textContent = `Show all ${models.length}`;
    this.#note.textContent = noteOf(figures, models);
    this.#lineage.show(shown);
    if (focused) this.#table.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #row(model, { columns, of }, { pinned, open }) {
    const { version, current, held, state } = model;
    const measures = of(model);
    const link = make("a", {
      href: `?version=${encodeURIComponent(version)}`,
      class: "version-name",
      testid: "version-open",
      text: version,
      "data-key": `open ${version}`,
      "aria-current": version === open ? "true" : undefined,
      on: { click: (event) => this.#tell(event, "open", version) },
    });
    const promote = make("button", {
      type: "button",
      class: "quiet",
      testid: "promote",
      text: "Promote",
      "data-key": `promote ${version}`,
      "aria-label": `Promote ${version}`,
      disabled: pinned,
      on: { click: (event) => this.#tell(event, "promote", model) },
    });
    return make(
      "tr",
      { "data-version": version, "data-state": current ? "current" : state, class: version === open ? "open" : undefined, testid: "version", on: { click: (event) => event.target.closest("a, button") ?? this.#tell(event, "open", version) } },
      make("th", { scope: "row", class: "cell-version" }, node(), make("div", {}, make("p", { class: "version-line" }, link, make("span", { class: "badge", testid: "standing", text: standing(model) })), make("p", { class: "version-why", text: [when(model.added_at), reasonOf(model), model.profile && `for ${nameOf(model.profile)}`].filter(Boolean).join(" · ") }))),
      make("td", { class: "cell-data" }, learnedFrom(model).map((text) => make("span", { text })), make("span", { text: held ? size(model.size_bytes) : "files removed" })),
      columns.map((column) => cell(column, measures.get(column.name))),
      make("td", { class: "cell-act" }, current || !held ? null : promote),
    );
  }

  #tell(event, what, detail) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

function cell({ name, label, short }, measure) {
  if (!measure?.samples) return make("td", { class: "number none-measured", "data-label": short, "data-measure": name, title: measure ? otherBasis(measure.elsewhere) : "Not measured" }, make("span", { text: "–" }));
  const { value, difference, verdict, samples } = measure;
  return make(
    "td",
    { class: "number", "data-label": short, "data-measure": name, title: `${label}: ${count(samples, "sample")}` },
    make("span", { class: "measured", text: bare(value) }),
    difference === null ? null : make("span", { class: `difference ${verdict}`, text: points(difference) }),
    name === "corrections" ? make("span", { class: "muted of-samples", text: ` of ${samples.toLocaleString("en")}` }) : null,
  );
}
