"""Learning from corrections: Inkling's memory beside what its ancestors do, on writers kept out of training.

The claim that it puts to the test: votes beside a network that stays as it is save more errors than fine-tuning does,
far sooner, and cost less of what was known before. docs/results/learning-baselines.md says how it came out, with
hardware, versions, sizes and number of runs.

Run: python benchmarks/bench_learning.py [--quick] [--out DIR] [--seed N] [--bundle DIR]
     python benchmarks/bench_learning.py --choose    the learning rates first, on validation writers: some minutes more
It needs the data packs in INKLING_DATA and the extra "train"; the whole takes some four minutes on two cores.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from inkling import Recognizer
from inkling.alphabet import Alphabet
from inkling.evaluation.tables import text_table
from learners import Learner, Nothing, OneStep, Remembering, Samples, TwoEpochs
from learning_material import CHOICE, NEEDED, QUICK, Material, Sizes, gather
from learning_rates import EPOCH_GRID, STEP_GRID, UNTRIED, Rates, in_words
from learning_report import second_halves, write_report

RESULTS = Path(__file__).parents[1] / "docs" / "results"

NOTHING, MEMORY, STEP, EPOCHS = "nothing learned", "memory (Inkling)", "one SGD step", "two epochs"
Makers = dict[str, Callable[[Recognizer, Samples, int], Learner]]


@dataclass(frozen=True)
class Outcome:
    """What became of one learner on one writer's stream.

    Args:
        wrong: bool (N,), whether each sample was read wrong when it came.
        spans_ms: from each correction that was learned at once to the next reading, in ms.
        at_once: bool (corrections,), whether the same drawing was read right after its correction.
        held: accuracy in [0, 1] after the stream, by the name of what shall not be forgotten.
    """

    wrong: np.ndarray
    spans_ms: np.ndarray
    at_once: np.ndarray
    held: dict[str, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", help="folder of the bundle; by default the one that ships")
    parser.add_argument("--quick", action="store_true", help="a few samples, in seconds; the figures mean nothing")
    parser.add_argument("--choose", action="store_true", help="try learning rates on validation writers instead")
    parser.add_argument("--seed", type=int, default=0, help="of writers, order and samples")
    parser.add_argument("--out", type=Path, help="folder of the report; docs/results unless --quick")
    options = parser.parse_args()

    folder = Path(os.environ.get("INKLING_DATA") or "/nowhere")
    if missing := [name for name in NEEDED if not (folder / f"{name}.npz").is_file()]:
        print(f"nothing was measured: INKLING_DATA ({folder}) has no {', '.join(missing)}")
        return 0
    started = time.perf_counter()
    recognizer = Recognizer(options.bundle)
    sizes = QUICK if options.quick else Sizes()
    if options.choose:
        sizes = sizes if options.quick else CHOICE
        found = choose(gather(folder, recognizer, sizes, "validation", options.seed), sizes, recognizer, options)
        if not options.quick:
            found.save()
        return 0
    material = gather(folder, recognizer, sizes, "test", options.seed)
    rates = Rates.load()
    outcomes = run_all(learners(sizes, *(rates.best if rates else UNTRIED)), material, options)
    minutes = (time.perf_counter() - started) / 60
    write_report(outcomes, NOTHING, sizes, recognizer.version, minutes, in_words(rates), _out(options))
    return 0


def learners(sizes: Sizes, step_rate: float, epoch_rate: float) -> Makers:
    return {
        NOTHING: _nothing,
        STEP: partial(_step, rate=step_rate),
        EPOCHS: partial(_epochs, rate=epoch_rate, every=sizes.every),
        MEMORY: _memory,
    }


def choose(material: Material, sizes: Sizes, recognizer: Recognizer, options: argparse.Namespace) -> Rates:
    """Try every learning rate, and print the errors in second halves; a baseline is shown at its best."""
    steps: Makers = {f"{STEP}, {rate:g}": partial(_step, rate=rate) for rate in STEP_GRID}
    epochs: Makers = {f"{EPOCHS}, {rate:g}": partial(_epochs, rate=rate, every=sizes.every) for rate in EPOCH_GRID}
    outcomes = run_all({NOTHING: _nothing, **steps, **epochs}, material, options)
    counts = {name: second_halves(streams).sum(0) for name, streams in outcomes.items()}
    errors = {name: round(float(wrong / samples * 100), 3) for name, (wrong, samples) in counts.items()}
    print(text_table(("learner, rate", "errors, second halves, %"), [(n, f"{e:.2f}") for n, e in errors.items()]))
    return Rates(
        recognizer.version,
        int(counts[NOTHING][1]),
        errors[NOTHING],
        {name.split(", ")[1]: errors[name] for name in steps},
        {name.split(", ")[1]: errors[name] for name in epochs},
    )


def run_all(makers: Makers, material: Material, options: argparse.Namespace) -> dict[str, list[Outcome]]:
    """Let every learner go through every stream, afresh each time, two streams at a time."""
    # in the order of their cost, so that both processes end at about the same time
    tasks = [(name, i) for name in (EPOCHS, STEP, MEMORY, NOTHING) for i in range(len(material.streams))]
    tasks = [(full, i) for name, i in tasks for full in makers if full.startswith(name)]
    start = partial(_start, makers, material, options.bundle, options.seed)
    if options.quick:
        start()
        done = list(map(_task, tasks))
    else:
        with ProcessPoolExecutor(2, get_context("spawn"), start) as pool:
            done = list(pool.map(_task, tasks))
    outcomes: dict[str, list[Outcome]] = {name: [] for name in makers}
    for (name, _), outcome in sorted(zip(tasks, done, strict=True), key=lambda pair: pair[0][1]):
        outcomes[name].append(outcome)
    return outcomes


def go_through(learner: Learner, stream: Samples) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Predict each sample, then correct it if it was read wrong: wrong (N,), spans_ms, at_once (corrections,)."""
    wrong, spans_ms, at_once = np.zeros(len(stream.truth), bool), [], []
    for i, (glyph, truth) in enumerate(zip(stream.glyphs, stream.truth, strict=True)):
        answer = int(learner.logits(glyph[None]).argmax())
        wrong[i] = answer != truth
        if wrong[i]:
            start = time.perf_counter()
            learned = learner.correct(glyph, int(truth), answer)
            again = int(learner.logits(glyph[None]).argmax())
            if learned:
                spans_ms.append((time.perf_counter() - start) * 1e3)
            at_once.append(again == truth)
    return wrong, np.array(spans_ms), np.array(at_once, bool)


def kept(learner: Learner, material: Material, recognizer: Recognizer) -> dict[str, float]:
    """Give the accuracy on what shall not be forgotten, in [0, 1]."""
    found = {}
    for name, part, alphabet in (
        ("MNIST, digits", material.digits, recognizer.alphabet("digits")),
        ("MNIST, alphanumeric", material.digits, recognizer.alphabet()),
        ("letters, caseless", material.letters, recognizer.alphabet("letters-caseless")),
    ):
        logits = learner.logits(part.glyphs, [member for members in alphabet.members for member in members])
        answers = recognizer.probabilities(logits, alphabet).argmax(1)
        found[name] = float((answers == _places(part.truth, alphabet, recognizer.symbols)).mean())
    return found


def _places(truth: np.ndarray, alphabet: Alphabet, symbols: Sequence[str]) -> np.ndarray:
    place = {member: i for i, members in enumerate(alphabet.members) for member in members}
    return np.array([place.get(symbols[t], -1) for t in truth])


def _nothing(recognizer: Recognizer, base: Samples, seed: int) -> Learner:
    return Nothing(recognizer)


def _memory(recognizer: Recognizer, base: Samples, seed: int) -> Learner:
    return Remembering(recognizer)


def _step(recognizer: Recognizer, base: Samples, seed: int, rate: float) -> Learner:
    return OneStep(recognizer.bundle, base, seed, rate)


def _epochs(recognizer: Recognizer, base: Samples, seed: int, rate: float, every: int) -> Learner:
    return TwoEpochs(recognizer.bundle, base, seed, rate, every)


_work: tuple[Makers, Material, Recognizer, int]  # what a process works on


def _start(makers: Makers, material: Material, bundle: str | None, seed: int) -> None:
    global _work
    torch.set_num_threads(1)
    _work = (makers, material, Recognizer(bundle), seed)


def _task(task: tuple[str, int]) -> Outcome:
    makers, material, recognizer, seed = _work
    name, number = task
    learner = makers[name](recognizer, material.base, seed + number)
    wrong, *outcome = go_through(learner, material.streams[number])
    print(f"{name}, writer {number}: {wrong.sum()} of {len(wrong)} wrong", file=sys.stderr)
    return Outcome(wrong, *outcome, kept(learner, material, recognizer))


def _out(options: argparse.Namespace) -> Path | None:
    return options.out or (None if options.quick else RESULTS)


if __name__ == "__main__":
    sys.exit(main())
