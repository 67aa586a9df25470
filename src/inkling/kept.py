"""Ink in the forms in which the store keeps it, and back."""

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from .ink import Ink

if TYPE_CHECKING:
    from .store import Correction, NewCorrection

__all__ = ["ink_of", "picture_of", "size_px"]


def size_px(one: "NewCorrection") -> np.float32:
    """Give the longer side of ink that was drawn, px of the input; 0 where it is not known."""
    if not one.strokes:
        return np.float32(0)
    points = np.concatenate([stroke[:, :2] for stroke in one.strokes])
    return np.float32((points.max(0) - points.min(0)).max() + (one.pen_width or 0))


def picture_of(ink: Ink) -> bytes:
    """Give ink as the PNG that the store keeps of it, dark on white."""
    file = BytesIO()
    Image.fromarray(255 - np.rint(ink.pixels * 255).astype(np.uint8)).save(file, "PNG", optimize=True)
    return file.getvalue()


def ink_of(correction: "Correction") -> Ink:
    """Give a correction's ink: its strokes, else its picture, else its glyph."""
    if correction.strokes is not None:
        return Ink.from_strokes(correction.strokes, correction.pen_width)
    if correction.picture is not None:
        with Image.open(BytesIO(correction.picture)) as picture:
            grey = np.asarray(picture.convert("L"))
    else:
        grey = 255 - correction.glyph
    return Ink((255 - grey).astype(np.float32) / np.float32(255))
