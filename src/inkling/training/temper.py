"""How far to go: from the network before towards the retrained one, as far as nobody else loses by it.

Halfway between the weights of a network and those it was fine-tuned to lies, as a rule, one that keeps most of what was
gained and gives back most of what was lost elsewhere (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy

import numpy as np
import torch
from numpy.typing import NDArray

from .network import Network
from .validation import Held, logits_of, same_kind

__all__ = ["UNWATCHED", "temper"]

#: Shares of the way that are tried, from all of it down to what is taken in any case: the gate judges what comes of it.
_SHARES = (1.0, 0.85, 0.7, 0.5)
#: The share that is taken where there is nothing to watch by.
UNWATCHED = 0.6
#: Sets with fewer samples tell too little; of the others, so much may be lost by chance, points.
_LEAST_SAMPLES, _MOST_LOST_POINTS = 1000, 0.1


def temper(before: Network, after: Network, held: Sequence[Held], symbols: Sequence[str]) -> tuple[Network, float]:
    """Find the network furthest from the one before, on the straight way to the one after, that reads no set worse.

    Each set is read among all symbols and among those of each sample's kind.

    Args:
        before, after: networks of one shape.
        held: samples that neither was trained on, of other hands than those that were learned from.
        symbols: what the logits stand for.

    Returns:
        The network, in evaluation mode, and its share of the way, in (0, 1].
    """
    watched = [part for part in held if len(part.labels) >= _LEAST_SAMPLES]
    if not watched:
        return _between(before, after, UNWATCHED), UNWATCHED
    least = list(_right(before, watched, symbols))
    allowed = [len(right) * _MOST_LOST_POINTS / 100 for right in least]
    for share in _SHARES:
        found = _between(before, after, share)
        now = _right(found, watched, symbols)
        if all(
            int(mine.sum()) - int(theirs.sum()) <= lost for mine, theirs, lost in zip(least, now, allowed, strict=True)
        ):
            break
    return found, share


def _between(before: Network, after: Network, share: float) -> Network:
    found = deepcopy(before)
    with torch.no_grad():
        for mine, theirs in zip(found.parameters(), after.parameters(), strict=True):
            mine.lerp_(theirs, share)
    return found.eval()


def _right(network: Network, held: Sequence[Held], symbols: Sequence[str]) -> Iterator[NDArray[np.bool_]]:
    """Say which samples are read right, set by set, among all symbols and then among those of their kind."""
    same = same_kind(symbols)
    place = {symbol: i for i, symbol in enumerate(symbols)}
    for part in held:
        truth = torch.tensor([place[label] for label in part.labels.tolist()])
        logits = logits_of(network, part.glyphs)
        for choice in (logits, logits.masked_fill(~same[truth], -torch.inf)):
            yield (choice.argmax(1) == truth).numpy()
