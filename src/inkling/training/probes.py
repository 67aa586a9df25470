"""Probes: characters of typefaces, written with an unsteady hand, for where no handwriting is on the machine.

They stand in for data packs in two places: the gate judges by them that a network still reads what it read, and
retraining holds a network to what its teacher made of them.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..bundle import NORMALIZER, SHIPPED, Bundle
from ..inference import quantized

__all__ = ["JUDGED_SEED", "TYPEFACES", "normalized", "probes"]

#: The seed of those that the gate judges by, which nothing may learn from.
JUDGED_SEED = 20261

#: Typefaces that come with Matplotlib; OpenCV's own differ from one of its versions to the next.
TYPEFACES = (
    *("DejaVuSans", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSerif", "DejaVuSerif-Italic"),
    *("STIXGeneral", "STIXGeneralItalic", "cmr10", "cmss10", "cmmi10", "cmti10", "cmtt10"),
)

_FONT_PX, _FRAME_PX = 60, 112
_ROTATION_DEG, _SHEAR, _LOG_ASPECT = 6.0, 0.14, 0.14
#: How far a wave of the hand carries ink, and by how much a pen is wider or finer at most, px of the frame.
_WAVE_PX, _WIDEST_PX, _FINEST_PX = 2.2, 6, 2
#: What no typeface has a shape for: such symbols are drawn as this one is.
_NO_SYMBOL = "\U0010ffff"
_BATCH = 128


def probes(symbols: Sequence[str], seed: int, per_symbol: int = 48) -> tuple[NDArray[np.str_], NDArray[np.uint8]]:
    """Draw symbols in many typefaces, each turned, bent and drawn by pens of many widths.

    Args:
        symbols: what to draw; those of more than one character, or that no typeface has, are left out.
        seed: decides every variation; other seeds give other drawings.
        per_symbol: how many of each.

    Returns:
        labels: str (N,), about 3,000 for 62 symbols.
        glyphs: uint8 (N, 28, 28), 0 = paper, 255 = ink, as the normaliser of the bundle that ships makes them.
    """
    rng = np.random.default_rng(seed)
    labels: list[str] = []
    frames: list[NDArray[np.uint8]] = []
    shapes = _shapes(symbols)
    for symbol in symbols:
        if drawn := shapes[symbol]:
            # every typeface in turn, so that each symbol is in all of them
            order = np.resize(rng.permutation(len(drawn)), per_symbol)
            frames += [_written(drawn[i], rng) for i in order]
            labels += [symbol] * per_symbol
    if not labels:
        return np.array([], np.str_), np.zeros((0, 28, 28), np.uint8)
    return np.array(labels), normalized(np.stack(frames), Bundle.load(SHIPPED))


def _shapes(symbols: Sequence[str]) -> dict[str, list[NDArray[np.uint8]]]:
    """Draw each symbol plainly in each typeface that has it: uint8 (112, 112)."""
    import matplotlib  # only here: reading does without it

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    fonts = [ImageFont.truetype(str(folder / f"{name}.ttf"), _FONT_PX) for name in TYPEFACES]
    unknown = [_plain(_NO_SYMBOL, font) for font in fonts]
    shapes: dict[str, list[NDArray[np.uint8]]] = {}
    for symbol in symbols:
        drawn = [_plain(symbol, font) for font in fonts] if len(symbol) == 1 else []
        known = [d for d, nothing in zip(drawn, unknown, strict=False) if d.any() and not np.array_equal(d, nothing)]
        shapes[symbol] = known
    return shapes


def _plain(symbol: str, font: ImageFont.FreeTypeFont) -> NDArray[np.uint8]:
    frame = Image.new("L", (_FRAME_PX, _FRAME_PX))
    left, top, right, bottom = font.getbbox(symbol)
    place = ((_FRAME_PX - left - right) / 2, (_FRAME_PX - top - bottom) / 2)
    ImageDraw.Draw(frame).text(place, symbol, fill=255, font=font)
    return np.asarray(frame)


def _written(shape: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Turn, lean and bend a shape (112, 112), and draw it by another pen."""
    angle = np.deg2rad(np.clip(rng.normal(0, _ROTATION_DEG), -18, 18))
    stretch = np.exp(np.clip(rng.normal(0, _LOG_ASPECT), -0.3, 0.3))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    lean = np.array([[stretch, np.clip(rng.normal(0, _SHEAR), -0.35, 0.35)], [0, 1 / stretch]])
    middle = _FRAME_PX / 2 - 0.5
    at = np.stack(np.meshgrid(np.arange(_FRAME_PX), np.arange(_FRAME_PX)), 2) - middle  # (112, 112, 2)
    waves = cv2.resize(rng.normal(0, _WAVE_PX, (5, 5, 2)), (_FRAME_PX, _FRAME_PX), interpolation=cv2.INTER_CUBIC)
    source = np.asarray(at @ (turn @ lean).T + waves + middle, np.float32)
    bent = cv2.remap(shape, source[:, :, 0], source[:, :, 1], cv2.INTER_LINEAR)
    pen_px = int(rng.integers(-_FINEST_PX, _WIDEST_PX + 1))
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(pen_px) + 1, abs(pen_px) + 1))
    finer = cv2.erode(bent, pen) if pen_px < 0 else bent
    # a fine line that would vanish stays as it is
    drawn = cv2.dilate(bent, pen) if pen_px > 0 else finer if finer.sum() > bent.sum() / 3 else bent
    return np.asarray(drawn, np.uint8)


def normalized(frames: NDArray[np.uint8], bundle: Bundle) -> NDArray[np.uint8]:
    """Bring frames (N, H, W), 255 = ink, into the form of glyphs as a bundle does it: uint8 (N, 28, 28)."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    normalizer = onnxruntime.InferenceSession(bundle.files[NORMALIZER], options, providers=["CPUExecutionProvider"])
    parts = (frames[i : i + _BATCH].astype(np.float32) / 255 for i in range(0, len(frames), _BATCH))
    return np.concatenate([quantized(normalizer.run(["glyphs"], {"ink": part})[0]) for part in parts])
