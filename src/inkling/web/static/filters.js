// The filters of the Corrections page, which stand in its address too, so that a reload keeps them.

const TIMES = { since: ["from", 0], until: ["to", 1] }; // a date's field, and how many days later it ends

export class Filters {
  #form;

  constructor(form, changed) {
    this.#form = form;
    for (const [name, value] of new URLSearchParams(location.search)) {
      const field = form.elements[name];
      if (!field) continue;
      if (field.options && ![...field.options].some((option) => option.value === value)) field.append(new Option(value, value));
      field.value = value;
    }
    const tell = () => {
      this.#remember();
      changed();
    };
    form.addEventListener("change", tell);
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

  get #values() { return Object.fromEntries([...this.#form.elements].filter(({ name }) => name).map(({ name, value }) => [name, value])); }

  #remember() {
    const query = new URLSearchParams(Object.entries(this.#values).filter(([, value]) => value));
    history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
  }
}
