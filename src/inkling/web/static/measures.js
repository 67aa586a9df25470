// What was measured of versions, brought together: every comparison of the gate, and the cards' own figures.

const CORRECTIONS = "corrections";
const COLUMNS = [
  { name: CORRECTIONS, label: "Held-out corrections", short: "Corrections" },
  { name: "digits", label: "Digits", short: "Digits" },
  { name: "lowercase", label: "Small letters", short: "a–z" },
  { name: "uppercase", label: "Capitals", short: "A–Z" },
  { name: "alphanumeric", label: "All symbols", short: "All" },
];
const ALL = new Set(["alphanumeric", "whole"]);
const NO_HANDWRITING = new Set(["probes", "features"]);

const columnOf = ({ name, alphabet }) => {
  if (name === CORRECTIONS) return ALL.has(alphabet) || !alphabet ? CORRECTIONS : null;
  return ALL.has(alphabet) ? "alphanumeric" : alphabet;
};

// Several sets as one, each by its number of samples: those of handwriting where there are any, else typefaces.
function pooled(found) {
  const written = found.filter(({ name }) => !NO_HANDWRITING.has(name));
  const comparisons = written.length ? written : found.filter(({ name }) => name === "probes");
  const samples = comparisons.reduce((sum, one) => sum + one.samples, 0);
  const mean = (of) => comparisons.reduce((sum, one) => sum + one.samples * of(one), 0) / samples;
  return samples ? { samples, before: mean((one) => one.before), after: mean((one) => one.after) } : null;
}

// A card's figures of validation sets as if they had been compared: "set/split/alphabet".
const ownFigures = ({ figures = {} }) => Object.entries(figures).flatMap(([key, { accuracy, samples }]) => {
  const [name, split, alphabet] = key.split("/");
  return split === "validation" ? [{ name, alphabet, samples, before: accuracy, after: accuracy }] : [];
});

// For each column, what a version reached and the difference to its parent: {value, difference, samples}.
// A version that the gate never judged shows what the gate measured of it as the parent of another, else its card's figures.
export function measuresOf(model, models) {
  const judged = model.decision?.comparisons;
  const child = judged ? null : models.findLast((one) => one.parent === model.version && one.decision?.comparisons);
  const source = judged ?? child?.decision.comparisons ?? ownFigures(model);
  const found = new Map();
  for (const { name } of COLUMNS) {
    const all = pooled(source.filter((one) => columnOf(one) === name));
    if (!all || (child && name === CORRECTIONS)) continue; // other corrections were held out by then
    const value = child ? all.before : all.after;
    found.set(name, { value, samples: all.samples, difference: judged ? all.after - all.before : null });
  }
  return found;
}

// The columns that any of the versions has something for.
export function columnsOf(models) {
  const any = new Set(models.flatMap((model) => [...measuresOf(model, models).keys()]));
  return COLUMNS.filter(({ name }) => any.has(name));
}
