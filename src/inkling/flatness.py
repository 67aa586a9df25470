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
#: ... or its px lie on two sides, so many levels apart in the mean, which explain this share of their variance ...
_APART, _EXPLAINED = 64, 0.8
#: ... and squares of this share of the longer side cover less than that share of one of them: of a shadow and of the
#: light beside it they cover more (0.62 of 49 in 50), of strokes less (0.5).
_SHADOW_SHARE, _COVERED = 1 / 3, 0.55
#: Broad parts are looked for on so many px along the longer side.
_LOOKED_AT_PX = 64
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
    step = max(1, max(grey.shape) // _LOOKED_AT_PX)
    top, left = (min(step, side) // 2 for side in grey.shape)  # of a narrow strip one row is left, not none
    few = np.ascontiguousarray(grey[top::step, left::step])
    mode = commonest(histogram)
    return _is_ink_on_paper(few) if mode is None else not _has_shade(few, mode)


def _is_ink_on_paper(few: NDArray[np.uint8]) -> bool:
    """Say whether two sides make a picture, one of them strokes, as of a character that was cut out tightly.

    The sides are Otsu's (1979), so that soft edges, which leave no level of its own, belong to one or the other.

    Args:
        few: uint8 (h, w), some of a picture's px.
    """
    dark = np.asarray(cv2.threshold(few, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1], np.uint8)
    (below, above), share = (cv2.mean(few, side)[0] for side in (dark, 255 - dark)), cv2.mean(dark)[0] / 255
    apart = above - below
    if not 0 < share < 1 or apart < _APART or share * (1 - share) * apart**2 < _EXPLAINED * few.var():
        return False
    return min(_covered(dark), _covered(255 - dark)) < _COVERED


def _covered(side: NDArray[np.uint8]) -> float:
    """Give the share of one side of a picture, 255 in uint8 (h, w), that broad squares cover, its rim going on."""
    reach = max(2, round(max(side.shape) * _SHADOW_SHARE))
    wide = cv2.copyMakeBorder(side, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    opened = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones((reach, reach), np.uint8))[reach:-reach, reach:-reach]
    return cv2.countNonZero(cv2.min(opened, side)) / max(1, cv2.countNonZero(side))


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
        if _is_broad(cv2.inRange(side, LEAST_CONTRAST // 2, most)):
            return True
    return False


def _is_broad(part: cv2.typing.MatLike) -> bool:
    """Say whether a part of a picture, 255 in uint8 (h, w), is broader than a stroke; a shadow comes from beyond it."""
    reach = round(max(part.shape) * MOST_STROKE_SHARE)
    core = cv2.erode(part, np.ones((reach, reach), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=255)
    return cv2.countNonZero(core) > 0
