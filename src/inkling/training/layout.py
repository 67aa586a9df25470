"""The layout: what stands where in a glyph, for memory to compare shapes by, also those that no training showed.

Features are made to tell the network's symbols apart; of symbols that it never saw, the last map before them keeps
more. Its many channels are brought down to the few in which symbols differ most, relative to how much hands differ
within a symbol (linear discriminant analysis, Fisher 1936), with weights that all places share.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import normalize

from ..data.packs import Pack
from .network import Network
from .validation import glyphs_of

__all__ = ["LAYOUT", "fit_layout"]

#: Channels of the layout.
LAYOUT = 16
#: How much of the mean scatter within symbols is added to that of each direction: few samples tell little of some.
_RIDGE = 1.0
#: Symbols of other scripts are what a layout is for; with fewer samples of them than this all symbols do.
_LEAST = 500
#: So many samples are enough, of all packs together.
_MOST = 8000
#: What scatter is at least, where all samples of each symbol are the same.
_NOTHING = 1e-9

Floats = NDArray[np.float64]


def fit_layout(network: Network, packs: Sequence[Pack], symbols: Sequence[str], seed: int = 0) -> None:
    """Find the channels of a network's layout, from symbols it was trained on that are none of its own, if it was.

    Args:
        network: trained, in evaluation mode, on the CPU; its ``layout`` is set, if it has one.
        packs: what it was trained on.
        symbols: what its logits stand for.
        seed: of the samples, where there are more than needed.
    """
    if not network.shape.layout:
        return
    others = [pack.select(np.flatnonzero(~np.isin(pack.labels, symbols))) for pack in packs]
    chosen = others if sum(map(len, others)) >= _LEAST else list(packs)
    rng = np.random.default_rng(seed)
    most = _MOST // max(1, sum(len(pack) > 0 for pack in chosen))
    chosen = [pack.select(np.sort(rng.permutation(len(pack))[:most])) for pack in chosen if len(pack)]
    places = np.concatenate([_places(network, pack) for pack in chosen])  # (N, P·P, C)
    labels = np.concatenate([pack.labels for pack in chosen])
    directions = _discriminants(places, np.unique(labels, return_inverse=True)[1])[:, : network.shape.layout]
    network.layout[: directions.shape[1]] = torch.from_numpy(directions.T.astype(np.float32))


@torch.inference_mode()
def _places(network: Network, pack: Pack) -> Floats:
    """Give the last map of each sample, of length 1 as a whole: (N, P·P, C)."""
    glyphs = glyphs_of(pack)
    maps = torch.cat([network.last_map(glyphs[i : i + 256]) for i in range(0, len(glyphs), 256)])  # (N, C, P, P)
    return normalize(maps.flatten(1).double(), dim=1).view(len(maps), maps.shape[1], -1).transpose(1, 2).numpy()


def _discriminants(places: Floats, symbols: NDArray[np.intp]) -> Floats:
    """Give directions of channels (C, C), those first in which symbols differ most relative to hands.

    Args:
        places: (N, P·P, C).
        symbols: (N,), numbers from 0 without a gap.
    """
    means = np.stack([places[symbols == symbol].mean(0) for symbol in range(symbols.max() + 1)])  # (S, P·P, C)
    within = _scatter(places - means[symbols])
    within += max(_RIDGE * float(np.trace(within)) / len(within), _NOTHING) * np.eye(len(within))
    values, vectors = np.linalg.eigh(within)
    whitening = vectors / np.sqrt(values)  # (C, C)
    between = whitening.T @ _scatter(means - means.mean(0)) @ whitening
    found: Floats = whitening @ np.linalg.eigh(between)[1][:, ::-1]
    # of either sign; the one with the larger sum, so that rounding does not choose
    return found * np.where(found.sum(0) < 0, -1.0, 1.0)


def _scatter(deviations: Floats) -> Floats:
    """Give the mean product of channels over samples and places: (N, P·P, C) to (C, C)."""
    rows = deviations.reshape(-1, deviations.shape[-1])
    return np.asarray(rows.T @ rows / len(rows))
