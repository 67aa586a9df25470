"""What training is watched by: accuracy on writers it does not learn from, each kind of symbol in its own alphabet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..alphabet import SYMBOLS, Alphabet
from ..data.packs import Pack
from ..raster import rasterize
from .network import Network
from .normalizer import Normalizer

__all__ = ["Held", "accuracies", "choose", "hold"]


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


def hold(packs: Sequence[Pack]) -> list[Held]:
    """Make the held-out samples of packs ready; symbols that the network does not know are left out."""
    held = []
    for pack in packs:
        known = pack.select(np.isin(pack.labels, SYMBOLS))
        if len(known):
            held.append(Held(pack.name, glyphs_of(known), known.labels))
    return held


@torch.inference_mode()
def logits_of(network: Network, glyphs: Tensor) -> Tensor:
    """Run a network over glyphs (N, 28, 28) without learning: float32 (N, symbols)."""
    training = network.training
    device = next(network.parameters()).device
    network.eval()
    parts = [network(glyphs[i : i + 512].to(device))[0].float().cpu() for i in range(0, len(glyphs), 512)]
    network.train(training)
    return torch.cat(parts)


def choose(logits: Tensor, alphabet: Alphabet) -> NDArray[np.str_]:
    """Pick the likeliest symbol of an alphabet for each row of logits (N, symbols): str (N,)."""
    columns = [torch.logsumexp(logits[:, [SYMBOLS.index(m) for m in members]], 1) for members in alphabet.members]
    return np.array(alphabet.symbols)[torch.stack(columns, 1).argmax(1).numpy()]


def accuracies(network: Network, held: Sequence[Held]) -> dict[str, float]:
    """Give the accuracy in [0, 1] of each pack and kind of symbol in its own alphabet, and ``accuracy``, their mean."""
    figures = {}
    for part in held:
        logits = logits_of(network, part.glyphs)
        for name in ("digits", "lowercase", "uppercase"):
            alphabet = Alphabet.parse(name)
            mine = np.isin(part.labels, alphabet.symbols)
            if mine.sum() >= 10:
                chosen = choose(logits[torch.from_numpy(mine)], alphabet)
                figures[f"{part.name}/{name}"] = round(float((chosen == part.labels[mine]).mean()), 5)
    return {"accuracy": round(float(np.mean(list(figures.values()))), 5) if figures else 0.0, **figures}
