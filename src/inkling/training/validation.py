"""What training is watched by: accuracy on writers it does not learn from, each kind of symbol in its own alphabet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..alphabet import kind_of
from ..data.packs import Pack
from ..raster import rasterize
from .network import Network
from .normalizer import Normalizer

__all__ = ["Held", "accuracies", "beliefs_of", "glyphs_of", "hold", "logits_of", "same_kind"]


@dataclass(frozen=True)
class Held:
    """Samples kept out of training: glyphs float32 (N, 28, 28) and their labels (N,), under one name."""

    name: str
    glyphs: Tensor
    labels: NDArray[np.str_]


def glyphs_of(pack: Pack) -> Tensor:
    """Normalise a pack's samples as they are: float32 (N, 28, 28)."""
    normalizer = Normalizer()
    if pack.images is not None:
        images = pack.images
        parts = [normalizer(torch.from_numpy(images[i : i + 256]).float() / 255)[0] for i in range(0, len(pack), 256)]
    else:
        rasters = (rasterize(pack.strokes(i))[0] for i in range(len(pack)))
        parts = [normalizer(torch.from_numpy(raster).float()[None] / 255)[0] for raster in rasters]
    return torch.cat(parts) if parts else torch.zeros(0, 28, 28)


def same_kind(symbols: Sequence[str]) -> Tensor:
    """Say for each symbol which are of its kind (digits, capitals, small letters, others): bool (S, S)."""
    kinds = np.array([kind_of(symbol) for symbol in symbols])
    return torch.from_numpy(kinds[:, None] == kinds[None, :])


def hold(packs: Sequence[Pack], symbols: Sequence[str]) -> list[Held]:
    """Make the held-out samples of packs ready; other symbols than the network's are left out."""
    held = []
    for pack in packs:
        known = pack.select(np.isin(pack.labels, symbols))
        if len(known):
            held.append(Held(pack.name, glyphs_of(known), known.labels))
    return held


def logits_of(network: Network, glyphs: Tensor) -> Tensor:
    """Run a network over glyphs (N, 28, 28) without learning: float32 (N, symbols)."""
    return _run(network, glyphs, lambda logits, features: logits)


def beliefs_of(network: Network, glyphs: Tensor) -> tuple[Tensor, Tensor]:
    """Run a network over glyphs (N, 28, 28) without learning: float32 logits (N, symbols), and (N,) of being none."""
    both = _run(
        network, glyphs, lambda logits, features: torch.cat((logits, network.unknown(features)[:, None]), 1)
    )  # (N, symbols + 1)
    return both[:, :-1], both[:, -1]


@torch.inference_mode()
def _run(network: Network, glyphs: Tensor, answer: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    training = network.training
    device = next(network.parameters()).device
    network.eval()
    parts = [answer(*network(glyphs[i : i + 512].to(device))).float().cpu() for i in range(0, len(glyphs), 512)]
    network.train(training)
    return torch.cat(parts)


def accuracies(network: Network, held: Sequence[Held], symbols: Sequence[str]) -> dict[str, float | None]:
    """Give the accuracy in [0, 1] of each pack and kind of symbol among its kind, and ``accuracy``, their mean.

    The mean is None where nothing is held out.
    """
    figures = {}
    for part in held:
        logits = logits_of(network, part.glyphs)
        for kind in dict.fromkeys(kind_of(symbol) for symbol in symbols):
            columns = [i for i, symbol in enumerate(symbols) if kind_of(symbol) == kind]
            mine = np.isin(part.labels, [symbols[i] for i in columns])
            if mine.sum() >= 10:
                chosen = np.array(symbols)[columns][logits[torch.from_numpy(mine)][:, columns].argmax(1).numpy()]
                figures[f"{part.name}/{kind}"] = round(float((chosen == part.labels[mine]).mean()), 5)
    return {"accuracy": round(float(np.mean(list(figures.values()))), 5) if figures else None, **figures}
