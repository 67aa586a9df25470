// The gallery: a card for each correction, to be opened or selected.

const $ = (id) => document.getElementById(id);

export class Cards extends EventTarget {
  #list;
  #selected;
  #shown = new Map(); // by id

  // selected: a Set of ids, shared by all galleries of a page. Tells "open" and "select" with a correction.
  constructor(list, selected) {
    super();
    this.#list = list;
    this.#selected = selected;
  }

  get size() { return this.#shown.size; }
  get(id) { return this.#shown.get(id); }
  card(id) { return this.#list.querySelector(`[data-id="${id}"]`); }

  // The ids of a card and those behind it, then of those before it from the nearest on.
  around(id) {
    const ids = [...this.#shown.keys()];
    const at = ids.indexOf(id);
    return at < 0 ? [] : [...ids.slice(at), ...ids.slice(0, at).reverse()];
  }

  // Says whether there is such a card. The page moves only as far as it must for it to be seen.
  focus(id, part = "button") {
    const card = this.card(id);
    const target = card?.querySelector(part);
    target?.focus({ preventScroll: true });
    if (target?.matches(":focus-visible")) card.scrollIntoView({ block: "nearest" }); // who uses a mouse looks elsewhere
    return card !== null;
  }

  show(corrections, { more = false } = {}) {
    if (!more) this.#shown.clear();
    for (const one of corrections) this.#shown.set(one.id, one);
    const cards = corrections.map((one) => this.#card(one));
    const focused = this.#list.contains(document.activeElement) && document.activeElement;
    const part = focused && focused.matches("input") ? "input" : "button";
    if (more) this.#list.append(...cards);
    else this.#list.replaceChildren(...cards);
    if (focused && !more) this.card(focused.closest(".card").dataset.id)?.querySelector(part).focus({ preventScroll: true });
    if (more) cards[0]?.querySelector("button").focus();
  }

  // Check what is selected, and nothing else.
  mark() {
    for (const card of this.#list.children) card.querySelector("input").checked = this.#selected.has(Number(card.dataset.id));
  }

  #card(correction) {
    const { id, symbol, read, glyph, wrong } = correction;
    const card = $("card").content.firstElementChild.cloneNode(true);
    card.dataset.id = id;
    card.dataset.symbol = symbol;
    const name = card.querySelector(".card-symbol");
    name.textContent = name.title = symbol;
    name.dir = "auto";
    name.classList.toggle("name", symbol.length > 2);
    card.querySelector("img").src = `data:image/png;base64,${glyph}`;
    const unknown = read?.reason === "unknown"; // then something came closest, and was no answer
    card.querySelector(".card-note").textContent = unknown ? "unknown" : wrong ? `read ${read.symbol}` : "";
    const was = unknown ? ", which was unknown" : wrong ? `, read as ${read.symbol}` : "";
    card.querySelector(".card-open").setAttribute("aria-label", `${symbol}${was}. Open it`);
    card.querySelector(".card-open").addEventListener("click", () => this.dispatchEvent(new CustomEvent("open", { detail: correction })));
    const check = card.querySelector("input");
    check.setAttribute("aria-label", `Select ${symbol}`);
    check.checked = this.#selected.has(id);
    check.addEventListener("change", () => {
      if (check.checked) this.#selected.add(id);
      else this.#selected.delete(id);
      this.dispatchEvent(new CustomEvent("select", { detail: correction }));
    });
    return card;
  }
}
