"""A folder with a sub-folder a class, as many people keep their own pictures."""

import logging
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import DataError, DataMissing, InkError
from .packs import Pack, in_composed_form

__all__ = ["PICTURE_SUFFIXES", "frame", "read_folder", "symbol_of"]

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif"})

FRAME_PX = 96
_INK_PX = 80  # the longer side of the ink in its frame; the normaliser needs 20
_INK_LEAST = 0.1  # what counts as ink when its extent is measured

_log = logging.getLogger(__name__)
_CASE = re.compile(r"(upper|lower)_(.)", re.DOTALL | re.IGNORECASE)
_CODES = re.compile(r"U\+[0-9A-F]{4,6}([ _]U\+[0-9A-F]{4,6})*", re.IGNORECASE)

ToInk = Callable[[Path], NDArray[np.float32]]


def symbol_of(folder_name: str) -> str:
    """Say which symbol a sub-folder's name stands for.

    The name is the symbol. As ``a`` and ``A`` are one folder on many file systems, and some characters cannot stand in
    a name, ``lower_a``, ``upper_A`` and Unicode numbers (``U+0041``) name symbols too.

    Example:
        >>> symbol_of("7"), symbol_of("upper_a"), symbol_of("U+002F")
        ('7', 'A', '/')
    """
    if case := _CASE.fullmatch(folder_name):
        return case[2].upper() if case[1].lower() == "upper" else case[2].lower()
    if _CODES.fullmatch(folder_name):
        numbers = [int(code[2:], 16) for code in re.split("[ _]", folder_name)]
        if not all(0 < number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF for number in numbers):
            raise DataError(
                f"The folder {folder_name} names no character: they are U+0001 to U+10FFFF, but for U+D800 to U+DFFF.",
                "Rename it.",
            )
        return "".join(map(chr, numbers))
    return folder_name


def frame(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Put the ink of one character into the middle of a square.

    Ink larger than the frame's inside is made smaller, with the same triangle filter as the normaliser's; smaller ink
    keeps its size.

    Args:
        ink: float32 (H, W) in [0, 1], 0 = paper.

    Returns:
        uint8 (96, 96), 0 = paper, 255 = ink; all paper for blank ink.
    """
    canvas = np.zeros((FRAME_PX, FRAME_PX), np.uint8)
    rows, columns = (np.flatnonzero((ink > _INK_LEAST).any(axis)) for axis in (1, 0))
    if not len(rows):
        return canvas
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = min(1.0, _INK_PX / max(cut.shape))
    if scale < 1:
        height, width = (max(1, round(side * scale)) for side in cut.shape)
        cut = np.asarray(Image.fromarray(cut).resize((width, height), Image.Resampling.BILINEAR))
    top, left = ((FRAME_PX - side) // 2 for side in cut.shape)
    canvas[top : top + cut.shape[0], left : left + cut.shape[1]] = np.rint(cut.clip(0, 1) * 255)
    return canvas


def read_folder(folder: Path, to_ink: ToInk | None = None) -> Pack:
    """Read a folder with a sub-folder a class, pictures of any size and format inside.

    Args:
        folder: the folder; the names of its sub-folders say the symbols, see :func:`symbol_of`.
        to_ink: path → float32 (H, W) in [0, 1]; by default ``Ink.from_image``, so polarity and lighting are found out.

    Raises:
        DataMissing: there is no such folder.
        DataError: it holds no sub-folder with pictures, or pictures that cannot be read.
    """
    if not folder.is_dir():
        raise DataMissing(f"There is no folder {folder}.", "Give a folder with a sub-folder a class, or a pack.npz.")
    to_ink = to_ink or _ink_pixels
    _warn_of_pictures_elsewhere(folder)
    images, labels, bad = [], [], []
    for path in sorted(folder.glob("*/*")):
        if path.name.startswith(".") or path.parent.name.startswith(".") or path.is_dir():
            continue
        if not path.is_file():
            _log.warning("%s is left out: it leads to no file", path)
            continue
        if path.suffix.lower() not in PICTURE_SUFFIXES:
            _log.warning("%s is left out: it is no picture by its name", path)
            continue
        try:
            images.append(frame(to_ink(path)))
        except InkError as error:
            bad.append(f"{path} ({error.message})")
            continue
        if images[-1].any():
            labels.append(symbol_of(path.parent.name))
        else:
            bad.append(f"{path} (it is blank)")
            images.pop()
    if bad:
        more = f" and {len(bad) - 5} more" if len(bad) > 5 else ""
        raise DataError(f"Of the pictures, {len(bad)} cannot be used: {'; '.join(bad[:5])}{more}.", "Remove them.")
    if not images:
        raise DataError(
            f"{folder} holds no sub-folder with pictures.",
            "Make one sub-folder a symbol, such as 7/ or upper_A/, and put its pictures inside.",
        )
    return Pack(
        folder.name, in_composed_form(np.array(labels)), np.full(len(labels), -1, np.int32), images=np.stack(images)
    )


def _warn_of_pictures_elsewhere(folder: Path) -> None:
    elsewhere = [
        path.relative_to(folder)
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in PICTURE_SUFFIXES and path.is_file() and len(path.relative_to(folder).parts) != 2
    ]
    left_out = [path for path in elsewhere if not any(part.startswith(".") for part in path.parts)]
    if left_out:
        _log.warning(
            "%s: %d pictures are left out, as they do not lie right in a sub-folder of it: %s",
            folder,
            len(left_out),
            ", ".join(map(str, left_out[:5])),
        )


def _ink_pixels(path: Path) -> NDArray[np.float32]:
    from ..ink import Ink  # OpenCV: only when pictures are read

    return np.asarray(Ink.from_image(path).pixels, np.float32)
