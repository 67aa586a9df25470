"""What the model card says that no report does: aims, what happened in training, and what it is bad at."""

#: What is asked of the bundle, percent: row of the report, least accuracy, most ECE.
ASKED: tuple[tuple[str, float | None, float | None], ...] = (
    ("mnist-test/digits", 99.75, 0.3),
    ("mnist-test/alphanumeric", None, 1.0),
    ("emnist-letters/letters-caseless", 96.0, None),
    ("emnist-letters/letters", 88.0, None),
    ("unipen-strokes/digits", 99.0, 0.3),
    ("unipen-strokes/lowercase", 95.0, None),
    ("unipen-strokes/uppercase", 97.0, None),
    ("unipen-strokes/alphanumeric", None, 1.0),
    ("omniglot-latin/lowercase", 98.5, None),
)
#: The largest that the bundle may be, MB.
MOST_MB = 2.5

#: What happened in the training of a bundle, for the versions whose card tells it as one paragraph: step, what, when.
TRAINED = {
    "2026-11-21-838b87d5": (
        ("1", "less rotation and narrower pens", "all of it; it gave the bundle ba5cdbc2"),
        ("1", "the rate of torch's OneCycleLR", "epochs 1 to 24 of 28"),
        ("1, 2, 3", "other scripts three times an epoch, now five", "all of it"),
        ("2", "a schedule of 30 epochs", "to step 3,365"),
        ("2", "a schedule of 22 epochs, since the machine was shared", "from step 3,365 to 6,093"),
        ("2", "a schedule of 18 epochs, for the same reason", "from step 6,093 to 8,411"),
        ("2", "no faces, hearts and pairs among the strangers", "to step 8,411"),
        ("2", "what was worn was read without the cleaning of pictures", "to step 8,411"),
        ("2", "fewer wide pens and lines", "to step 11,700"),
        ("3", "nothing else", "it gave the bundle aa03ab4f"),
        ("after 3", "two temperatures fitted, no weights changed", "it gave the bundle f7478c28"),
        ("after 3", "a layout for memory fitted on other scripts, no weights changed", "it gave this bundle"),
    )
}

LIMITS = """
- **One character at a time.** It reads no line and no page. Two characters side by side are taken for no character in
  73 % of cases, two one above the other only in 33 %: 28 % of these are read surely, as what the upper one is not (t).
- **Look-alikes.** Without its neighbours nobody can tell 0 from O and o, 1 from l and I, or a capital from its small
  letter where both have one shape. Among all 62 symbols {wrong} % of UNIPEN's characters are read wrongly, most for
  that reason. The reading names such symbols, but not always: 6.0 % of those that it calls sure are wrong (u).
- **Probabilities among all 62 symbols.** On MNIST they are off by {ece} % (ECE): there a circle is always a 0.
- **Hands unlike those it learned from.** It learned from the sets below and from nobody else: no children's writing is
  marked in them, and writers of few countries. Small letters of people it has not met are read worst, and those of some
  people much worse than the mean.
- **Ascenders and descenders.** Size and place are taken away before reading, so an a with a high stem may be read as d,
  and an h with a short one as n.
- **Turned.** Turned to the left by 15°, capitals lose {turned_upper} points and small letters {turned_lower};
  by 10°, {turned_10_upper} and {turned_10_lower}. To the right they lose less ([robustness](results/robustness.md)).
- **Thick pens in pictures.** By a pen of 14 % of the character's size capitals lose {pen_2_upper} points and small
  letters {pen_2_lower}, by one of 21 % {pen_3_upper} and {pen_3_lower}. Strokes are drawn by a finer pen.
- **Lines through the character** cost most of all kinds of damage: zigzags {zigzag} points of MNIST's digits. With one
  pen line across, 99 % of MNIST's digits are read right, 81 % of EMNIST's letters and 73 % of Omniglot's; untouched,
  100, 93 and 95 % (t).
- **Rules nearly as dark as the ink.** In grey pictures squares of four fifths of the ink's depth leave 90 % of letters
  right; those of up to two thirds cost nothing that was seen, nor does a box around the character, and coloured ones
  are left to the channel in which they are palest ([pictures](results/pictures.md)). On ruled paper ink that is hardly
  deeper than the rules is lost with them.
- **Characters that are boxes around something**, 回 or a 日 whose middle does not touch, are read as what is within
  where they come as pictures; drawn strokes stay whole.
- **Other scripts among letters.** They are refused much less than among digits. AUROC of real characters against them:
  digits 98.0, small letters 96.5, capitals 93.4, letters 97.4, all 62 96.6 %; of their symbols 12, 32, 34, 16 and 20 %
  are read as a character and called sure (t).
- **Simple doodles that resemble a letter** pass for it, and surely: of 40 drawings each, among all 62 a house was
  called Q in 21, € was called E in all, a plus t in 39; among digits ∞ was called 0 in 24 (t). Of 8 each, the outline
  of a house was surely 0 and a triangle 4 in 4, an & 8 and a clef 6 in 6, three bars 9 in all (u). Other kinds of
  strangers are in [refusal](results/refusal.md).
- **What lies beside the character.** A dark blot larger than a pen's dot is taken for a part of it: 74 % read right
  instead of 99, and 11 % surely wrong; a punched hole costs 5 points (u).
- **Real characters that it refuses.** {refused}
- **No private data.** A person's corrections stay in their own database.

Figures marked (t) are of trials with the bundle 2026-11-21-838b87d5 and the code of commit c9f1395, not printed by a
command: pictures made of 450 characters of MNIST's, EMNIST's and Omniglot's test sides; 2,500 characters of UNIPEN's
test writers and 300 drawings of each of seven scripts; 40 drawings of each doodle. Those marked (u) are of trials with
the code of commit 4e6770f: all 8,594 characters of UNIPEN's test writers; 200 and 300 pictures made of MNIST's and
UNIPEN's test sides.
""".strip()
