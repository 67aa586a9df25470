"""Write docs/model-card.md from the bundle that ships and the results that stand in docs/results.

    python benchmarks/model_card.py            # write it
    python benchmarks/model_card.py --check    # say whether it is up to date; exit code 1 where not

Nothing is measured here: every figure is what the commands named in the page have written. A test runs it again and
compares, so that the page cannot fall behind the bundle.
"""

import json
import sys
from pathlib import Path
from typing import Any

from inkling.bundle import CARD, NETWORK, NORMALIZER, SHIPPED
from inkling.evaluation.tables import markdown_table

DOCS = Path(__file__).parents[1] / "docs"
PAGE, RESULTS = DOCS / "model-card.md", DOCS / "results"

#: What is asked of the bundle (percent), and the best that is known elsewhere: row of the report, aim, elsewhere.
ASKED = (
    ("mnist-test/digits", 99.75, "99.83 % one network of 1.5 M (Byerly 2020); 99.91 % ensembles"),
    ("mnist-test/alphanumeric", None, "–"),
    ("emnist-letters/letters-caseless", 96.0, "95.96 % on the official test (WaveMixLite)"),
    ("emnist-letters/letters", 88.0, "limited by cases of one shape"),
    ("unipen-strokes/digits", 99.0, "about 2 % of labels are wrong"),
    ("unipen-strokes/lowercase", 95.0, "as above"),
    ("unipen-strokes/uppercase", 97.0, "as above"),
    ("unipen-strokes/alphanumeric", None, "–"),
    ("omniglot-latin/lowercase", 98.5, "–"),
)

LIMITS = """
- **One character at a time.** It reads no line and no page; two characters side by side are taken for no character.
- **Look-alikes.** Without its neighbours nobody can tell 0 from O and o, 1 from l and I, or a capital from its small
  letter where both have one shape. Among all 62 symbols a fifth of UNIPEN's characters is read wrongly, most for that
  reason, and probabilities there are further from the truth than within one kind; the reading names such symbols.
- **Hands unlike those it learned from.** It learned from the sets below and from nobody else: no children's writing is
  marked in them, and writers of few countries. Small letters of people it has not met are read worst, and those of some
  people much worse than the mean.
- **Ascenders and descenders.** Size and place are taken away before reading, so an a with a high stem may be read as d,
  and an h with a short one as n.
- **Turned and thick.** Turned by 10° and more, or a picture of a pen wider than a fifth of the character, small letters
  lose most; see [robustness](results/robustness.md). Strokes are drawn by a finer pen.
- **Lines through the character** cost most of all kinds of damage.
- **Strangers it takes for a character.** Some symbols of other scripts and some doodles pass, more of them where they
  resemble a letter or a digit; see [refusal](results/refusal.md).
- **No private data.** A person's corrections stay in their own database.
""".strip()


def main() -> None:
    """Write the page, or check it."""
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != page():
        sys.exit("docs/model-card.md is not what the bundle and the results give. Run: python benchmarks/model_card.py")


def page() -> str:
    """Give the page's text."""
    card = json.loads((SHIPPED / CARD).read_text("utf-8"))
    training = card["training"]
    size = sum((SHIPPED / name).stat().st_size for name in (CARD, NETWORK, NORMALIZER))
    parts = [
        "# The model card",
        f"The bundle **{card['version']}** ships with Inkling: {card['parameters']:,} parameters, "
        f"{size / 1e6:.2f} MB with its card and the normaliser. Glyph in, logits of {len(card['symbols'])} symbols, "
        f"{card['features']} features and the logit of being none of the symbols out, in one pass.",
        "For reading single handwritten digits and Latin letters, and for learning a person's own by corrections. Not "
        "for deciding about people: every reading says how sure it is, and what is unsure should be seen by somebody.",
        "This page is written by `python benchmarks/model_card.py` from the card and from [results](results/).",
        "## What it reaches",
        "On writers or pictures that it was not trained on, no test-time augmentation "
        "([all rows](results/report.md), by `inkling evaluate --split test`):",
        _accuracy(),
        "## Aims",
        "Robustness by `inkling evaluate --robustness`, refusal by `inkling evaluate --refusal`, learning by `inkling "
        "evaluate --learning`; the bundle that each was measured on stands beside it.",
        _goals(),
        "## What it is bad at",
        LIMITS,
        "## What it was trained on",
        markdown_table(
            ("data set", "samples", "writers", "licence", "source"),
            [
                (row["name"], f"{row['samples']:,}", str(row["writers"] or "–"), row["licence"], row["source"])
                for row in training["data"]
            ],
        ),
        "Split by writer where writers are known, by picture elsewhere; none of the samples is in the bundle.",
        "## How it was trained",
        _recipes(training),
        training.get("note", ""),
        f"Made with torch {card['made_with']['torch']}, onnx {card['made_with']['onnx']} and Python "
        f"{card['made_with']['python']}, {card['created'][:10]}. To make it again: [train](how-to/train.md#recipes).",
        "SHA-256 of its files: " + ", ".join(f"`{name}` {digest}" for name, digest in card["files"].items()) + ".",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _accuracy() -> str:
    found = {
        f"{row['pack']}/{row['alphabet']}": row for row in _read("report.json")["scores"] if row["split"] == "test"
    }
    rows = []
    for name, aim, elsewhere in ASKED:
        row = found[name]
        share = 100 * row["accuracy"]
        reached = "–" if aim is None else "yes" if share >= aim else "no"
        span = f"{100 * row['accuracy_low_95']:.2f} to {100 * row['accuracy_high_95']:.2f}"
        asked = "–" if aim is None else f"{aim:g} %"
        cells = (row["pack"], row["alphabet"], f"{row['samples']:,}", f"{share:.2f} %", span, asked, reached)
        rows.append((*cells, f"{100 * row['ece']:.2f} %", elsewhere))
    headers = ("data set", "alphabet", "samples", "right", "95 % interval", "aim", "reached", "ECE", "the best known")
    return markdown_table(headers, rows)


def _goals() -> str:
    rows = []
    for name in ("robustness", "refusal", "learning"):
        report = _read(f"{name}.json")
        for goal in report["goals"]:
            digits = 2 if goal["unit"] == "%" else 3
            side = "at least" if goal["at_least"] else "at most"
            found = f"{goal['value']:.{digits}f} {goal['unit']}"
            aim = f"{side} {goal['aim']:g} {goal['unit']}"
            rows.append((goal["measure"], found, aim, "yes" if goal["reached"] else "no", report["model"]))
    return markdown_table(("measure", "found", "aim", "reached", "bundle"), rows)


def _recipes(training: dict[str, Any]) -> str:
    steps = [training]
    while "started_from" in steps[0]:
        steps.insert(0, steps[0]["started_from"])
    rows = []
    for number, step in enumerate(steps, 1):
        recipe = step["recipe"]
        rows.append(
            (
                str(number),
                str(len(step["epochs"])),
                str(recipe["batch_size"]),
                f"{recipe['learning_rate']:g}",
                f"{100 * recipe.get('worn_share', 0):g} %",
                f"{100 * recipe.get('strange_share', 0):g} %",
                f"{100 * recipe.get('invented_share', 0):g} %",
                str(recipe["seed"]),
            )
        )
    return markdown_table(("step", "epochs", "batch", "peak rate", "worn", "strangers", "invented", "seed"), rows)


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((RESULTS / name).read_text("utf-8"))
    return content


if __name__ == "__main__":
    main()
