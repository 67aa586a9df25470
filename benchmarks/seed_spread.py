"""How much a seed matters: bundles that were trained by one recipe with several seeds, read on the same test sets.

Run: python benchmarks/seed_spread.py runs/seed1/bundle runs/seed2/bundle runs/seed3/bundle [--split test] [--out DIR]
It needs the data packs in INKLING_DATA, and writes docs/results/seeds.md. Each bundle is what
`inkling train --seed N --out runs/seedN` ends in.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from inkling import Recognizer
from inkling.bundle import Bundle
from inkling.evaluation.evaluate import evaluate
from inkling.evaluation.machine import describe_machine, machine_in_words
from inkling.evaluation.tables import markdown_table, text_table

RESULTS = Path(__file__).parents[1] / "docs" / "results"
HEADERS = ("handwriting", "alphabet", "samples", "mean, %", "least", "most", "standard deviation", "at least, %")

#: What any run of the recipe is asked to reach, percent; of the bundle that ships more is asked.
AIMS = {
    ("mnist-test", "digits"): 99.6,
    ("unipen-strokes", "digits"): 98.5,
    ("unipen-strokes", "lowercase"): 92.5,
    ("unipen-strokes", "uppercase"): 95.5,
    ("omniglot-latin", "lowercase"): 96.0,
    ("emnist-letters", "letters-caseless"): 95.0,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundles", nargs="+", type=Path, help="their folders")
    parser.add_argument("--split", choices=("test", "validation"), default="test")
    parser.add_argument("--out", type=Path, help="folder of the report; docs/results for the split test")
    options = parser.parse_args()

    folder = Path(os.environ.get("INKLING_DATA") or "/nowhere")
    bundles = [Bundle.load(path) for path in options.bundles]
    recipes = [bundle.card["training"]["recipe"] for bundle in bundles]
    if any({**recipe, "seed": 0} != {**recipes[0], "seed": 0} for recipe in recipes):
        print("the bundles were trained by different recipes: their spread would not be that of a seed")
        return 1
    if len({recipe["seed"] for recipe in recipes}) < max(2, len(bundles)):
        print("bundles of two seeds or more are needed, each of its own")
        return 1
    found: dict[tuple[str, str, int], list[float]] = {}
    for bundle in bundles:
        for score in evaluate(Recognizer(bundle), folder, splits=(options.split,), progress=True).scores:
            key = score.pack, score.alphabet, score.accuracy.total
            found.setdefault(key, []).append(100 * score.accuracy.value)
    rows = [row(*key, values) for key, values in found.items()]
    print(text_table(HEADERS, rows))
    print(missed(rows))
    out = options.out or (RESULTS if options.split == "test" else None)
    if out:
        write(out, rows, said_of(bundles, options.split))
    return 0


def row(pack: str, alphabet: str, samples: int, values: Sequence[float]) -> tuple[str, ...]:
    aim = AIMS.get((pack, alphabet))
    deviation = f"{statistics.stdev(values):.2f}" if len(values) > 1 else "–"
    figures = (f"{statistics.mean(values):.2f}", f"{min(values):.2f}", f"{max(values):.2f}", deviation)
    return pack, alphabet, f"{samples:,}", *figures, f"{aim:g}" if aim else "–"


def missed(rows: Sequence[Sequence[str]]) -> str:
    """Say whose least figure, as it stands in the table, is below what any run shall reach."""
    below = [
        f"{pack}, {alphabet}, {least} % where {aim} % is asked"
        for pack, alphabet, _, _, least, _, _, aim in rows
        if aim != "–" and float(least) < float(aim)
    ]
    return f"Not every run reaches it: {'; '.join(below)}." if below else "Every run reaches what is asked."


def said_of(bundles: Sequence[Bundle], split: str) -> str:
    machine = describe_machine()
    named = ", ".join(f"{b.version} (seed {b.card['training']['recipe']['seed']})" for b in bundles)
    epochs = bundles[0].card["training"]["recipe"]["epochs"]
    where = f"{machine_in_words(machine)}, {machine['measured_at'][:10]}"
    return f"Bundles {named}, {epochs} epochs each; split {split}. {where}."


def write(out: Path, rows: Sequence[Sequence[str]], about: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    text = f"""# What another seed changes

Written by `python benchmarks/seed_spread.py`: networks trained by one recipe with different seeds, each read as
`inkling evaluate` reads it. The seed decides the first weights, the order of the samples and every variation. "At
least" is what any run shall reach; what is asked of the bundle that ships stands in the [model card](../model-card.md).

{markdown_table(HEADERS, rows)}

{missed(rows)}

{about}
"""
    (out / "seeds.md").write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
