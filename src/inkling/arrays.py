"""The arrays of a data pack: read without pickles, and checked before anything is made of them."""

import io
import math
import tokenize
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .zips import unpacked

__all__ = ["STROKES", "UNREADABLE", "Arrays", "arrays_of", "not_rising", "problem_of", "problem_of_names",
           "problem_of_samples", "unreadable"]  # fmt: skip

Arrays = Mapping[str, NDArray[Any]]

#: The arrays that a pack of strokes has in place of images.
STROKES = ("points", "stroke_start", "sample_start")

#: What zip files, and numpy's reader of headers, raise for a file that is no whole .npz.
UNREADABLE = (
    *(OSError, ValueError, EOFError, TypeError, KeyError, OverflowError, SyntaxError, MemoryError, RuntimeError),
    *(tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)


def unreadable(error: BaseException) -> str:
    """Say why a file could not be read; some of these errors have no words."""
    return str(error) or type(error).__name__


def arrays_of(archive: zipfile.ZipFile, names: Iterable[str], most_bytes: int | None = None) -> dict[str, NDArray[Any]]:
    """Read those arrays of an ``.npz`` that have one of ``names``, ``most_bytes`` together.

    Raises:
        ValueError: one is none, is cut off or holds pickled objects, or all are too large; and what else is
            :data:`UNREADABLE`.
    """
    infos = {info.filename: info for info in archive.infolist()}
    wanted = {name: infos[f"{name}.npy"] for name in names if f"{name}.npy" in infos}
    size = sum(info.file_size for info in wanted.values())
    if most_bytes is not None and size > most_bytes:
        raise ValueError(f"it unpacks to {size:,} bytes; at most {most_bytes:,} are read")
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
    # a copy, which may be written to
    return np.ndarray(shape, dtype, data, stream.tell(), order="F" if fortran else "C").copy("K")


def problem_of(arrays: Arrays, both: bool = False) -> str:
    """Say what is wrong with the form of a pack's arrays; empty if nothing is.

    Args:
        arrays: by name, as in docs/how-to/data.md.
        both: whether there must be strokes beside the images; a sample may then have none.
    """
    if problem := problem_of_names(arrays):
        return problem
    count, images = len(arrays["labels"]), arrays.get("images")
    if images is not None:
        if images.ndim != 3 or images.dtype != np.uint8 or len(images) != count or 0 in images.shape[1:]:
            return f"images must be uint8 ({count}, H, W), got {images.dtype} {images.shape}"
        if not both:
            return ""
    if missing := [name for name in STROKES if name not in arrays]:
        return f"it has no {'' if both else 'images and no '}{missing[0]}"
    points = arrays["points"]
    if points.ndim != 2 or points.shape[1] != 2 or points.dtype.kind != "f":
        return f"points must be float (P, 2), got {points.dtype} {points.shape}"
    return not_rising(arrays, "stroke_start", "points") or not_rising(arrays, "sample_start", "stroke_start", count)


def problem_of_names(arrays: Arrays) -> str:
    """Say what is wrong with labels and writers; empty if nothing is."""
    labels, writers = arrays.get("labels"), arrays.get("writers")
    if labels is None:
        return "it has no labels"
    if labels.ndim != 1 or labels.dtype.kind != "U":
        return f"labels must be one row of text, got {labels.dtype} {labels.shape}"
    if writers is None:
        return ""
    if writers.shape != labels.shape:
        return f"{len(labels)} labels but writers of shape {writers.shape}"
    if writers.dtype.kind not in "iu":
        return f"writers must be whole numbers, got {writers.dtype}"
    if len(writers) and not (writers.min() >= -1 and writers.max() < 2**31):
        return f"writers must be from -1 to {2**31 - 1:,}, got {writers.min():,} to {writers.max():,}"
    return ""


def problem_of_samples(arrays: Arrays) -> str:
    """Say which sample of strokes has no ink to it; empty if each has some, and for images. The form is right."""
    if "images" in arrays:
        return ""
    if not np.isfinite(arrays["points"]).all():
        return "points must be finite"
    for name, said in (("sample_start", "sample {} has no stroke"), ("stroke_start", "stroke {} has no point")):
        empty = np.flatnonzero(arrays[name][1:] == arrays[name][:-1])
        if len(empty):
            return said.format(f"{empty[0]:,}") + (f", nor have {len(empty) - 1:,} more" if len(empty) > 1 else "")
    return ""


def not_rising(arrays: Arrays, name: str, into: str, count: int | None = None) -> str:
    """Say what is wrong with an array of ``count`` starts, and an end, into another array; empty if nothing is."""
    array = arrays[name]
    end = len(arrays[into]) - (into == "stroke_start")
    if array.ndim != 1 or array.dtype.kind not in "iu" or not len(array):
        return f"{name} must be one row of whole numbers"
    if array[0] != 0 or array[-1] != end or (array[1:] < array[:-1]).any():
        return f"{name} must rise from 0 to {end}"
    if count is not None and len(array) != count + 1:
        return f"{count} labels but {len(array) - 1} in {name}"
    return ""
