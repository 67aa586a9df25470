// The bars: how likely each symbol is, in a panel on either side of the canvas.
// Ten symbols stand in their order; of a larger alphabet the ten likeliest, or on request all.

const FEW = 10;
const NAME_PX = 13;

const isName = (symbol) => (symbol?.length ?? 0) > 2;

export const percent = (p) => {
  if (p >= 0.9995 && p < 0.99999) return "99.9 %";
  if (p > 0 && p < 0.0005) return "0 %";
  return `${(100 * p).toFixed(1).replace(/\.0$/, "")} %`;
};

export class Bars {
  #root;
  #lists;
  #titles;
  #button;
  #symbols = [];
  #probabilities = new Map();
  #rows = [];

  constructor(root) {
    this.#root = root;
    this.#lists = ["left", "right"].map((side) => root.querySelector(`#list-${side}`));
    this.#titles = ["left", "right"].map((side) => root.querySelector(`#title-${side}`));
    this.#button = root.querySelector("#show-all");
    this.#button.addEventListener("click", () => {
      this.#button.setAttribute("aria-pressed", String(!this.#showsAll));
      this.#lay();
    });
  }

  get #showsAll() { return this.#button.getAttribute("aria-pressed") === "true"; }
  get #ranked() { return this.#symbols.length > FEW && !this.#showsAll; }

  // Stand ready for an alphabet.
  offer(symbols) {
    this.#symbols = symbols;
    this.#probabilities = new Map();
    this.#root.classList.remove("faint");
    this.#button.hidden = symbols.length <= FEW;
    this.#root.style.setProperty("--names", `${this.#widest(symbols.filter(isName))}px`);
    this.#lay();
  }

  // How wide the widest name is: the bars leave it that room, up to a limit.
  #widest(names) {
    const context = document.createElement("canvas").getContext("2d");
    context.font = `600 ${NAME_PX}px ${getComputedStyle(this.#root).fontFamily}`;
    return Math.max(0, ...names.map((name) => Math.ceil(context.measureText(name).width) + 1));
  }

  get symbols() { return this.#symbols; }

  // Stand ready for what a reading chose from, where that is not what was offered.
  admit(symbols) {
    const [offered, chosen] = [new Set(this.#symbols), new Set(symbols)];
    if (offered.size === chosen.size && symbols.every((symbol) => offered.has(symbol))) return;
    this.offer([...this.#symbols.filter((symbol) => chosen.has(symbol)), ...symbols.filter((symbol) => !offered.has(symbol))]);
  }

  // Show the probabilities: Map of symbol to [0, 1]; an empty one before anything was read. Faint ones are no answer:
  // they say what comes closest.
  show(probabilities, { faint = false } = {}) {
    this.#probabilities = probabilities;
    this.#root.classList.toggle("faint", faint);
    const order = this.#order();
    const top = Math.max(0, ...probabilities.values());
    this.#rows.forEach((row, index) => this.#fill(row, order[index], top));
  }

  // What is shown, from the first bar to the last: pairs of symbol and probability.
  get shown() { return this.#order().map((symbol) => [symbol, this.#probabilities.get(symbol) ?? 0]); }

  #order() {
    if (!this.#ranked) return this.#symbols;
    const likely = (symbol) => this.#probabilities.get(symbol) ?? 0;
    return this.#probabilities.size ? [...this.#symbols].sort((a, b) => likely(b) - likely(a)).slice(0, FEW) : [];
  }

  #lay() {
    const count = this.#ranked ? FEW : this.#symbols.length;
    const half = Math.ceil(count / 2);
    const few = count <= FEW;
    this.#rows = Array.from({ length: count }, makeRow);
    this.#lists[0].replaceChildren(...this.#rows.slice(0, half));
    this.#lists[1].replaceChildren(...this.#rows.slice(half));
    const range = (from, to) => (to > from ? `${this.#symbols[from]}–${this.#symbols[to]}` : this.#symbols[from] ?? "");
    this.#titles[0].textContent = this.#ranked ? "Likeliest" : range(0, half - 1);
    this.#titles[1].textContent = this.#ranked ? "Less likely" : range(half, count - 1);
    this.#button.textContent = this.#showsAll ? "Show the likeliest" : `Show all ${this.#symbols.length}`;
    this.#root.classList.toggle("all", !few);
    this.show(this.#probabilities, { faint: this.#root.classList.contains("faint") });
  }

  #fill(row, symbol, top) {
    const probability = this.#probabilities.get(symbol) ?? 0;
    const [name, track, value] = row.children;
    row.classList.toggle("vacant", symbol === undefined);
    row.classList.toggle("likeliest", probability > 0 && probability === top);
    if (symbol === undefined) delete row.dataset.testid;
    else row.dataset.testid = `bar-${symbol}`;
    row.dataset.probability = probability;
    name.textContent = symbol ?? "";
    name.classList.toggle("name", isName(symbol)); // a name takes less height a letter
    name.title = isName(symbol) ? symbol : "";
    value.textContent = this.#probabilities.size ? percent(probability) : "";
    track.firstElementChild.style.transform = `translateX(${100 * (probability - 1)}%)`;
  }
}

function makeRow() {
  const row = document.createElement("li");
  row.className = "bar";
  for (const part of ["bar-symbol", "bar-track", "bar-value"]) {
    const span = document.createElement("span");
    span.className = part;
    row.append(span);
  }
  row.firstElementChild.dir = "auto";
  const fill = document.createElement("span");
  fill.className = "bar-fill";
  row.children[1].append(fill);
  row.children[1].setAttribute("aria-hidden", "true");
  return row;
}
