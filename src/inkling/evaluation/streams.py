"""One writer's characters in random order: read, corrected where read wrong. Do errors grow rare?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..alphabet import Alphabet
from .findings import Goal, Section, Spread
from .handwriting import Handwriting, answers, teach
from .score import alphabets_for, truth_in

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["Stream", "Streams", "at_once_section", "run_streams", "streams_section"]

_AIM_FEWER, _AIM_AT_ONCE = 35.0, 100.0
#: Writers with fewer errors without learning say little of a share of errors saved.
_TELLING_ERRORS = 5


@dataclass(frozen=True, eq=False)
class Stream:
    """What became of one writer's stream in one order.

    Args:
        writer: who.
        seed: of the order.
        plain: bool (N,), whether each sample was read wrong without learning.
        learned: bool (N,), the same with learning.
        again: corrections whose drawing was read right straight afterwards.
    """

    writer: int
    seed: int
    plain: NDArray[np.bool_]
    learned: NDArray[np.bool_]
    again: int


@dataclass(frozen=True, eq=False)
class Streams:
    """All streams in one alphabet."""

    alphabet: str
    all: tuple[Stream, ...]

    @property
    def seeds(self) -> list[int]:
        """The orders."""
        return sorted({stream.seed for stream in self.all})

    @property
    def writers(self) -> list[int]:
        """Who wrote them."""
        return sorted({stream.writer for stream in self.all})

    def errors(self, seed: int | None = None, writer: int | None = None, whole: bool = False) -> tuple[int, int]:
        """Count errors without and with learning in second halves, or in whole streams."""
        chosen = [s for s in self.all if seed in (None, s.seed) and writer in (None, s.writer)]
        halves = [(s.plain, s.learned) if whole else (_second(s.plain), _second(s.learned)) for s in chosen]
        return sum(int(plain.sum()) for plain, _ in halves), sum(int(taught.sum()) for _, taught in halves)

    def fewer(self, whole: bool = False) -> Spread:
        """Give the share of errors saved, over the orders."""
        return Spread.of(_saved(*self.errors(seed, whole=whole)) for seed in self.seeds)

    def of_writers(self) -> dict[int, tuple[int, int]]:
        """Give each writer's errors in second halves, without and with learning, all orders together."""
        return {writer: self.errors(writer=writer) for writer in self.writers}


def run_streams(
    recognizer: "Recognizer", samples: Handwriting, seeds: Sequence[int], least: int = 40, progress: bool = False
) -> list[Streams]:
    """Run one stream a writer and order in each alphabet that suits the samples, the largest last.

    Args:
        recognizer: reads with the bundle that is measured.
        samples: of writers kept out of training.
        seeds: of the orders.
        least: writers with fewer samples in an alphabet are passed over.
        progress: whether to draw a progress bar.
    """
    found = []
    for alphabet in alphabets_for(samples.labels, recognizer.symbols):
        truth = truth_in(samples.labels, alphabet)
        plain = answers(recognizer, None, samples, alphabet)
        of_writers = [np.flatnonzero((samples.writers == w) & (truth >= 0)) for w in np.unique(samples.writers)]
        of_writers = [index for index in of_writers if len(index) >= least]
        jobs = [(seed, index) for seed in seeds for index in of_writers]
        bar = tqdm(jobs, desc=f"streams, {alphabet.name}", unit="stream", disable=not progress, leave=False)
        streams = [_run(recognizer, samples, alphabet, truth, plain, index, seed) for seed, index in bar]
        if streams:
            found.append(Streams(alphabet.name, tuple(streams)))
    return found


def at_once_section(every: Sequence[Streams]) -> Section:
    """Say how often the same drawing is read right after its correction."""
    counts = [(s.alphabet, sum(t.again for t in s.all), sum(int(t.learned.sum()) for t in s.all)) for s in every]
    right, total = sum(c[1] for c in counts), sum(c[2] for c in counts)
    share = 100 * right / total if total else 100.0
    return Section(
        "The same drawing, straight after its correction",
        "Every correction of the streams below, in whatever memory that stream had by then: the same drawing is read "
        "again.",
        ("alphabet", "corrections", "read right"),
        [(name, f"{n:,}", f"{right / max(n, 1) * 100:.2f} %") for name, right, n in counts],
        (
            Goal(
                "the same drawing, right after its correction", share, "%", _AIM_AT_ONCE, True, f"{total:,} corrections"
            ),
        ),
        {name: {"corrections": n, "right": right} for name, right, n in counts},
    )


def streams_section(every: Sequence[Streams]) -> Section:
    """Say how many errors learning saves in the second half of each writer's stream."""
    largest = every[-1]
    where = f"{len(largest.writers)} writers, {len(largest.seeds)} orders, {largest.errors()[0]:,} errors without"
    fewer = largest.fewer()
    goal = Goal(
        f"errors in the second half of a writer's stream, {largest.alphabet}: fewer with learning",
        100 * fewer.mean, "%", _AIM_FEWER, True, where,
    )  # fmt: skip
    return Section(
        "A stream a writer",
        "Writers kept out of training, one memory each, their samples in random order: each is read, and corrected if "
        "it was read wrong; nothing else is learned. Counted are errors in the second half of each stream, all writers "
        "together; the span is over the orders. The last columns go by writers with at least "
        f"{_TELLING_ERRORS} errors without learning: the middle half of them, and how many read worse with learning.",
        (
            "alphabet",
            "writers",
            "samples",
            "errors without",
            "with",
            "fewer",
            "fewer, whole stream",
            "by writer",
            "worse",
        ),
        [_row(s) for s in every],
        (goal,),
        {s.alphabet: _figures(s) for s in every},
    )


def _run(
    recognizer: "Recognizer",
    samples: Handwriting,
    alphabet: Alphabet,
    truth: NDArray[np.intp],
    plain: NDArray[np.intp],
    index: NDArray[np.intp],
    seed: int,
) -> Stream:
    memory, again = recognizer.memory(), 0
    order = np.random.default_rng(seed).permutation(index)
    wrong = np.zeros(len(order), bool)
    for step, i in enumerate(order):
        one = samples.select(np.array([i]))
        answer = int(answers(recognizer, memory, one, alphabet)[0])
        wrong[step] = answer != truth[i]
        if wrong[step]:
            memory = teach(memory, samples, np.array([i]), step + 1, read=[alphabet.symbols[answer]])
            again += int(answers(recognizer, memory, one, alphabet)[0] == truth[i])
    return Stream(int(samples.writers[index[0]]), seed, (plain != truth)[order], wrong, again)


def _row(streams: Streams) -> tuple[str, ...]:
    without, learned = streams.errors()
    saved = _telling(streams)
    quarters = np.percentile(saved, [25, 50, 75]) * 100 if saved else np.zeros(3)
    samples = sum(len(s.plain) for s in streams.all if s.seed == streams.seeds[0])
    return (
        streams.alphabet,
        f"{len(streams.writers)}",
        f"{samples:,}",
        f"{without:,}",
        f"{learned:,}",
        streams.fewer().percent(1),
        streams.fewer(whole=True).percent(1),
        f"{quarters[1]:.0f} % ({quarters[0]:.0f} to {quarters[2]:.0f})" if saved else "–",
        f"{sum(share < 0 for share in saved)} of {len(saved)}",
    )


def _figures(streams: Streams) -> dict[str, Any]:
    without, learned = streams.errors()
    whole = streams.errors(whole=True)
    return {
        "writers": len(streams.writers),
        "seeds": streams.seeds,
        "second_half": {"errors_without": without, "errors_with": learned, "fewer": streams.fewer().to_json()},
        "whole": {"errors_without": whole[0], "errors_with": whole[1], "fewer": streams.fewer(True).to_json()},
        "by_writer": [
            {"writer": writer, "errors_without": plain, "errors_with": taught}
            for writer, (plain, taught) in streams.of_writers().items()
        ],
    }


def _telling(streams: Streams) -> list[float]:
    return [_saved(p, t) for p, t in streams.of_writers().values() if p >= _TELLING_ERRORS]


def _second(values: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return values[len(values) // 2 :]


def _saved(without: int, learned: int) -> float:
    return 1 - learned / without if without else 0.0
