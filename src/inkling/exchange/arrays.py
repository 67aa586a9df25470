"""The arrays of a data pack: read without pickles, and checked before anything is made of them."""

import io
import math
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..zips import unpacked

__all__ = ["FORM", "Arrays", "arrays_of", "problem_of"]

Arrays = Mapping[str, NDArray[Any]]

#: The number of the form in which corrections are written.
FORM = 1
_MOST_BYTES = 2**30
_STROKES = ("points", "stroke_start", "sample_start")
_PACK = ("labels", "images", *_STROKES)
_OURS = (
    *("corrections", "profiles", "writers", "read", "probability", "alphabets", "alphabet", "models", "model"),
    *("created_at", "pen_width", "size_px", "times", "stroke_columns", "pictures", "picture_start"),
)
#: What packs of earlier versions have not.
_ADDED = ("reason",)


def arrays_of(archive: zipfile.ZipFile) -> dict[str, NDArray[Any]]:
    """Read those arrays of an archive that a data pack may have.

    Raises:
        ValueError: one is none, is cut off or holds pickled objects, or all are too large; and what zip files raise.
    """
    infos = {info.filename: info for info in archive.infolist()}
    wanted = {name: infos[f"{name}.npy"] for name in (*_PACK, *_OURS, *_ADDED) if f"{name}.npy" in infos}
    size = sum(info.file_size for info in wanted.values())
    if size > _MOST_BYTES:
        raise ValueError(f"it unpacks to {size:,} bytes; at most {_MOST_BYTES:,} are read")
    return {name: _array(unpacked(archive, info), name) for name, info in wanted.items()}


def _array(data: bytes, name: str) -> NDArray[Any]:
    """Read one ``.npy``. numpy's own reader would make room for whatever size its header claims."""
    stream = io.BytesIO(data)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    shape, fortran, dtype = readers[np.lib.format.read_magic(stream)](stream)
    if dtype.hasobject:
        raise ValueError(f"{name} holds pickled objects, which are never read")
    if math.prod(shape) * dtype.itemsize != len(data) - stream.tell() or not dtype.itemsize:
        raise ValueError(f"{name} is cut off")
    return np.ndarray(shape, dtype, data, stream.tell(), order="F" if fortran else "C")


def problem_of(arrays: Arrays, ours: bool) -> str:
    """Say what is wrong with a pack's arrays, with all that corrections have if they are ours; empty if nothing is."""
    labels, images = arrays.get("labels"), arrays.get("images")
    if labels is None:
        return "it has no labels"
    if labels.ndim != 1 or labels.dtype.kind != "U":
        return "labels must be one row of text"
    count = len(labels)
    if images is not None and (images.ndim != 3 or images.dtype != np.uint8 or len(images) != count):
        return f"images must be uint8 ({count}, H, W), got {images.dtype} {images.shape}"
    if images is None or ours:
        missing = [name for name in _STROKES if name not in arrays]
        if missing:
            return f"it has no {missing[0]}"
        if arrays["points"].ndim != 2 or arrays["points"].shape[1] != 2 or arrays["points"].dtype.kind != "f":
            return "points must be float (P, 2)"
        rising = [("stroke_start", "points", None), ("sample_start", "stroke_start", count)]
        if problem := _rising(arrays, rising):
            return problem
    return _problem_of_ours(arrays, count) if ours else ""


def _problem_of_ours(arrays: Arrays, count: int) -> str:
    form = arrays["corrections"]
    if form.dtype.kind != "i" or form.ndim:
        return f"corrections must be one whole number, got {form.dtype} {form.shape}"
    if int(form) != FORM:
        return f"its corrections are in the form {form.tolist()}; this version reads the form {FORM}"
    if missing := [name for name in (*_PACK, *_OURS) if name not in arrays]:
        return f"it has no {missing[0]}"
    if arrays["images"].shape[1:] != (28, 28):
        return f"images must be (N, 28, 28), got {arrays['images'].shape}"
    strokes, points = len(arrays["stroke_start"]) - 1, len(arrays["points"])
    kinds: dict[str, tuple[str, int | None]] = {
        **dict.fromkeys(("read", "reason"), ("U", count)),
        **dict.fromkeys(("probability", "pen_width", "size_px"), ("f", count)),
        **dict.fromkeys(("writers", "alphabet", "model"), ("i", count)),
        **dict.fromkeys(("profiles", "alphabets", "models"), ("U", None)),
        "created_at": ("M", count),
        "times": ("f", points),
        "stroke_columns": ("u", strokes),
        "pictures": ("u", None),
    }
    for name, (kind, length) in kinds.items():
        array = arrays.get(name, np.zeros(count, np.str_))  # what was added was not there before
        if array.ndim != 1 or array.dtype.kind != kind or (length is not None and len(array) != length):
            return f"{name} is {array.dtype} {array.shape}"
    if arrays["pictures"].dtype != np.uint8:
        return "pictures must be uint8"
    return _rising(arrays, [("picture_start", "pictures", count)])


def _rising(arrays: Arrays, starts: Sequence[tuple[str, str, int | None]]) -> str:
    for name, into, count in starts:
        array = arrays[name]
        end = len(arrays[into]) - (into == "stroke_start")
        if array.ndim != 1 or array.dtype.kind != "i" or not len(array):
            return f"{name} must be one row of whole numbers"
        if array[0] != 0 or array[-1] != end or (array[1:] < array[:-1]).any():
            return f"{name} must rise from 0 to {end}"
        if count is not None and len(array) != count + 1:
            return f"{count} labels but {len(array) - 1} in {name}"
    return ""
