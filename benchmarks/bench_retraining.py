"""Retraining: what corrections of people kept out of training do to the network itself, memory off.

The claim that it puts to the test: after 2,000 corrections from 20 UNIPEN writers, the network makes a quarter fewer
errors on the other half of their samples, and no more than before on what it was not corrected on.
docs/results/retraining.md says how it came out, with hardware, versions, sizes and spread over seeds.

Run: python benchmarks/bench_retraining.py [--split test] [--seeds 3] [--quick] [--out DIR] [--bundle DIR]
It needs the data packs in INKLING_DATA and the extra "train"; the whole takes some twenty minutes on two cores.
"""

import argparse
import os
import statistics
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from inkling import Recognizer
from inkling.alphabet import Alphabet
from inkling.bundle import Bundle
from inkling.data.packs import Pack, load_pack, split
from inkling.evaluation.handwriting import Handwriting, prepare
from inkling.evaluation.machine import describe_machine, machine_in_words
from inkling.evaluation.score import truth_in
from inkling.evaluation.tables import markdown_table, text_table
from inkling.training.lessons import Lessons
from inkling.training.retrain import Retraining, retrain

RESULTS = Path(__file__).parents[1] / "docs" / "results"

UNIPEN, LETTERS = "unipen-strokes", "emnist-letters"
#: Digits of each side: the test set is a pack of its own.
DIGITS = {"test": "mnist-test", "validation": "mnist-train"}

#: Alphabets of one kind of symbol; and what it is called when each sample is read in that of its own.
KINDS, OWN = ("digits", "lowercase", "uppercase"), "each in its own kind"

COLUMNS = ("read", "alphabet", "samples", "errors before, %", "after, %", "fewer, %", "change, points")
TIMES = ("corrections", "base data", "seconds", "aim, seconds")


@dataclass(frozen=True)
class Material:
    """What one seed teaches and reads.

    Args:
        lessons: the corrections.
        parts: what is read before and after, by name.
    """

    lessons: Lessons
    parts: dict[str, Handwriting]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", help="folder of the bundle; by default the one that ships")
    parser.add_argument("--split", choices=("test", "validation"), default="test", help="whose writers correct")
    parser.add_argument("--seeds", type=int, default=3, help="how many, of writers, halves, order and variation")
    parser.add_argument("--corrections", type=int, default=2000)
    parser.add_argument("--quick", action="store_true", help="does it all work? in seconds; the figures mean nothing")
    parser.add_argument("--out", type=Path, help="folder of the report; docs/results unless --quick")
    options = parser.parse_args()

    folder = Path(os.environ.get("INKLING_DATA") or "/nowhere")
    needed = (UNIPEN, LETTERS, DIGITS[options.split])
    if missing := [name for name in needed if not (folder / f"{name}.npz").is_file()]:
        print(f"nothing was measured: INKLING_DATA ({folder}) has no {', '.join(missing)}")
        return 0
    parent = Bundle.load(options.bundle) if options.bundle else Bundle.load()
    recipe = Retraining().quick() if options.quick else Retraining()
    packs = {name: handwriting(folder / f"{name}.npz", options.split, parent, options.quick) for name in needed}
    seeds = range(1, 2 if options.quick else options.seeds + 1)
    found: dict[tuple[str, str], list[tuple[int, float, float]]] = {}
    for seed in seeds:
        material = gather(packs, parent.symbols, options.split, options.corrections, seed)
        candidate = retrain(parent, material.lessons, folder, replace(recipe, seed=seed))
        for row in compare(Recognizer(parent), Recognizer(candidate), material.parts):
            found.setdefault(row[:2], []).append(row[2:])
        print(f"seed {seed} of {len(seeds)}: done", file=sys.stderr, flush=True)
    rows = [summary(name, alphabet, values) for (name, alphabet), values in found.items()]
    few = gather(packs, parent.symbols, options.split, 20 if options.quick else 500, 1).lessons
    times = timed(parent, few, folder, recipe)
    about = said_of(options, parent, recipe, len(seeds))
    print(text_table(COLUMNS, rows) + "\n\n" + text_table(TIMES, times) + "\n\n" + about)
    if options.out or not options.quick:
        write(options.out or RESULTS, rows, times, about)
    return 0


def handwriting(path: Path, side: str, parent: Bundle, quick: bool) -> tuple[Pack, Handwriting]:
    """Read one side of a pack; the samples of symbols that the network knows."""
    pack = load_pack(path)
    pack = pack.select((split(pack) == side) & np.isin(pack.labels, parent.symbols))
    if quick:
        pack = pack.select(np.arange(len(pack)) % 20 == 0)
    return pack, prepare(Recognizer(parent), pack, np.ones(len(pack), np.bool_))


def gather(
    packs: dict[str, tuple[Pack, Handwriting]], symbols: tuple[str, ...], side: str, count: int, seed: int
) -> Material:
    """Take the corrections: all errors in a random half of each writer's samples, then right ones, confirmed."""
    pack, samples = packs[UNIPEN]
    rng = np.random.default_rng(seed)
    writers, sizes = np.unique(samples.writers, return_counts=True)
    chosen = rng.permutation(writers[sizes >= min(100, sizes.max())])[:20]
    halves = [np.array_split(rng.permutation(np.flatnonzero(samples.writers == writer)), 2) for writer in chosen]
    first, second = (np.concatenate(parts) for parts in zip(*halves, strict=True))
    wrong = read_wrong(samples, symbols)
    order = rng.permutation(first)
    taken = np.sort(np.concatenate((order[wrong[order]], order[~wrong[order]]))[:count])
    others = ~np.isin(samples.writers, chosen)
    parts = {"the other half of these writers' samples": samples.select(np.sort(second))}
    if others.any():
        parts["other UNIPEN writers"] = samples.select(others)
    parts |= {name: packs[name][1] for name in (DIGITS[side], LETTERS)}
    return Material(lessons_of(pack, samples, taken), parts)


def read_wrong(samples: Handwriting, symbols: tuple[str, ...]) -> np.ndarray:
    return np.asarray(np.array(symbols)[samples.logits.argmax(1)] != samples.labels)


def lessons_of(pack: Pack, samples: Handwriting, index: np.ndarray) -> Lessons:
    count = len(index)
    return Lessons(
        np.arange(1, count + 1),
        samples.labels[index],
        samples.glyphs[index],
        tuple(tuple(pack.strokes(int(place))) for place in samples.places[index]),
        np.ones(count, np.float32),
        np.ones(count, np.bool_),
    )


def compare(
    before: Recognizer, after: Recognizer, parts: dict[str, Handwriting]
) -> list[tuple[str, str, int, float, float]]:
    """Read every part by both, in the alphabets that suit it: name, alphabet, samples, errors in [0, 1]."""
    rows = []
    for name, samples in parts.items():
        for spec in alphabets_of(name):
            alphabet = before.alphabet(spec)
            truth = truth_in(samples.labels, alphabet)
            asked = truth >= 0
            if asked.any():
                errors = [
                    wrong_share(reader, samples.glyphs[asked], truth[asked], alphabet) for reader in (before, after)
                ]
                rows.append((name, spec, int(asked.sum()), *errors))
        if len(kinds := [row for row in rows if row[0] == name and row[1] in KINDS]) > 1:
            count = sum(row[2] for row in kinds)
            rows.append((name, OWN, count, *(sum(row[2] * row[i] for row in kinds) / count for i in (3, 4))))
    return rows


def alphabets_of(name: str) -> tuple[str, ...]:
    if name in DIGITS.values():
        return "digits", "alphanumeric"
    return ("letters-caseless", "letters") if name == LETTERS else ("alphanumeric", *KINDS)


def wrong_share(reader: Recognizer, glyphs: np.ndarray, truth: np.ndarray, alphabet: Alphabet) -> float:
    parts = [reader.logits(glyphs[i : i + 256].astype(np.float32) / 255) for i in range(0, len(glyphs), 256)]
    return float((reader.probabilities(np.concatenate(parts), alphabet).argmax(1) != truth).mean())


def summary(name: str, alphabet: str, values: list[tuple[int, float, float]]) -> tuple[str, ...]:
    """Give a row: means over the seeds, and from the least to the most where there are several."""
    before, after = ([100 * value[i] for value in values] for i in (1, 2))
    fewer = [100 * (1 - a / b) if b else 0.0 for b, a in zip(before, after, strict=True)]
    change = [b - a for b, a in zip(before, after, strict=True)]
    samples = f"{round(statistics.mean(v[0] for v in values)):,}"
    means = (f"{statistics.mean(before):.2f}", f"{statistics.mean(after):.2f}")
    return (name, alphabet, samples, *means, spread(fewer, ".1f"), spread(change, "+.2f"))


def spread(values: list[float], form: str) -> str:
    mean = f"{statistics.mean(values):{form}}"
    return mean if len(values) == 1 else f"{mean} ({min(values):{form}} to {max(values):{form}})"


def timed(parent: Bundle, lessons: Lessons, folder: Path, recipe: Retraining) -> list[tuple[str, ...]]:
    """Time a whole retraining, without and with base data."""
    rows = []
    for named, where, aim_s in (("no", None, 120), ("yes", folder, 360)):
        started = time.perf_counter()
        retrain(parent, lessons, where, recipe)
        rows.append((str(len(lessons)), named, f"{time.perf_counter() - started:.0f}", f"at most {aim_s}"))
    return rows


def said_of(options: argparse.Namespace, parent: Bundle, recipe: Retraining, seeds: int) -> str:
    machine = describe_machine()
    return (
        f"Bundle {parent.version}, seeds {seeds} (of writers, halves, order, variation), split {options.split}, "
        f"{options.corrections:,} corrections, a fifth of them held out, {recipe.steps} steps of {recipe.batch_size}; "
        f"load average {os.getloadavg()[0]:.1f} at the end. {machine_in_words(machine)}, {machine['measured_at'][:10]}."
    )


def write(out: Path, rows: list[tuple[str, ...]], times: list[tuple[str, ...]], about: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    aims = (
        "Aims: at least 25 % fewer errors on the other half of these writers' samples; nothing else worse by more than "
        "0.1 points. Corrections are all errors in the first halves, then right readings that were confirmed. Memory "
        "is off: the network alone reads. Means over the seeds, from the least to the most in brackets."
    )
    text = f"""# What retraining does to the network

Written by `python benchmarks/bench_retraining.py`.

{markdown_table(COLUMNS, rows)}

{aims}

## Time

A whole retraining, from the packs' being read to the exported bundle, on both cores; the gate is not in it.

{markdown_table(TIMES, times)}

{about}
"""
    (out / "retraining.md").write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
