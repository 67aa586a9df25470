"""Where an answer comes from: what happens to its probability when parts of the glyph are covered.

Occlusion (Zeiler and Fergus, Visualizing and understanding convolutional networks, 2014, section 3): it asks the
network only for answers, so it runs on ONNX Runtime and holds for any network.
"""

import functools
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .alphabet import Alphabet
from .inference import quantized
from .memory import Memory
from .recognizer import Recognizer

__all__ = ["Heat", "heat_of"]

Floats = NDArray[np.float32]

#: The covering patch and its step, px of the glyph: about two pens wide, so that it takes a part and not the whole.
PATCH_PX, STEP_PX = 6, 2
#: Below this much ink under it a patch changes nothing that the network could see.
_LEAST_INK = 0.5
_SURE = 1e-6


@dataclass(frozen=True)
class Heat:
    """How much each part of a glyph speaks for an answer.

    Args:
        map: float32 (28, 28) in [0, 1]: 0 where covering changes nothing or helps, 1 where it harms most.
        drop: how far the answer's probability falls when the part that matters most is covered, in [0, 1].
    """

    map: Floats = field(repr=False)
    drop: float


def heat_of(
    recognizer: Recognizer,
    glyph: Floats,
    symbol: str,
    alphabet: Alphabet,
    memory: Memory | None = None,
    size_px: float = 0.0,
) -> Heat:
    """Cover part after part of a glyph and see how the answer's odds fall.

    Odds and not probabilities make the map: a probability of 0.999 hardly moves, whatever is covered.

    Args:
        recognizer: what answers.
        glyph: float32 (28, 28) in [0, 1].
        symbol: the answer, one of the alphabet's.
        alphabet: what the answer was chosen from.
        memory: what corrections taught, where it was asked too.
        size_px: the longer side of the ink's box in px of the input, which memory knows; 0 where it is not known.
    """
    side = len(glyph)
    covers = _covers(side)  # (N, 28, 28) bool
    touching = (covers * glyph).sum((1, 2)) >= _LEAST_INK
    covers = covers[touching]
    glyphs = np.concatenate([glyph[None], np.where(covers, 0, glyph)]).astype(np.float32)  # (1 + N, 28, 28)
    column = alphabet.symbols.index(symbol)
    found = _probabilities(recognizer, glyphs, alphabet, memory, size_px)[:, column]  # (1 + N,)
    kept = np.clip(found.astype(np.float64), _SURE, 1 - _SURE)
    odds = np.log(kept / (1 - kept))
    falls = np.maximum(odds[0] - odds[1:], 0)
    # each px: the mean over the patches that cover it, those centred on it most, so that the map has no steps
    weights = _weights(side)[touching]
    heat = np.tensordot(falls, weights, 1) / np.maximum(weights.sum(0), _SURE)  # (28, 28)
    top = heat.max(initial=0)
    drop = float(max(0.0, found[0] - found[1:].min(initial=found[0])))
    return Heat((heat / top if top > 0 else heat).astype(np.float32), drop)


def _probabilities(
    recognizer: Recognizer, glyphs: Floats, alphabet: Alphabet, memory: Memory | None, size_px: float
) -> Floats:
    """Give probabilities over an alphabet as a reading has them: (N, len(alphabet))."""
    if memory is None or not len(memory):
        return recognizer.probabilities(recognizer.logits(glyphs), alphabet)
    kept, known = quantized(glyphs), len(recognizer.symbols)
    traces = recognizer.traces(kept)  # (N, S + D)
    among = {member for members in alphabet.members for member in members}
    sizes = np.full(len(kept), size_px, np.float32)
    voted = memory.vote(traces[:, :known], traces[:, known:], kept, among, sizes)
    return recognizer.probabilities(voted, alphabet, (*recognizer.symbols, *memory.taught))


@functools.cache
def _covers(side: int) -> NDArray[np.bool_]:
    """Lay the patch on every place, over the edges too, so that each px is covered as often as any other."""
    return _weights(side) > 0


@functools.cache
def _weights(side: int) -> NDArray[np.float64]:
    """How near each px is to the middle of each patch, falling to 0 outside."""
    middles = np.arange(STEP_PX - PATCH_PX, side, STEP_PX) + (PATCH_PX - 1) / 2
    near = np.maximum((PATCH_PX + 1) / 2 - np.abs(np.arange(side) - middles[:, None]), 0)  # (S, side)
    return (near[:, None, :, None] * near[None, :, None, :]).reshape(-1, side, side)
