"""A character on a canvas, as drawn strokes or as a picture: moved, made smaller, turned, by another pen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["CANVAS_PX", "PERTURBATIONS", "UNTOUCHED", "Placing", "middle_line", "placed_picture", "placed_strokes"]

Grey = NDArray[np.uint8]

#: The canvas' side, and the longer side of an untouched character on it, px: moved by a quarter, it is all there still.
CANVAS_PX, DRAWING_PX = 400, 180
#: The page's pen as a share of the drawing: 18 px on a drawing of two thirds of its canvas.
PEN_SHARE = 0.07
#: Drawn so many times larger, at places of 1/16 px, then averaged: soft edges.
_FINE, _SHIFT = 2, 4


@dataclass(frozen=True)
class Placing:
    """How a character is put on the canvas.

    Args:
        shift: x, y as shares of the canvas' side, from its middle.
        scale: of drawing and pen.
        turn_deg: clockwise.
        pen: the pen's width, times the page's; None for the picture's own, and for the page's where strokes are drawn.
    """

    shift: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0
    turn_deg: float = 0.0
    pen: float | None = None


UNTOUCHED = Placing()

#: The steps of each perturbation, by its name and the step's.
PERTURBATIONS: Mapping[str, Mapping[str, Placing]] = {
    "shift": {
        "right 25 %": Placing(shift=(0.25, 0.0)),
        "left 25 %": Placing(shift=(-0.25, 0.0)),
        "up 25 %": Placing(shift=(0.0, -0.25)),
        "down 25 %": Placing(shift=(0.0, 0.25)),
        "both 25 %": Placing(shift=(0.25, 0.25)),
        "both 12.3 %": Placing(shift=(-0.123, -0.123)),
    },
    "scale": {f"{scale:g}": Placing(scale=scale) for scale in (0.3, 0.4, 0.55, 0.75)},
    "rotation": {f"{turn:+g}°": Placing(turn_deg=turn) for turn in (-15, -10, -5, 5, 10, 15)},
    "pen": {
        f"{name}×": Placing(pen=pen)
        for name, pen in (("1/3", 1 / 3), ("1/2", 0.5), ("1", 1.0), ("1.5", 1.5), ("2", 2.0), ("3", 3.0))
    },
}


def placed_strokes(strokes: Sequence[NDArray[np.float32]], placing: Placing) -> Grey:
    """Draw strokes with a dark round pen on a white canvas, with soft edges: uint8 (400, 400).

    Args:
        strokes: each float32 (P, 2), any unit.
        placing: where, how large, how turned and by which pen.
    """
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    unit = DRAWING_PX * placing.scale / max(float((high - low).max()), 1e-6)
    pen_px = max(1, round(PEN_SHARE * DRAWING_PX * placing.scale * (placing.pen or 1.0) * _FINE))
    linear = _turned(placing.turn_deg) * unit * _FINE
    middle = (np.array(placing.shift) + 0.5) * CANVAS_PX * _FINE
    canvas = np.full((CANVAS_PX * _FINE,) * 2, 255, np.uint8)
    # polylines draws nothing of a single point
    drawn = [np.repeat(stroke, 2, axis=0) if len(stroke) == 1 else stroke for stroke in strokes]
    placed = [(stroke - (low + high) / 2) @ linear.T + middle - 0.5 for stroke in drawn]
    lines = [np.rint(stroke * (1 << _SHIFT)).astype(np.int32) for stroke in placed]
    cv2.polylines(canvas, lines, False, 0, pen_px, cv2.LINE_AA, _SHIFT)
    return np.asarray(cv2.resize(canvas, (CANVAS_PX, CANVAS_PX), interpolation=cv2.INTER_AREA), np.uint8)


def placed_picture(image: Grey, placing: Placing) -> Grey:
    """Put a small picture, light ink on black, on a white canvas as dark ink: uint8 (400, 400).

    The longer side of its ink becomes that of a drawing. Another pen draws the middle line of the character again.

    Args:
        image: uint8 (H, W), 255 = ink.
        placing: where, how large, how turned and by which pen.
    """
    if placing.pen is not None:
        image = _drawn_again(image, placing.pen)
    y, x = np.nonzero(image > 127)
    if not len(y):
        y, x = np.nonzero(image >= image.max())
    low, high = np.array([x.min(), y.min()]), np.array([x.max(), y.max()])
    linear = _turned(placing.turn_deg) * (DRAWING_PX * placing.scale / float((high - low).max() + 1))
    move = (np.array(placing.shift) + 0.5) * CANVAS_PX - 0.5 - linear @ ((low + high) / 2)
    size, affine = (CANVAS_PX, CANVAS_PX), np.column_stack((linear, move))
    return np.asarray(255 - cv2.warpAffine(image, affine, size, flags=cv2.INTER_CUBIC), np.uint8)


def _drawn_again(image: Grey, pen: float, times: int = 5) -> Grey:
    """Draw a picture's middle line, ``times`` larger, with a pen that is ``pen`` times the page's."""
    framed = cv2.copyMakeBorder(image, 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=0)
    large = cv2.resize(framed, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
    line = middle_line((large > 127).astype(np.uint8))
    extent = max(cv2.boundingRect(line)[2:])
    away = cv2.distanceTransform(1 - line, cv2.DIST_L2, 5)
    return np.asarray(np.clip((PEN_SHARE * pen * extent / 2 - away + 0.5) * 255, 0, 255), np.uint8)


def middle_line(ink: Grey) -> Grey:
    """Thin ink (H, W) of 0 and 1 down to a line of one px (T. Y. Zhang, C. Y. Suen, 1984)."""
    thin = ink.copy()
    for step in range(200):
        p = [np.roll(thin, shift, (0, 1)) for shift in _AROUND]  # north first, then clockwise
        count = np.sum(p, axis=0)
        turns = np.sum([(p[i] == 0) & (p[(i + 1) % 8] == 1) for i in range(8)], axis=0)
        north, east, south, west = p[0], p[2], p[4], p[6]
        sides = (
            (north * east * south, east * south * west)
            if step % 2 == 0
            else (north * east * west, north * south * west)
        )
        gone = (thin == 1) & (count >= 2) & (count <= 6) & (turns == 1) & (sides[0] == 0) & (sides[1] == 0)
        if not gone.any() and step % 2:
            break
        thin[gone] = 0
    return thin


# how far to roll a picture so that each neighbour lies on the px itself
_AROUND = ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))


def _turned(degrees: float) -> NDArray[np.float64]:
    """Give the map that turns clockwise where y runs down."""
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return np.array([[cos, -sin], [sin, cos]])
