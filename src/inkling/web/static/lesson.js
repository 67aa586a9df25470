// What comes of teaching a drawing: it is read at once, in an alphabet that has the symbol; undo brings all that back.

// given: { teach, alphabets, profiles, reader, edition(): which drawing stands, show(reading), again(): read it again }
export function follow({ teach, alphabets, profiles, reader, edition, show, again }) {
  const switched = new Map(); // id of a correction to the alphabets before and after it

  teach.addEventListener("learned", async ({ detail: { correction, before, reading, say, edition: taughtIn } }) => {
    const chosen = alphabets.value;
    if (taughtIn === edition()) {
      reader.forget();
      show(reading);
    }
    await alphabets.refresh(profiles.value);
    profiles.refresh();
    if (reading.alphabet === before.alphabet || alphabets.value !== chosen || !alphabets.admit(correction.symbol)) return;
    switched.set(correction.id, [chosen, alphabets.value]);
    say(` Alphabet now: ${alphabets.label}.`);
    if (reading.alphabet !== alphabets.value) again();
  });

  teach.addEventListener("undone", async ({ detail: { correction } }) => {
    const [before, after] = switched.get(correction.id) ?? [];
    if (before !== undefined && alphabets.value === after) alphabets.choose(before);
    await alphabets.refresh(profiles.value);
    again();
  });
}
