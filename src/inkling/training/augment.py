"""Variation: each sample is written afresh every time it is drawn, as another hand or another pen might.

Strokes are varied as strokes and drawn by pens of many widths; pictures are warped. What the normaliser takes out again
(place, size) is not varied.
"""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from numpy.typing import NDArray
from torch import Tensor

from ..raster import rasterize

__all__ = ["UNTOUCHED_SHARE", "vary_images", "vary_strokes"]

#: The share of samples that is left as it was written, so that plain input stays the usual case.
UNTOUCHED_SHARE = 0.15

_ROTATION_DEG, _MOST_ROTATION_DEG = 7.0, 20.0
#: The share that is turned by any angle up to the most, rather than by one about nothing.
_TURNED_SHARE = 0.35
_SHEAR = 0.15
_LOG_ASPECT = 0.12
_ELASTIC = 0.028  # of the longer side
#: Of the drawings: whose strokes stand rather loosely together, and whose strokes' ends are missing.
_LOOSE_SHARE, _BROKEN_SHARE = 0.25, 0.2
_PEN_SHARES = (0.02, 0.18)


def _linear_maps(count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw rotations, shears and changes of aspect, float32 (N, 2, 2); some are the identity."""
    amount = (rng.random(count) >= UNTOUCHED_SHARE).astype(float)
    usual = np.clip(rng.normal(0, _ROTATION_DEG, count), -_MOST_ROTATION_DEG, _MOST_ROTATION_DEG)
    turned = rng.uniform(-_MOST_ROTATION_DEG, _MOST_ROTATION_DEG, count)
    angle = np.deg2rad(np.where(rng.random(count) < _TURNED_SHARE, turned, usual)) * amount
    shear = rng.normal(0, _SHEAR, count) * amount
    stretch = np.exp(rng.normal(0, _LOG_ASPECT, count) * amount)
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.stack((cos, -sin, sin, cos), 1).reshape(-1, 2, 2)
    lean = np.stack((stretch, shear, np.zeros(count), 1 / stretch), 1).reshape(-1, 2, 2)
    return np.asarray(turn @ lean, np.float32)


def vary_strokes(samples: Sequence[Sequence[NDArray[np.float32]]], rng: np.random.Generator) -> list[NDArray[np.uint8]]:
    """Write drawings afresh: whole, stroke by stroke, with elastic hands and pens of many widths.

    Args:
        samples: drawings, each a list of strokes (P, 2).
        rng: where randomness comes from.

    Returns:
        One uint8 (H, W) a drawing, 0 = paper.
    """
    maps = _linear_maps(len(samples), rng)
    rasters = []
    for strokes, linear in zip(samples, maps, strict=True):
        points = np.concatenate(strokes)
        middle = (points.min(0) + points.max(0)) / 2
        extent = max(float((points.max(0) - points.min(0)).max()), 1e-6)
        share = float(np.exp(rng.uniform(*np.log(_PEN_SHARES))))
        if np.array_equal(linear, np.eye(2, dtype=np.float32)):
            rasters.append(rasterize(strokes, share * extent)[0])
            continue
        placed = (points - middle) / extent  # within ±0.5
        ends = np.cumsum([len(s) for s in strokes])
        varied = _ripple(placed, rng)
        if len(strokes) > 1:
            varied = _loosen(varied, np.searchsorted(ends, np.arange(len(points)), side="right"), rng)
        written = np.split((varied @ linear.T).astype(np.float32), ends[:-1])
        if rng.random() < _BROKEN_SHARE:
            written = [_shortened(stroke, rng) for stroke in written]
        rasters.append(rasterize(written, share)[0])
    return rasters


def _loosen(points: NDArray[np.float32], which: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.float32]:
    """Set each stroke a little aside, and make it a little larger or smaller; points (P, 2), their strokes (P,)."""
    count = int(which[-1]) + 1
    much = 2.0 if rng.random() < _LOOSE_SHARE else 1.0
    aside = rng.normal(0, 0.012 * much, (count, 2))
    size = np.exp(rng.normal(0, 0.02 * much, (count, 2)))
    middle = np.stack([points[which == stroke].mean(0) for stroke in range(count)])
    return np.asarray((points - middle[which]) * size[which] + (middle + aside)[which], np.float32)


def _shortened(stroke: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Leave out a little of a stroke's ends, as a pen that is put down late and lifted early does; (P, 2)."""
    least = max(2, len(stroke) - len(stroke) // 8)
    if len(stroke) < 12:
        return stroke
    left_out = int(rng.integers(0, len(stroke) - least + 1))
    start = int(rng.integers(0, left_out + 1))
    return stroke[start : len(stroke) - (left_out - start)]


def _ripple(points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Move points (P, 2) by a few long random waves."""
    waves = 3
    frequency = rng.normal(0, 4.0, (2, waves))
    phase = rng.uniform(0, 2 * np.pi, waves)
    size = rng.normal(0, _ELASTIC / waves**0.5 * 1.4, (waves, 2))
    return np.asarray(points + np.sin(points @ frequency + phase) @ size, np.float32)  # (P, 2) x (2, K) x (K, 2)


def vary_images(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Warp pictures, and make their pen wider or finer.

    Args:
        images: float32 (N, S, S) in [0, 1], 0 = paper, the ink in the middle.
        rng: where randomness comes from.

    Returns:
        float32 (N, T, T) in [0, 1] on a frame a little larger, so that nothing is cut.
    """
    count, side = images.shape[0], images.shape[1]
    target = round(side * 1.4 / 2) * 2
    maps = _linear_maps(count, rng)
    touched = torch.from_numpy((maps != np.eye(2, dtype=np.float32)).any((1, 2)).astype(np.float32))
    theta = torch.zeros(count, 2, 3)
    theta[:, :, :2] = torch.from_numpy(np.linalg.inv(maps).astype(np.float32)) * (target / side)
    grid = F.affine_grid(theta, [count, 1, target, target], align_corners=False)  # (N, T, T, 2)
    coarse = torch.from_numpy(rng.normal(0, _ELASTIC * 2.2, (count, 2, 5, 5)).astype(np.float32))
    elastic = F.interpolate(coarse, (target, target), mode="bicubic", align_corners=True)
    grid = grid + elastic.permute(0, 2, 3, 1) * touched[:, None, None, None]
    warped = F.grid_sample(images[:, None], grid, align_corners=False)[:, 0]
    return _repen(warped, touched, rng)


def _repen(images: Tensor, touched: Tensor, rng: np.random.Generator) -> Tensor:
    """Blend each picture towards its dilation or its erosion, which is a wider or a finer pen."""
    strength = torch.from_numpy(rng.normal(0, 0.35, len(images)).astype(np.float32)).clamp(-0.6, 0.9) * touched
    wider = F.max_pool2d(images[:, None], 3, 1, 1)[:, 0]
    finer = -F.max_pool2d(-images[:, None], 3, 1, 1)[:, 0]
    weight = strength.abs()[:, None, None]
    return torch.lerp(images, torch.where(strength[:, None, None] > 0, wider, finer), weight)
