"""Grey levels to ink: which side is the ink, even light, clean paper; grey edges of the pen stay grey."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .cleaning import cleaned, without_dust
from .flatness import LEAST_CONTRAST, MOST_STROKE_SHARE, commonest, is_flat
from .ruling import ruling, without_box
from .sheet import without_table

__all__ = ["LEAST_INK", "find_ink"]

#: Px of less ink than this are paper.
LEAST_INK = 0.05
#: A photograph, and any ink, is worked on at this size of its longer side at most, px.
_MOST_PX = 640
#: A picture is flat, too, when it is so small that nothing but the character can be on it, px.
_SMALL_PX = 64
#: More px than this that hang together are no specks, however large the picture is.
_FEW_PX = 32
#: Where noise hid the ink, what is found with less of it is so deep at least, as a share; noise grows shallow with it.
_STEADY = 0.6
#: The light on a photograph is fitted to so many places along each side.
_LIGHT_PX = 32
#: ... which so many of these must show, where it is known which part is bare paper.
_LEAST_BARE = 64
#: A surface is the light if so much of the picture lies on it; writing covers less than the rest.
_EVEN_SHARE = 0.8

#: Ink is so many times as deep as the lines that it is written on; they are taken off up to so many times their depth.
_DEEPER, _LINES_MOST = 1.4, 1.25
#: A part inside a photograph that is longer than this share of its longer side is the character, and nothing at the
#: border is; beside a smaller one, down to this share, nothing that lies along the border by this share of its length.
_LARGE, _SMALL, _ALONG = 0.12, 0.03, 0.3
#: Ink of more than this makes parts that hang together.
_PART = 0.25
#: A part is the rim of a shadow, and no ink, where of the px so far from it more than this share are as dark as it is:
#: lower by this share of its depth than the light on it, both as they are on the part's px of a square around.
_RIM_FROM_PX, _RIM_TO_PX, _RIM_SHARE, _RIM_DEPTH, _RIM_AROUND_PX = 3, 5, 0.25, 0.75, 13
#: Rims are taken off, and the rest is looked at again, so many times at most.
_RIMS_MOST = 4
#: Ink of less than this is none, where lines are looked for.
_FAINT = 0.1

# JPEG leaves levels close to the paper's around the ink: where they are more than this share of all that is not paper,
# a level loses that much
_JPEG_SHARE, _JPEG_FLOOR = 0.2, np.float32(0.10)
_LEVELS = np.arange(256, dtype=np.float32)

_Cut = tuple[NDArray[np.float32], tuple[int, int]]


def find_ink(grey: NDArray[np.uint8]) -> tuple[NDArray[np.float32], tuple[float, float], float] | None:
    """Tell ink from paper.

    Args:
        grey: uint8 (H, W), dark on light or light on dark.

    Returns:
        None if nothing is written; else the ink's own part of the picture, float32 (h, w) in [0, 1] with 1 = ink; x, y
        of its upper left corner; and its scale, px of it for one px of the picture. Corner in px of the scaled picture.
    """
    grey = without_table(cleaned(grey))
    histogram = _histogram(grey)
    mode = commonest(histogram)
    if max(grey.shape) <= _SMALL_PX or is_flat(grey, histogram):
        cut = _flat(grey, histogram, mode)
        return _within(*cut) if cut else None
    scale = min(1.0, _MOST_PX / max(grey.shape))
    cut, hidden = _photograph(_smaller(grey, scale), LEAST_CONTRAST)
    least = max(LEAST_CONTRAST, _STEADY * hidden)
    while cut is None and hidden >= least and scale * max(grey.shape) >= 2 * _SMALL_PX:
        scale /= 2  # four px make one of half the noise; ink stays as deep as it was
        cut, hidden = _photograph(_smaller(grey, scale), least)
    return (*cut, scale) if cut else None


def _histogram(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(cv2.calcHist([grey], [0], None, [256], [0, 256]), np.float32).ravel()


def _smaller(grey: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale == 1:
        return grey
    size = (max(2, round(grey.shape[1] * scale)), max(2, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _within(
    ink: NDArray[np.float32], corner: tuple[int, int]
) -> tuple[NDArray[np.float32], tuple[float, float], float]:
    """Make large ink smaller, as much as a photograph's."""
    scale = _MOST_PX / max(ink.shape)
    if scale >= 1:
        return ink, corner, 1.0
    size = (max(2, round(ink.shape[1] * scale)), max(2, round(ink.shape[0] * scale)))
    smaller = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    np.clip(smaller, 0, 1, smaller)  # sums of floats may come to a little more
    return smaller, (corner[0] * scale, corner[1] * scale), scale


def _flat(grey: NDArray[np.uint8], histogram: NDArray[np.float32], mode: int | None) -> _Cut | None:
    """Find the ink where paper and ink have one level each: a level's place between the two is how much ink there is.

    Args:
        grey: uint8 (H, W).
        histogram: float32 (256,).
        mode: the level of most of it; None where no level stands out.
    """
    few = max(3, grey.size // 5000)  # single px do not set the level of full ink
    if few > _FEW_PX and mode is not None and _hangs_together(grey, mode):
        few = _FEW_PX
    below = histogram.cumsum()
    darkest = int(below.searchsorted(few))
    lightest = int(below.searchsorted(grey.size - few, "right"))
    if mode is None:
        first, second = darkest, lightest
    else:
        first, second = mode, darkest if mode - darkest >= lightest - mode else lightest
    if abs(first - second) < LEAST_CONTRAST:
        return None
    middle = (first + second) // 2
    dark = cv2.threshold(grey, middle, 255, cv2.THRESH_BINARY_INV)[1]  # uint8 (H, W), 255 = dark
    ink, paper = (first, second) if _is_ink(dark) == (first < second) else (second, first)
    if mode is None and ink < paper:  # a photograph cut out tightly, or a scan of one, has light that falls off
        grey = _evened(grey, np.asarray(255 - dark, np.uint8))
        histogram = _histogram(grey)
    # the paper's own level is its commonest, the ink's its farthest
    paper = int(histogram[: middle + 1].argmax() if paper <= middle else histogram[middle + 1 :].argmax() + middle + 1)
    levels = (_LEVELS - np.float32(paper)) / np.float32(ink - paper)
    about = histogram[max(0, paper - 8) : paper + 9].sum() - histogram[paper]
    if about > _JPEG_SHARE * (grey.size - histogram[paper]):
        levels = (levels - _JPEG_FLOOR) / (1 - _JPEG_FLOOR)
    found = np.asarray(cv2.LUT(grey, np.minimum(np.maximum(levels, 0), 1)), np.float32)
    lines = _LINES_MOST * ruling(found, _FAINT) if max(grey.shape) > _SMALL_PX else 0.0
    if 0 < lines < _LINES_MOST / _DEEPER:
        found = np.clip((found - np.float32(lines)) / np.float32(1 - lines), 0, 1)
    return _cut(without_dust(found))


def _hangs_together(grey: NDArray[np.uint8], paper: int) -> bool:
    """Say whether what differs from the paper is more than lone px and lines of one px."""
    differs = cv2.inRange(grey, max(0, paper - LEAST_CONTRAST + 1), min(255, paper + LEAST_CONTRAST - 1)) == 0
    return int(np.count_nonzero(cv2.erode(differs.view(np.uint8), np.ones((2, 2), np.uint8)))) > _FEW_PX // 4


def _is_ink(side: Any) -> bool:
    """Say whether one side of a picture of two levels is its ink, from where it lies and how it hangs together.

    Ink keeps away from the border and the corners, and is of one piece more often than the paper around it; a smaller
    area alone says little, since a bold character cut out tightly is mostly ink. The weights are a logistic
    regression's on MNIST, EMNIST and UNIPEN characters cut out with no margin, bold ones too.

    Args:
        side: uint8 (H, W), 255 = in it.
    """
    height, width = side.shape
    inside = sum(map(np.count_nonzero, (side[0], side[-1], side[1:-1, 0], side[1:-1, -1])))
    share = float(inside / (2 * (height + width) - 4))
    if share < 0.1 or share > 0.9:
        return share < 0.5
    corners = float(np.count_nonzero(side[:: height - 1, :: width - 1]) / 4)
    pieces = cv2.connectedComponents(side, connectivity=8)[0] - 1
    others = cv2.connectedComponents(255 - side, connectivity=4)[0] - 1
    return 4 * (share - 0.5) + 3 * (corners - 0.5) + 6 * float(np.log((pieces + 0.5) / (others + 0.5))) < 0


def _photograph(grey: NDArray[np.uint8], least: float) -> tuple[_Cut | None, float]:
    """Find the ink in uneven light on paper that has a texture.

    Args:
        grey: uint8 (H, W).
        least: how deep full ink is at least, grey levels.

    Returns:
        The ink; and how deep what there is would be where noise hides it, 0 elsewhere.
    """
    grey = _evened(grey)
    if _is_light_on_dark(grey):
        grey = np.asarray(255 - grey, np.uint8)
    light = _light(grey)
    # reflected light is paper's share of the lamp's: dividing evens out shadows
    deviation = (grey.astype(np.float32) - light) * (200 / np.maximum(light, 40))
    sample = deviation[::2, ::2]
    noise = max(1.0, 1.4826 * float(np.median(np.abs(sample))))
    depth = np.maximum(-deviation, 0)
    ink, level = _inked(depth, noise, least)
    for _ in range(_RIMS_MOST):
        rims = None if ink is None else _rims(ink, grey, light)
        if ink is None or rims is None:
            break
        ink[rims] = 0
        kept = _written(ink)
        depth[rims] = 0  # a rim is deep, and sets the depth of full ink: that of what is left is measured anew
        if kept.any():
            depth *= kept  # in a deep shade grain is deep too, and there is more of it
        ink, level = _inked(depth, noise, least)
    return (None, level) if ink is None else (_cut(ink * _written(ink)), 0.0)


def _inked(depth: NDArray[np.float32], noise: float, least: float) -> tuple[NDArray[np.float32] | None, float]:
    """Give how much ink there is where a photograph is darker than its light: float32 (H, W) in [0, 1]; and its depth.

    Args:
        depth: float32 (H, W), how much darker, grey levels.
        noise: the spread of bare paper, grey levels.
        least: how deep full ink is at least, grey levels; there is none where it is less, or noise hides it.
    """
    level = _full_level(depth, 4 * noise)
    if level < max(least, 6 * noise):
        return None, level
    floor = max(2.5 * noise, 0.12 * level)
    lines = ruling(depth, max(3 * noise, LEAST_CONTRAST / 2))
    written = _full_level(depth, _DEEPER * lines) if lines else 0.0
    if written >= _DEEPER * lines > 0:
        level, floor = written, max(floor, _LINES_MOST * lines)
    return np.clip((depth - floor) / (level - floor), 0, 1).astype(np.float32), level


def _evened(grey: NDArray[np.uint8], bare: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """Even out light that falls off across the sheet, so that its slope is not taken for ink.

    The light is a surface of the second degree, fitted to what most of the picture agrees on.

    Args:
        grey: uint8 (H, W).
        bare: uint8 (H, W), 255 = paper, where that is known: the surface is fitted to it alone.
    """
    height, width = grey.shape
    few = (_LIGHT_PX, _LIGHT_PX)
    levels = cv2.resize(grey, few, interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    known = np.ones(levels.size, np.bool_)
    if bare is not None:
        known = cv2.resize(bare, few, interpolation=cv2.INTER_AREA).ravel() == 255
        if np.count_nonzero(known) < _LEAST_BARE:
            return grey
    y, x = (axis.ravel() for axis in np.mgrid[-1 : 1 : _LIGHT_PX * 1j, -1 : 1 : _LIGHT_PX * 1j].astype(np.float32))
    terms = np.stack((np.ones_like(x), x, y, x * x, x * y, y * y), 1)  # (P, 6)
    paper, surface = known, levels
    for _ in range(3):
        surface = terms @ np.linalg.lstsq(terms[paper], levels[paper])[0]  # (P, 6) x (6,) -> (P,)
        error = np.abs(levels - surface)
        paper = known & (error <= 2.5 * max(1.0, float(np.median(error[known]))))
    brightest = float(surface.max())
    # no lamp does that, or the edge of a shadow does: bending a surface to it would only blur it
    if surface.min() < 0.1 * brightest or (error[known] < 0.06 * brightest).mean() < _EVEN_SHARE:
        return grey
    gain = brightest / surface.reshape(_LIGHT_PX, _LIGHT_PX)
    return np.asarray(np.clip(np.rint(grey * cv2.resize(gain, (width, height))), 0, 255), np.uint8)


def _is_light_on_dark(grey: NDArray[np.uint8]) -> bool:
    """Say whether what stands out from its surroundings is lighter than they are."""
    step = max(1, max(grey.shape) // 160)
    small = cv2.resize(grey, (-(-grey.shape[1] // step), -(-grey.shape[0] // step)), interpolation=cv2.INTER_AREA)
    window = min(255, (max(small.shape) // 4) | 1)
    deviation = small.astype(np.float32) - cv2.medianBlur(small, window)
    # a median at the border sees one side, and cuts the tip off what lies across it, as the edge of a shadow does
    square = np.ones((window // 2 | 1, window // 2 | 1), np.uint8)
    lighter, darker = (_narrow(np.asarray(side, np.uint8), square) for side in (small, 255 - small))
    whole = np.clip(deviation, -darker.astype(np.float32), lighter)
    inner = (slice(window // 2, -(window // 2)),) * 2
    whole[inner] = deviation[inner]
    return float((whole**3).mean()) > 0


def _narrow(levels: NDArray[np.uint8], square: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give how much lighter each px is than what is as broad as a square and goes on to it, uint8 (h, w)."""
    broad = cv2.morphologyEx(levels, cv2.MORPH_OPEN, square)
    beside = np.ones((3, 3), np.uint8)
    for _ in range(len(square)):  # opening by reconstruction (Vincent 1993), no farther than tips reach
        broad = cv2.min(cv2.dilate(broad, beside), levels)
    return np.asarray(levels - broad, np.uint8)


def _light(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Estimate the bare paper's level everywhere: what is left when all that is thin and dark is closed.

    Closing keeps the straight edge of a shadow as sharp as it is.
    """
    calm = cv2.medianBlur(grey, 5)
    reach = max(5, round(max(grey.shape) * MOST_STROKE_SHARE)) | 1
    closed = cv2.morphologyEx(calm, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    light = np.asarray(cv2.blur(closed, (3, 3)), np.float32)
    # closing follows the brightest grain of the paper; its median follows the paper
    below = light[::2, ::2] - grey[::2, ::2]
    return light - np.float32(np.median(below))


def _full_level(depth: NDArray[np.float32], noise: float) -> float:
    """Give the depth of full ink: that of the middle of the strokes, not of their edges or of single px."""
    marked = depth[depth > max(noise, LEAST_CONTRAST / 2)]
    if marked.size < max(6, depth.size * 2e-4):
        return 0.0
    return float(np.percentile(marked, 85))


def _written(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Say what belongs to the writing: 1 around strokes, 0 on specks, shadows and the edge of the sheet."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats((ink > _PART).astype(np.uint8), connectivity=8)
    if count <= 1:
        return np.zeros_like(ink)
    height, width = ink.shape
    strongest = np.zeros(count, np.float32)
    np.maximum.at(strongest, np.asarray(parts, np.intp).ravel(), ink.ravel())
    box_w, box_h, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    longer = np.maximum(box_w, box_h)
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    on_border = (left == 0) | (top == 0) | (left + box_w == width) | (top + box_h == height)
    keep = (strongest > 0.6) & (area >= 4)
    keep[0] = False
    inside = keep & ~on_border
    longest = longer[inside].max(initial=0) / max(height, width)
    if longest > _LARGE:
        keep = inside  # at the border lie shadows, and the table beyond the sheet
    elif longest > _SMALL:  # what runs along the border, as the corner that an edge of a shadow cuts off, is none
        rim = np.concatenate((parts[0], parts[-1], parts[1:-1, 0], parts[1:-1, -1]))
        keep &= ~(np.bincount(rim, minlength=count) > _ALONG * longer)
    if keep.any():
        keep &= area > 0.012 * area[keep].max()  # specks; the dot of an i is larger
    mask = keep[parts].astype(np.uint8)
    reach = 3 if max(height, width) < 300 else 5
    return np.asarray(cv2.dilate(mask, np.ones((reach, reach), np.uint8)), np.float32)


def _rims(ink: NDArray[np.float32], grey: NDArray[np.uint8], light: NDArray[np.float32]) -> NDArray[np.bool_] | None:
    """Say where ink goes on into what is as dark beside it, as along the rounded edge of a shadow, and is none.

    Args:
        ink: float32 (H, W) in [0, 1].
        grey: uint8 (H, W), what it was found in, dark on light.
        light: float32 (H, W), the bare paper's level there.

    Returns:
        bool (H, W); None where there is no such thing.
    """
    inked = (ink > _PART).astype(np.uint8)
    near, far = (np.ones((2 * px + 1, 2 * px + 1), np.uint8) for px in (_RIM_FROM_PX - 1, _RIM_TO_PX))
    places = np.flatnonzero(cv2.dilate(inked, far) - cv2.dilate(inked, near))  # (P,)
    count, parts = cv2.connectedComponents(inked, connectivity=8)
    numbers = parts.astype(np.float32)
    beside = cv2.dilate(numbers, far).ravel()[places].astype(np.intp)  # (P,), of several parts the last one
    around = (_RIM_AROUND_PX, _RIM_AROUND_PX)
    limits = cv2.blur(inked * (_RIM_DEPTH * grey + (1 - _RIM_DEPTH) * light), around).ravel()[places]
    dark = grey.ravel()[places] * cv2.blur(inked.astype(np.float32), around).ravel()[places] < limits  # (P,)
    rims = np.bincount(beside, dark, count) > _RIM_SHARE * np.bincount(beside, minlength=count)
    return np.asarray(cv2.dilate(numbers * rims[parts], near) > 0) if rims.any() else None


def _cut(ink: Any) -> _Cut | None:
    """Cut out the part that holds ink, with a margin of one px."""
    x, y, width, height = cv2.boundingRect((ink >= LEAST_INK).view(np.uint8))
    if not width or not height:
        return None
    x0, y0 = max(0, x - 1), max(0, y - 1)
    part = np.ascontiguousarray(ink[y0 : y + height + 1, x0 : x + width + 1])
    within = without_box(part)
    cut = None if within is part else _cut(within)
    return (cut[0], (x0 + cut[1][0], y0 + cut[1][1])) if cut else (part, (x0, y0))
