"""Memory: what corrections taught, voting beside the network. Numpy only, and a value: teaching gives a new one.

How it votes was chosen by measurement; docs/decisions/0005-memory.md has the figures and the losers.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .outline import OUTLINE, outlines

__all__ = ["Memory"]

Floats = NDArray[np.float32]

#: Share of the outline in the likeness of two pieces of ink; the rest is the network's features.
_OUTLINE_SHARE = 0.75
#: How fast a vote fades as ink grows unlike what was corrected: exp(-_FADING * (1 - likeness)).
_FADING = 20.0
#: Capitals and small letters of one shape differ in size alone: ink of another size counts as less alike, but never
#: by much, since people also write larger and smaller. A unit is the natural logarithm of the ratio.
_SIZE_UNLIKENESS, _SIZE_MOST = 0.1, 0.6
#: What a vote can move a logit by, and how many corrections it takes to reach half of that.
_STRENGTH, _HALF = 5.0, 0.6
#: Of many corrections some lie near by chance; so many more in the neighbourhood are needed before they count.
_CHANCE, _MANY = 0.1, 600
#: Ink all but equal to what was corrected is read as it was corrected, by this margin.
_SAME_FADING, _SAME_MARGIN = 500.0, 4.0
#: That it is one of the symbols at all is then as good as certain; in log odds.
_SAME_WORD = 40.0
#: A new symbol's logit: that of clear ink where its likeness to the symbol's mean is _LIKE, this much more a unit.
_SLOPE, _LIKE = 30.0, 0.9
#: How many times likelier than all others together a clear character is to the network.
_CLEAR_ODDS = 66.0
#: Only corrections are asked which the network itself takes for one of so many symbols that it finds likeliest.
_PLACES = 5


@dataclass(frozen=True)
class _Shelf:
    """Corrections that the network takes for one symbol. Rows rise by id; only the first ``count`` count."""

    count: int
    ids: NDArray[np.int64]
    labels: NDArray[np.intp]
    reads: NDArray[np.intp]
    sizes: Floats
    traits: Floats

    @classmethod
    def empty(cls, size: int) -> "_Shelf":
        numbers = np.zeros(0, np.intp)
        return cls(0, np.zeros(0, np.int64), numbers, numbers, np.zeros(0, np.float32), np.zeros((0, size), np.float32))

    @property
    def columns(self) -> tuple[Any, ...]:
        """Its ids, labels, reads, sizes and traits."""
        return self._columns(self.count)

    def _columns(self, n: int) -> tuple[Any, ...]:
        return self.ids[:n], self.labels[:n], self.reads[:n], self.sizes[:n], self.traits[:n]

    def with_rows(self, new: "_Shelf") -> "_Shelf":
        """Add rows. Those that come last use spare room, which values that are older never look at."""
        total = self.count + new.count
        at_the_end = not self.count or new.ids[0] > self.ids[self.count - 1]
        # room that another value has used is not spare
        if at_the_end and total <= len(self.ids) and not self.ids[self.count : total].any():
            for column, rows in zip(self._columns(total), new.columns, strict=True):
                column[self.count :] = rows
            return replace(self, count=total)
        order = np.argsort(np.concatenate((self.columns[0], new.ids)), kind="stable")
        room = max(8, total // 4)
        joined = [
            np.concatenate((np.concatenate((old, rows))[order], np.zeros((room, *old.shape[1:]), old.dtype)))
            for old, rows in zip(self.columns, new.columns, strict=True)
        ]
        return _Shelf(total, *joined)

    def without(self, gone: Collection[int]) -> "_Shelf":
        keep = ~np.isin(self.columns[0], list(gone))
        return _Shelf(int(keep.sum()), *(column[keep] for column in self.columns))


class Memory:
    """What corrections taught.

    Corrections near to some ink vote for their symbol and against what was read in its place. A vote is bounded, fades
    fast with unlikeness and asks for company where corrections are many, so that it changes nothing far away. A symbol
    that the network does not know takes part with a logit of its own, by its likeness to the mean of its examples
    (nearest class mean, Mensink et al. 2013; prototypes, Snell et al. 2017).

    Nothing depends on the order of teaching: the same corrections give the same memory, bit for bit.

    Args:
        symbols: what the network's logits stand for.
        size: length of the network's features.
    """

    def __init__(self, symbols: Sequence[str], size: int = 128) -> None:
        self.symbols = tuple(symbols)
        self.size = size
        self._names: tuple[str, ...] = self.symbols
        self._index: Mapping[str, int] = MappingProxyType({name: i for i, name in enumerate(self.symbols)})
        self._shelves: dict[int, _Shelf] = {}
        self._place: dict[int, tuple[int, int]] = {}  # id: (shelf, label)
        self._examples: dict[int, tuple[NDArray[np.int64], Floats]] = {}  # a new symbol's: (ids, traits)
        self._counts = np.zeros(len(self.symbols), np.int64)
        self._taught: tuple[int, ...] = ()
        self._means = np.zeros((0, size + OUTLINE), np.float32)

    def __len__(self) -> int:
        return len(self._place)

    @property
    def taught(self) -> tuple[str, ...]:
        """The symbols that only corrections know, in the order of each one's first correction."""
        return tuple(self._names[label] for label in self._taught)

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
        traits = _traits(traces[order, known:], glyphs[order])
        shelves = traces[order, :known].argmax(1)
        numbers = np.asarray(ids, np.int64)[order]
        logs = _logs(sizes, len(numbers))[order]
        for shelf in np.unique(shelves).tolist():
            rows = shelves == shelf
            old = memory._shelves.get(shelf) or _Shelf.empty(traits.shape[1])
            memory._shelves[shelf] = old.with_rows(
                _Shelf(int(rows.sum()), numbers[rows], symbols[rows], answers[rows], logs[rows], traits[rows])
            )
        for number, shelf, symbol in zip(numbers.tolist(), shelves.tolist(), symbols.tolist(), strict=True):
            memory._place[number] = (shelf, symbol)
        np.add.at(memory._counts, symbols, 1)
        for symbol in np.unique(symbols[symbols >= known]).tolist():
            rows = symbols == symbol
            there = memory._examples.get(symbol, (np.zeros(0, np.int64), np.zeros((0, traits.shape[1]), np.float32)))
            both = np.concatenate((there[0], numbers[rows])), np.concatenate((there[1], traits[rows]))
            rising = np.argsort(both[0])
            memory._examples[symbol] = both[0][rising], both[1][rising]
        memory._settle()
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
        for label in {label for _, label in places if label in memory._examples}:
            numbers, traits = memory._examples.pop(label)
            keep = ~np.isin(numbers, list(gone))
            if keep.any():
                memory._examples[label] = numbers[keep], traits[keep]
        memory._settle()
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
        chance = _CHANCE * held * held / (held + _MANY)
        traits = _traits(features, glyphs)
        voted = np.full((len(logits), len(self._names)), -np.inf)  # names of corrections long gone stay out
        voted[:, :known] = logits
        if self._taught:
            clear = np.log(_CLEAR_ODDS * max(known - 1, 1))
            voted[:, self._taught] = clear + _SLOPE * (traits @ self._means.T - _LIKE)
        places = min(_PLACES, known)
        nearby = np.argpartition(-logits, places - 1, axis=1)[:, :places] if places < known else None
        logs = _logs(sizes, len(traits))
        words = np.zeros(len(traits), np.float32)
        for i, trait in enumerate(traits):
            places_of = self._shelves if nearby is None else np.sort(nearby[i]).tolist()
            shelves = [self._shelves[s] for s in places_of if s in self._shelves and self._shelves[s].count]
            if shelves:
                words[i] = _vote_on(voted[i], trait, logs[i], shelves, asked, chance)
        return voted[:, [*range(known), *self._taught]].astype(np.float32), words

    def doubts(self) -> dict[int, float]:
        """Say how far each correction disagrees with those like it: id to a share in [0, 1).

        It is the weight of neighbours with another symbol, over that of all neighbours and one half.
        """
        found: dict[int, float] = {}
        for shelf in self._shelves.values():
            ids, labels, _, _, traits = shelf.columns
            for i, row in _near(traits):
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
        memory._examples, memory._counts = dict(self._examples), self._counts.copy()
        return memory

    def _settle(self) -> None:
        """Bring order and means of new symbols up to date."""
        self._taught = tuple(sorted(self._examples, key=lambda label: int(self._examples[label][0][0])))
        means = [self._examples[label][1].mean(0) for label in self._taught]
        means = [mean / np.linalg.norm(mean) for mean in means]
        self._means = np.array(means, np.float32).reshape(len(means), self.size + OUTLINE)


def _vote_on(
    voted: NDArray[np.float64],
    trait: Floats,
    size: np.float32,
    shelves: Sequence[_Shelf],
    asked: NDArray[np.bool_],
    chance: float,
) -> float:
    """Add the votes of some shelves on one piece of ink to its logits (names,); give what their word counts."""
    columns = [shelf.columns for shelf in shelves]
    ids, labels, reads, sizes = (np.concatenate([column[i] for column in columns]) for i in range(4))  # (K,)
    rows = asked[labels]
    if not rows.any():
        return 0.0
    likeness = np.concatenate([column[4] @ trait for column in columns])  # (K,)
    unlike = _SIZE_UNLIKENESS * np.minimum(np.abs(sizes - size), _SIZE_MOST)  # NaN where a size is not known
    weights = np.where(rows, np.exp(_FADING * (likeness - 1 - np.nan_to_num(unlike))), 0)
    against = reads >= 0
    votes = np.bincount(labels, weights, len(voted)) - np.bincount(reads[against], weights[against], len(voted))
    total = float(weights.sum())
    voted += _STRENGTH * (1 + _HALF) * votes / (_HALF + total + chance)
    # the same drawing again; the newest word on it counts
    likeness = np.where(rows, likeness, -1)
    most = float(likeness.max())
    nearest = np.flatnonzero(likeness >= most - 1e-6)
    label = labels[nearest[ids[nearest].argmax()]]
    lack = voted[asked].max() - voted[label]
    same = math.exp(_SAME_FADING * (min(most, 1.0) - 1))
    voted[label] += (lack + _SAME_MARGIN) * same
    return _STRENGTH * (1 + _HALF) * total / (_HALF + total + chance) + _SAME_WORD * same


def _logs(sizes: Floats | None, count: int) -> Floats:
    """Take logarithms of sizes (N,), NaN where one is not known."""
    known = np.zeros(count, np.float32) if sizes is None else np.asarray(sizes, np.float32)
    return np.log(np.where(known > 0, known, np.nan)).astype(np.float32)


def _traits(features: Floats, glyphs: NDArray[np.uint8]) -> Floats:
    """Join features and outlines so that a product of two is their likeness: (N, D + 64), each of length 1."""
    share = np.float32(_OUTLINE_SHARE)
    return np.concatenate((np.sqrt(1 - share) * features, np.sqrt(share) * outlines(glyphs)), 1).astype(np.float32)


def _near(traits: Floats) -> Iterator[tuple[int, Floats]]:
    """Give each row's weights to all rows, some rows at a time."""
    for start in range(0, len(traits), 256):
        weights = np.exp(np.float32(_FADING) * (traits[start : start + 256] @ traits.T - 1))
        yield from enumerate(weights, start)
