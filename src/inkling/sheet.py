"""The sheet of paper on a photograph, and the darker table beyond its edges."""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["without_table"]

_Grey = NDArray[np.uint8]

#: A sheet is looked for on a picture of this size of its longer side, px; no smaller picture has a table on it.
_LOOKED_AT_PX, _LEAST_PX = 160, 64
#: What a table takes of the picture, and a sheet; how much darker the table is at least, grey levels, so many px beyond
#: the sheet's edge as before it: light that falls off has no edge.
_TABLE_SHARE, _SHEET_LEAST, _DARKER, _EDGE_PX = (0.02, 0.8), 0.2, 40, 3
#: A sheet fills its convex hull, and the smallest rectangle around it, to this share: bold characters that are round do
#: not, in whose bowls one might see writing.
_CONVEX, _SQUARE = 0.94, 0.95
#: Seen from the side it has four sides at least: straight to this share of their length, and around so much of it.
_STRAIGHT, _FOUR_SIDED = 0.02, 0.95
#: The writing on a sheet takes this share of it.
_WRITING = (5e-4, 0.4)
#: So far from its edge a sheet is taken for granted, as a share of the picture's longer side.
_EDGE_SHARE = 0.015


def without_table(grey: _Grey) -> _Grey:
    """Continue a sheet of paper over the darker table that it lies on, so that its edge is not taken for ink.

    A table is what is dark along the border of the picture, where all the rest is one sheet, nearly a rectangle, that
    has an edge and that something is written on. A board with light writing has no such sheet, a character that is cut
    out tightly leaves none, and uneven light has no edge.

    Args:
        grey: uint8 (H, W).

    Returns:
        uint8 (H, W); ``grey`` itself where there is no table for certain.
    """
    darkest = min(int(rim.min()) for rim in (grey[0], grey[-1], grey[:, 0], grey[:, -1]))
    if min(grey.shape) < _LEAST_PX or darkest > 255 - _DARKER:
        return grey
    low, high = cv2.minMaxLoc(grey)[:2]
    if darkest > (low + high) / 2:
        return grey
    scale = min(1.0, _LOOKED_AT_PX / max(grey.shape))
    size = (max(2, round(grey.shape[1] * scale)), max(2, round(grey.shape[0] * scale)))
    small = np.asarray(cv2.medianBlur(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), 3), np.uint8)
    sheet = _sheet(small)
    if sheet is None:
        return grey
    inner = _spread(sheet, cv2.MORPH_ERODE, max(1, round(_EDGE_SHARE * max(small.shape))))
    shape = (grey.shape[1], grey.shape[0])
    inside = cv2.resize(inner, shape, interpolation=cv2.INTER_NEAREST) > 0
    paper = cv2.resize(_paper(small, inner), shape, interpolation=cv2.INTER_LINEAR)
    return np.where(inside, grey, np.rint(paper).astype(np.uint8))


def _sheet(small: _Grey) -> _Grey | None:
    """Find the sheet: uint8 (H, W), 1 on it; None where there is none, or no table around it."""
    light = np.asarray(cv2.threshold(small, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1], np.uint8)
    parts = cv2.connectedComponents(1 - light, connectivity=4)[1]
    at_border = np.unique(np.concatenate((parts[0], parts[-1], parts[:, 0], parts[:, -1])))
    table = np.isin(parts, at_border[at_border > 0])
    if not _TABLE_SHARE[0] <= table.mean() <= _TABLE_SHARE[1]:
        return None
    _, parts, stats, _ = cv2.connectedComponentsWithStats((~table).astype(np.uint8), connectivity=4)
    largest = int(stats[1:, cv2.CC_STAT_AREA].argmax()) + 1
    part = (parts == largest).astype(np.uint8)
    outlines = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    hull = cv2.convexHull(np.concatenate(outlines))
    sheet = np.asarray(cv2.fillConvexPoly(np.zeros_like(part), hull, 1), np.uint8)
    area = int(np.count_nonzero(sheet))
    if area < _SHEET_LEAST * sheet.size or np.count_nonzero(part) < _CONVEX * area:
        return None
    if area < _SQUARE * _area_within(cv2.boxPoints(cv2.minAreaRect(hull)), part) and not _has_four_sides(hull):
        return None
    written = np.count_nonzero((part > 0) & (light == 0)) / area
    if not _WRITING[0] <= written <= _WRITING[1]:
        return None
    before = (sheet > 0) & (_spread(sheet, cv2.MORPH_ERODE, _EDGE_PX) == 0)
    beyond = (sheet == 0) & (_spread(sheet, cv2.MORPH_DILATE, _EDGE_PX) > 0)
    if not before.any() or not beyond.any():
        return None
    return sheet if np.median(small[before]) - np.median(small[beyond]) >= _DARKER else None


def _has_four_sides(hull: cv2.typing.MatLike) -> bool:
    """Say whether four straight sides bound it, as a sheet's do that was photographed from the side."""
    corners = cv2.approxPolyDP(hull, _STRAIGHT * cv2.arcLength(hull, True), True)
    return len(corners) == 4 and abs(cv2.contourArea(corners) / cv2.contourArea(hull) - 1) <= 1 - _FOUR_SIDED


def _area_within(corners: cv2.typing.MatLike, like: _Grey) -> int:
    """Count the px of a picture that lie within a convex outline."""
    return int(np.count_nonzero(cv2.fillConvexPoly(np.zeros_like(like), np.rint(corners).astype(np.int32), 1)))


def _spread(mask: _Grey, how: int, reach: int) -> _Grey:
    """Shrink or widen a mask by some px, as if it went on beyond the picture."""
    framed = cv2.copyMakeBorder(mask, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    changed = cv2.morphologyEx(framed, how, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    return np.asarray(changed, np.uint8)[reach:-reach, reach:-reach]


def _paper(small: _Grey, sheet: _Grey) -> NDArray[np.float32]:
    """Give the paper's level everywhere, beyond the sheet as it is at the nearest edge: float32 (H, W)."""
    levels = small.astype(np.float32)
    paper = (sheet > 0) & (levels >= np.percentile(levels[sheet > 0], 30))
    weight, total = paper.astype(np.float32), np.where(paper, levels, np.float32(0))
    found = np.zeros_like(levels)
    for side in (5, 11, 21, 41, 2 * max(small.shape) + 1):  # from near to far, until some paper is in reach
        near, sums = (np.asarray(cv2.blur(one, (side, side))) for one in (weight, total))
        found = np.where((found == 0) & (near > 1e-3), sums / np.maximum(near, 1e-6), found)
    return np.asarray(found, np.float32)
