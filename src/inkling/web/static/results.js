// The table of results: one row a picture, from waiting to read or not.

import { percent } from "./bars.js";
import { make, sizeFor } from "./elements.js";
import { isStrange, shapes, strangeness } from "./verdict.js";

const GLYPHS = 8; // of a picture with more characters the first ones are shown
const STATUS = { waiting: "Waiting", reading: "Reading", sure: "Sure", unsure: "Unsure", failed: "Not read", unknown: "Unknown" };

export const probabilityOf = (reading) => reading.characters.reduce((product, one) => product * one.probability, 1);
export const stateOf = (entry) => (entry.error ? "failed" : entry.reading?.status ?? (entry.busy ? "reading" : "waiting"));

export const reasonOf = (entry) => entry.reading?.characters.find(({ reason }) => reason)?.reason ?? null;

export class Results {
  #body;
  #template;
  #rows = new Map();
  #remove;
  #teach;

  // remove(id) is called when a person takes a row away, teach(id) when they want to correct it.
  constructor(table, template, remove, teach) {
    this.#body = table.tBodies[0];
    this.#template = template;
    this.#remove = remove;
    this.#teach = teach;
  }

  show(entry) {
    const row = this.#rows.get(entry.id) ?? this.#add(entry);
    const cell = (name) => row.querySelector(`.cell-${name}`);
    const state = stateOf(entry);
    const reason = reasonOf(entry);
    row.dataset.state = state;
    if (reason) row.dataset.reason = reason;
    else delete row.dataset.reason;
    const preview = cell("picture").querySelector("img");
    preview.hidden = !entry.preview && Boolean(entry.reading);
    preview.nextElementSibling.hidden = !preview.hidden;
    if (entry.preview && preview.getAttribute("src") !== entry.preview) preview.src = entry.preview;
    preview.alt = entry.preview ? `Preview of ${entry.name}` : "No preview";
    cell("status").firstElementChild.textContent = STATUS[reason] ?? STATUS[state];
    const { reading, error } = entry;
    cell("teach").firstElementChild.hidden = !reading;
    const answer = reading && !isStrange(reading) ? reading : null;
    const text = cell("text").firstElementChild;
    text.textContent = answer ? reading.text : reading ? "?" : "";
    sizeFor(text);
    cell("probability").textContent = answer ? percent(probabilityOf(reading)) : "";
    cell("glyph").replaceChildren(...(reading ? glyphsOf(reading) : []));
    cell("others").replaceChildren(...(answer ? othersOf(reading) : reading ? strangerOf(reading) : error ? [whyNot(error)] : []));
    cell("others").colSpan = error ? 5 : 1; // in place of text, probability and Teach too
  }

  clear() {
    for (const id of [...this.#rows.keys()]) this.drop(id);
  }

  rowOf(id) { return this.#rows.get(id); }

  // The button that removes the row below this one, or above it where it is the last.
  beside(id) {
    const shown = [...this.#rows.values()].filter((row) => row.checkVisibility());
    const place = shown.indexOf(this.#rows.get(id));
    return (shown[place + 1] ?? shown[place - 1])?.querySelector(".cell-remove button");
  }

  drop(id) {
    this.#rows.get(id)?.remove();
    this.#rows.delete(id);
  }

  #add(entry) {
    const row = this.#template.content.firstElementChild.cloneNode(true);
    row.querySelector(".kind").textContent = kindOf(entry.name);
    row.querySelector(".file-name").textContent = row.querySelector(".file-name").title = entry.name;
    for (const [button, label, act] of [[".cell-remove button", "Remove", this.#remove], [".teach-open", "Teach", this.#teach]]) {
      row.querySelector(button).setAttribute("aria-label", `${label} ${entry.name}`);
      row.querySelector(button).addEventListener("click", () => act(entry.id));
    }
    this.#rows.set(entry.id, row);
    this.#body.append(row);
    return row;
  }
}

// What a picture's name says it is, for where the browser cannot show it: TIFF, say.
const kindOf = (name) => name.match(/\.([a-z0-9]{1,4})$/i)?.[1].toUpperCase() ?? "Read";

function glyphsOf({ characters }) {
  return characters.slice(0, GLYPHS).map(({ glyph, symbol }) => {
    const image = new Image(56, 56);
    image.src = `data:image/png;base64,${glyph}`;
    image.alt = `What the model saw of ${symbol}`;
    image.className = "glyph";
    return image;
  });
}

const whyNot = ({ message, hint }) => make("p", { class: "why-not", text: `${message} ${hint}`.trim() });

function strangerOf(reading) {
  const closest = document.createElement("span");
  closest.className = "muted";
  closest.textContent = `Closest: ${reading.text}`;
  return [`${strangeness(reading)} `, closest];
}

function othersOf(reading) {
  const alike = shapes(reading);
  return [...(alike ? [`${alike}. `] : []), ...listsOf(reading)];
}

function listsOf({ characters }) {
  return characters.slice(0, GLYPHS).map(({ alternatives }) => {
    const list = document.createElement("span");
    list.className = "others";
    for (const { symbol, probability } of alternatives.slice(0, 3)) {
      const one = document.createElement("span");
      const name = document.createElement("b");
      name.textContent = symbol;
      one.append(name, ` ${percent(probability).replace(" ", "\u00a0")}`);
      list.append(one);
    }
    return list;
  });
}
