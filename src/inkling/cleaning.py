"""Blemishes of a picture that are neither ink nor paper: salt and pepper, bands of the other shade, a veil, dust.

A dot may be a speck or a part of a character, a bar a band or a stem, grey a veil or a pen's soft edge. Each step takes
off what it has several signs for, and gives back what it was given where one of them is missing; the signs were tried
on characters of data sets and fonts from 12 px up, whole and cut out tightly, but they are signs, and can err.
"""

import functools
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["cleaned", "without_dust"]

_Grey = NDArray[np.uint8]

#: No blemish can be told from writing on a picture with a side below this, px.
_LEAST_PX = 8
#: A lone px differs from every neighbour by more than this, grey levels; so many of them, and not fewer than that, are
#: noise, not the dots of a character.
_LONE_LEVELS, _LONE_SHARE, _LONE_LEAST = 100, 0.012, 9
#: On a small picture they were the writing if no more than this is left without them: px, and a share of the rarer
#: of the two sides.
_LEFT_PX, _LEFT_SHARE = 8, 0.1
#: The neighbours of a px; and the size from which on a plain median will do, px.
_RING, _LARGE_PX = np.array(((1, 1, 1), (1, 0, 1), (1, 1, 1)), np.uint8), 2**19
#: Bands differ by this at least, grey levels; they are so wide at least, as a share of a side.
_BAND_LEVELS, _BAND_SHARE = 64, 0.1
#: The most of a band's edge that may not be one, where writing crosses it.
_EDGE_BROKEN = 0.5
#: Bars are the stems of a letter if what is joined to them has strokes of this share of their width, or ends within
#: this share of their length; and if what stands free between them ends within that share of it.
_JOINED_SHARE, _JOINED_EXTENT, _FREE_EXTENT = 0.6, 0.5, 0.3
#: The least sides of a picture that may have bands, in its own px, however much they were enlarged.
_BANDED_PX = 24
#: A veil is looked for on pictures up to this size, px, and taken off where paper's levels spread by more than this.
_SMALL_PX, _VEIL_LEVELS = 64, 8.0
#: Shares of a picture's contrast: a veil changes by so much at least, and hugs its surface so closely: half the rim,
#: nine tenths of it.
_VEIL_LEAST, _VEIL_HALF, _VEIL_MOST = 0.1, 0.045, 0.12
#: Dust: this many specks and more, each of so many px at most and smaller than this share of the largest piece; the
#: rest is of so many pieces at most, as an i is, and this share of the ink at least.
_SPECKS, _SPECK_PX, _SPECK_SHARE, _REST_PIECES, _REST_SHARE = 4, 7, 0.12, 2, 0.6


def cleaned(grey: _Grey) -> _Grey:
    """Take noise of single px, bands of the other shade and a veil off a picture.

    Args:
        grey: uint8 (H, W).

    Returns:
        uint8 (H, W); ``grey`` itself where nothing of the kind is certain.
    """
    if min(grey.shape) < _LEAST_PX:
        return grey
    grey = _without_bands(_without_noise(grey))
    return _without_veil(grey) if max(grey.shape) <= _SMALL_PX else grey


def without_dust(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take specks off a small picture's ink, float32 (H, W), where there are too many to be parts of a character.

    A character of dots stays: what is not a speck there is of more pieces than a character, or the lesser part.
    """
    if max(ink.shape) > _SMALL_PX:
        return ink
    written = (ink > 0.25).view(np.uint8)
    if cv2.connectedComponents(written, connectivity=8)[0] < _SPECKS + 2:  # with the paper and one that is no speck
        return ink
    count, parts, stats, _ = cv2.connectedComponentsWithStats(written, connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA]
    specks = (area <= _SPECK_PX) & (area < _SPECK_SHARE * area[1:].max(initial=0))
    specks[0] = False
    dust = np.count_nonzero(specks)
    if dust < _SPECKS or count - 1 - dust > _REST_PIECES:
        return ink
    if area[specks].sum() > (1 - _REST_SHARE) * area[1:].sum():
        return ink
    kept = cv2.dilate((~specks & (np.arange(count) > 0))[parts].astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(kept > 0, ink, np.float32(0))


def _without_noise(grey: _Grey) -> _Grey:
    """Replace single px of the darkest or lightest level by their surroundings, where there are many of them."""
    rows = max(_SMALL_PX, grey.shape[0] // 4)
    first = max(0, (grey.shape[0] - rows) // 2)
    if not _is_noisy(grey[first : first + rows]) or not _is_noisy(grey):
        return grey
    if grey.size > _LARGE_PX:
        return np.asarray(cv2.medianBlur(cv2.medianBlur(grey, 3), 3), np.uint8)
    noisy, low, high = grey, int(grey.min()), int(grey.max())
    for _ in range(2):
        framed = np.pad(grey.astype(np.int16), 1, mode="reflect")
        height, width = grey.shape
        around = np.stack(
            [framed[y : y + height, x : x + width] for y in range(3) for x in range(3) if (x, y) != (1, 1)]
        )  # (8, H, W)
        like = (np.abs(around - grey) <= _LONE_LEVELS).sum(0)
        noise = (like <= 2) & ((grey <= low + 8) | (grey >= high - 8))
        grey = np.where(noise, np.median(around, axis=0), grey).astype(np.uint8)
    # nobody writes a large picture in lone px: there the sheet was bare
    return noisy if max(grey.shape) <= _SMALL_PX and _is_gone(noisy, grey, (low + high) / 2) else grey


def _is_gone(before: _Grey, after: _Grey, middle: float) -> bool:
    """Say whether next to nothing is left of the rarer of a picture's two sides: its ink was what was taken off."""
    first, left = np.count_nonzero(before <= middle), np.count_nonzero(after <= middle)
    if 2 * first > before.size:
        first, left = before.size - first, after.size - left
    return bool(left <= max(_LEFT_PX, _LEFT_SHARE * first))


def _is_noisy(grey: _Grey) -> bool:
    """Say whether many px are lone ones."""
    lone = cv2.subtract(grey, cv2.dilate(grey, _RING)), cv2.subtract(cv2.erode(grey, _RING), grey)
    count = sum(cv2.countNonZero(cv2.threshold(side, _LONE_LEVELS - 1, 1, cv2.THRESH_BINARY)[1]) for side in lone)
    return bool(count >= max(_LONE_LEAST, _LONE_SHARE * grey.size))


def _without_bands(grey: _Grey) -> _Grey:
    """Give bands of the other shade the paper of the rest: a shaded column, a scanner's edge, a stripe in negative.

    Paper keeps its level from one end of a row or a column to the other; so where both ends show the same few bands, in
    straight edges all the way, these are two shades of paper, and the writing on either differs from its own.
    """
    if min(grey.shape) < _BANDED_PX:
        return grey
    for turned in (False, True):
        side = grey.T if turned else grey
        if int(side[0].max()) - int(side[0].min()) < _BAND_LEVELS:
            continue  # no band ends at that side: nearly always
        evened = _evened_columns(side)
        if evened is not None:
            return np.ascontiguousarray(evened.T if turned else evened)
    return grey


def _evened_columns(grey: _Grey) -> _Grey | None:
    """Turn the rarer bands of columns into their negative; None where there are no bands."""
    height, width = grey.shape
    low, high = int(grey.min()), int(grey.max())
    dark = grey < (low + high) / 2
    first = dark[0]
    edges = np.flatnonzero(first[1:] != first[:-1]) + 1
    if not 1 <= len(edges) <= 4 or np.diff([0, *edges, width]).min() < max(3, _BAND_SHARE * width):
        return None
    if (dark[-1] != first).any() or (dark[:, 0] != first[0]).any() or (dark[:, -1] != first[-1]).any():
        return None
    if min(float((dark[:, edge - 1] != dark[:, edge]).mean()) for edge in edges) < _EDGE_BROKEN:
        return None
    ends = grey[:: height - 1].astype(np.int16)  # (2, W)
    if np.abs(ends[:, edges - 2] - ends[:, edges + 1]).min() < (high - low) / 2:
        return None  # no edge, but light that falls off
    if min(grey.shape) < _BANDED_PX * _grain(grey):
        return None
    rarer = first if np.count_nonzero(first) * 2 < width else ~first
    evened = np.where(rarer, low + high - grey.astype(np.int16), grey).astype(np.uint8)
    written = (evened < (low + high) / 2) != first[~rarer][0]
    return None if _is_a_letter(written, rarer, edges) else evened


def _is_a_letter(written: NDArray[np.bool_], rarer: NDArray[np.bool_], edges: NDArray[np.intp]) -> bool:
    """Say whether columns taken for bands are rather the stems of a letter, judged by what is left without them.

    Args:
        written: bool (H, W), what is left.
        rarer: bool (W,), the columns of the bands.
        edges: int (E,), the first column of each band but the first, of either shade.
    """
    rows = np.flatnonzero(written.any(1))
    if not len(rows):
        return True  # two bars, or a bar
    near = np.zeros(len(rarer), np.bool_)
    near[edges] = near[edges - 1] = True  # a soft edge of a stem is as wide as this
    if written[:, rarer & ~near].any() and written[:, ~rarer & ~near].any():
        return False  # no stem is written on
    depth = cv2.distanceTransform(written.astype(np.uint8), cv2.DIST_C, 3)
    stroke = 2 * float(np.median(depth[written & (depth == cv2.dilate(depth, np.ones((3, 3), np.uint8)))]))
    width = np.diff([0, *edges, len(rarer)])[0 if rarer[0] else 1 :: 2].min()
    extent = float(rows[-1] - rows[0]) / len(written)
    if written[:, near].any():  # joined to them: the bar of an H, the slopes of an M; or a broad character
        return bool(stroke >= _JOINED_SHARE * width or extent < _JOINED_EXTENT)
    return bool(stroke >= width or extent < _FREE_EXTENT)


def _grain(grey: _Grey) -> int:
    """Give the side of the squares that a picture is made of, px: 1 but where each px was enlarged to some."""
    rows = np.flatnonzero((grey[1:] != grey[:-1]).any(1)) + 1
    columns = np.flatnonzero((grey[:, 1:] != grey[:, :-1]).any(0)) + 1
    return int(np.gcd.reduce(np.concatenate((grey.shape, rows, columns))))


def _without_veil(grey: _Grey) -> _Grey:
    """Even out paper that grows lighter or darker across a small picture, by a surface fitted to the picture's rim."""
    rim = _rim(grey.shape)
    least, most = cv2.minMaxLoc(grey, rim.view(np.uint8))[:2]
    if most - least < _VEIL_LEVELS:
        return grey
    levels = grey[rim].astype(np.float64)
    spread = _spread(levels, 0.1)
    if spread < _VEIL_LEVELS:
        return grey
    contrast = _spread(grey, 0.01)
    if spread > 0.9 * contrast:
        return grey
    y, x = np.mgrid[-1 : 1 : grey.shape[0] * 1j, -1 : 1 : grey.shape[1] * 1j]
    terms = np.stack((np.ones_like(x), x, y, x * x, x * y, y * y), 2)  # (H, W, 6)
    paper = np.ones(len(levels), np.bool_)
    for _ in range(3):
        weights = np.linalg.lstsq(terms[rim][paper], levels[paper])[0]
        error = np.abs(levels - terms[rim] @ weights)
        paper = error <= 2.5 * max(1.0, float(np.median(error)))
    # a rim with writing on it, its soft edges too, lies on no surface
    if paper.mean() < 0.8 or (np.percentile(error, (50, 90)) > (_VEIL_HALF * contrast, _VEIL_MOST * contrast)).any():
        return grey
    surface = terms @ weights  # (H, W, 6) x (6,) -> (H, W)
    if np.ptp(surface) < _VEIL_LEAST * contrast:
        return grey
    evened = grey - surface
    return np.asarray(np.rint((evened - evened.min()) * (255 / max(np.ptp(evened), 1.0))), np.uint8)


def _spread(levels: NDArray[Any], share: float) -> float:
    """Give how far the levels reach without so large a share at both ends, as their percentiles differ."""
    ordered = np.sort(levels, axis=None)
    last = len(ordered) - 1
    low, high = np.interp((share * last, (1 - share) * last), np.arange(len(ordered)), ordered)
    return float(high - low)


@functools.lru_cache(64)
def _rim(shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Give the two rows and columns at each side of a picture, bool (H, W)."""
    rim = np.ones(shape, np.bool_)
    rim[2:-2, 2:-2] = False
    rim.setflags(write=False)  # all threads share it
    return rim
