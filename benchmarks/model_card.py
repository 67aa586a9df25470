"""Write docs/model-card.md from the bundle that ships and the results that stand in docs/results.

    python benchmarks/model_card.py            # write it
    python benchmarks/model_card.py --check    # say whether it is up to date; exit code 1 where not

Nothing is measured here: every figure is what the commands named in the page have written. A test runs it again and
compares, so that the page cannot fall behind the bundle.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from inkling.bundle import CARD, NETWORK, NORMALIZER, SHIPPED
from inkling.evaluation.best_known import BEST_KNOWN, REFUSAL_ELSEWHERE, ROBUSTNESS_ELSEWHERE
from inkling.evaluation.tables import markdown_table
from model_card_texts import ASKED, LIMITS, MOST_MB, TRAINED

DOCS = Path(__file__).parents[1] / "docs"
PAGE, RESULTS = DOCS / "model-card.md", DOCS / "results"

#: How new symbols were read, as the report of learning names it, and whether it is a change.
KINDS_OF_READING = (("among_taught", False), ("among_all", False), ("known_change", True))


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
        "Probabilities by `inkling evaluate --split test`, time by `inkling evaluate --speed`, robustness by `inkling "
        "evaluate --robustness`, refusal by `inkling evaluate --refusal`, learning by `inkling evaluate --learning`. "
        "Beside each stands the bundle that it was measured on. For new symbols these are bundles of the same form "
        "whose training left scripts out: one that has met them all cannot show how it meets new ones.",
        _goals(card["version"], size / 1e6),
        ROBUSTNESS_ELSEWHERE,
        REFUSAL_ELSEWHERE,
        "### New symbols beside the known ones",
        "The aims for new symbols are held against readings in which only the taught ones may be answered. Where all "
        "that the network knows may be answered too, fewer are read right, and known symbols are taken for new ones. "
        "By [learning](results/learning.md), mean over episodes; the span is over the scripts.",
        _new_symbols(),
        "## What it is bad at",
        _limits(),
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
        _story(card),
        f"Made with torch {card['made_with']['torch']}, onnx {card['made_with']['onnx']} and Python "
        f"{card['made_with']['python']}, {card['created'][:10]}. "
        "To make it again, and what that gave: [train](how-to/train.md#recipes).",
        "SHA-256 of its files: " + ", ".join(f"`{name}` {digest}" for name, digest in card["files"].items()) + ".",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _accuracy() -> str:
    found = _test_rows()
    rows = []
    for name, aim, _ in ASKED:
        row = found[name]
        share = 100 * row["accuracy"]
        reached = "–" if aim is None else "yes" if share >= aim else "no"
        span = f"{100 * row['accuracy_low_95']:.2f} to {100 * row['accuracy_high_95']:.2f}"
        asked = "–" if aim is None else f"{aim:g} %"
        cells = (row["pack"], row["alphabet"], f"{row['samples']:,}", f"{share:.2f} %", span, asked, reached)
        rows.append((*cells, f"{100 * row['ece']:.2f} %", BEST_KNOWN.get(name, "–")))
    headers = ("data set", "alphabet", "samples", "right", "95 % interval", "aim", "reached", "ECE", "the best known")
    return markdown_table(headers, rows)


def _goals(version: str, size_mb: float) -> str:
    rows = [*_calibrated(), _glyph_time(), _row("the bundle's size", size_mb, "MB", 2, MOST_MB, False, version)]
    for name in ("robustness", "refusal", "learning"):
        report = _read(f"{name}.json")
        for goal in report["goals"]:
            digits = 2 if goal["unit"] == "%" else 3
            new = goal["measure"].startswith("new symbols")
            measure = goal["measure"] + (", only they may be answered" if new else "")
            bundle = ", ".join(dict.fromkeys(s["bundle"] for s in _scripts())) if new else report["model"]
            rows.append(_row(measure, goal["value"], goal["unit"], digits, goal["aim"], goal["at_least"], bundle))
    return markdown_table(("measure", "found", "aim", "reached", "bundle"), rows)


def _row(
    measure: str, value: float, unit: str, digits: int, aim: float, at_least: bool, bundle: str
) -> tuple[str, str, str, str, str]:
    reached = value >= aim if at_least else value <= aim
    side = "at least" if at_least else "at most"
    return measure, f"{value:.{digits}f} {unit}", f"{side} {aim:g} {unit}", "yes" if reached else "no", bundle


def _calibrated() -> Iterator[tuple[str, str, str, str, str]]:
    report = _read("report.json")
    found = _test_rows()
    for name, _, most in ASKED:
        if most is not None:
            pack, alphabet = name.split("/")
            measure = f"how far probabilities are off, {pack} in {alphabet}, ECE"
            yield _row(measure, 100 * found[name]["ece"], "%", 2, most, False, report["model"])


def _glyph_time() -> tuple[str, str, str, str, str]:
    report = _read("report.json")
    (glyph,) = (row for row in report["speed"] if row["what"].startswith("normaliser and network"))
    measure = f"{glyph['what']}, median"
    return _row(measure, glyph["median_ms"], "ms", 3, glyph["aim_ms"], False, report["model"])


def _new_symbols() -> str:
    rows = []
    for shots in sorted({script["shots"] for script in _scripts()}):
        scripts = [script for script in _scripts() if script["shots"] == shots]
        cells = (_span(scripts, what, signed) for what, signed in KINDS_OF_READING)
        rows.append((str(shots), *cells))
    headers = ("drawings", "only the taught may be answered, %", "all may be answered, %", "known symbols, points")
    return markdown_table(headers, rows)


def _span(scripts: Sequence[dict[str, Any]], what: str, signed: bool) -> str:
    """Write mean, least and most over scripts, with the names of the two."""
    by_name = {script["script"]: 100 * script[what]["mean"] for script in scripts}
    form = "+.2f" if signed else ".1f"
    least, most = min(by_name, key=lambda name: by_name[name]), max(by_name, key=lambda name: by_name[name])
    mean = sum(by_name.values()) / len(by_name)
    ends = " to ".join(f"{name} {by_name[name]:{form}}" for name in (least, most))
    return f"{mean:{form}} ({ends})"


def _scripts() -> list[dict[str, Any]]:
    scripts: list[dict[str, Any]] = _read("learning.json")["sections"]["New symbols"]["scripts"]
    return scripts


def _limits() -> str:
    """Fill in what the reports say; points that are lost stand without their sign."""
    found = _test_rows()
    robust = _read("robustness.json")["sections"]
    steps = {(s["perturbation"], s["step"]): s for s in robust["Drawn characters, test writers"]["steps"]}
    among_62 = found["unipen-strokes/alphanumeric"]["accuracy"]

    def lost(perturbation: str, step: str, kind: str) -> str:
        return f"{-steps[perturbation, step][kind]['points']:.2f}"

    accepted = _read("refusal.json")["sections"]["Real characters accepted"]["alphabets"]
    shares = {f"{r['alphabet']} of {r['pack']}": 100 * r["accepted"] / r["samples"] for r in accepted}
    missed = " and ".join(f"of {name} {share:.2f} % are" for name, share in shares.items() if share < 99)
    asked = "99 % of real characters are to be accepted"
    return LIMITS.format(
        wrong=f"{100 * (1 - among_62):.1f}",
        ece=f"{100 * found['mnist-test/alphanumeric']['ece']:.2f}",
        turned_upper=lost("rotation", "-15°", "uppercase"),
        turned_lower=lost("rotation", "-15°", "lowercase"),
        turned_10_upper=lost("rotation", "-10°", "uppercase"),
        turned_10_lower=lost("rotation", "-10°", "lowercase"),
        pen_2_upper=lost("pen", "2×", "uppercase"),
        pen_2_lower=lost("pen", "2×", "lowercase"),
        pen_3_upper=lost("pen", "3×", "uppercase"),
        pen_3_lower=lost("pen", "3×", "lowercase"),
        zigzag=f"{-robust['Corruptions']['zigzag']['points']:.1f}",
        refused=f"{asked}; {missed}." if missed else f"{asked}, and are in every alphabet.",
    )


def _story(card: dict[str, Any]) -> str:
    """Give what happened in training: as a table where there is one for this version, else as its card tells it."""
    told: str = card["training"].get("note", "")
    if card["version"] not in TRAINED:
        return told
    table = markdown_table(("step", "what was otherwise", "where"), TRAINED[card["version"]])
    end = "Validation data were looked at after each epoch, test splits at the end."
    return f"Not all of it ran as the code would run it today:\n\n{table}\n\n{end}"


def _test_rows() -> dict[str, dict[str, Any]]:
    scores = _read("report.json")["scores"]
    return {f"{row['pack']}/{row['alphabet']}": row for row in scores if row["split"] == "test"}


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
