"""The report of bench_learning.py: one table, on the terminal and as Markdown."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from inkling.evaluation.machine import describe_machine, machine_in_words
from inkling.evaluation.tables import markdown_table, text_table
from learning_plot import digits, draw

if TYPE_CHECKING:
    from bench_learning import Outcome
    from learning_material import Sizes

Outcomes = Mapping[str, Sequence["Outcome"]]


def write_report(
    outcomes: Outcomes, nothing: str, sizes: "Sizes", version: str, minutes: float, rates: str, folder: Path | None
) -> None:
    """Print the table; write table and plot to a folder if one is given.

    Args:
        outcomes: one outcome a writer for each learner; ``nothing`` names the one that the others are held against.
        nothing: the learner that learns nothing.
        sizes: how much was taken.
        version: of the bundle.
        minutes: how long it all took.
        rates: where the learning rates of the baselines come from, in Markdown.
        folder: where to write ``learning-baselines.md`` and ``.png``.
    """
    headers, rows = _table(outcomes, nothing)
    print(f"bundle {version}, {minutes * 60:.0f} s, load average {os.getloadavg()[0]:.2f}\n")
    print(text_table(headers, rows))
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    parts = [
        "# Ways of learning from corrections, side by side",
        f"Written by `python benchmarks/bench_learning.py{_arguments()}`.",
        markdown_table(headers, rows),
        "![Errors along the stream, forgetting and time of each way of learning](learning-baselines.png)",
        _notes(outcomes, nothing, sizes, rates),
        _conditions(version, minutes),
    ]
    (folder / "learning-baselines.md").write_text("\n\n".join(parts) + "\n", "utf-8")
    draw(outcomes, nothing, version, folder / "learning-baselines.png")


def second_halves(outcomes: Sequence["Outcome"]) -> np.ndarray:
    """Count each writer's errors in the second half of the stream, and its samples: int (writers, 2)."""
    halves = [o.wrong[len(o.wrong) // 2 :] for o in outcomes]
    return np.array([(half.sum(), len(half)) for half in halves])


def _fewer(mine: np.ndarray, without: np.ndarray) -> tuple[float, float, float]:
    """Give the share of errors that learning saves, with a 95 % interval: writers drawn afresh 2,000 times."""
    drawn = np.random.default_rng(0).integers(0, len(mine), (2000, len(mine)))
    shares = 1 - mine[drawn].sum(1) / np.maximum(without[drawn].sum(1), 1)
    low, high = np.percentile(shares, (2.5, 97.5))
    return 1 - mine.sum() / max(without.sum(), 1), low, high


def _table(outcomes: Outcomes, nothing: str) -> tuple[list[str], list[list[str]]]:
    names = list(outcomes[nothing][0].held)
    headers = ["learner", "errors, second halves, %", "fewer than without, %", "same drawing read at once, %"]
    headers += [f"{name}, %, change (worst)" for name in names] + ["correction to next reading, ms"]
    without = second_halves(outcomes[nothing])
    rows = []
    for learner, streams in outcomes.items():
        errors = second_halves(streams)
        row = [learner, f"{errors[:, 0].sum() / errors[:, 1].sum() * 100:.2f}"]
        if learner == nothing:
            row += ["–", "–"]
        else:
            share, low, high = _fewer(errors[:, 0], without[:, 0])
            row.append(f"{share * 100:.1f} ({low * 100:.1f} to {high * 100:.1f})")
            row.append(f"{np.concatenate([o.at_once for o in streams]).mean() * 100:.1f}")
        for name in names:
            before, after = (np.array([o.held[name] for o in some]) * 100 for some in (outcomes[nothing], streams))
            change = after - before
            told = "" if learner == nothing else f", {change.mean():+.2f} ({change.min():+.2f})"
            row.append(f"{after.mean():.2f}{told}")
        spans = np.concatenate([o.spans_ms for o in streams])
        row.append(_span(spans) if len(spans) else "–")
        rows.append(row)
    return headers, rows


def _span(spans_ms: np.ndarray) -> str:
    low, middle, high = np.percentile(spans_ms, (5, 50, 95))
    return f"{middle:,.{digits(middle)}f} ({low:,.{digits(low)}f} to {high:,.{digits(high)}f})"


def _notes(outcomes: Outcomes, nothing: str, sizes: "Sizes", rates: str) -> str:
    streams = outcomes[nothing]
    samples, corrections = (
        sum(len(o.wrong) for o in streams),
        {n: sum(len(o.at_once) for o in s) for n, s in outcomes.items()},
    )
    told = ", ".join(f"{name} {count}" for name, count in corrections.items() if name != nothing)
    return f"""## What was measured

- Streams: {len(streams)} UNIPEN writers of the test split with at least {sizes.least} samples (with fewer corrections
  the two epochs would not begin), at most {sizes.stream} each in random order, {samples:,} in all, among 62 symbols.
  Each sample is read, and corrected if it was read wrong; each learner begins afresh with each writer. Corrections:
  {told}.
- *Errors, second halves*: over the second half of every stream. *Fewer than without*: against nothing learned, with a
  95 % interval (writers drawn afresh 2,000 times).
- *Same drawing read at once*: read right just after its own correction.
- *MNIST, letters*: {sizes.held:,} random samples each of MNIST's test set and of EMNIST letters' test split, the same
  for all, before (first row) and after each stream; the change is a mean over the writers, in points, and the worst
  one's.
- *Correction to next reading*: median (5 % to 95 %) on one thread, no store and no web between; for the two epochs only
  the corrections that set them off count.

## The learners

- *Nothing learned*: the bundle as it ships.
- *One SGD step*: for each correction one step of plain SGD over it, 32 base samples and up to 16 earlier corrections.
- *Two epochs*: after every {sizes.every} corrections two epochs of Adam, batches of 64, over {sizes.base:,} base
  samples and all corrections so far.
- *Memory*: `inkling.memory` as it ships.

Base samples are of the training split, a third each of UNIPEN, MNIST and EMNIST letters. The baselines start from the
same network, with its norms held still.

{rates}"""


def _conditions(version: str, minutes: float) -> str:
    machine = describe_machine()
    machine["versions"]["torch"] = torch.__version__
    return (
        f"Bundle {version}. {machine_in_words(machine)}; "
        f"two processes of one thread; one run, {minutes:.1f} minutes, "
        f"load average {os.getloadavg()[0]:.1f} at its end, {machine['measured_at'][:10]}."
    )


def _arguments() -> str:
    return "".join(f" {argument}" for argument in sys.argv[1:] if argument == "--quick")
