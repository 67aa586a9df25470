// The filters of the Corrections page, which stand in its address too, so that a reload keeps them.

import { optionOf } from "./profile.js";

const TYPED_MS = 400; // a pause this long, and the symbol is meant
const TIMES = { since: ["from", 0], until: ["to", 1] }; // a date's field, and how many days later it ends

export class Filters {
  #form;

  constructor(form, changed) {
    this.#form = form;
    for (const [name, value] of new URLSearchParams(location.search)) {
      const field = form.elements[name];
      if (!field) continue;
      if (field.options && ![...field.options].some((option) => option.value === value)) field.append(optionOf(value));
      field.value = value;
    }
    let soon = 0;
    let told = String(this.#asked);
    const tell = () => {
      clearTimeout(soon);
      told = String(this.#asked);
      this.#remember();
      changed();
    };
    const tellNews = () => String(this.#asked) !== told && tell();
    form.addEventListener("change", tellNews);
    for (const kind of ["input", "compositionend"]) {
      form.elements.symbol.addEventListener(kind, ({ isComposing }) => {
        clearTimeout(soon);
        if (!isComposing) soon = setTimeout(tellNews, TYPED_MS);
      });
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      tell();
    });
    form.addEventListener("reset", () => setTimeout(() => {
      for (const field of form.elements) if (field.name) field.value = "";
      tell();
    }));
  }

  get any() { return Object.values(this.#values).some(Boolean); }
  get profile() { return this.#values.profile; }

  // Whether the server takes the symbol for none.
  object(invalid) {
    if (invalid) this.#form.elements.symbol.setAttribute("aria-invalid", "true");
    else this.#form.elements.symbol.removeAttribute("aria-invalid");
  }

  // As the API takes them.
  get query() {
    const { symbol, profile, which, ...dates } = this.#values;
    const query = new URLSearchParams();
    if (symbol.trim()) query.set("symbol", symbol.trim());
    if (profile) query.set("profile", profile);
    if (which === "doubtful") query.set("doubtful", "true");
    else if (which) query.set("wrong", String(which === "wrong"));
    for (const [name, [field, later]] of Object.entries(TIMES)) {
      if (!dates[field]) continue;
      const [year, month, day] = dates[field].split("-").map(Number);
      query.set(name, new Date(year, month - 1, day + later).toISOString()); // the person's own midnight
    }
    return query;
  }

  // As they stand in the address.
  get #asked() { return new URLSearchParams(Object.entries(this.#values).filter(([, value]) => value)); }

  get #values() { return Object.fromEntries([...this.#form.elements].filter(({ name }) => name).map(({ name, value }) => [name, value])); }

  #remember() {
    const query = this.#asked;
    history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
  }
}
