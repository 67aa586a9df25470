"""That an undo is exact, and what teaching, undoing and reading cost as memory grows."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..ink import Ink
from ..memory import Memory
from .findings import Goal, Section
from .handwriting import Handwriting, teach

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["filled_memory", "time_section", "undo_section"]

#: Corrections in memory, with the most that a reading may take longer, ms.
_AIMS = {10_000: 0.5, 100_000: 3.0}
#: What is taught and taken back, how many at a time, in which order.
_AT_ONCE = (1, 10, 100)
_BATCH = 2000
#: Calls that are not counted.
_WARM_UP = 20


@dataclass(frozen=True)
class _Times:
    """Medians with so many corrections in memory, ms."""

    corrections: int
    read_ms: float
    teach_ms: float
    undo_ms: float

    def cells(self, none: "_Times") -> tuple[str, ...]:
        return (
            f"{self.corrections:,}",
            f"{self.read_ms:.3f} ms",
            f"{self.read_ms - none.read_ms:.3f} ms" if self.corrections else "–",
            f"{self.read_ms / none.read_ms:.2f}",
            f"{self.teach_ms:.3f} ms",
            f"{self.undo_ms:.3f} ms",
        )


def undo_section(
    recognizer: "Recognizer", samples: Handwriting, seeds: Sequence[int], corrections: int = 1000, read: int = 300
) -> Section:
    """Teach and take back, and compare probabilities bit by bit.

    Args:
        recognizer: reads with the bundle that is measured.
        samples: to teach and to read.
        seeds: of what is taught.
        corrections: what memory holds already, where it holds anything.
        read: how many samples are read before and after.
    """
    rows, figures = [], []
    for held in (0, min(corrections, len(samples) // 2)):
        for at_once in _AT_ONCE:
            counts = np.sum([_undone(recognizer, samples, held, at_once, read, seed) for seed in seeds], 0).tolist()
            rows.append((f"{held:,}", f"{at_once}", *(f"{count:,}" for count in counts)))
            names = ("readings", "same", "changed_in_between")
            figures.append({"held": held, "taught": at_once, **dict(zip(names, counts, strict=True))})
    total, exact = (sum(int(row[name]) for row in figures) for name in ("readings", "same"))
    goal = Goal(
        "readings that are bit for bit the same after an undo",
        100 * exact / max(total, 1),
        "%",
        100.0,
        True,
        f"{total:,} readings",
    )
    return Section(
        "Undo",
        "Corrections are taught, a third of them as symbols that the network does not know, and taken back one by one "
        "in another order. Compared are all probabilities of readings before and afterwards, bit by bit. Changed: "
        "readings that had other probabilities in between.",
        ("in memory", "taught and undone", "readings", "the same", "changed in between"),
        rows,
        (goal,),
        {"undo": figures},
    )


def time_section(
    recognizer: "Recognizer",
    inks: Sequence[Ink],
    samples: Handwriting,
    sizes: Sequence[int] = tuple(_AIMS),
    readings: int = 300,
    progress: bool = False,
) -> Section:
    """Time reading, teaching and undoing with memories of several sizes, in turn, so that a slow moment meets all.

    Args:
        recognizer: reads with the bundle that is measured.
        inks: what is read.
        samples: what memory is filled with, varied.
        sizes: corrections in memory; none is always measured.
        readings: how many of each.
        progress: whether to draw a progress bar.
    """
    memories = {0: recognizer.memory()}
    for size in tqdm(sizes, desc="filling memory", unit="memory", disable=not progress, leave=False):
        memories[size] = filled_memory(recognizer, samples, size)
    reading: dict[int, list[float]] = {size: [] for size in memories}
    for i in tqdm(range(-_WARM_UP, readings), desc="timing", unit="reading", disable=not progress, leave=False):
        for size, memory in memories.items():
            reading[size].append(_read_ms(recognizer, memory, inks[i % len(inks)]))
    teaching: dict[int, list[tuple[float, float]]] = {size: [] for size in memories}
    for i in range(-_WARM_UP, readings):
        for size, memory in memories.items():  # each goes on from the one before, as it does where one is taught
            memories[size], times = _teach_ms(memory, samples, i % len(samples), size + 1 + _WARM_UP + i)
            teaching[size].append(times)
    rows = []
    for size in memories:
        learn, undo = np.median(teaching[size][_WARM_UP:], axis=0)
        rows.append(_Times(size, float(np.median(reading[size][_WARM_UP:])), float(learn), float(undo)))
    goals = [
        Goal(
            f"reading with {row.corrections:,} corrections in memory, longer by, median",
            row.read_ms - rows[0].read_ms, "ms", _AIMS[row.corrections], False, f"{readings:,} readings",
        )
        for row in rows
        if row.corrections in _AIMS
    ]  # fmt: skip
    return Section(
        "Time",
        f"Median of {readings:,} each, memories in turn in one run: one drawing read by its strokes among all symbols "
        "with that many corrections in memory (real characters of writers kept out of training, repeated with noise); "
        "one correction taught after the other, from that many on, glyph and traces at hand; the last one undone. The "
        "store's commit is not in it.",
        ("in memory", "reading", "longer by", "ratio", "teaching", "undoing"),
        [row.cells(rows[0]) for row in rows],
        tuple(goals),
        {"memories": [asdict(row) for row in rows], "readings": readings},
    )


def filled_memory(recognizer: "Recognizer", samples: Handwriting, size: int, seed: int = 0) -> Memory:
    """Fill a memory: samples as often as it takes, with other noise on the glyph each time; no two are alike."""
    rng = np.random.default_rng(seed)
    memory = recognizer.memory()
    answer = np.array(recognizer.symbols)[samples.logits.argmax(1)]
    for start in range(0, size, _BATCH):
        index = rng.integers(0, len(samples), min(_BATCH, size - start))
        noise = rng.integers(-20, 21, (len(index), 28, 28))
        glyphs: NDArray[np.uint8] = np.clip(samples.glyphs[index].astype(int) + noise, 0, 255).astype(np.uint8)
        ids = range(start + 1, start + 1 + len(index))
        labels, read = samples.labels[index].tolist(), answer[index].tolist()
        memory = memory.teach(ids, labels, glyphs, samples.traces[index], read, samples.sizes[index])
    return memory


def _undone(
    recognizer: "Recognizer", samples: Handwriting, held: int, at_once: int, read: int, seed: int
) -> tuple[int, int, int]:
    """Teach and take back once: count readings, those bit for bit the same, those changed in between."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(samples))
    memory = teach(recognizer.memory(), samples, order[:held], 1)
    new = order[held : held + at_once]
    # every third is taught as a symbol that the network does not know
    labels = [f"new{i % 7}" if place % 3 == 2 else str(samples.labels[i]) for place, i in enumerate(new.tolist())]
    taught = teach(memory, samples, new, held + 1, labels)
    undone = taught
    for i in (rng.permutation(len(new)) + held + 1).tolist():
        undone = undone.forget([i])
    some = samples.select(np.concatenate((new, rng.permutation(len(samples))[:read])))
    before, between, after = (_probabilities(recognizer, value, some) for value in (memory, taught, undone))
    same = int((before == after).all(1).sum()) if before.shape == after.shape else 0
    return len(some), same, int((between[:, : before.shape[1]] != before).any(1).sum())


def _read_ms(recognizer: "Recognizer", memory: Memory, ink: Ink) -> float:
    start = time.perf_counter()
    recognizer.read(ink, memory=memory)
    return (time.perf_counter() - start) * 1e3


def _teach_ms(memory: Memory, samples: Handwriting, index: int, number: int) -> tuple[Memory, tuple[float, float]]:
    """Time a correction, and its undo; give the memory that knows it as well."""
    one = np.array([index])
    start = time.perf_counter()
    taught = teach(memory, samples, one, number)
    middle = time.perf_counter()
    taught.forget([number])
    return taught, ((middle - start) * 1e3, (time.perf_counter() - middle) * 1e3)


def _probabilities(recognizer: "Recognizer", memory: Memory, samples: Handwriting) -> NDArray[np.float32]:
    logits = memory.vote(samples.logits, samples.features, samples.glyphs, sizes=samples.sizes)
    alphabet = recognizer.alphabet(None, memory)
    return recognizer.probabilities(logits, alphabet, (*recognizer.symbols, *memory.taught))
