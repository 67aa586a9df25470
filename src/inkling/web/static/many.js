// One label for several corrections: all get it or none does, and each gets its own back where nobody said another since.

import { alone, spare } from "./presses.js";
import { counted, onThose } from "./removal.js";
import { ask, Away, wordsOf } from "./server.js";
import { meanwhile, tell } from "./toast.js";

const $ = (id) => document.getElementById(id);
const NAMED = 8; // of what they are now

const relabelAll = (ids, symbol) => onThose(ids, (those) => ask("/corrections/relabel", { method: "POST", body: { ids: those, symbol } }));

// Tells "relabelled" once they are, and again once that was taken back.
export class Many extends EventTarget {
  #dialog = $("many");
  #corrections = [];

  constructor() {
    super();
    for (const id of ["many-close", "many-cancel"]) $(id).addEventListener("click", () => this.#close());
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#close()); // beside it
    $("many-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#relabel($("many-symbol").value.trim().normalize("NFC"));
    });
  }

  open(corrections) {
    this.#corrections = corrections;
    const symbols = [...new Set(corrections.map(({ symbol }) => symbol))];
    $("many-title").textContent = `Relabel ${counted(corrections.length)}`;
    $("many-now").textContent = `Now ${symbols.slice(0, NAMED).join(", ")}${symbols.length > NAMED ? ", …" : ""}`;
    $("many-symbol").value = "";
    $("many-problem").textContent = "";
    this.#dialog.showModal();
    $("many-symbol").focus();
  }

  #close() {
    spare();
    this.#dialog.close();
  }

  #relabel = alone(async (symbol) => {
    const asked = this.#corrections;
    const others = asked.filter((one) => one.symbol !== symbol);
    if (!symbol) return;
    try {
      const done = new Set(await relabelAll(others.map(({ id }) => id), symbol));
      if (this.#corrections === asked) this.#close();
      const changed = others.filter(({ id }) => done.has(id));
      const gone = others.length - changed.length;
      const also = gone ? `; ${counted(gone)} ${gone === 1 ? "was" : "were"} gone already` : "";
      if (changed.length) tell(`${counted(changed.length)} relabelled: ${symbol} now${also}.`, { undo: () => this.#back(changed, symbol) });
      else tell(gone ? "Nothing was relabelled: they were gone already." : `Nothing was relabelled: all were ${symbol} already.`);
      this.#tell();
    } catch (error) {
      $("many-problem").textContent = wordsOf(error);
    }
  });

  async #back(changed, symbol) {
    const { over } = meanwhile(() => `Undoing ${counted(changed.length)} …`);
    let left = changed;
    try {
      const now = await Promise.all(changed.map(({ id }) => symbolOf(id)));
      left = changed.filter((_, index) => now[index] === symbol); // the others were changed since, or are gone
      const stay = changed.length - left.length;
      const also = stay ? `; ${counted(stay)} not, changed since` : "";
      const count = left.length;
      for (const [former, ids] of bySymbol(left)) {
        await relabelAll(ids.map(({ id }) => id), former);
        left = left.filter((one) => one.symbol !== former);
      }
      over();
      if (count) tell(`${counted(count)} as before again${also}.`);
      else tell("Not undone: they were changed since.", { problem: true });
    } catch (error) {
      over();
      const rest = left;
      tell(`${counted(rest.length)} not undone. ${wordsOf(error)}`, { problem: true, undo: error instanceof Away ? () => this.#back(rest, symbol) : null });
    }
    this.#tell();
  }

  #tell() { this.dispatchEvent(new Event("relabelled")); }
}

function bySymbol(corrections) {
  const groups = new Map(corrections.map(({ symbol }) => [symbol, []]));
  for (const one of corrections) groups.get(one.symbol).push(one);
  return groups;
}

// What a correction is now, null where it is gone.
async function symbolOf(id) {
  try {
    return (await ask(`/corrections/${id}`)).symbol;
  } catch (error) {
    if (error.code !== "correction_not_found") throw error;
    return null;
  }
}
