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


def ruling(depth: NDArray[np.float32], least: float) -> float:
    """Give the depth of lines that go from one side of a sheet to the opposite one.

    Args:
        depth: float32 (H, W), how much darker than the paper each px is.
        least: what is no deeper than this is paper.

    Returns:
        How deep they are, in the unit of ``depth``; 0 where there are none.
    """
    if not all((side > least).any() for side in (depth[0], depth[-1])) and not all(
        (side > least).any() for side in (depth[:, 0], depth[:, -1])
    ):
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
    if min(ink.shape) < 4 * reach:
        return ink
    marked = (ink > 0.25).view(np.uint8)
    sides = marked[:reach], marked[-reach:], marked[:, :reach].T, marked[:, -reach:].T
    if min(float(side.mean(1).max()) for side in sides) < _SIDE:
        return ink  # nearly always
    _, parts, stats, _ = cv2.connectedComponentsWithStats(marked, connectivity=8)
    longest = 1 + int(stats[1:, cv2.CC_STAT_WIDTH].argmax())
    box = (parts == longest).astype(np.uint8)
    within = parts[reach:-reach, reach:-reach]
    if (within == longest).any():
        return ink
    width, height = cv2.boundingRect((within > 0).astype(np.uint8))[2:]
    if max(width, height) < _WRITTEN * max(ink.shape):
        return ink
    return np.where(cv2.dilate(box, np.ones((5, 5), np.uint8)) > 0, np.float32(0), ink)
