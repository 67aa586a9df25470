"""Strokes as bytes, without loss.

The form: one byte with the form's number, 1; then, compressed by zlib, the number of strokes as uint32; of each its
number of points as uint32 and its columns as uint8; one byte with the size of a number, 4 or 8; then all numbers,
little-endian, column by column of each stroke. Of all these numbers the first bytes stand together, then the second
bytes and so on, which compresses to about two thirds.
"""

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["pack_strokes", "unpack_strokes"]

_FORM = 1


def pack_strokes(strokes: Sequence[NDArray[np.floating]]) -> bytes:
    """Give strokes, each (P, 2) or (P, 3), as bytes; as float32 where that loses nothing, else as float64."""
    wide = [np.asarray(stroke, np.float64) for stroke in strokes]
    with np.errstate(all="ignore"):
        small = all(np.array_equal(s, s.astype(np.float32).astype(np.float64)) for s in wide)
    dtype = np.dtype("<f4" if small else "<f8")
    head = struct.pack("<I", len(wide)) + b"".join(struct.pack("<IB", *s.shape) for s in wide)
    numbers = b"".join(s.astype(dtype).tobytes("F") for s in wide)
    planes = np.frombuffer(numbers, np.uint8).reshape(-1, dtype.itemsize).T.tobytes()  # (itemsize, numbers)
    return bytes([_FORM]) + zlib.compress(head + bytes([dtype.itemsize]) + planes)


def unpack_strokes(packed: bytes) -> tuple[NDArray[np.floating], ...]:
    """Give the strokes that ``pack_strokes`` was given, float32 or float64."""
    data = zlib.decompress(packed[1:])
    (count,) = struct.unpack_from("<I", data)
    shapes = [struct.unpack_from("<IB", data, 4 + 5 * n) for n in range(count)]
    start = 4 + 5 * count
    itemsize = data[start]
    planes = np.frombuffer(data, np.uint8, offset=start + 1).reshape(itemsize, -1)  # (itemsize, numbers)
    numbers = np.frombuffer(planes.T.tobytes(), f"<f{itemsize}")
    ends = np.cumsum([points * columns for points, columns in shapes], dtype=np.int64)
    return tuple(
        numbers[end - points * columns : end].reshape((points, columns), order="F")
        for (points, columns), end in zip(shapes, ends, strict=True)
    )
