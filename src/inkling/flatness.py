"""Is a picture flat, paper and ink of one level each, as a canvas is, or a scan, or a character of a data set?"""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_CONTRAST", "MOST_STROKE_SHARE", "commonest", "is_flat"]

#: The least difference between ink and paper, in grey levels of 255.
LEAST_CONTRAST = 16
#: Strokes are thinner than this share of the longer side; what is thicker is taken for shadow.
MOST_STROKE_SHARE = 1 / 6
#: The paper's own level has this share of a flat picture ...
_FLAT_SHARE = 0.4
#: ... or paper and ink, so many levels apart, have these shares: each, and together.
_APART, _EACH, _TOGETHER = 64, 0.15, 0.6
#: Broad parts are looked for on so many px along the longer side; one of a level is so near to it.
_LOOKED_AT_PX, _NEAR = 64, 24
#: Where two levels make a picture and both have parts broader than this share of the longer side, one is a shadow's.
_HALF_SHARE = 1 / 4
#: A shade is less deep than this share of the deepest, which is ink.
_SHADE_DEPTH = 0.8


def commonest(histogram: NDArray[np.float32]) -> int | None:
    """Give the level that stands out, as paper's does on a flat picture; None where there is none.

    Args:
        histogram: float32 (256,), px of each grey level.
    """
    mode = int(histogram.argmax())
    return mode if histogram[max(0, mode - 1) : mode + 2].sum() >= _FLAT_SHARE * histogram.sum() else None


def is_flat(grey: NDArray[np.uint8], histogram: NDArray[np.float32]) -> bool:
    """Say whether paper and ink have one level each, with no shade between or beside them.

    Args:
        grey: uint8 (H, W).
        histogram: float32 (256,), px of each of its levels.
    """
    mode = int(histogram.argmax())
    second = None if commonest(histogram) is not None else _second(histogram, mode)
    if second is None and commonest(histogram) is None:
        return False
    step = max(1, max(grey.shape) // _LOOKED_AT_PX)
    top, left = (min(step, side) // 2 for side in grey.shape)  # of a narrow strip one row is left, not none
    few = np.ascontiguousarray(grey[top::step, left::step])
    if second is not None and all(_is_broad(_near(few, level), _HALF_SHARE, 0) for level in (mode, second)):
        return False  # light and shadow: of a character cut out tightly the ink is strokes
    return not _has_shade(few, mode)


def _second(histogram: NDArray[np.float32], mode: int) -> int | None:
    """Give the other of two levels that make a picture, as of a character cut out tightly; None where they do not."""
    about = cv2.blur(histogram.reshape(-1, 1), (1, 9), borderType=cv2.BORDER_CONSTANT).ravel() * (9 / histogram.sum())
    about[np.abs(np.arange(256) - mode) < _APART], first = 0, float(about[mode])
    second = int(about.argmax())
    shares = first, float(about[second])
    return second if min(shares) >= _EACH and sum(shares) >= _TOGETHER else None


def _has_shade(few: NDArray[np.uint8], paper: int) -> bool:
    """Say whether a part too broad for a stroke lies between paper and ink, or beyond the paper: a shadow, its absence.

    Args:
        few: uint8 (h, w), some of a picture's px.
        paper: the level of most of it.
    """
    level = np.array([paper], np.uint8)
    sides = cv2.subtract(few, level), cv2.subtract(level, few)
    deepest = [int(side.max()) for side in sides]
    for side, depth, other in zip(sides, deepest, reversed(deepest), strict=True):
        most = 255 if other >= max(2 * LEAST_CONTRAST, depth / 4) else int(_SHADE_DEPTH * depth)
        # a shadow may come from beyond the picture
        if _is_broad(cv2.inRange(side, LEAST_CONTRAST // 2, most), MOST_STROKE_SHARE, 255):
            return True
    return False


def _near(few: NDArray[np.uint8], level: int) -> cv2.typing.MatLike:
    return cv2.inRange(few, max(0, level - _NEAR), min(255, level + _NEAR))


def _is_broad(part: cv2.typing.MatLike, share: float, beyond: int) -> bool:
    """Say whether a part of a picture, 255 in uint8 (h, w), is broader than a share of it, and of what lies beyond."""
    reach = round(max(part.shape) * share)
    core = cv2.erode(part, np.ones((reach, reach), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=beyond)
    return cv2.countNonZero(core) > 0
