"""Ink: what was written, before any resizing. From files, bytes, arrays, Pillow images and strokes."""

import functools
import math
import os
import reprlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .decode import decode_bytes, grey_of_array, grey_of_image
from .errors import BlankInk, ImageTooLarge, InvalidInk, NotAnImage
from .joiners import in_a_line
from .paper import LEAST_INK, find_ink
from .raster import rasterize
from .settings import Settings

__all__ = ["LATEST_MS", "LEAST_PEN", "MOST_PEN", "Ink", "Source"]

#: What ink can be made of: a path, a picture file's bytes, a Pillow image, a uint8 array, or ink itself.
Source = Any

#: A point's time is no later than this, ms: later ones would not fit the form in which strokes are kept.
LATEST_MS = 1e15

#: How wide a pen may be, px: at least, and less than.
LEAST_PEN, MOST_PEN = 1e-6, 1e6

#: Strokes are drawn by no wider pen than this share of the drawing: small letters would be read worse, by a point with
#: 0.14 and by two with 0.18 (docs/experiments.md, 21).
_MOST_PEN_SHARE = 0.10

#: A picture with no level above this is black to the eye: a mask of 0 and 1, say, or grey levels up to 16.
_DARK = 16

_OWN_INK = "Make it by Ink.from_image or Ink.from_strokes."
_BLANK = ("There is nothing written on it.", "Write or draw something first, with more contrast to the paper.")


@dataclass(frozen=True, eq=False)
class Ink:
    """What was written, cut out of its surroundings.

    Args:
        pixels: float32 (H, W) in [0, 1], 0 = paper, 1 = ink.
        origin: x, y of the upper left corner of ``pixels`` in px of the input.
        scale: px of ``pixels`` for one px of the input.
        strokes: the strokes it came from, each float32 (P, 2) or (P, 3), x and y in px of the input, then time in ms
            where it was given; None where it was a picture.
        pen_width: the width of the pen that they were drawn with, px of the input; None where it was not given.
    """

    pixels: NDArray[np.float32] = field(repr=False)
    origin: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0
    strokes: tuple[NDArray[np.float32], ...] | None = field(default=None, repr=False)
    pen_width: float | None = None

    def to_input(self, box: Sequence[float]) -> tuple[float, float, float, float]:
        """Turn a box x, y, width, height in px of ``pixels`` into px of the input."""
        x, y, width, height = (round(float(value) / self.scale, 2) for value in box)
        return (round(self.origin[0] + x, 2), round(self.origin[1] + y, 2), width, height)

    @classmethod
    def of(cls, source: Source, settings: Settings | None = None) -> "Ink":
        """Give ink as it is, and make ink of anything else with :meth:`from_image`.

        Raises:
            InkError: as :meth:`from_image`; BlankInk for ink that is all paper, too.
        """
        if not isinstance(source, cls):
            return cls.from_image(source, settings)
        pixels = source.pixels
        if not isinstance(pixels, np.ndarray) or pixels.dtype != np.float32 or pixels.ndim != 2:
            what = f"{pixels.dtype} {pixels.shape}" if isinstance(pixels, np.ndarray) else type(pixels).__name__
            raise InvalidInk(f"The ink's pixels are {what}; expected a float32 array (H, W).", _OWN_INK)
        most = float(pixels.max(initial=0))  # NaN where any of them is
        if not (most <= 1 and float(pixels.min(initial=0)) >= 0):
            raise InvalidInk("The ink's pixels are not all in [0, 1].", _OWN_INK)
        if not (_is_number(source.scale) and source.scale > 0 and all(map(_is_number, source.origin))):
            raise InvalidInk("The ink's scale is no number above 0, or its origin no two numbers.", _OWN_INK)
        if most < LEAST_INK:
            raise BlankInk(*_BLANK)
        return source

    @classmethod
    def from_image(cls, source: Source, settings: Settings | None = None) -> "Ink":
        """Find the ink in a picture, dark on light or light on dark.

        Args:
            source: a path, a picture file's bytes, a Pillow image, or a uint8 array (H, W), (H, W, 3) RGB or
                (H, W, 4) RGBA.
            settings: the limits ``max_image_bytes`` and ``max_image_pixels``.

        Raises:
            NotAnImage: a file or bytes that are no picture.
            ImageTooLarge: it is over a limit.
            InvalidInk: an object of the wrong type or shape.
            BlankInk: nothing is written on it.
        """
        settings = settings or _defaults()
        grey, shrunk = _grey(source, settings)
        found = find_ink(grey)
        if found is None:
            highest = int(grey.max())
            if int(grey.min()) < highest <= _DARK:
                raise BlankInk(
                    f"The picture is black: its levels go up to {highest} of 255.", "Stretch its levels to 0-255."
                )
            raise BlankInk(*_BLANK)
        pixels, (x, y), scale = found
        scale *= shrunk
        return cls(pixels, (x / scale, y / scale), scale)

    @classmethod
    def from_strokes(
        cls, strokes: Iterable[Any], pen_width: float | None = None, settings: Settings | None = None
    ) -> "Ink":
        """Draw strokes.

        Args:
            strokes: one sequence of points (x, y) or (x, y, time in ms) a stroke, in px, y down.
            pen_width: the pen's width in the same px; a sensible share of the drawing by default. A pen wider
                than a tenth of the drawing is made finer, so that loops stay open.
            settings: the limits ``max_strokes`` and ``max_points``.

        Raises:
            BlankInk: there is no point at all.
            InvalidInk: points or the pen's width are no finite numbers, or of the wrong shape.
            ImageTooLarge: more strokes or points than the limits.
        """
        settings = settings or _defaults()
        if pen_width is not None and not (_is_number(pen_width) and LEAST_PEN <= float(pen_width) < MOST_PEN):
            raise InvalidInk(
                f"The pen's width is {reprlib.repr(pen_width)}; expected px from 0.000001 to a million.",
                "Leave it out for a good one.",
            )
        drawn = tuple(stroke for stroke in (_points(s) for s in _list(strokes)) if len(stroke))
        points = sum(map(len, drawn))
        if len(drawn) > settings.max_strokes or points > settings.max_points:
            raise ImageTooLarge(
                f"The drawing has {len(drawn):,} strokes with {points:,} points; at most {settings.max_strokes:,} and "
                f"{settings.max_points:,} are read.",
                "Draw less at a time, or raise the settings max_strokes and max_points.",
            )
        if not drawn:
            raise BlankInk(*_BLANK)
        width = None if pen_width is None else float(pen_width)
        raster, scale, origin = rasterize([stroke[:, :2] for stroke in drawn], width, _MOST_PEN_SHARE)
        return cls(raster.astype(np.float32) / np.float32(255), origin, scale, drawn, width)


@functools.cache
def _defaults() -> Settings:
    return Settings.load()


def _grey(source: Source, settings: Settings) -> tuple[NDArray[np.uint8], float]:
    """Give grey levels and how much smaller than the input they were decoded."""
    if isinstance(source, np.ndarray):
        if source.ndim > 1 and source.shape[0] * source.shape[1] > settings.max_image_pixels:
            raise ImageTooLarge(
                f"The array has the shape {source.shape}; at most {settings.max_image_pixels:,} px are read.",
                "Give it smaller, or raise the setting max_image_pixels.",
            )
        return grey_of_array(source), 1.0
    if isinstance(source, str | os.PathLike):
        source = _file(Path(source), settings.max_image_bytes)
    if isinstance(source, bytes | bytearray | memoryview):
        return decode_bytes(bytes(source), settings.max_image_bytes, settings.max_image_pixels)
    if isinstance(source, Image.Image):
        return grey_of_image(source, settings.max_image_pixels)
    return grey_of_array(source), 1.0


def _file(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:  # a special file has no size: no more is read than is allowed
            return file.read(max_bytes + 1)
    except FileNotFoundError:
        raise NotAnImage(f"There is no file {in_a_line(str(path))}.", "Check its name and folder.") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise NotAnImage(
            f"{in_a_line(str(path))} cannot be read: {getattr(error, 'strerror', None) or error}.",
            "Give a picture file that you may read.",
        ) from error


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float | np.number) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:  # a whole number of more than 308 digits
        return False


def _list(strokes: Iterable[Any]) -> list[Any]:
    if isinstance(strokes, str | bytes):
        raise InvalidInk(f"Strokes are lists of points, not {type(strokes).__name__}.", _STROKES)
    try:
        return list(strokes)
    except TypeError:
        raise InvalidInk(f"Strokes are lists of points, not {type(strokes).__name__}.", _STROKES) from None


_STROKES = "Give [[[x, y], [x, y], ...], ...], px, y down."


def _points(stroke: Any) -> NDArray[np.float32]:
    """Check one stroke and give its points, float32 (P, 2) or (P, 3)."""
    try:
        points = np.asarray(stroke, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInk("A stroke's points are not all pairs of numbers.", _STROKES) from None
    if points.size == 0:
        return np.zeros((0, 2), np.float32)
    if points.ndim != 2 or points.shape[1] not in (2, 3):
        raise InvalidInk(f"A stroke has the shape {points.shape}; expected (points, 2) or (points, 3).", _STROKES)
    if not np.isfinite(points).all() or np.abs(points[:, :2]).max() > 1e6:
        raise InvalidInk("A stroke has a point that is not finite, or beyond a million px.", _STROKES)
    if points.shape[1] == 3 and np.abs(points[:, 2]).max() > LATEST_MS:
        raise InvalidInk("A stroke has a time beyond 1e15 ms.", "Give ms since the drawing began.")
    return points.astype(np.float32)
