"""Recipes: how a network is trained."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

__all__ = ["RECIPES", "Recipe"]


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Args:
        epochs: how often the mixture is gone through.
        batch_size: samples a step, over all processes.
        learning_rate: its peak; it rises for the first tenth and falls along a cosine (one-cycle, Smith 2018).
        tail_share: the share of epochs, the last ones, at a small constant rate, over which weights are averaged more
            widely (stochastic weight averaging, Izmailov et al. 2018).
        tail_learning_rate: that rate.
        weight_decay: of AdamW, on matrices only.
        label_smoothing: share of belief that is spread over all symbols; about 2 % of UNIPEN's labels are wrong.
        within_weight: weight of the loss among the symbols of the same kind (digits, capitals, small letters).
        extra_weight: weight of the loss among symbols of other scripts and invented ones.
        averaging, tail_averaging: how much of the weights' running average is kept each step; in the tail.
        worn_share, strange_share: shares of samples that are worn, and in whose place stands what is no character.
        spared: scripts whose symbols are never shown as none of ours, so that refusal can be measured on them.
        invented: how many symbols are invented, to shape the features; see :mod:`inkling.training.invented`.
        invented_share: share of an epoch's samples that are of these.
        limit: at most so many samples an epoch; all where None.
        seed: of weights, order and variation.
    """

    epochs: int = 14
    batch_size: int = 256
    learning_rate: float = 6e-3
    tail_share: float = 1 / 7
    tail_learning_rate: float = 1e-3
    weight_decay: float = 0.03
    label_smoothing: float = 0.05
    within_weight: float = 0.5
    extra_weight: float = 0.7
    averaging: float = 0.999
    tail_averaging: float = 0.9995
    worn_share: float = 0.12
    strange_share: float = 0.04
    spared: tuple[str, ...] = ("Balinese", "Japanese_(katakana)")
    invented: int = 2000
    invented_share: float = 0.18
    limit: int | None = None
    seed: int = 1

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Recipe":
        """Take back a checkpoint's; one from before symbols were invented has none."""
        return cls(**{"invented": 0, **values})

    @property
    def falling_epochs(self) -> int:
        """How many epochs the rate rises and falls, before the tail."""
        return self.epochs - round(self.epochs * self.tail_share)


#: As the bundle that ships was trained: before symbols were invented.
_EARLIER = Recipe(invented=0, extra_weight=0.5)

#: Recipes by name. ``plain``, ``further`` and ``settle`` in a row make a bundle like the one that ships; ``default`` is
#: one step with everything, in less time.
RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "default": Recipe(),
        "plain": replace(_EARLIER, epochs=28, worn_share=0.0, strange_share=0.0),
        "further": replace(
            _EARLIER, epochs=25, learning_rate=4e-3, tail_learning_rate=6e-4, worn_share=0.25, strange_share=0.05
        ),
        "settle": replace(
            _EARLIER, epochs=5, learning_rate=1.5e-3, tail_share=0.0, worn_share=0.08, strange_share=0.04
        ),
    }
)
