"""Grey levels to ink: which side is the ink, even light, clean paper; grey edges of the pen stay grey."""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["find_ink"]

#: A photograph is worked on at this size of its longer side, px.
_MOST_PX = 1024
#: The least difference between ink and paper, in grey levels of 255.
_LEAST_CONTRAST = 24
#: A picture is clean when this share of it has the paper's own level: a scan cut out, a canvas, a data set's image.
_CLEAN_SHARE = 0.4


def find_ink(grey: NDArray[np.uint8]) -> tuple[NDArray[np.float32], tuple[int, int], float] | None:
    """Tell ink from paper.

    Args:
        grey: uint8 (H, W), dark on light or light on dark.

    Returns:
        None if nothing is written; else the ink's own part of the picture, float32 (h, w) in [0, 1] with 1 = ink; x, y
        of its upper left corner; and its scale, px of it for one px of the picture. Corner in px of the scaled picture.
    """
    histogram = np.asarray(cv2.calcHist([grey], [0], None, [256], [0, 256]), np.float32).ravel()
    paper = int(histogram.argmax())
    near = histogram[max(0, paper - 1) : paper + 2].sum() / grey.size
    if near >= _CLEAN_SHARE:
        cut = _clean(grey, histogram, paper)
        return (*cut, 1.0) if cut else None
    scale = min(1.0, _MOST_PX / max(grey.shape))
    if scale < 1:
        size = (max(2, round(grey.shape[1] * scale)), max(2, round(grey.shape[0] * scale)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    cut = _photograph(grey)
    return (*cut, scale) if cut else None


_Cut = tuple[NDArray[np.float32], tuple[int, int]]


def _clean(grey: NDArray[np.uint8], histogram: NDArray[np.float32], mode: int) -> _Cut | None:
    """Find the ink where the paper is one level: all that differs from it."""
    few = max(3, grey.size // 5000)  # single px do not set the level of full ink
    from_dark, from_light = np.cumsum(histogram), np.cumsum(histogram[::-1])
    darkest = min(int(np.searchsorted(from_dark, few)), mode)
    lightest = max(255 - int(np.searchsorted(from_light, few)), mode)
    darker, lighter = mode - darkest, lightest - mode
    if max(darker, lighter) < _LEAST_CONTRAST:
        return None
    paper = mode
    full = darkest if darker >= lighter else lightest
    if _is_ink(grey, paper, full):
        paper, full = full, paper
    levels = (np.arange(256, dtype=np.float32) - paper) / (full - paper)
    exact = histogram[max(0, paper - 8) : paper + 9].sum() == histogram[paper]
    floor = 0.0 if exact else 0.10  # what JPEG leaves around the ink
    return _cut(np.asarray(cv2.LUT(grey, np.clip((levels - floor) / (1 - floor), 0, 1)), np.float32))


def _is_ink(grey: NDArray[np.uint8], paper: int, full: int) -> bool:
    """Say whether what fills most of a picture is the ink, as in a bold character that was cut out tightly."""
    border = np.concatenate((grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]))
    middle = (paper + full) / 2
    of_paper = float(np.mean((border < middle) == (paper < full)))
    if of_paper > 0.85:
        return False
    # ink is the side that is thinner
    sides = ((grey < middle) == (paper < full)).astype(np.uint8)
    framed = cv2.copyMakeBorder(np.stack((sides, 1 - sides), 2), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0, 0))
    thickness = [
        float(cv2.distanceTransform(np.ascontiguousarray(framed[:, :, i]), cv2.DIST_L2, 3).max()) for i in (0, 1)
    ]
    share = float(sides.mean())
    return (1 - of_paper) + (share < 0.5) + (thickness[0] < thickness[1]) >= 2


def _photograph(grey: NDArray[np.uint8]) -> _Cut | None:
    """Find the ink in uneven light on paper that has a texture."""
    light = _light(grey)
    deviation = grey.astype(np.float32) - light
    noise = max(1.0, 1.4826 * float(np.median(np.abs(deviation[::2, ::2] - np.median(deviation[::2, ::2])))))
    dark, bright = (float((np.maximum(s * deviation, 0) ** 3).mean()) for s in (-1, 1))
    if bright > dark:  # light on dark: look at the negative
        grey = np.asarray(255 - grey, np.uint8)
        light = _light(grey)
        deviation = grey.astype(np.float32) - light
    # reflected light is paper's share of the lamp's: dividing evens out shadows
    depth = np.maximum(-deviation, 0) * (200.0 / np.maximum(light, 40))
    level = _full_level(depth, 4 * noise)
    if level < max(_LEAST_CONTRAST, 5 * noise):
        return None
    floor = max(2.5 * noise, 0.12 * level)
    ink = np.clip((depth - floor) / (level - floor), 0, 1).astype(np.float32)
    return _cut(ink * _written(ink, noise / level))


def _light(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Estimate the bare paper's level everywhere: what is left when all that is thin and dark is closed."""
    step = max(1, max(grey.shape) // 128)
    small = cv2.resize(grey, (-(-grey.shape[1] // step), -(-grey.shape[0] // step)), interpolation=cv2.INTER_AREA)
    small = cv2.medianBlur(small, 3)
    reach = max(5, max(small.shape) // 3) | 1
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    # closing follows the brightest grain of the paper; its median follows the paper
    paper = cv2.GaussianBlur(closed.astype(np.float32), (0, 0), reach / 4)
    bare = np.abs(small - paper) < 0.12 * paper + 4
    if bare.any():
        paper = paper + np.float32(np.median((small - paper)[bare]))
    return np.asarray(cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)


def _full_level(depth: NDArray[np.float32], noise: float) -> float:
    """Give the depth of full ink: that of the middle of the strokes, not of their edges or of single px."""
    marked = depth[depth > max(noise, _LEAST_CONTRAST / 2)]
    if marked.size < max(6, depth.size * 2e-4):
        return 0.0
    return float(np.percentile(marked, 85))


def _written(ink: NDArray[np.float32], noise: float) -> NDArray[np.float32]:
    """Say what belongs to the writing: 1 around strokes, 0 on specks, shadows and the edge of the sheet."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats((ink > 0.25).astype(np.uint8), connectivity=8)
    if count <= 1:
        return np.zeros_like(ink)
    height, width = ink.shape
    strongest = np.zeros(count, np.float32)
    np.maximum.at(strongest, np.asarray(parts, np.intp).ravel(), ink.ravel())
    box_w, box_h, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    longer = np.maximum(box_w, box_h)
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    on_border = (left == 0) | (top == 0) | (left + box_w == width) | (top + box_h == height)
    along = ((box_w > 0.6 * width) & ((top == 0) | (top + box_h == height))) | (
        (box_h > 0.6 * height) & ((left == 0) | (left + box_w == width))
    )
    keep = (strongest > 0.6) & (area >= 4)
    keep[0] = False
    inside = keep & ~on_border
    if (longer[inside] > 0.12 * max(height, width)).any():
        keep &= ~(along & on_border)  # a shadow, or the table beyond the sheet
    if keep.any():
        keep &= area > 0.012 * area[keep].max()  # specks; the dot of an i is larger
    mask = keep[parts].astype(np.uint8)
    reach = 3 if max(height, width) < 300 else 5
    return np.asarray(cv2.dilate(mask, np.ones((reach, reach), np.uint8)), np.float32)


def _cut(ink: NDArray[np.float32]) -> _Cut | None:
    """Cut out the part that holds ink, with a margin of one px."""
    x, y, width, height = cv2.boundingRect((ink > 0.05).astype(np.uint8))
    if not width or not height:
        return None
    x0, y0 = max(0, x - 1), max(0, y - 1)
    return np.ascontiguousarray(ink[y0 : y + height + 1, x0 : x + width + 1]), (x0, y0)
