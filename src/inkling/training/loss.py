"""What a network is trained to make small."""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

from .datasets import Batch
from .network import Network
from .recipes import Recipe

__all__ = ["loss_of"]

# a logit so low that nothing believes in it, and whose product with nothing is nothing, unlike minus infinity's
_NEVER = -1e4


def loss_of(
    network: Network,
    batch: Batch,
    recipe: Recipe,
    kinds: Tensor,
    forward: Any = None,
) -> Tensor:
    """Give a batch's loss, a scalar: over all symbols, among those of its kind, and among those for features only.

    What is none of the symbols is one class more, in a network that has a place for it.

    Args:
        network: learns.
        batch: what it learns from.
        recipe: the weights of the parts.
        kinds: bool (S, S), which symbols are of one kind.
        forward: stands for the network where it was wrapped.
    """
    logits, features = (forward or network)(batch.glyphs)
    symbols = logits.shape[1]
    ours, theirs = (batch.targets >= 0).float(), (batch.extras >= 0).float()
    own = batch.targets.clamp(min=0)
    others = kinds[own] == 0
    count = float(len(logits))
    # what is no character is learned where the network has a place for it
    known = (batch.targets >= -1).float() if network.shape.strange else ours
    if network.shape.strange:
        logits = torch.cat((logits, network.unknown(features)[:, None]), 1)  # (N, S), (N, 1) -> (N, S + 1)
        own = torch.where(batch.targets >= 0, own, symbols)
    overall = F.cross_entropy(logits, own, label_smoothing=recipe.label_smoothing, reduction="none")
    among = F.cross_entropy(
        logits[:, :symbols].masked_fill(others, _NEVER), batch.targets.clamp(min=0), reduction="none"
    )
    total: Tensor = (known * overall + recipe.within_weight * ours * among).sum() / count
    if network.shape.extra_symbols:
        extra = F.cross_entropy(network.extra_logits(features), batch.extras.clamp(min=0), reduction="none")
        total = total + recipe.extra_weight * (theirs * extra).sum() / count
    return total
