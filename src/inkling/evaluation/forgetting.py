"""What a thousand corrections of other people's writing cost on handwriting that was read well before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..alphabet import Alphabet
from ..memory import Memory
from .findings import Goal, Section, Spread
from .handwriting import Handwriting, answers, answers_in, teach
from .score import alphabets_for, truth_in

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["Cost", "forgetting_section", "measure_forgetting"]

Indices = NDArray[np.intp]
_WRONG_SHARE = 0.05


@dataclass(frozen=True)
class _Course:
    """A way of teaching: its name, and by how many points accuracy may fall; None where there is no aim."""

    name: str
    most_lost: float | None


_COURSES = (
    _Course("errors, in random order", 0.05),
    _Course("errors, sorted by symbol", 0.1),
    _Course("errors, sorted by symbol backwards", 0.1),
    _Course("errors, 5 % of the labels wrong", 0.2),
    _Course("any samples, in random order", None),
)


@dataclass(frozen=True)
class Cost:
    """What one course of teaching cost on one set in one alphabet; a figure a seed.

    Args:
        course: how was taught.
        most_lost: by how many points accuracy may fall.
        taught: how many corrections.
        where: the set.
        alphabet: what could be answered.
        samples: how many were read.
        before: accuracy without memory.
        changes: of accuracy, as shares.
        spoilt: samples that were right before and are wrong now.
        mended: the reverse.
    """

    course: str
    most_lost: float | None
    taught: int
    where: str
    alphabet: str
    samples: int
    before: float
    changes: tuple[float, ...]
    spoilt: tuple[int, ...]
    mended: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """Give its figures."""
        return {
            "course": self.course,
            "corrections": self.taught,
            "set": self.where,
            "alphabet": self.alphabet,
            "samples": self.samples,
            "before": round(self.before, 6),
            "change": Spread.of(self.changes).to_json(),
            "spoilt": list(self.spoilt),
            "mended": list(self.mended),
        }


def measure_forgetting(
    recognizer: "Recognizer",
    pool: Handwriting,
    held: Sequence[Handwriting],
    seeds: Sequence[int],
    corrections: int = 1000,
    progress: bool = False,
) -> list[Cost]:
    """Teach what others wrote, in good order and bad, and read what was read well before.

    Args:
        recognizer: reads with the bundle that is measured.
        pool: what is taught, of writers kept out of training.
        held: what shall not be forgotten.
        seeds: of the samples, their order and the wrong labels.
        corrections: how many are taught; fewer where the pool has fewer.
        progress: whether to draw a progress bar.
    """
    views = [(rows, list(alphabets_for(rows.labels, recognizer.symbols))) for rows in held]
    truths = [[truth_in(rows.labels, alphabet) for alphabet in alphabets] for rows, alphabets in views]
    plain = [_right(recognizer, None, *view, truth) for view, truth in zip(views, truths, strict=True)]
    jobs = [(course, seed) for course in _COURSES for seed in seeds]
    taught: dict[str, int] = {}
    found: dict[tuple[str, int, int], list[tuple[float, int, int]]] = {}
    for course, seed in tqdm(jobs, desc="forgetting", unit="course", disable=not progress, leave=False):
        memory = _memory(recognizer, pool, course.name, seed, corrections)
        taught[course.name] = len(memory)
        for place, (view, truth) in enumerate(zip(views, truths, strict=True)):
            for which, right in enumerate(_right(recognizer, memory, *view, truth)):
                before = plain[place][which]
                spoilt, mended = int((before & ~right).sum()), int((~before & right).sum())
                figures = (mended - spoilt) / len(right), spoilt, mended
                found.setdefault((course.name, place, which), []).append(figures)
    return [
        Cost(
            course.name, course.most_lost, taught[course.name], rows.name, alphabet.name, len(rows),
            float(plain[place][which].mean()),
            *(tuple(column) for column in zip(*found[course.name, place, which], strict=True)),
        )
        for course in _COURSES
        for place, (rows, alphabets) in enumerate(views)
        for which, alphabet in enumerate(alphabets)
    ]  # fmt: skip


def forgetting_section(costs: Sequence[Cost]) -> Section:
    """Say by how much accuracy changes."""
    goals = []
    for course in _COURSES:
        own = [cost for cost in costs if cost.course == course.name]
        if own and course.most_lost is not None:
            worst = min(own, key=lambda cost: float(np.mean(cost.changes)))
            number = f"{worst.where}, {worst.alphabet}: {worst.samples:,} samples, {len(worst.changes)} seeds"
            change = 100 * float(np.mean(worst.changes))
            what = f"change after {worst.taught:,} corrections of others ({course.name}), the worst set"
            goals.append(Goal(what, change, "points", -course.most_lost, True, number))
    return Section(
        "Forgetting",
        "Characters of writers kept out of training are taught one after the other into one memory, each with what was "
        "read at that moment; then handwriting of quite other people is read. Errors: what the network alone reads "
        "wrong among all its symbols. Wrong labels: another symbol, drawn at random. Change is in percentage points, "
        "mean and span over the seeds; spoilt and mended are means.",
        ("taught", "corrections", "read", "alphabet", "samples", "right before", "change", "spoilt", "mended"),
        [
            (
                c.course, f"{c.taught:,}", c.where, c.alphabet, f"{c.samples:,}", f"{c.before * 100:.2f} %",
                Spread.of(c.changes).points(), f"{np.mean(c.spoilt):.1f}", f"{np.mean(c.mended):.1f}",
            )
            for c in costs
        ],
        tuple(goals),
        {"costs": [cost.to_json() for cost in costs]},
    )  # fmt: skip


def _right(
    recognizer: "Recognizer",
    memory: Memory | None,
    rows: Handwriting,
    alphabets: Sequence[Alphabet],
    truths: Sequence[Indices],
) -> list[NDArray[np.bool_]]:
    found = answers_in(recognizer, memory, rows, alphabets)
    return [answer == truth for answer, truth in zip(found, truths, strict=True)]


def _memory(recognizer: "Recognizer", pool: Handwriting, course: str, seed: int, corrections: int) -> Memory:
    rng = np.random.default_rng(seed)
    alphabet = Alphabet.all_of(recognizer.symbols)
    names = np.array(alphabet.symbols)
    there = np.ones(len(pool), bool)
    if course.startswith("errors"):
        there = names[answers(recognizer, None, pool, alphabet)] != pool.labels
    chosen = rng.permutation(np.flatnonzero(there))[:corrections]
    labels = pool.labels.copy()
    if "wrong" in course:
        for i in rng.permutation(chosen)[: round(_WRONG_SHARE * len(chosen))]:
            labels[i] = rng.choice(names[names != labels[i]])
    if "sorted" in course:
        chosen = chosen[np.argsort(labels[chosen], kind="stable")]
    if "backwards" in course:
        chosen = chosen[::-1]
    memory = recognizer.memory()
    for step, i in enumerate(chosen):
        one = np.array([i])
        read = names[answers(recognizer, memory, pool.select(one), alphabet)].tolist()
        memory = teach(memory, pool, one, step + 1, labels[one].tolist(), read)
    return memory
