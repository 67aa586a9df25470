"""Poisoned corrections at the gate: 20 kinds that must not pass, and honest ones beside them.

Every batch is retrained from the bundle that ships, as `inkling retrain` does it, and then judged. Corrections that
disagree with others weigh as much as the rest here, so that the gate stands alone. Run whole, it writes how it
came out to docs/results/poison.md.

Run: python benchmarks/bench_poison.py [--quick] [--only TEXT ...] [--without-data] [--keep DIR] [--out DIR]
It needs the data packs in INKLING_DATA and the extra "train"; the whole takes most of an hour on two cores.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inkling import Recognizer
from inkling.bundle import SHIPPED, Bundle
from inkling.evaluation.machine import describe_machine
from inkling.evaluation.tables import markdown_table, text_table
from inkling.training.gate import Decision, judge
from inkling.training.lessons import Lessons
from inkling.training.retrain import Retraining, retrain
from poisons import BATCHES, CANDIDATES, NEEDED, honest

RESULTS = Path(__file__).parents[1] / "docs" / "results"

#: Honest batches: how many corrections, of how many writers.
HONEST = ((500, 10), (500, 5), (1000, 20), (300, 2), (200, 10))
_HEADERS = ("batch", "corrections", "the gate", "held out: right, wrong", "why")


@dataclass(frozen=True)
class Case:
    """One batch: what it is called, whether it must be refused, its corrections, and what is done to the candidate."""

    name: str
    poisoned: bool
    lessons: Lessons
    spoil: str = ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few steps a batch; the figures mean nothing")
    parser.add_argument("--only", nargs="*", default=[], help="batches whose names hold one of these texts")
    parser.add_argument("--without-data", action="store_true", help="as where no packs are: typefaces stand in")
    parser.add_argument("--keep", type=Path, help="folder for candidates, to judge them again without retraining")
    parser.add_argument("--out", type=Path, help="folder of the report; docs/results where all was run in full")
    options = parser.parse_args()

    folder = Path(os.environ.get("INKLING_DATA") or "/nowhere")
    if missing := [name for name in NEEDED if not (folder / f"{name}.npz").is_file()]:
        print(f"nothing was measured: INKLING_DATA ({folder}) has no {', '.join(missing)}")
        return 0
    started = time.perf_counter()
    current = Recognizer(Bundle.load(SHIPPED))
    rows, let_through, passed, counts = [], 0, 0, [0, 0]
    reused = options.keep is not None and any(options.keep.glob("*/card.json"))
    for case in cases(folder, current.bundle):
        if options.only and not any(text in case.name for text in options.only):
            continue
        decision = decide(case, current, None if options.without_data else folder, options)
        counts[case.poisoned] += 1
        let_through += case.poisoned and decision.passed
        passed += not case.poisoned and decision.passed
        rows.append(_row(case, decision))
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    print(text_table(_HEADERS, rows))
    summary = f"let through: {let_through} of {counts[True]} poisoned batches; {passed} of {counts[False]} honest ones"
    print(summary)
    out = options.out or (None if options.quick or options.only or options.without_data else RESULTS)
    if out:
        minutes = (time.perf_counter() - started) / 60
        took = f"{minutes:.0f} minutes{', the retraining of kept candidates not counted,' if reused else ''}"
        _write(out, rows, summary, current.version, took)
    return 1 if let_through else 0


def cases(folder: Path, bundle: Bundle) -> Iterator[Case]:
    """Give the honest batches, then the poisoned ones, each made of another seed's writers."""
    for seed, (count, writers) in enumerate(HONEST):
        lessons = honest(folder, bundle, count, writers, seed)
        yield Case(f"honest: {len(lessons)} of {writers} writers", False, lessons)
    for seed, (name, poison) in enumerate(BATCHES.items()):
        lessons = honest(folder, bundle, 500, 10, 100 + seed)
        yield Case(name, True, poison(lessons, np.random.default_rng(seed), folder))
    for name in CANDIDATES:
        yield Case(name, True, honest(folder, bundle, *HONEST[0], 0), name)


def decide(case: Case, current: Recognizer, data_folder: Path | None, options: argparse.Namespace) -> Decision:
    """Retrain on a batch, and let the gate judge what comes of it."""
    recipe = Retraining().quick() if options.quick else Retraining()
    known = f"honest: {len(case.lessons)} of {HONEST[0][1]} writers" if case.spoil else case.name
    kept = options.keep / "".join(c if c.isalnum() else "-" for c in known) if options.keep else None
    if kept and (kept / "card.json").is_file():
        candidate = Bundle.load(kept)
    else:
        candidate = retrain(current.bundle, case.lessons, data_folder, recipe)
        if kept:
            candidate.save(kept)
    if case.spoil:
        candidate = CANDIDATES[case.spoil](candidate)
    return judge(current, Recognizer(candidate), case.lessons, data_folder)


def _row(case: Case, decision: Decision) -> tuple[str, ...]:
    held_out = next((one for one in decision.comparisons if one.name == "corrections"), None)
    turned = f"{held_out.fixed}, {held_out.broken}" if held_out else "–"
    said = "passed" if decision.passed else "refused"
    return case.name, f"{len(case.lessons):,}", said, turned, "" if decision.passed else decision.reasons[0]


def _write(folder: Path, rows: list[tuple[str, ...]], summary: str, version: str, took: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    machine = describe_machine()
    parts = [
        "# Poisoned corrections at the gate",
        "Written by `python benchmarks/bench_poison.py`.",
        f"**{summary[0].upper()}{summary[1:]}.**",
        markdown_table(_HEADERS, rows),
        "Corrections are characters of UNIPEN writers of the test split, honest ones as they are, the others spoiled "
        "as the first column says. Each batch was retrained from the bundle that ships and judged on its held-out "
        "fifth, on the packs' validation samples and on characters of typefaces. Of several reasons the first is "
        "shown. The doubts that make corrections weigh less in use were left out, so that the gate stood alone.",
        f"Bundle {version}; {took} on {machine['processor']}, {machine['cores']} cores, "
        f"{machine['system']}, Python {machine['python']}, {machine['measured_at']}.",
    ]
    (folder / "poison.md").write_text("\n\n".join(parts) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
