"""IDX files, the form that MNIST and EMNIST are published in: a short header, then bytes; often compressed by gzip.

The form: two zero bytes, one byte for the type (0x08 = uint8), one for the number of axes, then the length of each axis
as a big-endian uint32, then the values. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", file formats.
"""

import gzip
import struct
import zlib
from math import prod
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, DataMissing

__all__ = ["read_idx", "read_idx_file"]

_UINT8 = 0x08
_GZIP = b"\x1f\x8b"


def read_idx_file(path: Path, axes: int) -> NDArray[np.uint8]:
    """Read an IDX file of uint8, plain or gzip.

    Args:
        path: the file.
        axes: how many axes it must have: 3 for pictures, 1 for labels.

    Returns:
        uint8, for pictures (N, H, W), for labels (N,).

    Raises:
        DataMissing: there is no such file.
        DataError: it is no IDX file of uint8 with that many axes, or it is cut off.
    """
    if not path.is_file():
        raise DataMissing(
            f"There is no file {path}.", "An IDX data set is a file of pictures and a file of labels; put both there."
        )
    with path.open("rb") as file:
        return read_idx(file, str(path), axes)


def read_idx(file: IO[bytes], name: str, axes: int) -> NDArray[np.uint8]:
    """Read IDX values of uint8 from an open file; see :func:`read_idx_file`. ``name`` is what errors call it."""
    try:
        raw = file.read()
        if raw[:2] == _GZIP:
            raw = gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(name, f"it cannot be unpacked ({error})") from error
    header = 4 + 4 * axes
    if len(raw) < 4 or raw[:2] != b"\0\0":
        raise _damaged(name, "it is no IDX file, which starts with two zero bytes")
    if raw[2] != _UINT8 or raw[3] != axes:
        raise _damaged(
            name, f"expected bytes (type 0x08) with {axes} axes, it says type 0x{raw[2]:02x} with {raw[3]} axes"
        )
    if len(raw) < header:
        raise _damaged(name, "it is cut off within its header")
    shape = struct.unpack(f">{axes}I", raw[4:header])
    if len(raw) - header != prod(shape):
        raise _damaged(name, f"its header promises {prod(shape):,} values, it holds {len(raw) - header:,}")
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape)


def _damaged(name: str, what: str) -> DataError:
    return DataError(f"{name} cannot be read: {what}.", "Fetch it again, or check that it is the file you meant.")
