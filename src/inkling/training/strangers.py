"""Strangers: ink that is no character, so that the network learns to say that it does not know.

Shown beside real characters in training (outlier exposure, Hendrycks et al. 2019).
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import InkError
from ..ink import Ink
from ..raster import rasterize

__all__ = ["KINDS", "strangers"]

Grey = NDArray[np.float32]
Stranger = Callable[[np.random.Generator], Grey | None]

_SIDE_PX = 64


def strangers(count: int, rng: np.random.Generator) -> list[Grey]:
    """Make ink that nobody would call a character.

    Args:
        count: how many.
        rng: where randomness comes from.

    Returns:
        ``count`` pictures of ink, float32 (H, W) in [0, 1], 0 = paper.
    """
    made: list[Grey] = []
    while len(made) < count:
        ink = KINDS[rng.integers(0, len(KINDS))](rng)
        if ink is not None and ink.max() > 0:
            made.append(ink)
    return made


def _drawn(strokes: list[NDArray[np.float64]], rng: np.random.Generator) -> Grey:
    pen = float(np.exp(rng.uniform(np.log(0.02), np.log(0.15))))
    points = np.concatenate(strokes)
    extent = max(float(np.ptp(points, axis=0).max()), 1e-6)
    raster = rasterize([s.astype(np.float32) for s in strokes], pen * extent)[0]
    return np.asarray(raster / np.float32(255))


def _scribble(rng: np.random.Generator) -> Grey:
    """Let a pen wander: more turns than any character has."""
    strokes = []
    for _ in range(int(rng.integers(1, 4))):
        corners = rng.uniform(0, 1, (int(rng.integers(7, 24)), 2)) * rng.uniform(0.4, 1.5, 2)
        at = np.linspace(0, len(corners) - 1, 8 * len(corners))
        path = np.stack([np.interp(at, np.arange(len(corners)), corners[:, i]) for i in (0, 1)], 1)
        smooth = int(rng.integers(1, 12))
        kernel = np.ones(smooth) / smooth
        strokes.append(np.stack([np.convolve(path[:, i], kernel, "valid") for i in (0, 1)], 1) + rng.uniform(0, 0.5, 2))
    return _drawn(strokes, rng)


def _curl(rng: np.random.Generator) -> Grey:
    """Draw a spiral, a coil or a curve that crosses itself often."""
    turns = rng.uniform(2, 6)
    t = np.linspace(0, 2 * np.pi * turns, int(30 * turns))
    kind = rng.integers(0, 3)
    if kind == 0:
        radius = np.linspace(rng.uniform(0, 0.3), 1, len(t))
        path = np.stack((radius * np.cos(t), radius * np.sin(t)), 1)
    elif kind == 1:
        path = np.stack((t * rng.uniform(0.05, 0.2) + 0.5 * np.cos(t), np.sin(t)), 1)
    else:
        path = np.stack((np.sin(t * rng.uniform(0.4, 1.2)), np.sin(t * rng.uniform(0.7, 1.6) + rng.uniform(0, 3))), 1)
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return _drawn([path @ turn + rng.normal(0, 0.02, path.shape)], rng)


def _hatching(rng: np.random.Generator) -> Grey:
    """Fill an area with strokes to and fro."""
    count = int(rng.integers(6, 20))
    across = np.linspace(0, 1, count)
    ends = np.stack((np.zeros(count), np.ones(count)), 1) + rng.normal(0, 0.12, (count, 2))
    angle = rng.uniform(0, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    lines = np.stack((np.stack((across, ends[:, 0]), 1), np.stack((across, ends[:, 1]), 1)), 1)  # (count, 2, 2)
    lines += rng.normal(0, 0.02, lines.shape)
    strokes = [line @ turn for line in lines]
    return _drawn([np.concatenate(strokes)] if rng.random() < 0.6 else strokes, rng)


def _doodle(rng: np.random.Generator) -> Grey:
    """Draw what people draw that is no letter: stars, grids, houses of polygons, faces of circles, rays."""
    kind = rng.integers(0, 5)
    if kind == 0:  # a star, drawn through
        points = int(rng.choice([5, 7, 9]))
        at = np.arange(points + 1) * (points // 2) * 2 * np.pi / points + rng.uniform(0, 6)
        strokes = [np.stack((np.cos(at), np.sin(at)), 1)]
    elif kind == 1:  # a grid
        count = rng.integers(2, 5, 2)
        strokes = [np.array([[i, 0], [i, count[1]]], float) for i in range(count[0] + 1)]
        strokes += [np.array([[0, i], [count[0], i]], float) for i in range(count[1] + 1)]
    elif kind == 2:  # polygons
        strokes = []
        for _ in range(int(rng.integers(2, 4))):
            at = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 7))))
            corners = np.stack((np.cos(at), np.sin(at)), 1) * rng.uniform(0.3, 1) + rng.uniform(-0.6, 0.6, 2)
            strokes.append(np.concatenate((corners, corners[:1])))
    elif kind == 3:  # circles in and beside each other
        at = np.linspace(0, 2 * np.pi, 24)
        circle = np.stack((np.cos(at), np.sin(at)), 1)
        strokes = [circle * rng.uniform(0.15, 1) + rng.uniform(-0.8, 0.8, 2) for _ in range(int(rng.integers(3, 7)))]
    else:  # rays
        at = np.linspace(0, 2 * np.pi, int(rng.integers(6, 14)), endpoint=False)
        near = rng.uniform(0, 0.6)
        strokes = [np.array([[np.cos(a), np.sin(a)]]) * np.array([[near], [1.0]]) for a in at]
    return _drawn([s + rng.normal(0, 0.03, s.shape) for s in strokes], rng)


def _face(rng: np.random.Generator) -> Grey:
    """Draw a round outline with something in it: eyes and a mouth, a cross, dots, another outline."""
    at = np.linspace(0, 2 * np.pi, 30)
    outline = np.stack((np.cos(at), np.sin(at)), 1) * rng.uniform(0.75, 1.3, 2) * (1 + rng.normal(0, 0.03, (30, 1)))
    strokes = [outline]
    kind = rng.integers(0, 4)
    if kind == 0:
        bow = np.linspace(0.15, 0.85, 9) * np.pi
        mouth = np.stack((np.cos(bow), rng.choice([-1, 1]) * np.sin(bow)), 1) * rng.uniform(0.3, 0.6) + (0, 0.1)
        strokes += [mouth, np.array([[-0.35, -0.3], [-0.33, -0.2]]), np.array([[0.35, -0.3], [0.33, -0.2]])]
    elif kind == 1:
        strokes += [np.array([[-0.7, -0.7], [0.7, 0.7]]), np.array([[0.7, -0.7], [-0.7, 0.7]])]
    elif kind == 2:
        strokes += [rng.uniform(-0.5, 0.5, (1, 2)) for _ in range(int(rng.integers(2, 6)))]
    else:
        strokes += [outline * rng.uniform(0.25, 0.6) + rng.uniform(-0.15, 0.15, 2)]
    return _drawn([s + rng.normal(0, 0.02, s.shape) for s in strokes], rng)


def _sign(rng: np.random.Generator) -> Grey:
    """Draw a heart, an arrow, a house or a tree."""
    kind = rng.integers(0, 4)
    if kind == 0:
        t = np.linspace(0, 2 * np.pi, 40)
        heart = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
        strokes = [np.stack((16 * np.sin(t) ** 3, -heart), 1) / 16]
    elif kind == 1:
        strokes = [np.array([[-1, 0], [1, 0]]), np.array([[0.5, -0.4], [1, 0], [0.5, 0.4]])]
        if rng.random() < 0.3:
            strokes.append(np.array([[-0.5, -0.4], [-1, 0], [-0.5, 0.4]]))
    elif kind == 2:
        strokes = [
            np.array([[-1, 1], [-1, -0.2], [0, -1], [1, -0.2], [1, 1], [-1, 1]]),
            np.array([[-1, -0.2], [1, -0.2]]),
        ]
        if rng.random() < 0.6:
            strokes.append(np.array([[-0.2, 1], [-0.2, 0.3], [0.3, 0.3], [0.3, 1]]))
    else:
        strokes = [np.array([[0, -1], [0, 1]])]
        strokes += [np.array([[-w, y + w], [0, y], [w, y + w]]) for w, y in ((0.4, -0.9), (0.6, -0.4), (0.8, 0.0))]
    angle = rng.uniform(0, 2 * np.pi) if kind in (1, 2) else rng.normal(0, 0.2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return _drawn([(s * rng.uniform(0.8, 1.25, 2) + rng.normal(0, 0.03, s.shape)) @ turn for s in strokes], rng)


def _dust(rng: np.random.Generator) -> Grey:
    """Leave specks, a lying dash or a blot."""
    kind = rng.integers(0, 3)
    if kind == 0:
        return _drawn([rng.uniform(0, 1, (1, 2)) for _ in range(int(rng.integers(3, 14)))], rng)
    if kind == 1:
        return _drawn([np.array([[0, 0], [1, rng.uniform(-0.25, 0.25)]])], rng)
    blot = cv2.GaussianBlur(rng.normal(0, 1, (_SIDE_PX, _SIDE_PX)).astype(np.float32), (0, 0), rng.uniform(4, 12))
    at_y, at_x = np.mgrid[-1 : 1 : _SIDE_PX * 1j, -1 : 1 : _SIDE_PX * 1j]
    round_ = 1 - np.hypot(at_x * rng.uniform(0.8, 2), at_y * rng.uniform(0.8, 2))
    return np.asarray(np.clip((round_ + blot / max(float(np.abs(blot).max()), 1e-6)) * 3, 0, 1), np.float32)


def _texture(rng: np.random.Generator) -> Grey | None:
    """Show cloth, gratings, checks, noise of any grain."""
    at_y, at_x = np.mgrid[0 : 1 : _SIDE_PX * 1j, 0 : 1 : _SIDE_PX * 1j]
    kind = rng.integers(0, 4)
    angle, waves = rng.uniform(0, np.pi), rng.uniform(3, 14)
    along = at_x * np.cos(angle) + at_y * np.sin(angle)
    across = -at_x * np.sin(angle) + at_y * np.cos(angle)
    if kind == 0:
        texture = np.sin(2 * np.pi * waves * along + rng.normal(0, 2) * np.sin(9 * across))
    elif kind == 1:
        texture = np.sign(np.sin(2 * np.pi * waves * along) * np.sin(2 * np.pi * rng.uniform(3, 14) * across))
    elif kind == 2:
        texture = cv2.GaussianBlur(rng.normal(0, 1, at_x.shape), (0, 0), rng.uniform(0.6, 6))
    else:
        texture = rng.normal(0, 1, at_x.shape) * (rng.random(at_x.shape) < rng.uniform(0.05, 1))
    texture = (texture - texture.min()) / max(float(np.ptp(texture)), 1e-6)
    if rng.random() < 0.5:
        return np.asarray(np.clip((texture - rng.uniform(0.3, 0.7)) * rng.uniform(1, 10) + 0.5, 0, 1), np.float32)
    return _seen(texture)


def _scene(rng: np.random.Generator) -> Grey | None:
    """Photograph something: light that falls off, things of many greys before each other, edges and grain."""
    side = int(rng.integers(48, 128))
    picture = cv2.resize(rng.random((3, 3)), (side, side), interpolation=cv2.INTER_CUBIC)
    for _ in range(int(rng.integers(3, 14))):
        grey, centre = float(rng.random()), tuple(int(v) for v in rng.integers(0, side, 2))
        size = tuple(int(v) for v in rng.integers(3, side // 2, 2))
        if rng.random() < 0.5:
            cv2.ellipse(picture, centre, size, float(rng.uniform(0, 180)), 0, 360, grey, -1, cv2.LINE_AA)
        else:
            corners = np.array(centre) + rng.normal(0, side / 4, (int(rng.integers(3, 6)), 2))
            cv2.fillPoly(picture, [corners.astype(np.int32)], grey, cv2.LINE_AA)
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 3)) + rng.normal(
        0, rng.uniform(0, 0.05), picture.shape
    )
    return _seen(picture)


def _seen(picture: NDArray[np.floating]) -> Grey | None:
    try:
        return Ink.from_image(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)).pixels
    except InkError:
        return None


#: All kinds of strangers.
KINDS: tuple[Stranger, ...] = (_scribble, _scribble, _curl, _hatching, _doodle, _face, _sign, _dust, _texture, _scene)
