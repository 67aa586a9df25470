"""What is printed on a sheet: lines and squares, how deep they are beside the ink, and a box to write in."""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["ruling", "without_box"]

#: Lines are narrower than this share of the longer side, and than 3 px where that is less.
_WIDTH_SHARE = 1 / 60
#: Their depth is looked up near the border of the picture, this share of the longer side, where nothing is written on
#: them; so much of it there is no deeper than their middle.
_RIM_SHARE, _MIDDLE = 1 / 16, 0.8
#: The sides of a box lie within this share of the longer side from its edges, and are inked to this share of their
#: length; what is written in it is so long at least beside it.
_BOX_SHARE, _SIDE, _WRITTEN = 0.06, 0.8, 0.15
#: Px of more ink than this are a box's, with soft edges that reach this share of the longer side beyond.
_MARKED, _EDGE_SHARE = 0.25, 0.015


def ruling(depth: NDArray[np.float32], least: float) -> float:
    """Give the depth of lines that go from one side of a sheet to the opposite one.

    Args:
        depth: float32 (H, W), how much darker than the paper each px is.
        least: what is no deeper than this is paper.

    Returns:
        How deep they are, in the unit of ``depth``; 0 where there are none.
    """
    top, bottom, left, right = ((side > least).any() for side in (depth[0], depth[-1], depth[:, 0], depth[:, -1]))
    if not (top and bottom) and not (left and right):
        return 0.0  # nearly always on a canvas
    marked = (depth > least).astype(np.uint8)
    reach = max(3, round(max(depth.shape) * _WIDTH_SHARE))
    broad = cv2.morphologyEx(marked, cv2.MORPH_OPEN, np.ones((reach, reach), np.uint8))
    thin = cv2.subtract(marked, cv2.dilate(broad, np.ones((3, 3), np.uint8)))
    _, parts, stats, _ = cv2.connectedComponentsWithStats(thin, connectivity=8)
    height, width = depth.shape
    spans = (stats[:, cv2.CC_STAT_WIDTH] == width) | (stats[:, cv2.CC_STAT_HEIGHT] == height)
    spans[0] = False
    if not spans.any():
        return 0.0
    lines = spans[parts]
    rim = max(1, round(max(depth.shape) * _RIM_SHARE))
    lines[rim:-rim, rim:-rim] = False
    return float(np.quantile(depth[lines], _MIDDLE))


def without_box(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take off a box around what is written, as forms have: four straight sides that touch nothing within.

    Args:
        ink: float32 (H, W) in [0, 1], cut out.

    Returns:
        The same; ``ink`` itself where there is no box.
    """
    reach = max(3, round(max(ink.shape) * _BOX_SHARE))
    marked = ink > _MARKED
    if min(ink.shape) < 4 * reach or not _has_sides(marked, reach):
        return ink  # nearly always
    _, parts, stats, _ = cv2.connectedComponentsWithStats(marked.view(np.uint8), connectivity=8)
    largest = 1 + int((stats[1:, cv2.CC_STAT_WIDTH] * stats[1:, cv2.CC_STAT_HEIGHT]).argmax())
    box = parts == largest
    if box[reach:-reach, reach:-reach].any() or not _has_sides(box, reach):
        return ink
    written = ((parts > 0) & ~box).view(np.uint8)
    if max(cv2.boundingRect(written[reach:-reach, reach:-reach])[2:]) < _WRITTEN * max(ink.shape):
        return ink
    edge = 2 * max(2, round(max(ink.shape) * _EDGE_SHARE)) + 1
    near = cv2.dilate(box.view(np.uint8), np.ones((edge, edge), np.uint8))
    kept = cv2.dilate(written, np.ones((3, 3), np.uint8))
    return np.where(near > kept, np.float32(0), ink)


def _has_sides(marked: NDArray[np.bool_], reach: int) -> bool:
    """Say whether a line of px lies along each side of bool (H, W), not farther from it than ``reach``."""
    sides = marked[:reach], marked[-reach:], marked[:, :reach].T, marked[:, -reach:].T
    return all(float(side.mean(1).max()) >= _SIDE for side in sides)
