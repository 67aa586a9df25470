"""The judge: makes logits a choice from an alphabet, says whether ink belongs to it, and why a reading is unsure."""

import contextlib
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .alphabet import NAMED, TAUGHT, Alphabet, look_alikes
from .errors import BundleDamaged, InvalidSetting, UnknownAlphabet
from .reading import Alternative, Character, Reason
from .temperature import shared_shapes

__all__ = ["Judge", "vouched_for"]

Floats = NDArray[np.float32]

#: A look-alike is named from this probability on.
_LIKELY = 0.02
#: From this one on it keeps a reading from being sure, however likely the answer is: among UNIPEN's 62 symbols a third
#: of such readings were wrong (docs/decisions/0008-robustness-and-refusal.md).
_RIVAL = 0.2
_KEPT_PLACES = 256


@dataclass(frozen=True)
class _Places:
    """Where an alphabet stands among logits: each symbol's members, all of them, and with their look-alikes."""

    members: list[NDArray[np.intp]]
    chosen: NDArray[np.intp]
    belonging: NDArray[np.intp]
    one_each: bool
    rivals: "_Rivals | None"


@dataclass(frozen=True)
class _Rivals:
    """Taught symbols of an alphabet that leaves out some of the network's own.

    Args:
        taught: intp (T,), where they stand among logits.
        known: intp (K,), where the network's own symbols stand.
        asked: bool (K,), which of these may be answered; one at least may, and one may not.
        same_shape: bool (K, K), which share one shape.
    """

    taught: NDArray[np.intp]
    known: NDArray[np.intp]
    asked: NDArray[np.bool_]
    same_shape: NDArray[np.bool_]

    def withheld(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the logarithm of the belief in a shape over that in its symbols that are asked: (N,), 0 or more.

        The network shares what it believes of a circle out among 0, O and o. Where 0 alone may be answered, all of it
        speaks against a taught symbol that looks like a circle.
        """
        own = logits[:, self.known]
        likeliest = np.where(self.asked, own, -np.inf).argmax(1)
        of_shape = np.where(self.same_shape[likeliest], own, -np.inf)  # (N, K)
        of_asked = np.where(self.asked, of_shape, -np.inf)
        return np.asarray(np.logaddexp.reduce(of_shape, axis=1) - np.logaddexp.reduce(of_asked, axis=1))


class Judge:
    """Judges what a network says. Many threads may use it at once.

    Args:
        symbols: what the network's logits stand for.
        card: the bundle's. Its ``acceptance`` names, for each alphabet, the membership that real characters reach.
        sure_probability: a reading under it is unsure.

    Raises:
        BundleDamaged: the card's ``acceptance`` is not such a table.
    """

    def __init__(self, symbols: tuple[str, ...], card: Mapping[str, Any], sure_probability: float) -> None:
        self._symbols = symbols
        self._sure_probability = sure_probability
        self._acceptance = _acceptance_of(card)
        self._least = min(self._acceptance.values(), default=0.0)
        self._asked_of = _asked_of_named(self._acceptance, symbols)

    def probabilities(self, logits: Floats, alphabet: Alphabet, symbols: Sequence[str] | None = None) -> Floats:
        """Choose from an alphabet, as :meth:`inkling.Recognizer.probabilities` does."""
        places = self._places_of(alphabet, symbols)
        chosen = logits.astype(np.float64)
        if places.rivals is not None:
            chosen[:, places.rivals.taught] -= places.rivals.withheld(chosen)[:, None]
        chosen = np.exp(chosen - chosen[:, places.chosen].max(1, keepdims=True, initial=-np.inf))
        if places.one_each:
            weights = chosen[:, places.chosen]  # (N, S)
        else:
            weights = np.stack([chosen[:, members].sum(1) for members in places.members], 1)
        return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)

    def membership(
        self, logits: Floats, unknown: Floats, alphabet: Alphabet, symbols: Sequence[str] | None = None
    ) -> Floats:
        """Say how far ink belongs to an alphabet, as :meth:`inkling.Recognizer.membership` does."""
        places = self._places_of(alphabet, symbols)
        strange = unknown.astype(np.float64)
        top = np.maximum(logits.max(1), strange)
        beliefs = np.exp(logits - top[:, None])  # (N, S), float64 by top
        share = beliefs[:, places.belonging].sum(1) / (beliefs.sum(1) + np.exp(strange - top))
        return np.asarray(share, np.float32)

    def character(
        self,
        probabilities: Floats,
        membership: float,
        alphabet: Alphabet,
        alternatives: int | Literal["all"],
        *,
        glyph: Floats,
        box: tuple[float, float, float, float],
        frame: tuple[float, float, float, float],
    ) -> Character:
        """Say which character some ink is, and which it could be.

        Args:
            probabilities: float32 (len(alphabet),).
            membership: how far the ink belongs to the alphabet.
            alphabet: what was chosen from.
            alternatives: how many other symbols to name, or ``"all"``.
            glyph, box, frame: as :class:`Character` has them.

        Raises:
            InvalidSetting: ``alternatives`` is no such number.
        """
        if alternatives != "all" and (not isinstance(alternatives, int | np.integer) or alternatives < 0):
            raise InvalidSetting(
                f"alternatives is {alternatives!r}; expected a whole number from 0, or 'all'.", "Leave it out for 5."
            )
        order = np.argsort(-probabilities, kind="stable")
        shown = len(alphabet) if alternatives == "all" else alternatives + 1
        ranked = [Alternative(alphabet.symbols[i], float(probabilities[i])) for i in order[:shown].tolist()]
        best = ranked[0]
        reason, look_alikes = self.why_unsure(probabilities, order, membership, alphabet)
        return Character(
            best.symbol, best.probability, box, tuple(ranked[1:]), glyph, frame, membership, reason, look_alikes
        )

    def why_unsure(
        self, probabilities: Floats, order: NDArray[np.intp], membership: float, alphabet: Alphabet
    ) -> tuple[Reason | None, tuple[str, ...]]:
        """Say why a person should look at a reading, if they should, and which look-alikes it may be.

        Args:
            probabilities: float32 (len(alphabet),).
            order: their places, likeliest first.
            membership: how far the ink belongs to the alphabet.
            alphabet: what was chosen from.

        Returns:
            The reason, None where the reading is sure; the other symbols of one shape, likeliest first.
        """
        best = order[0]
        if membership < self._least_membership(alphabet, alphabet.symbols[best]):
            return "unknown", ()
        # a letter that stands for its capital looks like what either looks like
        same = frozenset().union(*map(look_alikes, alphabet.members[best]))
        others = [i for i in order[1:] if not same.isdisjoint(alphabet.members[i])]
        if probabilities[best] >= self._sure_probability and probabilities[others].max(initial=0) < _RIVAL:
            return None, ()
        likely = tuple(alphabet.symbols[i] for i in others if probabilities[i] >= _LIKELY)
        if likely and probabilities[[best, *others]].sum() >= self._sure_probability:
            return "look-alike", likely
        return "doubtful", ()

    def _least_membership(self, alphabet: Alphabet, symbol: str) -> float:
        """Give what ink must reach that is read as a symbol.

        An alphabet's acceptance was found on its own characters. An own list has that of the smallest alphabet that
        holds all of it; of taught symbols nobody knows, so little is asked.
        """
        if symbol not in self._symbols:
            return self._least
        named = self._acceptance.get(alphabet.name.removesuffix(f"+{TAUGHT}"))
        if named is not None:
            return named
        own = {one for one in alphabet.symbols if one in self._symbols}
        return next((asked for symbols, asked in self._asked_of if own <= symbols), self._least)

    def _places_of(self, alphabet: Alphabet, symbols: Sequence[str] | None) -> _Places:
        names = self._symbols if symbols is None else tuple(symbols)
        return _found(alphabet.members, names, self._symbols)


def vouched_for(membership: Floats, word: Floats) -> Floats:
    """Let memory vouch for ink that corrections know.

    Args:
        membership: float32 (N,) in [0, 1], without that.
        word: float32 (N,), what memory's word counts in log odds, from 0.

    Returns:
        float32 (N,) in [0, 1].
    """
    outside = (1 - membership.astype(np.float64)) * np.exp(-word.astype(np.float64))
    return np.asarray(membership / (membership + outside), np.float32)


@functools.lru_cache(_KEPT_PLACES)  # each symbol that is taught makes others
def _found(answers: tuple[tuple[str, ...], ...], symbols: tuple[str, ...], own: tuple[str, ...]) -> _Places:
    place = {symbol: i for i, symbol in enumerate(symbols)}
    members = [np.array([place[m] for m in some], np.intp) for some in answers]
    named = {member for some in answers for member in some}
    belonging = {*named, *(twin for member in named for twin in look_alikes(member) if twin in place)}
    return _Places(
        members,
        np.concatenate(members),
        np.array(sorted(place[symbol] for symbol in belonging), np.intp),
        all(len(some) == 1 for some in members),
        _rivals(named, symbols, own),
    )


def _rivals(named: set[str], symbols: tuple[str, ...], own: tuple[str, ...]) -> _Rivals | None:
    known = [i for i, symbol in enumerate(symbols) if symbol in own]
    taught = [i for i, symbol in enumerate(symbols) if symbol not in own and symbol in named]
    asked = np.array([symbols[i] in named for i in known], bool)
    if not taught or asked.all() or not asked.any():
        return None
    same_shape = shared_shapes([symbols[i] for i in known])
    return _Rivals(np.array(taught, np.intp), np.array(known, np.intp), asked, same_shape)


def _asked_of_named(acceptance: Mapping[str, float], symbols: tuple[str, ...]) -> list[tuple[frozenset[str], float]]:
    """Give the symbols of each named alphabet in which every one has its case, and its acceptance; small ones first."""
    found = []
    for name in acceptance.keys() & NAMED.keys():
        with contextlib.suppress(UnknownAlphabet):
            alphabet = Alphabet.parse(name, symbols)
            if all(len(members) == 1 for members in alphabet.members):
                found.append((frozenset(alphabet.symbols), acceptance[name]))
    return sorted(found, key=lambda one: (len(one[0]), sorted(one[0])))


def _acceptance_of(card: Mapping[str, Any]) -> dict[str, float]:
    given = card.get("acceptance") or {}
    if not isinstance(given, dict) or not all(_is_share(share) for share in given.values()):
        raise BundleDamaged(
            "The bundle is damaged: its card has an acceptance that is no table of numbers from 0 to 1.",
            "Install Inkling again, or use another bundle.",
        )
    return {str(name): float(share) for name, share in given.items()}


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not math.isnan(value) and 0 <= value <= 1
