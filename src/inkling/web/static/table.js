// Results as files: CSV for a spreadsheet, JSON for a program.

import { probabilityOf, reasonOf, stateOf } from "./results.js";
import { isStrange } from "./verdict.js";

const COLUMNS = ["file", "text", "probability", "status", "reason", "alphabet", "model", "alternatives", "error"];

// A spreadsheet takes what begins with one of these for a formula.
const harmless = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
const quoted = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

export function csv(entries) {
  const lines = entries.map((entry) => {
    const { reading, error } = entry;
    const strange = reading && isStrange(reading); // then there is no answer, and the closest symbols are alternatives
    const others = reading?.characters.flatMap((one) => [...(strange ? [one] : []), ...one.alternatives].map((a) => `${a.symbol} ${a.probability.toFixed(4)}`));
    return [
      harmless(entry.name),
      harmless(reading && !strange ? reading.text : ""),
      reading && !strange ? probabilityOf(reading).toFixed(6) : "",
      stateOf(entry),
      reasonOf(entry) ?? "",
      harmless(reading?.alphabet ?? entry.alphabet),
      reading?.model ?? "",
      harmless((others ?? []).join("; ")),
      harmless(error ? `${error.code}: ${error.message}` : ""),
    ];
  });
  const text = [COLUMNS, ...lines].map((cells) => cells.map(quoted).join(",")).join("\r\n");
  return new Blob(["\uFEFF", text, "\r\n"], { type: "text/csv;charset=utf-8" }); // the mark tells Excel that it is UTF-8
}

export function json(entries) {
  const plain = entries.map(({ name, reading, error }) => {
    if (!reading) return { file: name, error: error ?? null };
    const characters = reading.characters.map(({ glyph, ...rest }) => rest);
    return { file: name, ...reading, characters };
  });
  return new Blob([JSON.stringify(plain, null, 1), "\n"], { type: "application/json" });
}
