"""The answer: what was read, how sure, and what else it could be. Plain records and their JSON form."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Alternative", "Character", "Reading", "Reason", "Status"]

Status = Literal["sure", "unsure"]
Reason = Literal["unknown", "look-alike", "doubtful"]


@dataclass(frozen=True)
class Alternative:
    """Another symbol that a character could be, with its probability in [0, 1]."""

    symbol: str
    probability: float


@dataclass(frozen=True)
class Character:
    """One character that was read.

    Args:
        symbol: the likeliest symbol of the alphabet.
        probability: its calibrated probability in [0, 1].
        box: x, y, width, height of its ink in px of the input.
        alternatives: the next symbols, likeliest first.
        glyph: float32 (28, 28) in [0, 1], what the network saw.
        frame: x, y, width, height of the glyph's own frame in px of the input: where its 28×28 px lie.
        membership: the share of belief in [0, 1] that it is a character of the alphabet at all.
        reason: why a person should look at it: ``unknown`` where it is no character of the alphabet, and ``symbol``
            only the closest one; ``look-alike`` where it is one of symbols that share a shape; else ``doubtful``. None
            where it is sure.
        look_alikes: those other symbols of one shape that are likely, likeliest first; empty for another reason.
    """

    symbol: str
    probability: float
    box: tuple[float, float, float, float]
    alternatives: tuple[Alternative, ...]
    glyph: NDArray[np.float32] = field(repr=False, compare=False)
    frame: tuple[float, float, float, float] = field(default=(0.0, 0.0, 28.0, 28.0), repr=False)
    membership: float = 1.0
    reason: Reason | None = None
    look_alikes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the JSON form; glyph and frame are left out."""
        return {
            "symbol": self.symbol,
            "probability": self.probability,
            "membership": self.membership,
            "reason": self.reason,
            "look_alikes": list(self.look_alikes),
            "box": list(self.box),
            "alternatives": [{"symbol": a.symbol, "probability": a.probability} for a in self.alternatives],
        }


@dataclass(frozen=True)
class Reading:
    """What one piece of ink says.

    Args:
        text: the symbols of its characters in a row.
        status: ``sure``, or ``unsure`` where a person should look; its characters say why.
        alphabet: the name of the alphabet that was chosen from.
        model: the version of the bundle that read it.
        elapsed_ms: from ink to answer, decoding included.
        characters: one record a character, in reading order.
    """

    text: str
    status: Status
    alphabet: str
    model: str
    elapsed_ms: float
    characters: tuple[Character, ...]

    @property
    def probability(self) -> float:
        """The probability in [0, 1] that all of the text is right, taking characters as independent."""
        return float(np.prod([c.probability for c in self.characters]))

    def to_json(self) -> dict[str, Any]:
        """Give the one JSON form of a reading, for the command line and the API alike."""
        return {
            "text": self.text,
            "status": self.status,
            "alphabet": self.alphabet,
            "model": self.model,
            "elapsed_ms": round(self.elapsed_ms, 3),
            "characters": [c.to_json() for c in self.characters],
        }
