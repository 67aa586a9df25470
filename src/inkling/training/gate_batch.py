"""Whether corrections can be believed: what they teach against what the current network makes of the same ink.

People correct what was read wrongly, so that they disagree with the network is no sign of anything: ink that is hard to
read is unlike its symbol only a little. Of the misread characters of UNIPEN writers that the network had never seen, it
held the true symbol for nearly impossible in 3 to 5 of 100 (17 of 100 among those misread even where only digits, or
only capitals or small letters, were asked for). Of characters taught as something else, it does so in 80 to 99.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..recognizer import Recognizer
from .gate_statistics import binomial_tail
from .lessons import Lessons

__all__ = ["Belief", "weigh"]

Mask = NDArray[np.bool_]

#: Below which probability a symbol counts as nearly impossible, and of how many corrections that the network disagrees
#: with it is so at most, where all is well.
_HONEST_SHARES = ((0.003, 0.2), (0.001, 0.1), (0.0001, 0.03))
#: The first of them is what is counted and named.
_IMPOSSIBLE = _HONEST_SHARES[0][0]
#: Of all corrections of one symbol, so many at least are taken for well, however few the other symbols have.
_LEAST_SHARE = 0.01
#: In 1,860 honest batches, drawn from 85 writers, the rarest thing was by chance as rare as 0.008; beside the other
#: symbols as 4e-6, but for one in which a writer's wrong labels stood. What is rarer than these is no chance.
_RARE, _RARE_BESIDE_OTHERS = 0.002, 1e-6
_FEWEST = 3
#: Below which membership in all symbols ink is hardly a character, and of how many corrections that is so at most. Of
#: characters of UNIPEN writers whom the network had not seen, 3 in 10,000 were; of 240 honest batches none had two.
_HARDLY, _HARDLY_SHARE = 0.05, 0.01
_MOST_REASONS = 3
_LOOK = "look through them for wrong labels, and for ink that is no such symbol"


@dataclass(frozen=True, eq=False)
class Belief:
    """How far a batch of corrections can be believed.

    Args:
        corrections: how many were looked at.
        disagreeing: how many the current network reads otherwise.
        impossible: the numbers of those whose symbol it holds for nearly impossible, or whose ink for no character.
        reasons: why the batch is not believed, as sentences; none where it is.
    """

    corrections: int
    disagreeing: int
    impossible: tuple[int, ...]
    reasons: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Give its figures; of the numbers, the first 100."""
        return {
            "corrections": self.corrections,
            "disagreeing": self.disagreeing,
            "impossible": len(self.impossible),
            "doubtful": list(self.impossible[:100]),
        }


@dataclass(frozen=True, eq=False)
class _Group:
    """Corrections that have something in common: which they are, and what a sentence calls them.

    ``otherwise`` names those of them that are read otherwise; ``whole`` names all of one symbol, and is empty where
    the group is no such thing.
    """

    members: Mask
    otherwise: str
    whole: str = ""


def weigh(lessons: Lessons, current: Recognizer) -> Belief:
    """Judge corrections by the network that reads now.

    Those that came since the last retraining are judged alone as well, so that many earlier ones hide nothing.

    Args:
        lessons: the corrections; symbols that the network does not know are left out.
        current: the network.
    """
    lessons = lessons.select(np.isin(lessons.labels, current.symbols))
    if not len(lessons):
        return Belief(0, 0, (), ())
    symbols = np.array(current.symbols)
    place = {symbol: i for i, symbol in enumerate(current.symbols)}
    taught = np.array([place[label] for label in lessons.labels.tolist()], np.intp)
    logits = current.traces(lessons.glyphs)[:, : len(symbols)].astype(np.float64)
    odds = np.exp(logits - logits.max(1, keepdims=True))
    belief = odds[np.arange(len(taught)), taught] / odds.sum(1)  # (N,), the probability of what was taught
    read = logits.argmax(1)
    disagreeing, impossible = read != taught, belief < _IMPOSSIBLE
    levels = [(belief < probability, share) for probability, share in _HONEST_SHARES]
    reasons: list[str] = []
    for scope in (lessons.new, np.ones(len(taught), np.bool_)):
        groups = list(_groups(symbols, read, taught, disagreeing & scope))
        if not reasons and scope.any():
            reasons = _doubts(groups, scope, disagreeing, levels)
    strange = current.character_share(lessons.glyphs) < _HARDLY
    for scope in (lessons.new, np.ones(len(taught), np.bool_)):
        count, size = int((strange & scope).sum()), int(scope.sum())
        if count >= _FEWEST and binomial_tail(count, size, _HARDLY_SHARE) < _RARE:
            reasons.append(f"Of {size} corrections, {count} are hardly characters to the current model: {_LOOK}.")
            break
    numbers = tuple(lessons.ids[impossible | strange].tolist())
    return Belief(len(lessons), int(disagreeing.sum()), numbers, tuple(reasons))


def _groups(
    symbols: NDArray[np.str_], read: NDArray[np.intp], taught: NDArray[np.intp], disagreeing: Mask
) -> Iterator[_Group]:
    yield _Group(np.ones(len(read), np.bool_), "corrections that are read otherwise")
    for i in np.unique(taught[disagreeing]):
        what = f"corrections that are taught as {symbols[i]}"
        yield _Group(taught == i, f"{what} and read otherwise", what)
    for i in np.unique(read[disagreeing]):
        what = f"corrections that are read as {symbols[i]}"
        yield _Group(read == i, f"{what} and taught otherwise", what)
    for i, j in sorted(set(zip(read[disagreeing].tolist(), taught[disagreeing].tolist(), strict=True))):
        yield _Group(
            (read == i) & (taught == j), f"corrections that are read as {symbols[i]} and taught as {symbols[j]}"
        )


def _doubts(groups: list[_Group], scope: Mask, disagreeing: Mask, levels: list[tuple[Mask, float]]) -> list[str]:
    """Name what cannot be honest, the most striking first; each correction is named once."""
    found: list[tuple[float, str, Mask]] = []
    impossible = levels[0][0]
    total, wrong = int(scope.sum()), int((impossible & scope).sum())
    for group in reversed(groups):  # of those that say the same, the one that says most exactly what is meant
        members = group.members & scope
        odd = members & impossible
        count, size = int(odd.sum()), int(members.sum())
        if count < _FEWEST:
            continue
        unlike = int((members & disagreeing).sum())
        counts = ((int((members & below).sum()), share) for below, share in levels)
        by_chance = min(binomial_tail(some, unlike, share) for some, share in counts if some >= _FEWEST)
        if by_chance < _RARE:
            sentence = f"Of {unlike} {group.otherwise}, {count} are nearly impossible to the current model"
            found.append((by_chance, sentence, odd))
        elif group.whole and size < total:
            elsewhere = (wrong - count + 1) / (total - size + 2)
            by_chance = binomial_tail(count, size, min(max(elsewhere, _LEAST_SHARE), 0.99))
            if by_chance < _RARE_BESIDE_OTHERS:
                rest = f"against {wrong - count} of the {total - size} others"
                sentence = f"Of {size} {group.whole}, {count} are nearly impossible to the current model, {rest}"
                found.append((by_chance, sentence, odd))
    reasons: list[str] = []
    named = np.zeros(len(scope), np.bool_)
    for _, sentence, odd in sorted(found, key=lambda one: one[0])[:_MOST_REASONS]:
        if (odd & ~named).any():
            reasons.append(f"{sentence}: {_LOOK}.")
            named |= odd
    return reasons
