"""Strokes to pixels: drawn with anti-aliasing, by a pen whose width suits the drawing's size."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["DEFAULT_PEN_SHARE", "MARGIN_PX", "SIZE_PX", "rasterize", "suitable_pen_width"]

#: The longer side of a drawing as it is rasterized, pen left out: five times what a glyph keeps of it.
SIZE_PX = 96
#: Empty px around a rasterized drawing, so that no edge is cut: its grey end is up to two px wide.
MARGIN_PX = 3
#: The pen's width where none is given, as a share of the drawing's longer side.
DEFAULT_PEN_SHARE = 0.10
#: A pen wider or finer than these shares of the longer side would fill the loops, or fade away.
_MOST_PEN_SHARE, _LEAST_PEN_SHARE = 0.18, 0.02

_SHIFT = 5  # cv2 takes coordinates in 1/32 px


def suitable_pen_width(extent: float, pen_width: float | None, most_share: float = _MOST_PEN_SHARE) -> float:
    """Give the width that a drawing is drawn with.

    A pen that is far too wide for a small drawing would fill its loops, so it is made finer; strokes tell what a
    picture could not. A drawing no larger than the pen is a dot and keeps the pen.

    Args:
        extent: the longer side of the strokes' points, px.
        pen_width: the pen's own width in the same px, or None.
        most_share: the widest pen, as a share of the longer side.

    Returns:
        The width in the same px, above 0.
    """
    if pen_width is None:
        return DEFAULT_PEN_SHARE * extent if extent > 0 else 1.0
    fitted = float(np.clip(pen_width, _LEAST_PEN_SHARE * extent, most_share * extent))
    larger_than_a_dot = float(np.clip(extent / pen_width - 1, 0, 1))
    return pen_width + larger_than_a_dot * (fitted - pen_width)


def rasterize(
    strokes: Sequence[NDArray[np.float32]], pen_width: float | None = None, most_pen_share: float = _MOST_PEN_SHARE
) -> tuple[NDArray[np.uint8], float, tuple[float, float]]:
    """Draw strokes on a canvas that just holds them.

    Args:
        strokes: one array (P, 2) or more, points x right, y down, any unit, finite; P at least 1.
        pen_width: the pen's width in the same unit; a sensible share of the drawing by default.
        most_pen_share: the widest pen, as a share of the drawing's longer side.

    Returns:
        pixels: uint8 (H, W), 0 = paper, 255 = ink, the longer side about :data:`SIZE_PX` and a pen's width.
        scale: px of the canvas for one unit of the strokes.
        origin: x, y in the strokes' unit where the canvas' upper left corner lies.
    """
    points = np.concatenate(strokes)
    # the scale of the smallest drawings is beyond float32
    low, high = points.min(0).astype(np.float64), points.max(0).astype(np.float64)
    extent = float((high - low).max())
    width = suitable_pen_width(extent, pen_width, most_pen_share)
    # cv2's pens have whole widths: the scale that makes this pen a whole number of px wide, near the size wanted
    pen_px = max(2, round(width * SIZE_PX / max(extent, width)))
    scale = pen_px / width
    margin_px = pen_px / 2 + MARGIN_PX
    size_px = np.ceil((high - low) * scale + 2 * margin_px).astype(int)
    canvas = np.zeros((size_px[1], size_px[0]), np.uint8)
    # polylines draws nothing of a single point, which is the dot of many an i
    strokes = [np.repeat(s, 2, axis=0) if len(s) == 1 else s for s in strokes]
    # a px of cv2 lies at its centre
    placed = [np.rint(((s - low) * scale + margin_px - 0.5) * (1 << _SHIFT)).astype(np.int32) for s in strokes]
    cv2.polylines(canvas, placed, False, 255, pen_px, cv2.LINE_AA, _SHIFT)
    return canvas, scale, (float(low[0] - margin_px / scale), float(low[1] - margin_px / scale))
