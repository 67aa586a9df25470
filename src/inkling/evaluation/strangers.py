"""Ink that is no character: scribbles as a pen draws them; specks, dust and smears on sheets that are all but blank.

Made for measuring alone: training has strangers of its own, and shares no code with these.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ink import Ink
from .distortions import Placing, placed_strokes

__all__ = ["BLANKISH", "SCRIBBLES", "Maker"]

Grey = NDArray[np.uint8]
_Random = np.random.Generator
_Strokes = list[NDArray[np.float32]]

#: Makes one stranger: a picture, or ink that was drawn.
Maker = Callable[[_Random], Grey | Ink]


def _smooth_pen(rng: _Random) -> _Strokes:
    """Wander about without lifting the pen, in soft bends, crossing the own line many times."""
    knots = rng.uniform(-1, 1, (int(rng.integers(11, 20)), 2))
    return [_bent(knots)]


def _zigzag(rng: _Random) -> _Strokes:
    """Go to and fro, seven times and more, while drifting to one side."""
    turns = int(rng.integers(7, 16))
    along = np.linspace(-1, 1, turns) + rng.normal(0, 0.02, turns)
    across = rng.uniform(0.5, 1.0) * np.where(np.arange(turns) % 2, 1, -1) * rng.uniform(0.75, 1, turns)
    return [_turned(_walked(np.stack((along, across), 1)), rng.uniform(0, 180))]


def _spiral(rng: _Random) -> _Strokes:
    """Wind round three times and more."""
    angle = np.linspace(0, 2 * np.pi * rng.uniform(3, 6), 240)
    reach = np.linspace(0.08, 1, 240) * (1 + 0.06 * np.sin(angle * rng.uniform(0.3, 0.7) + rng.uniform(0, 6)))
    spiral = np.stack((np.cos(angle) * rng.choice((-1, 1)), np.sin(angle) * rng.uniform(0.6, 1)), 1) * reach[:, None]
    return [_turned(spiral, rng.uniform(0, 360))]


def _hatching(rng: _Random) -> _Strokes:
    """Draw four strokes and more side by side; every other time across each other."""
    crossed, strokes = bool(rng.integers(2)), []
    turn = rng.uniform(0, 180)
    for way in range(1 + crossed):
        for place in np.linspace(-1, 1, int(rng.integers(5, 9))):
            ends = np.array(((place, -rng.uniform(0.7, 1)), (place, rng.uniform(0.7, 1)))) + rng.normal(0, 0.03, (2, 2))
            strokes.append(_turned(_walked(ends), turn + way * rng.uniform(60, 90)))
    return strokes


def _loops(rng: _Random) -> _Strokes:
    """Write loops in a row, four and more, as one tries out a pen."""
    angle = np.linspace(0, 2 * np.pi * rng.uniform(4, 8), 300)
    drift = angle / angle[-1] * rng.uniform(3, 7)
    return [np.stack((np.cos(angle) * 0.6 + drift, np.sin(angle) * rng.uniform(0.6, 1.2)), 1).astype(np.float32)]


def _blacked_out(rng: _Random) -> _Strokes:
    """Scratch out a patch: to and fro so densely that hardly any paper shows."""
    turns = int(rng.integers(24, 40))
    along, way = np.linspace(-1, 1, turns), np.where(np.arange(turns) % 2, 1, -1)
    patch = np.stack((along * rng.uniform(0.6, 1.2), way * rng.uniform(0.7, 1, turns)), 1)
    return [_turned(_walked(patch + rng.normal(0, 0.05, (turns, 2))), rng.uniform(0, 180))]


def _drawn(scribble: Callable[[_Random], _Strokes]) -> Maker:
    """Draw scribbles with pens of many widths: as strokes, or on a canvas as a picture."""

    def make(rng: _Random) -> Grey | Ink:
        strokes = scribble(rng)
        pen = float(np.exp(rng.uniform(np.log(0.4), np.log(2.0))))
        if rng.random() < 0.5:
            shift = rng.uniform(-0.25, 0.25, 2)
            return placed_strokes(strokes, Placing((float(shift[0]), float(shift[1])), rng.uniform(0.4, 1), 0, pen))
        extent = float(np.ptp(np.concatenate(strokes), axis=0).max())
        return Ink.from_strokes(strokes, pen_width=0.07 * pen * extent)

    return make


def _speck(rng: _Random) -> Grey:
    """Leave one small speck on a sheet."""
    sheet = _sheet(rng)
    _blot(sheet, rng, rng.uniform(0.8, 3.5), rng.uniform(40, 220))
    return _seen(sheet, rng)


def _dust(rng: _Random) -> Grey:
    """Strew specks over a sheet."""
    sheet = _sheet(rng)
    for _ in range(int(rng.integers(5, 40))):
        _blot(sheet, rng, rng.uniform(0.5, 2.5), rng.uniform(30, 200))
    return _seen(sheet, rng)


def _smear(rng: _Random) -> Grey:
    """Wipe faintly over a sheet: soft, pale, of no shape."""
    sheet = _sheet(rng)
    middle, depth = rng.uniform(0.3, 0.7, 2) * sheet.shape[::-1], rng.uniform(12, 60)
    for _ in range(int(rng.integers(3, 8))):
        at = middle + rng.normal(0, 0.07 * sheet.shape[0], 2)
        _blot(sheet, rng, rng.uniform(0.04, 0.12) * sheet.shape[0], depth, at)
    return _seen(np.asarray(cv2.GaussianBlur(sheet, (0, 0), rng.uniform(2, 8)), np.float32), rng)


def _grain(rng: _Random) -> Grey:
    """Show bare paper: its grain, and light that falls off."""
    sheet = _sheet(rng)
    height, width = sheet.shape
    sheet *= np.linspace(1, rng.uniform(0.7, 1), width, dtype=np.float32)
    sheet *= np.linspace(rng.uniform(0.8, 1), 1, height, dtype=np.float32)[:, None]
    return _seen(sheet, rng, rng.uniform(2, 10))


#: Scribbles, by their name.
SCRIBBLES: Mapping[str, Maker] = {
    "smooth pen": _drawn(_smooth_pen),
    "zigzag": _drawn(_zigzag),
    "spiral": _drawn(_spiral),
    "hatching": _drawn(_hatching),
    "loops": _drawn(_loops),
    "blacked out": _drawn(_blacked_out),
}

#: Sheets that are all but blank, by their name.
BLANKISH: Mapping[str, Maker] = {"speck": _speck, "dust": _dust, "smear": _smear, "paper's grain": _grain}


def _bent(knots: NDArray[np.float64], between: int = 14) -> NDArray[np.float32]:
    """Run a smooth line through knots (K, 2): uniform Catmull-Rom."""
    framed = np.concatenate((knots[:1], knots, knots[-1:]))
    t = np.linspace(0, 1, between, endpoint=False)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * (b - c) + d - a) * t**3)
        for a, b, c, d in zip(framed, framed[1:], framed[2:], framed[3:], strict=False)
    ]
    return np.concatenate(parts).astype(np.float32)


def _walked(corners: NDArray[np.float64]) -> NDArray[np.float32]:
    """Put points along straight lines from corner to corner (K, 2)."""
    at = np.linspace(0, len(corners) - 1, 12 * len(corners))
    return np.stack([np.interp(at, np.arange(len(corners)), corners[:, i]) for i in (0, 1)], 1).astype(np.float32)


def _turned(points: NDArray[np.floating], degrees: float) -> NDArray[np.float32]:
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]), np.float32)


def _sheet(rng: _Random) -> NDArray[np.float32]:
    """Give an empty sheet of some size and shade: float32 (H, W), 255 = white."""
    height, width = (int(side) for side in rng.integers(60, 401, 2))
    return np.full((height, width), rng.uniform(200, 255), np.float32)


def _blot(
    sheet: NDArray[np.float32], rng: _Random, radius: float, depth: float, at: NDArray[np.float64] | None = None
) -> None:
    """Darken an uneven spot on a sheet."""
    height, width = sheet.shape
    x, y = rng.uniform(0.05, 0.95, 2) * (width, height) if at is None else at
    reach = 1.4 * radius + 1
    rows, columns = (slice(max(0, int(v - reach)), max(0, int(v + reach + 2))) for v in (y, x))
    down, right = np.ogrid[:height, :width]
    down, right = down[rows], right[:, columns]
    angle = np.arctan2(down - y, right - x)
    edge = radius * (1 + 0.25 * np.sin(2 * angle + rng.uniform(0, 6)) + 0.15 * np.sin(3 * angle + rng.uniform(0, 6)))
    sheet[rows, columns] -= depth * np.clip(edge - np.hypot(right - x, down - y) + 0.5, 0, 1)


def _seen(sheet: NDArray[np.float32], rng: _Random, grain: float | None = None) -> Grey:
    """Turn a sheet into a picture, with a scanner's grain or without."""
    noise = rng.uniform(0, 3) * (rng.random() < 0.5) if grain is None else grain
    return np.asarray(np.clip(np.rint(sheet + rng.normal(0, noise, sheet.shape)), 0, 255), np.uint8)
