"""Wear: what paper, pens, scanners and cameras do to ink before it is read.

A worn picture goes through :meth:`inkling.Ink.from_image` as a person's would, so that the network meets what the
product makes of it. Most kinds are of the families that Mu and Gilmer (MNIST-C, 2019) measure by, in forms and
strengths of our own.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import InkError
from ..ink import Ink

__all__ = ["KINDS", "worn"]

Grey = NDArray[np.float32]
Wear = Callable[[Grey, np.random.Generator], Grey]

#: A picture is worn at this side at most, px: finer detail would be lost in the glyph anyway.
_MOST_PX = 72


def worn(raster: NDArray[np.uint8], rng: np.random.Generator) -> Grey | None:
    """Wear ink by one kind or two, and read it as a picture.

    Args:
        raster: uint8 (H, W), 0 = paper, 255 = ink.
        rng: where randomness comes from.

    Returns:
        The ink that is found in the picture, float32 (H, W) in [0, 1]; None where none is.
    """
    ink = raster.astype(np.float32) / 255
    most = max(ink.shape)
    if most > _MOST_PX:
        size = tuple(max(1, round(s * _MOST_PX / most)) for s in ink.shape[::-1])
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    margin = int(rng.integers(2, 6))
    ink = np.pad(ink, margin)
    for kind in rng.choice(len(KINDS), 1 if rng.random() < 0.8 else 2, replace=False):
        ink = KINDS[kind](ink, rng)
    picture = np.rint(np.clip(ink, 0, 1) * 255).astype(np.uint8)
    try:
        return Ink.from_image(picture if rng.random() < 0.5 else 255 - picture).pixels
    except InkError:  # worn away
        return None


def _noise(ink: Grey, rng: np.random.Generator) -> Grey:
    return ink + rng.normal(0, rng.uniform(0.03, 0.3), ink.shape).astype(np.float32)


def _grain(ink: Grey, rng: np.random.Generator) -> Grey:
    """Count photons: little light is noisier where it is brighter."""
    light = rng.uniform(4, 40)
    return np.asarray(rng.poisson(np.clip(ink, 0, 1) * light) / light, np.float32)


def _specks(ink: Grey, rng: np.random.Generator) -> Grey:
    speck = rng.random(ink.shape) < rng.uniform(0.01, 0.18)
    return np.where(speck, rng.integers(0, 2, ink.shape), ink).astype(np.float32)


def _blur(ink: Grey, rng: np.random.Generator) -> Grey:
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.01, 0.05) * max(ink.shape)), np.float32)


def _motion(ink: Grey, rng: np.random.Generator) -> Grey:
    length = max(3, round(rng.uniform(0.05, 0.25) * max(ink.shape)))
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    reach = np.array([np.cos(angle), np.sin(angle)]) * (length - 1) / 2
    ends = [tuple(int(v) for v in np.rint((length - 1) / 2 + side * reach)) for side in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1)
    return np.asarray(cv2.filter2D(ink, -1, kernel / max(kernel.sum(), 1)), np.float32)


def _frosted(ink: Grey, rng: np.random.Generator) -> Grey:
    """Move every pixel a little, as rough glass does."""
    reach = rng.uniform(0.02, 0.06) * max(ink.shape)
    at_y, at_x = np.mgrid[: ink.shape[0], : ink.shape[1]].astype(np.float32)
    moved = rng.uniform(-reach, reach, (2, *ink.shape)).astype(np.float32)
    frosted = cv2.remap(ink, at_x + moved[0], at_y + moved[1], cv2.INTER_LINEAR)
    return np.asarray(cv2.GaussianBlur(frosted, (0, 0), 0.7), np.float32)


def _cloudy(ink: Grey, rng: np.random.Generator) -> Grey:
    """Lay clouds over the ink: light paper gets darker here and there, dark ink lighter."""
    clouds = np.zeros(ink.shape, np.float32)
    for cells in (2, 4, 8):
        coarse = rng.random((cells, cells)).astype(np.float32)
        clouds += cv2.resize(coarse, ink.shape[::-1], interpolation=cv2.INTER_CUBIC) / cells
    depth = rng.uniform(0.2, 0.7)
    return np.asarray(ink * (1 - depth / 2) + depth * np.clip(clouds, 0, 1), np.float32)


def _faint(ink: Grey, rng: np.random.Generator) -> Grey:
    return np.asarray(ink * rng.uniform(0.15, 0.6) + rng.uniform(0, 0.35), np.float32)


def _coarse(ink: Grey, rng: np.random.Generator) -> Grey:
    """Make the picture as small as a thumbnail."""
    side = rng.uniform(9, 22) / max(ink.shape)
    size = tuple(max(4, round(s * side)) for s in ink.shape[::-1])
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32) if side < 1 else ink


def _compressed(ink: Grey, rng: np.random.Generator) -> Grey:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(5, 40))]
    _, data = cv2.imencode(".jpg", np.rint(np.clip(ink, 0, 1) * 255).astype(np.uint8), quality)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32) / np.float32(255)


def _ruled(ink: Grey, rng: np.random.Generator) -> Grey:
    """Lay a ruled line or squared paper's lines under the ink, paler than it."""
    lined, strength = ink.copy(), rng.uniform(0.2, 0.8)
    spacing = max(3, round(rng.uniform(0.2, 1.0) * max(ink.shape)))
    for lines in (lined, lined.T)[: 1 if rng.random() < 0.6 else 2]:
        start = int(rng.integers(0, spacing))
        lines[start::spacing] = np.maximum(lines[start::spacing], strength)
    return lined


def _crossed(ink: Grey, rng: np.random.Generator) -> Grey:
    """Draw a line through it: whole, dotted, or in a zigzag; across as a rule, seldom upright."""
    height, width = ink.shape
    kind = rng.choice(["whole", "dotted", "zigzag"])
    if kind == "zigzag":
        corners = int(rng.integers(3, 12))
        height_at = rng.uniform(0.2, 0.8) + rng.uniform(0.05, 0.4) * rng.uniform(-1, 1, corners)
        line = np.stack((np.linspace(-0.05, 1.05, corners), height_at), 1)
    else:
        line = np.stack(([-0.1, 1.1], rng.uniform(0, 1, 2)), 1)
    if rng.random() < 0.3:
        line = line[:, ::-1]
    pieces = [line]
    if kind == "dotted":
        dots = int(rng.integers(10, 30))
        at = np.linspace(0, 1, 2 * dots)[:, None]
        pieces = list((line[0] + at * (line[1] - line[0])).reshape(dots, 2, 2))
    over = np.zeros((height, width), np.uint8)
    thick = max(1, round(rng.uniform(0.02, 0.06) * max(ink.shape)))
    placed = [np.rint(piece * (width, height) * 16).astype(np.int32) for piece in pieces]
    cv2.polylines(over, placed, False, int(rng.integers(140, 256)), thick, cv2.LINE_AA, 4)
    return np.maximum(ink, over.astype(np.float32) / 255)


def _spattered(ink: Grey, rng: np.random.Generator) -> Grey:
    """Let drops fall on it: of ink, or of water."""
    drops = cv2.GaussianBlur(rng.normal(0, 1, ink.shape), (0, 0), rng.uniform(0.02, 0.06) * max(ink.shape))
    fallen = drops > np.quantile(drops, 1 - rng.uniform(0.02, 0.12))
    level = rng.uniform(0, 1)
    return np.where(fallen, level, ink).astype(np.float32)


def _outlined(ink: Grey, rng: np.random.Generator) -> Grey:
    """Keep the edges of the strokes only."""
    wide = cv2.resize(ink, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR) if max(ink.shape) < 48 else ink
    edge = cv2.morphologyEx(wide, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))
    return np.asarray(np.clip(edge * rng.uniform(1, 1.5), 0, 1), np.float32)


def _heavy(ink: Grey, rng: np.random.Generator) -> Grey:
    """Write with a much wider pen."""
    wide = max(2, round(rng.uniform(0.03, 0.14) * max(ink.shape)))
    return np.asarray(cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))), np.float32)


def _light(ink: Grey, rng: np.random.Generator) -> Grey:
    """Write with a finer pen, as far as it still leaves a line."""
    fine = cv2.resize(ink, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    for _ in range(int(rng.integers(1, 5))):
        finer = cv2.erode(fine, np.ones((2, 2), np.uint8))
        if finer.sum() < 0.3 * fine.sum():
            break
        fine = finer
    return np.asarray(fine, np.float32)


def _patchy(ink: Grey, rng: np.random.Generator) -> Grey:
    """Let the pen run dry in places."""
    cells = int(rng.integers(6, 16))
    dry = cv2.resize(rng.random((cells, cells)).astype(np.float32), ink.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(ink * np.clip((dry - rng.uniform(0.1, 0.35)) * 8, 0, 1), np.float32)


#: All kinds of wear, some twice: they are met more often, or are harder.
KINDS: tuple[Wear, ...] = (
    *(_noise, _grain, _grain, _specks, _blur, _motion, _frosted, _cloudy, _faint, _coarse, _compressed),
    *(_ruled, _crossed, _crossed, _crossed, _spattered, _spattered, _outlined, _outlined, _patchy),
    *(_heavy, _heavy, _heavy, _heavy, _light),
)
