// How versions of the model, their figures and times are put into words.

export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
export const share = (value, digits = 1) => (typeof value === "number" ? `${(100 * value).toFixed(digits)} %` : "–");
export const bare = (value) => (typeof value === "number" ? (100 * value).toFixed(2) : "–"); // where the table says that it is in %

// A difference in points, with its sign: what is too small to be shown is none.
export function points(difference, digits = 2) {
  if (typeof difference !== "number") return "";
  const shown = (100 * difference).toFixed(digits);
  if (Number(shown) === 0) return "±0";
  return difference > 0 ? `+${shown}` : `−${shown.slice(1)}`;
}

export function size(bytes) {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

// When it was; the year only where it is not this one.
export function when(time) {
  const date = new Date(time);
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return date.toLocaleString("en-GB", { day: "numeric", month: "short", year, hour: "2-digit", minute: "2-digit" });
}

// Seconds as a person says them: about, and never to the second where minutes are meant.
export function lasting(seconds) {
  if (seconds < 10) return "a few seconds";
  if (seconds < 55) return `${5 * Math.round(seconds / 5)} seconds`;
  if (seconds < 90) return "a minute";
  return seconds < 5400 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`;
}

const SETS = {
  corrections: "Held-out corrections",
  "corrections of others": "Held-out corrections of other people",
  probes: "Typefaces",
  "all sets": "All sets together",
  features: "By features alone, as memory reads",
  mnist: "MNIST",
  emnist: "EMNIST",
  unipen: "UNIPEN",
  sse: "SSE",
  comnist: "CoMNIST",
  omniglot: "Omniglot",
};
const ALPHABETS = {
  digits: "digits",
  lowercase: "small letters",
  uppercase: "capitals",
  letters: "letters",
  "letters-caseless": "letters, any case",
  "digits+lowercase": "digits and small letters",
  alphanumeric: "all symbols",
  whole: "all symbols",
};

// What a measured set is called: "mnist-train" is MNIST train; part says which of its samples: validation, test.
export function setName(name, part = "") {
  if (SETS[name]) return SETS[name];
  const [first, ...others] = name.split("-");
  const said = [SETS[first] ?? first, ...others].join(" ");
  return part && !said.endsWith(part) ? `${said} (${part})` : said;
}

// A symbol so that nobody takes it for another: of letters that look alike in print, the kind is said.
export function kindly(symbol) {
  if (!/^[IOlo]$/.test(symbol)) return symbol;
  return `${symbol === symbol.toUpperCase() ? "capital" : "small"} ${symbol}`;
}

export const alphabetName = (name) => ALPHABETS[name] ?? name;

// What became of a version, in a word or three.
export function standing({ current, state, origin, shipped }) {
  if (current) return "Reads now";
  if (state === "refused") return "Refused";
  if (state === "passed") return "Passed";
  if (shipped || origin === "shipped") return "Shipped";
  return origin === "imported" ? "Imported" : "Trained";
}
