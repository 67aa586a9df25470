"""How a glyph's outline runs, as a short vector: it keeps a person's style, which the network learns to overlook."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["OUTLINE", "outlines"]

_CELLS = 4
#: Length of an outline: four directions in 4×4 cells.
OUTLINE = 4 * _CELLS**2

# how much each px row or column belongs to each cell: triangles that overlap, so that a small shift changes little
_POOL = np.maximum(0, 1 - np.abs(np.arange(28) + 0.5 - (np.arange(_CELLS)[:, None] + 0.5) * 28 / _CELLS) * _CELLS / 28)
_POOL = _POOL.astype(np.float32)  # (cells, 28)
_SIDE, _MIDDLE = np.float32(0.25), np.float32(0.5)  # smoothing
_AT_ONCE = 128  # glyphs: so many stay in the processor's cache, which makes thousands ten times as quick


def outlines(glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Describe glyphs by histograms of their edges' directions (as HOG, Dalal and Triggs 2005, coarser and softer).

    Args:
        glyphs: uint8 (N, 28, 28), 0 = paper, 255 = ink.

    Returns:
        float32 (N, 64), each of length 1; square roots of histograms, so that their products are Hellinger's kernel.

    Example:
        >>> outlines(np.zeros((2, 28, 28), np.uint8)).shape
        (2, 64)
    """
    parts = [_outlines(glyphs[i : i + _AT_ONCE]) for i in range(0, len(glyphs), _AT_ONCE)]
    return np.concatenate(parts) if parts else np.zeros((0, OUTLINE), np.float32)


def _outlines(glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
    ink = np.zeros((len(glyphs), 32, 32), np.float32)  # np.pad would take as long as all the rest
    np.divide(glyphs, np.float32(255), out=ink[:, 2:-2, 2:-2], dtype=np.float32)
    ink = _SIDE * (ink[:, :-2] + ink[:, 2:]) + _MIDDLE * ink[:, 1:-1]  # (N, 30, 32)
    ink = _SIDE * (ink[:, :, :-2] + ink[:, :, 2:]) + _MIDDLE * ink[:, :, 1:-1]  # (N, 30, 30)
    across = ink[:, 1:-1, 2:] - ink[:, 1:-1, :-2]  # (N, 28, 28)
    down = ink[:, 2:, 1:-1] - ink[:, :-2, 1:-1]
    slope = np.sqrt(across * across + down * down) + np.float32(1e-6)
    # an edge and the one opposite count as one direction: twice its angle
    straight, slanted = (across * across - down * down) / slope, 2 * across * down / slope
    directions = np.stack([straight, -straight, slanted, -slanted], 1)  # (N, 4, 28, 28)
    cells = _POOL @ np.maximum(directions, 0) @ _POOL.T  # (N, 4, cells, cells)
    roots = np.sqrt(cells.reshape(len(glyphs), OUTLINE))
    return np.asarray(roots / np.maximum(np.linalg.norm(roots, axis=1, keepdims=True), 1e-6), np.float32)
