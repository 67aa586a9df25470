"""Temperatures: what makes logits honest, one for the shape of a character and one for who shares it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .alphabet import look_alikes

__all__ = ["LEAST", "Temperatures", "shared_shapes"]

Floats = NDArray[np.float32]

#: The least calibrated logit, beside the greatest at 0: its exponential is a number above 0 still.
LEAST = -300.0


def shared_shapes(symbols: Sequence[str]) -> NDArray[np.bool_]:
    """Say for each symbol which share its shape, itself and what looks like its look-alikes included: bool (S, S)."""
    same = np.array([[a == b or b in look_alikes(a) for b in symbols] for a in symbols], bool).reshape(
        len(symbols), len(symbols)
    )
    while not np.array_equal(wider := same @ same, same):
        same = wider
    return same


class Temperatures:
    """Temperature scaling (Guo et al. 2017), in two.

    One makes a network as sure of what shape some ink has as it deserves. Which of the symbols of that shape was meant,
    such as ``0``, ``O`` or ``o``, it knows less than it believes: that is shared out at the other, and the belief in
    the shape stays what it was.

    Args:
        symbols: what the logits stand for.
        shape: what logits are divided by.
        look_alike: the same among symbols of one shape.
    """

    def __init__(self, symbols: Sequence[str], shape: float, look_alike: float) -> None:
        self.shape, self.look_alike = shape, look_alike
        self._same = shared_shapes(symbols).astype(np.float64)

    @classmethod
    def of(cls, card: Mapping[str, Any]) -> "Temperatures":
        """Take a bundle's from its card; a bundle that was made before there were two has one."""
        return cls(card["symbols"], card["temperature"], card.get("look_alike_temperature", card["temperature"]))

    def to_json(self) -> dict[str, float]:
        """Give what a card keeps."""
        return {"temperature": self.shape, "look_alike_temperature": self.look_alike}

    def calibrated(self, logits: Floats) -> Floats:
        """Make logits honest: float32 (N, S) to the same."""
        if self.shape == self.look_alike:
            return np.asarray(logits / np.float32(self.shape), np.float32)
        most = logits.max(1, keepdims=True).astype(np.float64)
        below = logits - most
        shape, among = (np.maximum(below / value, LEAST) for value in (self.shape, self.look_alike))
        belief = np.log(np.exp(shape) @ self._same)  # (N, S), in each one's shape
        return np.asarray(most / self.shape + belief + among - np.log(np.exp(among) @ self._same), np.float32)

    def calibrated_unknown(self, unknown: Floats) -> Floats:
        """Make the logits of being no character at all honest: float32 (N,) to the same."""
        return np.asarray(unknown / np.float32(self.shape), np.float32)
