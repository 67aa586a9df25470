// Whose hand it is: a choice of profiles that were taught before, or a new name, which the server is asked about first.

import { keep, kept } from "./kept.js";
import { ask, Away, untilReady, wordsOf } from "./server.js";
import { tell } from "./toast.js";

export const EVERYBODY = "everybody";
const NEW = "\n"; // no name can be this

export const nameOf = (profile) => (profile === EVERYBODY ? "Everybody" : profile);
// What goes into a request; everybody's need not be named.
export const owner = (profile = EVERYBODY) => (profile === EVERYBODY ? {} : { profile });

// Throws what the server has against a name.
const check = (name) => ask(`/corrections?${new URLSearchParams({ profile: name, limit: 1 })}`);

// A name that is kept from before, and that the server refuses, makes way for everybody. Says whether it did.
export async function settle() {
  const name = kept("profile");
  if (!name || name === EVERYBODY) return false;
  try {
    await check(name);
  } catch (error) {
    if (error instanceof Away && !error.answered) {
      await untilReady(error);
      return settle();
    }
    if (error.code !== "invalid_profile" || kept("profile") !== name) return false;
    keep("profile", EVERYBODY);
    tell(`Whose hand it is was forgotten: ${error.message} It is everybody’s now.`, { problem: true });
    return true;
  }
  return false;
}

export class Profiles {
  #select;
  #input;
  #problem;
  #changed;
  #value = kept("profile") || EVERYBODY;

  constructor(root, changed) {
    this.#select = root.querySelector("select");
    this.#input = root.querySelector("input");
    this.#problem = root.querySelector("[role=alert]");
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
    });
    this.#input.addEventListener("input", () => this.#object(""));
    this.#input.addEventListener("blur", () => this.#named());
    this.refresh();
    settle().then((other) => other && this.#choose(EVERYBODY));
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
    const focused = document.activeElement === this.#input;
    this.#select.parentElement.hidden = asked;
    this.#input.hidden = !asked;
    this.#input.value = "";
    this.#object("");
    this.#select.value = this.#value;
    if (asked) this.#input.focus();
    else if (focused) this.#select.focus();
  }

  // A name was given. Until the server has said that it is one, the profile stays what it is.
  async #named() {
    if (this.#input.hidden) return;
    const given = this.#input.value;
    const name = given.trim().normalize("NFC").replace(/\p{Zs}+/gu, " "); // as the server keeps it
    if (!name) return this.#askName(false);
    let problem = "";
    try {
      await check(name);
    } catch (error) {
      problem = wordsOf(error);
    }
    if (this.#input.hidden || this.#input.value !== given) return; // it is another by now
    if (problem && document.activeElement === this.#input) return this.#object(problem);
    this.#askName(false);
    if (problem) tell(`It stays ${nameOf(this.#value)}. ${problem}`, { problem: true }); // who has left the field looks elsewhere
    else this.#choose(name.toLowerCase() === EVERYBODY ? EVERYBODY : name);
  }

  // What is wrong with the name, beside its field.
  #object(words) {
    this.#problem.textContent = words;
    if (words) this.#input.setAttribute("aria-invalid", "true");
    else this.#input.removeAttribute("aria-invalid");
  }

  #choose(name) {
    const known = [...this.#select.options].map((option) => option.value);
    this.#value = name;
    keep("profile", name);
    this.#lay(known.filter((one) => one !== NEW));
    this.#changed();
  }
}
