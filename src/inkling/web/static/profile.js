// Whose hand it is: a choice of profiles that were taught before, or a new name, which the server is asked about first.

import { keep, kept } from "./kept.js";
import { object } from "./objection.js";
import { ask, Away, GIVE_UP_MS, untilReady, wordsOf } from "./server.js";
import { brief, meanwhile, tell } from "./toast.js";

export const EVERYBODY = "everybody";
const NEW = "\n"; // no name can be this

export const nameOf = (profile) => (profile === EVERYBODY ? "Everybody" : profile);
// A choice of a hand; one that is written from right to left begins on the right.
export const optionOf = (profile) => Object.assign(new Option(nameOf(profile), profile), { dir: "auto" });
// What goes into a request; everybody's need not be named.
export const owner = (profile = EVERYBODY) => (profile === EVERYBODY ? {} : { profile });

// Gives a name as the server keeps it. Throws what the server has against it, or Away where it does not say.
async function check(name, giveUp = new AbortController()) {
  const patience = setTimeout(() => giveUp.abort(), GIVE_UP_MS);
  try {
    return (await ask(`/corrections?${new URLSearchParams({ profile: name, limit: 1 })}`, { signal: giveUp.signal })).profile;
  } finally {
    clearTimeout(patience);
  }
}

// A name that is kept from before may be written otherwise by now; one that the server refuses makes way for everybody.
// Gives the name that took its place, null where it stays.
export async function settle() {
  const name = kept("profile");
  if (!name || name === EVERYBODY) return null;
  let now = name;
  try {
    now = await check(name);
  } catch (error) {
    if (error instanceof Away && !error.answered) {
      await untilReady(error);
      return settle();
    }
    if (error.code !== "invalid_profile" || kept("profile") !== name) return null;
    now = EVERYBODY;
    tell(`Whose hand it is was forgotten: ${error.message} It is everybody’s now.`, { problem: true });
  }
  if (now === name || kept("profile") !== name) return null;
  keep("profile", now);
  return now;
}

export class Profiles {
  #select;
  #input;
  #problem;
  #changed;
  #value = kept("profile") || EVERYBODY;
  #naming = null; // from when a name is given until it is one or none: see #named

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
    this.#input.addEventListener("input", () => {
      this.#object("");
      this.#withdraw();
    });
    this.#input.addEventListener("blur", () => this.#named());
    this.refresh();
    settle().then((other) => other && this.#choose(other));
  }

  get value() { return this.#value; }
  get settling() { return this.#naming !== null; }

  // Whose hand it is, once the server has said whether a name that was given is one. Throws where it is none. A name that
  // is being mended is waited for: it is given when its field is left.
  async settled() {
    if (!this.#naming) this.#named();
    return this.#naming ? this.#naming.outcome : this.#value;
  }

  async refresh() {
    try {
      const { profiles } = await ask("/profiles");
      this.#lay(profiles.map(({ name }) => name));
    } catch { /* then only the chosen one and everybody are offered */ }
  }

  #lay(names) {
    const all = [...new Set([EVERYBODY, ...names, this.#value])];
    this.#select.replaceChildren(...all.map(optionOf), new Option("Someone new…", NEW));
    this.#select.value = this.#value;
  }

  #askName(asked) {
    const focused = document.activeElement === this.#input;
    this.#withdraw();
    this.#end({ message: this.#stays(), hint: "The new name was not taken." });
    this.#select.parentElement.hidden = asked;
    this.#input.hidden = !asked;
    this.#input.value = "";
    this.#object("");
    this.#select.value = this.#value;
    if (asked) this.#input.focus();
    else if (focused) this.#select.focus();
  }

  // A name was given: the server is asked about it, and until it has said that it is one, the profile stays what it is.
  // Of texts that mend one another only the last one is asked about, and all that waits for a name waits for that one.
  #named() {
    const given = this.#input.value;
    if (this.#input.hidden || this.#naming?.given === given) return;
    if (!given.trim()) return this.#askName(false);
    if (!this.#naming) {
      this.#naming = {};
      this.#naming.outcome = new Promise((resolve, reject) => Object.assign(this.#naming, { resolve, reject }));
      this.#naming.outcome.catch(() => {}); // it is told here, whoever waits for it
    }
    this.#withdraw();
    this.#take(given, Object.assign(this.#naming, { given, giveUp: new AbortController() }));
  }

  // Choose a name if the server takes it.
  async #take(given, { giveUp }) {
    const { over } = meanwhile(() => `Asking about the name ${brief(given.trim())} …`);
    let name;
    let problem = null;
    try {
      name = await check(given, giveUp);
    } catch (error) {
      problem = { message: this.#stays(), hint: wordsOf(error) };
    }
    over();
    if (this.#naming?.giveUp !== giveUp) return; // it is another by now, or none
    this.#end(problem, name);
    if (problem && document.activeElement === this.#input) return this.#object(problem.hint);
    this.#askName(false);
    if (problem) tell(wordsOf(problem), { problem: true }); // who has left the field looks elsewhere
    else this.#choose(name);
  }

  // The text that the server is asked about stands there no more.
  #withdraw() {
    this.#naming?.giveUp?.abort();
    if (this.#naming) Object.assign(this.#naming, { given: null, giveUp: null });
  }

  #end(problem, name = null) {
    const ended = this.#naming;
    this.#naming = null;
    if (problem) ended?.reject(problem);
    else ended?.resolve(name);
  }

  #stays() { return `It stays ${brief(nameOf(this.#value))}.`; }

  // What is wrong with the name, beside its field.
  #object(problem) { object(this.#input, this.#problem, problem); }

  #choose(name) {
    const known = [...this.#select.options].map((option) => option.value);
    this.#value = name;
    keep("profile", name);
    this.#lay(known.filter((one) => one !== NEW));
    this.#changed();
  }
}
