// The alphabets on offer: the page's own and, once something was taught, each of them with it.

import { keep, kept } from "./kept.js";
import { owner } from "./profile.js";
import { ask } from "./server.js";

const TAUGHT = "taught";
const WITH = `+${TAUGHT}`;

export class Alphabets {
  #select;
  #own;
  #group = document.createElement("optgroup");
  #changed;

  // changed() is called when a person, or what was taught to another profile, makes the choice another.
  constructor(select, changed = () => {}) {
    this.#select = select;
    this.#own = [...select.options];
    this.#changed = changed;
    this.#group.label = "With what was taught";
    const wanted = kept("alphabet");
    if (wanted === TAUGHT || wanted?.endsWith(WITH)) this.#lay([]); // what it holds is known in a moment
    this.choose(wanted);
    select.addEventListener("change", () => {
      keep("alphabet", select.value);
      changed();
    });
  }

  get value() { return this.#select.value; }
  get label() { return this.#select.selectedOptions[0].textContent; }
  get symbols() { return this.#select.selectedOptions[0].dataset.symbols.split(" ").filter(Boolean); }

  // Choose the smallest alphabet with all of the chosen one and this symbol; says whether that is another.
  admit(symbol) {
    const wanted = [...this.symbols, symbol];
    const larger = [...this.#select.options]
      .map((option) => [option.value, option.dataset.symbols.split(" ")])
      .filter(([, symbols]) => wanted.every((one) => symbols.includes(one)))
      .sort(([, a], [, b]) => a.length - b.length);
    return larger.length > 0 && larger[0][0] !== this.value && this.choose(larger[0][0]);
  }

  choose(value) {
    if (![...this.#select.options].some((option) => option.value === value)) return false;
    this.#select.value = value;
    keep("alphabet", value);
    return true;
  }

  // Offer what was taught to a profile.
  async refresh(profile) {
    const query = new URLSearchParams(owner(profile));
    try {
      const { alphabets } = await ask(`/alphabets?${query}`);
      this.offer(alphabets.find(({ name }) => name === TAUGHT)?.symbols ?? []);
    } catch { /* then the choice stays as it is */ }
  }

  // Offer these symbols beside the page's own.
  offer(taught) {
    const chosen = this.value;
    if (taught.length) this.#lay(taught);
    else this.#group.remove();
    if (this.choose(chosen)) return;
    this.choose(chosen.endsWith(WITH) ? chosen.slice(0, -WITH.length) : this.#own[0].value);
    this.#changed();
  }

  #lay(taught) {
    const named = this.#own.filter((option) => option.value);
    this.#group.replaceChildren(
      ...named.map((option) => made(`${option.textContent} + taught`, option.value + WITH, [option.dataset.symbols, ...taught])),
      made("Taught only", TAUGHT, taught),
    );
    this.#select.append(this.#group);
  }
}

function made(label, value, symbols) {
  const option = new Option(label, value);
  option.dataset.symbols = symbols.join(" ");
  return option;
}
