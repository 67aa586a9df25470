// Whose hand it is: a choice of profiles that were taught before, or a new name.

import { keep, kept } from "./kept.js";
import { ask } from "./server.js";

export const EVERYBODY = "everybody";
const NEW = "\n"; // no name can be this

export const nameOf = (profile) => (profile === EVERYBODY ? "Everybody" : profile);
// What goes into a request; everybody's need not be named.
export const owner = (profile = EVERYBODY) => (profile === EVERYBODY ? {} : { profile });

export class Profiles {
  #select;
  #input;
  #changed;
  #value = kept("profile") || EVERYBODY;

  constructor(root, changed) {
    this.#select = root.querySelector("select");
    this.#input = root.querySelector("input");
    this.#changed = changed;
    this.#lay([]);
    this.#select.addEventListener("change", () => {
      if (this.#select.value === NEW) this.#askName(true);
      else this.#choose(this.#select.value);
    });
    this.#input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#named();
      else if (event.key === "Escape") this.#askName(false);
      else return;
      event.preventDefault();
      this.#select.focus();
    });
    this.#input.addEventListener("blur", () => this.#named());
    this.refresh();
  }

  get value() { return this.#value; }

  async refresh() {
    try {
      const { profiles } = await ask("/profiles");
      this.#lay(profiles.map(({ name }) => name));
    } catch { /* then only the chosen one and everybody are offered */ }
  }

  #lay(names) {
    const all = [...new Set([EVERYBODY, ...names, this.#value])];
    this.#select.replaceChildren(...all.map((name) => new Option(nameOf(name), name)), new Option("Someone new…", NEW));
    this.#select.value = this.#value;
  }

  #askName(asked) {
    this.#select.parentElement.hidden = asked;
    this.#input.hidden = !asked;
    this.#input.value = "";
    this.#select.value = this.#value;
    if (asked) this.#input.focus();
  }

  #named() {
    const name = this.#input.value.trim();
    if (this.#input.hidden) return;
    this.#askName(false);
    if (name) this.#choose(name.toLowerCase() === EVERYBODY ? EVERYBODY : name);
  }

  #choose(name) {
    const known = [...this.#select.options].map((option) => option.value);
    this.#value = name;
    keep("profile", name);
    this.#lay(known.filter((one) => one !== NEW));
    this.#changed();
  }
}
