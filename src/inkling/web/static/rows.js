// On the Upload page: a reading is corrected in the teach row that opens under it.

import { owner } from "./profile.js";
import { ask, wordsOf } from "./server.js";
import { Teach } from "./teach.js";
import { tell } from "./toast.js";

const $ = (id) => document.getElementById(id);

export class RowTeaching {
  #row = $("teaching");
  #teach;
  #entry = null;
  #switched = new Map(); // id of a correction to the alphabets before and after it
  #given;

  // given: { alphabets, profiles, rowOf(id): its table row, fileOf(id): the picture, still(id): its entry, put(entry) }
  constructor(given) {
    this.#given = given;
    this.#teach = new Teach({
      ink: () => imageOf(this.#entry, given.fileOf(this.#entry.id)),
      edition: () => this.#entry,
      alphabet: () => this.#entry.alphabet,
      symbols: () => given.alphabets.symbols,
      profile: () => given.profiles.settled(),
    });
    this.#teach.addEventListener("learned", ({ detail }) => this.#learned(detail));
    this.#teach.addEventListener("undone", ({ detail }) => this.#undone(detail));
    this.#row.addEventListener("keydown", (event) => event.key === "Escape" && this.close({ focus: true }));
  }

  // Open under an entry's row, or close where it stands there already.
  toggle(entry) {
    const again = this.#entry?.id === entry.id;
    this.close();
    if (again || !entry.reading) return;
    this.#entry = entry;
    const row = this.#given.rowOf(entry.id);
    row.after(this.#row);
    this.#row.hidden = false;
    this.#button(row).setAttribute("aria-expanded", "true");
    this.#teach.offer(entry.reading);
    $("teach-chips").firstElementChild.focus();
  }

  close({ focus = this.#row.contains(document.activeElement) } = {}) {
    if (!this.#entry) return;
    const button = this.#button(this.#given.rowOf(this.#entry.id));
    this.#entry = null;
    this.#teach.rest({ clear: true });
    this.#row.hidden = true;
    button?.setAttribute("aria-expanded", "false");
    if (focus) button?.focus();
  }

  #button(row) { return row?.querySelector(".teach-open"); }

  async #learned({ correction, before, reading, say, edition: entry }) {
    this.close();
    this.#put(entry, reading);
    const { alphabets, profiles } = this.#given;
    profiles.refresh();
    const chosen = alphabets.value;
    await alphabets.refresh(profiles.value);
    if (reading.alphabet === before.alphabet || entry.alphabet !== chosen || !alphabets.admit(correction.symbol)) return;
    this.#switched.set(correction.id, [chosen, alphabets.value]);
    say(` Alphabet now: ${alphabets.label}.`);
  }

  async #undone({ correction, edition: entry }) {
    const { alphabets, profiles, fileOf, rowOf } = this.#given;
    if (document.activeElement === document.body) this.#button(rowOf(entry.id))?.focus(); // Undo went, with the toast
    const [before, after] = this.#switched.get(correction.id) ?? [];
    if (before !== undefined && alphabets.value === after) alphabets.choose(before);
    await alphabets.refresh(profiles.value);
    try {
      const image = await imageOf(entry, fileOf(entry.id));
      const body = { ...image, alphabet: entry.alphabet, glyph: true, ...owner(profiles.value) };
      this.#put(entry, await ask("/read", { method: "POST", body }));
    } catch (error) {
      tell(`Undone, but not read again. ${wordsOf(error)}`, { problem: true });
    }
  }

  #put(entry, reading) {
    if (this.#given.still(entry.id)) this.#given.put({ ...entry, reading });
  }
}

// A picture as a request has it. Where neither it nor a copy is there, its preview stands for it.
function imageOf({ preview }, file) {
  if (!file && !preview) throw { message: "The picture is no longer here.", hint: "Choose it again." };
  if (!file) return { image: preview };
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ image: reader.result });
    reader.onerror = () => reject({ message: "The browser cannot open this file any more.", hint: "Choose it again." });
    reader.readAsDataURL(file);
  });
}
