// What a reading that is not sure is put into words as: ink that is no character of the alphabet, symbols of one shape.

const NAMES = {
  digits: ["a digit"],
  lowercase: ["a small letter"],
  uppercase: ["a capital letter"],
  letters: ["a letter"],
  "letters-caseless": ["a letter"],
  alphanumeric: ["a letter", "a digit"],
  taught: ["a taught symbol"],
};

// Whether the ink is no character of the alphabet: its symbol is then the closest one and no answer.
export const isStrange = ({ characters }) => characters.some(({ reason }) => reason === "unknown");

// "This does not look like a digit." An alphabet of one's own has no name that says what it holds.
export function strangeness({ alphabet }) {
  const names = alphabet.split("+").flatMap((part) => NAMES[part] ?? [null]);
  const few = names.length <= 2 && names.every(Boolean);
  return few ? `This does not look like ${either(names)}.` : "This looks like none of the alphabet’s symbols.";
}

// "O, o or 0: one shape", or nothing where that is not why it is unsure.
export function shapes({ characters }) {
  const alike = characters.filter(({ reason }) => reason === "look-alike");
  return alike.map(({ symbol, look_alikes: others }) => `${either([symbol, ...others])}: one shape`).join("; ");
}

export const either = (names) => [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" or ");
