"""Fifteen ways to spoil a data set's pictures: noise, blur, warps, light, and marks over the character.

The kinds, and how severe each is, follow MNIST-C (N. Mu, J. Gilmer, "MNIST-C: a robustness benchmark for computer
vision", 2019); the code is our own, and so are chance and small details, so figures come close to MNIST-C's but are not
the same test.
"""

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["CORRUPTIONS", "corrupt"]

Pictures = NDArray[np.uint8]
_Levels = NDArray[np.float32]  # (N, H, W) in [0, 1], 0 = paper
_Random = np.random.Generator


def corrupt(kind: str, images: Pictures, rng: _Random) -> Pictures:
    """Spoil pictures.

    Args:
        kind: one of :data:`CORRUPTIONS`.
        images: uint8 (N, H, W), 255 = ink on 0; made for 28×28.
        rng: decides by how much and where, a picture at a time.

    Returns:
        uint8 (N, H, W).
    """
    spoilt = CORRUPTIONS[kind](images.astype(np.float32) / np.float32(255), rng)
    return np.rint(np.clip(spoilt, 0, 1) * 255).astype(np.uint8)


def _shot_noise(x: _Levels, rng: _Random) -> _Levels:
    """Count photons: three for full ink."""
    return np.asarray(rng.poisson(x * 3) / 3, np.float32)


def _impulse_noise(x: _Levels, rng: _Random) -> _Levels:
    """Turn 17 % of the px black or white."""
    dice = rng.random(x.shape)
    return np.where(dice < 0.085, np.float32(0), np.where(dice < 0.17, np.float32(1), x))


def _glass_blur(x: _Levels, rng: _Random) -> _Levels:
    """Blur by 0.7 px, swap half the px with a neighbour, twice, and blur again."""
    x, every = _each(x, lambda one: cv2.GaussianBlur(one, (0, 0), 0.7)), np.arange(len(x))
    for _ in range(2):
        for row in range(x.shape[1] - 1, 0, -1):
            for column in range(x.shape[2] - 1, 0, -1):
                step = rng.integers(-1, 1, (2, len(x))) * (rng.random(len(x)) < 0.5)
                there = every, row + step[0], column + step[1]
                other = x[there]  # (N,)
                x[there] = x[:, row, column]
                x[:, row, column] = other
    return _each(x, lambda one: cv2.GaussianBlur(one, (0, 0), 0.7))


def _motion_blur(x: _Levels, rng: _Random) -> _Levels:
    """Smear along a line of ±45°, for up to 10 px, half a normal curve of 3 px."""
    reach, weights = 10, np.exp(-0.5 * (np.arange(11) / 3) ** 2).astype(np.float32)

    def smear(one: _Levels) -> _Levels:
        angle, kernel = np.deg2rad(rng.uniform(-45, 45)), np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
        for step, weight in enumerate(weights):
            kernel[round(reach + step * np.sin(angle)), round(reach + step * np.cos(angle))] += weight
        return np.asarray(cv2.filter2D(one, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE), np.float32)

    return _each(x, smear)


def _shear(x: _Levels, rng: _Random) -> _Levels:
    """Lean by 0.4 rad to either side."""
    return _each(x, lambda one: _warped(one, ((1.0, np.tan(0.4) * rng.choice((-1, 1))), (0.0, 1.0))))


def _scale(x: _Levels, rng: _Random) -> _Levels:
    """Shrink to 0.7."""
    return _each(x, lambda one: _warped(one, ((0.7, 0.0), (0.0, 0.7))))


def _rotate(x: _Levels, rng: _Random) -> _Levels:
    """Turn by 0.4 rad, 23°, to either side."""
    cos, sin = np.cos(0.4), np.sin(0.4)

    def turn(one: _Levels) -> _Levels:
        side = rng.choice((-1, 1))
        return _warped(one, ((cos, -sin * side), (sin * side, cos)))

    return _each(x, turn)


def _brightness(x: _Levels, rng: _Random) -> _Levels:
    """Make everything lighter by half, paper too."""
    return x + np.float32(0.5)


def _translate(x: _Levels, rng: _Random) -> _Levels:
    """Move by 3 px down or up, and right or left; what leaves the picture is gone."""
    return _each(x, lambda one: _warped(one, ((1.0, 0.0), (0.0, 1.0)), rng.choice((-3.0, 3.0), 2)))


def _stripe(x: _Levels, rng: _Random) -> _Levels:
    """Turn the outer quarters left and right into their negative."""
    quarter, spoilt = x.shape[2] // 4, x.copy()
    spoilt[:, :, :quarter] = 1 - x[:, :, :quarter]
    spoilt[:, :, -quarter:] = 1 - x[:, :, -quarter:]
    return spoilt


def _fog(x: _Levels, rng: _Random) -> _Levels:
    """Lay a corner of a cloud of 256 px, three times as bright as ink, over it, and bring both into the range."""

    def veil(one: _Levels) -> _Levels:
        cloud = np.zeros((256, 256), np.float32)
        for octave in range(8):
            grain = rng.uniform(-1, 1, (2 ** (octave + 1),) * 2).astype(np.float32)
            cloud += cv2.resize(grain, (256, 256), interpolation=cv2.INTER_LINEAR) * np.float32(1.96**-octave)
        cloud = (cloud - cloud.min()) / np.ptp(cloud)
        most = one.max(initial=1e-3)
        return np.asarray((one + 3 * cloud[: one.shape[0], : one.shape[1]]) * most / (most + 3))

    return _each(x, veil)


def _spatter(x: _Levels, rng: _Random) -> _Levels:
    """Splash blots of a quarter's grey, a few px wide, over ink and paper."""

    def splash(one: _Levels) -> _Levels:
        liquid = cv2.GaussianBlur(rng.normal(0.65, 0.3, one.shape).astype(np.float32), (0, 0), 1)
        blot = cv2.GaussianBlur((liquid > 0.65).astype(np.float32), (0, 0), 1.5)
        blot = np.where(blot < 0.8, np.float32(0), blot)
        return np.asarray(one * (1 - blot) + 0.25 * blot, np.float32)

    return _each(x, splash)


def _dotted_line(x: _Levels, rng: _Random) -> _Levels:
    """Draw a dotted line across, from any height to any other: two px on, two px off."""
    columns = np.arange(x.shape[2], dtype=np.float32)

    def line(one: _Levels) -> _Levels:
        first, last = rng.integers(0, one.shape[0] - 1, 2)
        drawn = _line(columns, first + (last - first) * columns / columns[-1], one.shape[0])
        return np.asarray(one + drawn * (columns % 4 >= 2), np.float32)

    return _each(x, line)


def _zigzag(x: _Levels, rng: _Random) -> _Levels:
    """Draw a zigzag across, teeth of 8 px and ±2 px, at any height, a little aslant."""
    columns = np.arange(x.shape[2], dtype=np.float32)
    tooth = np.abs((columns - 4) % 8 - 4) - 2  # (W,), from -2 to 2 and back

    def line(one: _Levels) -> _Levels:
        start, rise = rng.integers(0, one.shape[0] - 1), rng.integers(-5, 5)
        middle = start + rise * (columns - 2) / (len(columns) - 5) + tooth
        drawn = _line(columns, middle, one.shape[0])
        return np.asarray(one + drawn * ((columns >= 2) & (columns < len(columns) - 3)), np.float32)

    return _each(x, line)


def _canny_edges(x: _Levels, rng: _Random) -> _Levels:
    """Keep Canny's edges alone: outlines of one px."""

    def edges(one: _Levels) -> _Levels:
        calm = cv2.GaussianBlur(np.rint(one * 255).astype(np.uint8), (0, 0), 1)
        return np.asarray(cv2.Canny(calm, 0.1 * 255, 0.2 * 255, L2gradient=True) / 255, np.float32)

    return _each(x, edges)


#: Each kind of corruption by its name, in MNIST-C's order.
CORRUPTIONS: Mapping[str, Callable[[_Levels, _Random], _Levels]] = {
    "shot noise": _shot_noise,
    "impulse noise": _impulse_noise,
    "glass blur": _glass_blur,
    "motion blur": _motion_blur,
    "shear": _shear,
    "scale": _scale,
    "rotate": _rotate,
    "brightness": _brightness,
    "translate": _translate,
    "stripe": _stripe,
    "fog": _fog,
    "spatter": _spatter,
    "dotted line": _dotted_line,
    "zigzag": _zigzag,
    "canny edges": _canny_edges,
}


def _each(x: _Levels, change: Callable[[_Levels], Any]) -> _Levels:
    return np.stack([np.asarray(change(one), np.float32) for one in x]) if len(x) else x


def _warped(one: _Levels, linear: object, shift: object = (0.0, 0.0)) -> _Levels:
    """Warp a picture about its middle by a linear map (2, 2), then shift it by x, y px."""
    height, width = one.shape
    turn, middle = np.array(linear, np.float64), np.array([(width - 1) / 2, (height - 1) / 2])
    move = middle - turn @ middle + np.array(shift, np.float64)
    return np.asarray(cv2.warpAffine(one, np.column_stack((turn, move)), (width, height)), np.float32)


def _line(columns: _Levels, middle: NDArray[np.floating], height: int) -> _Levels:
    """Draw a soft line whose middle lies at a height a column: (H, W); it fades out 1.5 px above and below."""
    away = np.abs(np.arange(height, dtype=np.float32)[:, None] - middle)  # (H, W)
    return np.asarray(np.maximum(1 - 0.45 * away - 0.16 * away**2, 0), np.float32)
