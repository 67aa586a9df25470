// What was measured of versions, brought together so that what stands in one column is of the same samples.

import { setName } from "./telling.js";

const CORRECTIONS = "corrections";
const TYPEFACES = "probes";
const OTHER_COLUMN = new Set(["corrections of others", "all sets", "features"]); // told of below, in no column
const COLUMNS = [
  { name: CORRECTIONS, label: "Held-out corrections", short: "Corrections" },
  { name: "digits", label: "Digits", short: "Digits" },
  { name: "lowercase", label: "Small letters", short: "a–z" },
  { name: "uppercase", label: "Capitals", short: "A–Z" },
  { name: "alphanumeric", label: "All symbols", short: "All" },
];
const ALL = new Set(["alphanumeric", "whole"]);

const columnOf = ({ name, alphabet }) => {
  if (OTHER_COLUMN.has(name)) return null;
  if (name === CORRECTIONS) return ALL.has(alphabet) || !alphabet ? CORRECTIONS : null;
  return ALL.has(alphabet) ? "alphanumeric" : alphabet;
};
const keyOf = ({ name, alphabet, samples }) => [name, alphabet, samples].join("/");

// Several sets as one, each by its number of samples.
function pooled(found) {
  const samples = found.reduce((sum, one) => sum + one.samples, 0);
  const mean = (of) => found.reduce((sum, one) => sum + one.samples * of(one), 0) / samples;
  const [before, after] = [mean((one) => one.before), mean((one) => one.after)];
  return samples ? { samples, before, after, verdict: verdictOf(found, after - before) } : null;
}

// Better or worse where the gate found so of any set, and of none the contrary.
function verdictOf(found, difference) {
  const [better, worse] = ["better", "worse"].map((verdict) => found.some((one) => one.verdict === verdict));
  if (better && !worse && difference > 0) return "better";
  return worse && !better && difference < 0 ? "worse" : "same";
}

// Of a column those of handwriting where there are any, else typefaces.
function within(column, found) {
  const here = found.filter((one) => columnOf(one) === column);
  const written = here.filter(({ name }) => name !== TYPEFACES);
  return written.length ? written : here;
}

// A card's figures of validation samples as if they had been compared: "set/split/alphabet".
const ownFigures = ({ figures = {} }) => Object.entries(figures).flatMap(([key, { accuracy, samples }]) => {
  const [name, split, alphabet] = key.split("/");
  return split === "validation" ? [{ name, alphabet, samples, before: accuracy, after: accuracy }] : [];
});

// What is known of versions: by the gate, which measures a parent with each of its children, or where it judged none by
// their cards. Cards and gate are never put side by side: they do not take the same samples, nor let the same pass.
// columns: {name, label, short, sets}, those that any version has something for; of(model): a map by the column's name
// to {value, difference, verdict, samples}, or to {elsewhere} where it was measured on other samples than the others.
export function measured(models) {
  const byGate = models.some(({ decision }) => decision?.comparisons?.length);
  const own = new Map(models.map((model) => [model.version, byGate ? model.decision?.comparisons ?? [] : ownFigures(model)]));
  const byVersion = new Map(models.map((model) => [model.version, model]));
  const table = (found) => new Map(found.map((one) => [keyOf(one), one]));
  const mineOf = new Map([...own].map(([version, found]) => [version, table(found)]));
  const asParent = new Map(models.map(({ version }) => [version, []]));
  for (const { version, parent } of models) asParent.get(parent)?.push(...own.get(version).filter(({ name }) => name !== CORRECTIONS));
  const laterOf = new Map([...asParent].map(([version, found]) => [version, table(found)]));

  // The sets that a column is of: some that the version that reads was measured on, handwriting before typefaces, and of
  // these those that most versions were.
  const setsOf = (column) => {
    const all = [...own.values()].map((found) => within(column, found)).filter((group) => group.length);
    const groups = [...new Map(all.map((group) => [group.map(keyOf).sort().join(), group])).values()]; // most versions share one
    const rank = (group) => {
      const among = models.filter((model) => read(model, group));
      return [among.some(({ current }) => current), group.some(({ name }) => name !== TYPEFACES), among.length, pooled(group)?.samples ?? 0];
    };
    const ahead = ([a], [b]) => b.map((value, place) => value - a[place]).find(Boolean) ?? 0;
    return groups.map((group) => [rank(group), group]).sort(ahead)[0]?.[1] ?? [];
  };
  const among = (known, sets) => {
    const same = sets.map((one) => known.get(keyOf(one)));
    return same.length && same.every(Boolean) ? pooled(same) : null;
  };
  const read = (model, sets) => {
    const mine = among(mineOf.get(model.version), sets);
    if (mine) return { value: mine.after, difference: byGate ? mine.after - mine.before : null, verdict: mine.verdict, samples: mine.samples };
    const later = byGate && among(laterOf.get(model.version), sets); // measured when a child of it was
    if (!later) return null;
    const parent = byVersion.get(model.parent);
    const before = parent && read(parent, sets)?.value; // of the same samples, though it was never judged on them
    return { value: later.before, difference: typeof before === "number" ? later.before - before : null, verdict: "same", samples: later.samples };
  };

  const columns = COLUMNS.map((column) => ({ ...column, sets: setsOf(column.name) })).filter(({ sets }) => sets.length);
  const of = (model) => new Map(columns.flatMap(({ name, sets }) => {
    const mine = within(name, own.get(model.version));
    const found = read(model, name === CORRECTIONS ? mine : sets); // every version has corrections of its own to be judged by
    if (found) return [[name, found]];
    return mine.length ? [[name, { elsewhere: { ...pooled(mine), sets: mine } }]] : [];
  }));
  return { columns, of, byGate };
}

const named = (sets) => [...new Set(sets.map(({ name }) => setName(name)))];

// What the figures of a column are of, in full.
export function basisOf({ name, label, sets }, byGate) {
  if (name === CORRECTIONS) return `${label}: each version’s own, so that only the difference to its parent tells anything`;
  const list = sets.map((one) => `${setName(one.name, "validation")}, ${one.samples.toLocaleString("en")} samples`).join("; ");
  return `${label}, ${byGate ? "by the gate" : "by each version’s card"}: ${list}`;
}

// What a version that has nothing in a column was measured on instead.
export const otherBasis = ({ sets }) => `Measured on other samples than the rest of this column: ${named(sets).join(", ")}`;

// What the figures of all columns are of, in a few sentences.
export function noteOf({ columns, of, byGate }, models) {
  const measures = columns.filter(({ name }) => name !== CORRECTIONS);
  if (!measures.length) return "";
  const kinds = [
    [measures.filter(({ sets }) => sets.some(({ name }) => name !== TYPEFACES)), (some) => `validation samples of ${named(some.flatMap(({ sets }) => sets)).join(", ")}`],
    [measures.filter(({ sets }) => sets.every(({ name }) => name === TYPEFACES)), () => "characters of typefaces"],
  ].filter(([some]) => some.length);
  const which = (some) => (kinds.length > 1 ? ` (${some.map(({ short }) => short).join(", ")})` : "");
  const parts = kinds.map(([some, words]) => words(some) + which(some));
  const own = columns.some(({ name }) => name === CORRECTIONS) ? " Held-out corrections are each version’s own, so only the difference tells." : "";
  const others = models.some((model) => [...of(model).values()].some(({ elsewhere }) => elsewhere)) ? " A – stands where one was measured on other samples; open it to see these." : "";
  return `${byGate ? "Measured by the gate" : "By each version’s own card"}, on ${parts.join(" and on ")}.${own}${others}`;
}
