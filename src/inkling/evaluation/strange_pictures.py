"""Pictures with no writing on them: textures, and scenes such as a camera would see. Made for measuring alone."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from .strangers import Maker

__all__ = ["SCENES", "TEXTURES"]

Grey = NDArray[np.uint8]
_Field = NDArray[np.float32]
_Random = np.random.Generator


def _noise(rng: _Random) -> Grey:
    """Show noise, as fine as a px or some px wide."""
    field = rng.normal(0, 1, _size(rng)).astype(np.float32)
    width = rng.choice((0.0, 0.8, 1.5, 3.0))
    return _shaded(np.asarray(cv2.GaussianBlur(field, (0, 0), width), np.float32) if width else field, rng)


def _stripes(rng: _Random) -> Grey:
    """Show stripes, hard or soft, at any angle."""
    x, y = _places(rng)
    angle, waves = rng.uniform(0, np.pi), rng.uniform(3, 14)
    wave = np.sin(2 * np.pi * waves * (x * np.cos(angle) + y * np.sin(angle)) + rng.uniform(0, 6))
    return _shaded(np.sign(wave) if rng.random() < 0.5 else wave, rng)


def _checks(rng: _Random) -> Grey:
    """Show a chessboard, at any angle."""
    x, y = _places(rng)
    angle, fields = rng.uniform(0, np.pi / 2), rng.uniform(2, 8)
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return _shaded(np.sign(np.sin(np.pi * fields * u) * np.sin(np.pi * fields * v)), rng)


def _clouds(rng: _Random) -> Grey:
    """Show clouds: noise of all sizes, the larger the stronger."""
    return _shaded(_cloud(_size(rng), rng), rng)


def _dots(rng: _Random) -> Grey:
    """Show a halftone: dots in rows, their size changing across."""
    x, y = _places(rng)
    rows = rng.uniform(5, 14)
    size = rng.uniform(-0.6, 0.4) + rng.uniform(-0.5, 0.5) * x
    return _shaded(np.sign(np.cos(2 * np.pi * rows * x) + np.cos(2 * np.pi * rows * y) - 2 * size), rng)


def _bricks(rng: _Random) -> Grey:
    """Show a wall: rows of bricks, each of a shade of its own."""
    x, y = _places(rng)
    rows, long = rng.uniform(4, 9), rng.uniform(1.6, 2.6)
    row = np.floor(y * rows)
    column = np.floor(x * rows / long + 0.5 * (row % 2))
    shade = rng.uniform(-0.4, 0.4, (40, 40))[row.astype(int) % 40, column.astype(int) % 40]
    joint = ((y * rows) % 1 < 0.12) | ((x * rows / long + 0.5 * (row % 2)) % 1 < 0.12 / long)
    return _shaded(np.where(joint, -1.0, shade), rng)


def _landscape(rng: _Random) -> Grey:
    """Look over a horizon: sky with clouds, hills, something that grows in front."""
    height, width = shape = _size(rng)
    down = np.linspace(0, 1, height)[:, None]
    field = 0.9 - 0.3 * down + 0.25 * _cloud(shape, rng)
    for layer in range(int(rng.integers(2, 5))):
        ridge = 0.35 + 0.15 * layer + 0.12 * _cloud((1, width), rng)
        field = np.where(down > ridge, 0.6 - 0.15 * layer + 0.1 * _cloud(shape, rng), field)
    return _camera(field, rng)


def _things(rng: _Random) -> Grey:
    """Look at things on a table: round and square ones, lit from a side, with their shadows."""
    height, width = shape = _size(rng)
    field: NDArray[np.floating] = 0.6 + 0.12 * _cloud(shape, rng)
    for _ in range(int(rng.integers(2, 7))):
        at = tuple(int(v) for v in rng.uniform(0.1, 0.9, 2) * (width, height))
        size, shade = rng.uniform(0.08, 0.3, 2) * min(shape), float(rng.uniform(0, 1))
        mask = np.zeros(shape, np.float32)
        if rng.random() < 0.5:
            cv2.ellipse(
                mask, at, (int(size[0]), int(size[1])), float(rng.uniform(0, 180)), 0, 360, 1.0, -1, cv2.LINE_AA
            )
        else:
            box = cv2.boxPoints((at, (2 * size[0], 2 * size[1]), float(rng.uniform(0, 90))))
            cv2.fillPoly(mask, [box.astype(np.int32)], 1.0, cv2.LINE_AA)
        shadow = np.roll(cv2.GaussianBlur(mask, (0, 0), 0.03 * min(shape)), int(0.06 * min(shape)), (0, 1))
        field = field * (1 - 0.4 * shadow)
        lit = shade + 0.25 * (np.linspace(-1, 1, width) + np.linspace(-1, 1, height)[:, None])
        field = field * (1 - mask) + lit * mask
    return _camera(field, rng)


def _portrait(rng: _Random) -> Grey:
    """Look at a head and shoulders before a wall: an oval, darker patches in it, a body below."""
    height, width = shape = _size(rng)
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    field = rng.uniform(0.4, 0.9) + 0.15 * _cloud(shape, rng)
    tilt, wide = rng.uniform(-0.2, 0.2), rng.uniform(0.35, 0.5)
    body = (x / 0.9) ** 2 + ((y - 1.1) / 0.6) ** 2 < 1
    head = ((x - tilt * y) / wide) ** 2 + ((y + 0.15) / 0.6) ** 2 < 1
    hair = head & (y < -0.4 + 0.2 * np.sin(3 * x + rng.uniform(0, 6)))
    for where, shade in ((body, rng.uniform(0, 0.6)), (head, rng.uniform(0.4, 0.9)), (hair, rng.uniform(0, 0.4))):
        field = np.where(where, shade + 0.08 * _cloud(shape, rng), field)
    for at, size in (((-0.16, -0.2), 0.05), ((0.16, -0.2), 0.05), ((0.0, 0.2), 0.08)):
        field -= 0.35 * np.exp(-(((x - at[0]) / (2 * size)) ** 2) - ((y - at[1]) / size) ** 2)
    return _camera(field, rng)


def _building(rng: _Random) -> Grey:
    """Look up at a house: straight edges, rows of windows, a slanting light."""
    height, width = shape = _size(rng)
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    field = 0.85 + 0.1 * _cloud(shape, rng)
    left, top = rng.uniform(0, 0.3), rng.uniform(0.05, 0.3)
    house = (x > left) & (x < left + rng.uniform(0.5, 0.7)) & (y > top + rng.uniform(-0.3, 0.3) * (x - left))
    columns, rows = rng.integers(3, 8, 2)
    window = ((x * columns) % 1 > 0.4) & ((y * rows) % 1 > 0.45)
    wall = rng.uniform(0.2, 0.7) + 0.06 * _cloud(shape, rng)
    field = np.where(house, np.where(window, wall + rng.choice((-0.25, 0.3)), wall), field)
    return _camera(field * (1 - 0.3 * (x + y > rng.uniform(0.7, 1.6))), rng)


#: Textures, by their name.
TEXTURES: Mapping[str, Maker] = {
    "noise": _noise,
    "stripes": _stripes,
    "checks": _checks,
    "clouds": _clouds,
    "dots": _dots,
    "bricks": _bricks,
}

#: Scenes, by their name.
SCENES: Mapping[str, Maker] = {
    "landscape": _landscape,
    "things": _things,
    "portrait": _portrait,
    "building": _building,
}


def _size(rng: _Random) -> tuple[int, int]:
    """Give a height and a width: now and then a data set's few px."""
    if rng.random() < 0.25:
        return 28, 28
    longer, ratio = int(rng.integers(48, 321)), rng.uniform(0.6, 1)
    shorter = round(longer * ratio)
    return (longer, shorter) if rng.random() < 0.5 else (shorter, longer)


def _places(rng: _Random) -> tuple[_Field, _Field]:
    """Give x and y of every px of a new picture, from 0 to 1 along its longer side: (H, W) each."""
    height, width = _size(rng)
    longer = max(height, width)
    y, x = np.mgrid[:height, :width].astype(np.float32) / longer
    return x, y


def _cloud(shape: tuple[int, int], rng: _Random) -> _Field:
    """Sum noise of all sizes: float32 (H, W), about within ±1."""
    field = np.zeros(shape, np.float32)
    for octave in range(6):
        coarse = rng.uniform(-1, 1, (2**octave + 1,) * 2).astype(np.float32)
        if shape[0] == 1:
            coarse = coarse[:1]
        field += cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC).reshape(shape) * np.float32(0.6**octave)
    return field


def _shaded(field: NDArray[np.floating], rng: _Random) -> Grey:
    """Bring a field's values to two shades of grey far enough apart."""
    low, high = np.percentile(field, (1, 99))
    share = np.clip((field - low) / max(float(high - low), 1e-6), 0, 1)
    first, second = rng.permutation((rng.uniform(0, 80), rng.uniform(140, 255)))
    return np.asarray(np.rint(first + (second - first) * share), np.uint8)


def _camera(field: NDArray[np.floating], rng: _Random) -> Grey:
    """Take a picture of a scene whose shades are about within [0, 1]: soft, grainy, darker to the corners."""
    height, width = field.shape
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    seen = cv2.GaussianBlur(field.astype(np.float32), (0, 0), rng.uniform(0.4, 1.6))
    seen = seen * (1 - rng.uniform(0, 0.35) * (x**2 + y**2) / 2) + rng.normal(0, rng.uniform(0, 0.03), field.shape)
    return np.asarray(np.clip(np.rint(seen * 255), 0, 255), np.uint8)
