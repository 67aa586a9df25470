// One label for several corrections: all get it or none does, and each gets its own back where nobody said another since.

import { object } from "./objection.js";
import { alone, spare } from "./presses.js";
import { counted, onThose } from "./removal.js";
import { ask, Away, wordsOf } from "./server.js";
import { brief, meanwhile, tell } from "./toast.js";

const $ = (id) => document.getElementById(id);
const NAMED = 8; // of what they are now

// Gives the ids of those that are still there, and the symbol as the server keeps it.
async function relabelAll(ids, given) {
  let symbol = given;
  const those = await onThose(ids, async (there) => {
    ({ symbol } = await ask("/corrections/relabel", { method: "POST", body: { ids: there, symbol: given } }));
  });
  return { ids: new Set(those), symbol };
}

// Tells "relabelled" with their ids once they are, and again once that was taken back.
export class Many extends EventTarget {
  #dialog = $("many");
  #corrections = [];

  constructor() {
    super();
    for (const id of ["many-close", "many-cancel"]) $(id).addEventListener("click", () => this.#close());
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#close()); // beside it
    $("many-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#relabel($("many-symbol").value);
    });
    $("many-symbol").addEventListener("input", () => this.#object(""));
  }

  open(corrections) {
    this.#corrections = corrections;
    const symbols = [...new Set(corrections.map(({ symbol }) => symbol))];
    $("many-title").textContent = `Relabel ${counted(corrections.length)}`;
    $("many-now").textContent = `Now ${symbols.slice(0, NAMED).join(", ")}${symbols.length > NAMED ? ", …" : ""}`;
    $("many-symbol").value = "";
    this.#object("");
    this.#dialog.showModal();
    $("many-symbol").focus();
  }

  #close() {
    spare();
    this.#dialog.close();
  }

  #object(problem) { object($("many-symbol"), $("many-problem"), problem); }

  #relabel = alone(async (given) => {
    const asked = this.#corrections;
    try {
      const { ids, symbol } = await relabelAll(asked.map(({ id }) => id), given);
      if (this.#corrections === asked) this.#close();
      const changed = asked.filter((one) => ids.has(one.id) && one.symbol !== symbol);
      const gone = asked.length - ids.size;
      const also = gone ? `; ${counted(gone)} ${gone === 1 ? "was" : "were"} gone already` : "";
      if (changed.length) tell(`${counted(changed.length)} relabelled: ${brief(symbol)} now${also}.`, { undo: () => this.#back(changed, symbol) });
      else tell(ids.size ? `Nothing was relabelled: all were ${brief(symbol)} already${also}.` : "Nothing was relabelled: they were gone already.");
      this.#tell(asked);
    } catch (error) {
      this.#object(wordsOf(error));
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
    this.#tell(changed);
  }

  #tell(corrections) { this.dispatchEvent(new CustomEvent("relabelled", { detail: corrections.map(({ id }) => id) })); }
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
