"""Lines and squares printed on a sheet: how deep they are beside the ink."""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["ruling"]

#: Lines are narrower than this share of the longer side, and than 3 px where that is less.
_WIDTH_SHARE = 1 / 60
#: Their depth is looked up near the border of the picture, this share of the longer side, where nothing is written on
#: them; so much of it there is no deeper than their middle.
_RIM_SHARE, _MIDDLE = 1 / 16, 0.8


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
