// The teach row: under a reading, say what the ink is by a tap, by name or by its key, and take it back again.

import { object } from "./objection.js";
import { spare } from "./presses.js";
import { EVERYBODY, nameOf, owner } from "./profile.js";
import { ask, Away, wordsOf } from "./server.js";
import { brief, hide, meanwhile, moment, moveOn, tell } from "./toast.js";
import { isStrange } from "./verdict.js";

const CHIPS = 5;
const HINT = "Tap what it is, type it, or press its key.";
const HINT_STRANGE = "Name it, and it is known from now on.";
const $ = (id) => document.getElementById(id);

// Tells "learned" with the server's answer {correction, before, reading}, and "undone" with the same once it is undone.
export class Teach extends EventTarget {
  #resting = true;
  #field = $("teach-symbol");
  #hint = HINT;
  #given;
  #storing = null; // the word that is on its way
  #waiting = []; // words behind it
  #progress = null; // the line that says so

  // given: { ink(): the ink of a request or a promise of it, edition(): which drawing it is,
  // alphabet(): its name, symbols(): all of it, profile(): whose hand it is, or a promise of it }
  constructor(given) {
    super();
    this.#given = given;
    $("teach-form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#field.value.trim()) this.teach(this.#field.value.trim());
      else this.#field.focus();
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // it closes nothing else
      this.#field.blur();
    });
    for (const event of ["input", "blur"]) {
      this.#field.addEventListener(event, () => {
        this.#say(this.#hint);
        this.#object("");
      });
    }
    addEventListener("keydown", (event) => this.#press(event));
  }

  // Stand ready to correct a reading.
  offer(reading) {
    const [{ symbol, alternatives }] = reading.characters;
    const strange = isStrange(reading);
    const symbols = [symbol, ...alternatives.map((one) => one.symbol)].slice(0, CHIPS);
    const focused = document.activeElement?.dataset.symbol;
    $("teach-chips").replaceChildren(...symbols.map((one, index) => this.#chip(one, index === 0 && !strange)));
    this.#say(this.#hint = strange ? HINT_STRANGE : HINT);
    this.#rest(false);
    if (focused) [...$("teach-chips").children].find((chip) => chip.dataset.symbol === focused)?.focus();
  }

  // There is no reading to correct; chips that fade keep their place.
  rest({ clear = false } = {}) {
    this.#rest(true);
    if (!clear) return;
    $("teach-chips").replaceChildren();
    this.#say(this.#hint = HINT);
  }

  #rest(resting) {
    this.#resting = resting;
    this.#object("");
    for (const id of ["teach-hint", "teach-chips", "teach-form"]) $(id).inert = resting;
  }

  // Teach a word on the ink that stands now. Words are stored one after another; of several on one drawing that wait,
  // the last one counts.
  teach(symbol) {
    if (this.#resting) return;
    this.#object("");
    const { alphabet, edition, ink, profile } = this.#given;
    const word = { symbol, ink: (async () => ink())(), edition: edition(), alphabet: alphabet(), profile: (async () => profile())() };
    for (const promised of [word.ink, word.profile]) promised.catch(() => {}); // it is told when its turn comes
    if (this.#waiting.at(-1)?.edition === word.edition) this.#waiting.pop();
    const before = this.#waiting.at(-1) ?? this.#storing;
    if (before?.edition === word.edition && before.symbol === symbol) return; // a double click
    moveOn();
    word.last = moment();
    this.#waiting.push(word);
    if (this.#storing) this.#progress.say();
    else this.#storeAll();
  }

  async #storeAll() {
    while (this.#waiting.length) {
      this.#storing = this.#waiting.shift();
      this.#progress = meanwhile(() => `Storing: this is ${[this.#storing, ...this.#waiting].map((word) => brief(word.symbol)).join(", then ")} …`);
      try {
        await this.#store(this.#storing);
      } catch (error) {
        const others = this.#waiting.splice(0).map((word) => `, nor ${brief(word.symbol)}`);
        this.#progress.over();
        const problem = `Not learned${others.join("")}. ${wordsOf(error)}`;
        if (error.code === "bad_symbol" && this.#holds(this.#storing.symbol)) this.#object(problem);
        else tell(problem, { problem: true });
      }
      this.#progress.over();
      this.#storing = null;
    }
  }

  async #store({ symbol, last, ink, edition, alphabet, profile: whose }) {
    const [drawn, profile] = [await ink, await whose];
    if (!drawn) return;
    const options = { alphabet, alternatives: "all", glyph: true, ...owner(profile) };
    const answer = await ask("/corrections", { method: "POST", body: { ...drawn, symbol, ...options } });
    if (this.#holds(symbol)) this.#field.value = ""; // else it holds the next one
    const right = answer.before.text === answer.correction.symbol && !isStrange(answer.before);
    const hand = profile === EVERYBODY ? "" : ` in ${brief(nameOf(profile))}’s hand`;
    answer.edition = edition;
    const said = `${right ? "Noted" : "Learned"}: this is ${brief(answer.correction.symbol)}${hand}.`;
    this.#progress.over();
    const told = tell(said, { undo: () => this.#undo(answer), byKey: last() });
    answer.say = (more) => told(said + more);
    this.#tell("learned", answer);
  }

  async #undo(answer) {
    const last = moment();
    try {
      await ask(`/corrections/${answer.correction.id}`, { method: "DELETE" });
      tell(`Undone: it is as if you had not said ${brief(answer.correction.symbol)}.`);
    } catch (error) {
      if (error.code !== "correction_not_found") {
        return tell(`Not undone. ${wordsOf(error)}`, { problem: true, undo: error instanceof Away ? () => this.#undo(answer) : null, byKey: last() });
      }
      hide(); // someone was faster: it is gone, which is what was wanted
    }
    this.#tell("undone", answer);
  }

  #chip(symbol, first) {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = first ? "chip right" : "chip";
    chip.dataset.symbol = symbol;
    chip.dataset.testid = first ? "teach-right" : "teach-chip";
    chip.textContent = first ? "That’s right" : symbol;
    if (!first && symbol.length > 2) {
      chip.classList.add("name");
      chip.dir = "auto";
      chip.title = symbol;
    }
    chip.setAttribute("aria-label", first ? `That’s right, it is ${symbol}` : `It is ${symbol}`);
    chip.addEventListener("click", () => {
      spare(); // other chips stand there in a moment
      this.teach(symbol);
    });
    return chip;
  }

  // A key of the alphabet teaches, unless it is meant for a field. Another one goes into the field, where Enter teaches it.
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing || event.defaultPrevented) return;
    if (this.#resting || !event.key || event.key.trim() !== event.key || [...event.key].length > 1) return; // F1 has two
    if (event.target.closest?.("input, select, textarea, dialog")) return;
    const symbols = this.#given.symbols();
    const wanted = [event.key, event.key.toLowerCase(), event.key.toUpperCase()].find((key) => symbols.includes(key));
    event.preventDefault();
    if (wanted === undefined) this.#ask(event.key);
    else this.teach(wanted);
  }

  #ask(symbol) {
    this.#field.value = symbol;
    this.#field.focus();
    this.#say(`Enter teaches ${symbol}: it is not among these yet.`);
  }

  #holds(symbol) { return this.#field.value.trim() === symbol; }

  // What is wrong with the symbol, beside its field.
  #object(problem) {
    object(this.#field, $("teach-problem"), problem);
    if (problem) this.#field.focus();
  }

  #say(hint) { $("teach-hint").textContent = hint; }

  #tell(what, detail) { this.dispatchEvent(new CustomEvent(what, { detail })); }
}
