"""Growth: a wider network that begins by computing what a narrower one computes (Net2WiderNet, Chen et al. 2016)."""

from collections.abc import Mapping

import torch
from torch import Tensor

from .network import NetworkShape

__all__ = ["can_grow", "grown"]

# each copied channel gets this much noise, as a share of its weights' spread: equal channels would stay equal for ever
_NOISE = 0.05


def can_grow(narrow: NetworkShape, wide: NetworkShape) -> bool:
    """Say whether one network is another with more channels, and the same in everything else."""
    as_deep = len(narrow.widths) == len(wide.widths) and narrow.blocks == wide.blocks
    channels = zip((narrow.stem, *narrow.widths), (wide.stem, *wide.widths), strict=False)
    alike = (narrow.symbols, narrow.features) == (wide.symbols, wide.features)
    return as_deep and alike and all(few <= many for few, many in channels)


def grown(
    weights: Mapping[str, Tensor], narrow: NetworkShape, wide: NetworkShape, generator: torch.Generator
) -> dict[str, Tensor]:
    """Widen a network: new channels are copies of old ones, which then share what they had to say.

    Args:
        weights: of the narrow network, by the names of its state.
        narrow, wide: the two shapes, as :func:`can_grow` asks for.
        generator: which channels are copied, how they share, and the noise.

    Returns:
        The wide network's state, as far as the narrow one had it.
    """
    sources = [
        _sources(few, many, generator)
        for few, many in zip((narrow.stem, *narrow.widths), (wide.stem, *wide.widths), strict=True)
    ]
    state = dict(weights)
    place = 0  # in the network's body
    _widen(state, f"body.{place}.0.weight", f"body.{place}.1", None, sources[0], generator)
    place += 2
    for stage, blocks in enumerate(narrow.blocks):
        before, after = sources[stage], sources[stage + 1]
        _widen(state, f"body.{place}.0.weight", f"body.{place}.1", before, after, generator)
        place += 2
        for _ in range(blocks):
            for part in ("first", "second"):
                _widen(state, f"body.{place}.{part}.0.weight", f"body.{place}.{part}.1", after, after, generator)
            place += 1
    last = sources[-1]
    _widen(state, f"body.{place}.weight", f"body.{place + 1}", None, last, generator)  # a filter a channel
    _widen(state, f"body.{place + 3}.weight", None, last, None, generator)
    return state


def _sources(few: int, many: int, generator: torch.Generator) -> Tensor:
    """Give for each of many channels the one that it is a copy of: int64 (many,)."""
    return torch.cat((torch.arange(few), torch.randperm(many - few, generator=generator) % few))


def _widen(
    state: dict[str, Tensor],
    weight: str,
    norm: str | None,
    inputs: Tensor | None,
    outputs: Tensor | None,
    generator: torch.Generator,
) -> None:
    """Widen one layer, (out, in, ...), and the norm behind it; None where a side stays as wide as it was."""
    layer = state[weight]
    if inputs is not None and len(inputs) > layer.shape[1]:
        # the copies of a channel carry between them what it carried alone, and not the same each
        spoken = torch.rand(len(inputs), generator=generator) + 0.5
        whole = torch.zeros(layer.shape[1]).index_add_(0, inputs, spoken)
        share = spoken / whole[inputs]
        layer = layer[:, inputs] * share.reshape(1, -1, *[1] * (layer.ndim - 2))
    if outputs is not None and len(outputs) > layer.shape[0]:
        few = layer.shape[0]
        layer = layer[outputs]
        noise = torch.randn(layer[few:].shape, generator=generator) * layer.std() * _NOISE
        layer[few:] += noise
        for part in ("weight", "bias", "running_mean", "running_var"):
            state[f"{norm}.{part}"] = state[f"{norm}.{part}"][outputs]
    state[weight] = layer.contiguous()
