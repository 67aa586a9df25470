"""Memory: what corrections taught, voting beside the network. Numpy only, and a value: teaching gives a new one."""

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from .outline import OUTLINE
from .prototypes import Prototype, Prototypes
from .shelves import Shelf, logs_of, traits_of
from .temperature import shared_shapes
from .votes import by_chance, near, vote_on

__all__ = ["Memory"]

Floats = NDArray[np.float32]

#: Only corrections are asked which the network itself takes for one of so many symbols that it finds likeliest.
_PLACES = 5
#: And of these only such as it finds no less likely than the likeliest by more than this, in log odds: where it is
#: sure, others' corrections are far.
_REACH = 7.0


class Memory:
    """What corrections taught.

    Corrections near to some ink vote for their symbol and against what was read in its place. A vote is bounded, fades
    fast with unlikeness and asks for company where corrections are many, so that it changes nothing far away. A symbol
    that the network does not know takes part with a logit of its own, by its likeness to its examples
    (:mod:`inkling.prototypes`).

    Nothing depends on the order of teaching: the same corrections give the same memory, bit for bit.

    Args:
        symbols: what the network's logits stand for.
        size: length of the network's features, with the layout.
    """

    def __init__(self, symbols: Sequence[str], size: int) -> None:
        self.symbols = tuple(symbols)
        self.size = size
        self._names: tuple[str, ...] = self.symbols
        self._index: Mapping[str, int] = MappingProxyType({name: i for i, name in enumerate(self.symbols)})
        self._shelves: dict[int, Shelf] = {}
        self._place: dict[int, tuple[int, int]] = {}  # id: (shelf, label)
        self._prototypes = Prototypes({}, size + OUTLINE)
        self._counts = np.zeros(len(self.symbols), np.int64)
        self._same_shape = _shapes_of(self.symbols)

    def __len__(self) -> int:
        return len(self._place)

    @property
    def taught(self) -> tuple[str, ...]:
        """The symbols that only corrections know, in the order of each one's first correction."""
        return tuple(self._names[label] for label in self._prototypes.labels)

    @property
    def ids(self) -> NDArray[np.int64]:
        """The corrections it holds, rising: int64 (K,)."""
        return np.array(sorted(self._place), np.int64)

    @property
    def labels(self) -> tuple[str, ...]:
        """The symbol of each of :attr:`ids`."""
        return tuple(self._names[self._place[int(i)][1]] for i in self.ids)

    def teach(
        self,
        ids: Sequence[int],
        labels: Sequence[str],
        glyphs: NDArray[np.uint8],
        traces: Floats,
        read: Sequence[str | None],
        sizes: Floats | None = None,
    ) -> "Memory":
        """Give a memory that holds these corrections too; one that is held already is replaced.

        Args:
            ids: K different numbers from 1; among equals the highest is the newest.
            labels: the right symbol of each.
            glyphs: uint8 (K, 28, 28), 0 = paper, 255 = ink.
            traces: float32 (K, S + D), the network's logits and features of these glyphs.
            read: what was answered before the correction, None where that is not known.
            sizes: float32 (K,), the longer side of each ink's box in px of the input; 0 where it is not known.
        """
        if not len(ids):
            return self
        memory = self.forget(ids)._copy()
        order = np.argsort(ids)
        known = len(self.symbols)
        symbols, answers = memory._indices([labels[i] for i in order]), memory._indices([read[i] for i in order])
        answers[answers == symbols] = -1  # a confirmation speaks against nothing
        traits = traits_of(traces[order, known:], glyphs[order])
        shelves = traces[order, :known].argmax(1)
        numbers = np.asarray(ids, np.int64)[order]
        logs = logs_of(sizes, len(numbers))[order]
        for shelf in np.unique(shelves).tolist():
            rows = shelves == shelf
            old = memory._shelves.get(shelf) or Shelf.empty(traits.shape[1])
            memory._shelves[shelf] = old.with_rows(
                Shelf(int(rows.sum()), numbers[rows], symbols[rows], answers[rows], logs[rows], traits[rows])
            )
        for number, shelf, symbol in zip(numbers.tolist(), shelves.tolist(), symbols.tolist(), strict=True):
            memory._place[number] = (shelf, symbol)
        np.add.at(memory._counts, symbols, 1)
        taught: dict[int, Prototype | None] = {}
        for symbol in np.unique(symbols[symbols >= known]).tolist():
            rows = symbols == symbol
            there = memory._prototypes.by_label.get(symbol)
            taught[symbol] = (
                there.with_rows(numbers[rows], traits[rows]) if there else Prototype(numbers[rows], traits[rows])
            )
        if taught:
            memory._prototypes = memory._prototypes.changed(taught)
        return memory

    def forget(self, ids: Iterable[int]) -> "Memory":
        """Give a memory without these corrections; what it does not hold is passed over."""
        gone = {int(i) for i in ids} & self._place.keys()
        if not gone:
            return self
        memory = self._copy()
        places = [memory._place.pop(i) for i in gone]
        for shelf in {shelf for shelf, _ in places}:
            memory._shelves[shelf] = memory._shelves[shelf].without(gone)
        np.subtract.at(memory._counts, [label for _, label in places], 1)
        fewer = {label for _, label in places if label >= len(self.symbols)}
        if fewer:
            there = memory._prototypes
            memory._prototypes = there.changed({label: there.by_label[label].without(gone) for label in fewer})
        return memory

    def vote(
        self,
        logits: Floats,
        features: Floats,
        glyphs: NDArray[np.uint8],
        among: Collection[str] | None = None,
        sizes: Floats | None = None,
    ) -> Floats:
        """Let the corrections vote beside the network.

        Args:
            logits: float32 (N, S), the network's, calibrated.
            features: float32 (N, D), the network's, each of length 1.
            glyphs: uint8 (N, 28, 28), 0 = paper, 255 = ink.
            among: the symbols that may be answered; corrections to others are not asked. All where None.
            sizes: float32 (N,), the longer side of each ink's box in px of the input; 0 where it is not known.

        Returns:
            float32 (N, S + taught), logits over :attr:`symbols` and :attr:`taught`.
        """
        return self.recall(logits, features, glyphs, among, sizes)[0]

    def recall(
        self,
        logits: Floats,
        features: Floats,
        glyphs: NDArray[np.uint8],
        among: Collection[str] | None = None,
        sizes: Floats | None = None,
    ) -> tuple[Floats, Floats]:
        """Let the corrections vote, and say how far they know the ink: arguments as for :meth:`vote`.

        Returns:
            float32 (N, S + taught), the logits; float32 (N,), what the corrections' word counts, in log odds from 0,
            against the ink's being none of these symbols: as much as their votes, and all but everything for the same
            drawing again.
        """
        if not self._place:
            return logits, np.zeros(len(logits), np.float32)
        known = len(self.symbols)
        asked = np.ones(len(self._names), bool)
        if among is not None:
            asked[:] = False
            asked[[self._index[symbol] for symbol in among if symbol in self._index]] = True
        held = float(self._counts[asked].sum())
        chance = by_chance(held)
        traits = traits_of(features, glyphs)
        voted = np.full((len(logits), len(self._names)), -np.inf)  # names of corrections long gone stay out
        voted[:, :known] = logits
        new = self._prototypes
        if new.labels:
            voted[:, new.labels] = new.logits(traits, known)
        places = min(_PLACES, known)
        nearby = np.argpartition(-logits, places - 1, axis=1)[:, :places] if places < known else None
        logs = logs_of(sizes, len(traits))
        words = np.zeros(len(traits), np.float32)
        for i, trait in enumerate(traits):
            places_of = self._shelves if nearby is None else _within_reach(nearby[i], logits[i])
            shelves = [self._shelves[s] for s in places_of if s in self._shelves and self._shelves[s].count]
            if shelves:
                words[i] = vote_on(voted[i], trait, logs[i], shelves, asked, chance, self._same_shape)
        return voted[:, [*range(known), *new.labels]].astype(np.float32), words

    def doubts(self) -> dict[int, float]:
        """Say how far each correction disagrees with those like it: id to a share in [0, 1).

        It is the weight of neighbours with another symbol, over that of all neighbours and one half.
        """
        found: dict[int, float] = {}
        for shelf in self._shelves.values():
            ids, labels, _, _, traits = shelf.columns
            for i, row in near(traits):
                row[i] = 0
                found[int(ids[i])] = float(row[labels != labels[i]].sum() / (row.sum() + 0.5))
        return found

    def _indices(self, symbols: Sequence[str | None]) -> NDArray[np.intp]:
        """Number symbols, new ones too; -1 for None."""
        new = [s for s in dict.fromkeys(symbols) if s is not None and s not in self._index]
        if new:
            self._names += tuple(new)
            self._index = MappingProxyType({name: i for i, name in enumerate(self._names)})
            self._counts = np.concatenate((self._counts, np.zeros(len(new), np.int64)))
        return np.array([-1 if s is None else self._index[s] for s in symbols], np.intp)

    def _copy(self) -> "Memory":
        memory = Memory.__new__(Memory)
        memory.__dict__.update(self.__dict__)
        memory._shelves, memory._place = dict(self._shelves), dict(self._place)
        memory._counts = self._counts.copy()
        return memory


def _within_reach(places: NDArray[np.intp], logits: Floats) -> list[int]:
    likely = logits[places]
    found: list[int] = np.sort(places[likely >= likely.max() - _REACH]).tolist()
    return found


@functools.lru_cache(maxsize=8)
def _shapes_of(symbols: tuple[str, ...]) -> NDArray[np.bool_]:
    """Say which symbols share one shape, as :func:`inkling.votes.vote_on` takes it: bool (S + 1, S + 1)."""
    shapes = np.pad(shared_shapes(symbols), (0, 1))
    shapes.setflags(write=False)
    return shapes
