"""EMNIST as it is published: IDX files whose pictures are stored transposed, with a mapping from label to character.

Source: G. Cohen, S. Afshar, J. Tapson, A. van Schaik, "EMNIST: an extension of MNIST to handwritten letters" (2017).
"""

import re
import string
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..alphabet import SYMBOLS
from ..errors import DataError, DataMissing
from .idx import read_idx, read_idx_file
from .packs import Pack

__all__ = ["EMNIST_SPLITS", "emnist_pack", "parse_mapping", "read_emnist", "read_emnist_zip"]

#: bymerge and balanced put a capital and its small letter into one class where both have the same shape.
_MERGED = dict(enumerate(string.digits + string.ascii_uppercase + "abdefghnqrt"))

#: EMNIST's six splits, each with what its labels mean where no mapping file lies beside the pictures.
EMNIST_SPLITS: Mapping[str, Mapping[int, str]] = {
    "byclass": dict(enumerate(SYMBOLS)),
    "bymerge": _MERGED,
    "balanced": _MERGED,
    "letters": dict(enumerate(string.ascii_lowercase, start=1)),
    "digits": dict(enumerate(string.digits)),
    "mnist": dict(enumerate(string.digits)),
}

_FILE = re.compile(r"emnist-(?P<split>[a-z]+)-(?P<part>train|test)-(images-idx3|labels-idx1)-ubyte(\.gz)?$")


def parse_mapping(text: str, name: str) -> dict[int, str]:
    """Read a mapping file: on each line a label, then the ASCII code of its character.

    The ``letters`` split has two codes a line, the capital's and the small letter's; as it does not know case, the
    small letter is taken.

    Raises:
        DataError: a line is something else.
    """
    mapping: dict[int, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            label, *codes = map(int, line.split())
            mapping[label] = chr(codes[-1])
        except (ValueError, IndexError, OverflowError):
            raise DataError(
                f"{name} has the line {line!r}; expected a label and the ASCII code of its character.",
                "Fetch it again: inkling data fetch emnist.",
            ) from None
    return mapping


def emnist_pack(
    name: str,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    mapping: Mapping[int, str],
    keep: str = "",
    samples: int | None = None,
) -> Pack:
    """Make a pack of EMNIST's arrays as stored.

    Args:
        name: the pack's name.
        images: uint8 (N, W, H), transposed, as EMNIST stores them.
        labels: uint8 (N,).
        mapping: label → character.
        keep: the characters to keep; all if empty.
        samples: how many pictures there must be, those not kept included; any number if None.

    Raises:
        DataError: the numbers of pictures and labels are not what they must be, or a label is not in the mapping.
    """
    if samples is not None and len(images) != samples:
        raise DataError(f"{name} must hold {samples:,} pictures, it holds {len(images):,}.", "Fetch it again.")
    if len(images) != len(labels):
        raise DataError(f"{name} has {len(images):,} pictures but {len(labels):,} labels.", "Fetch both files again.")
    strange = sorted(set(np.unique(labels).tolist()) - set(mapping))
    if strange:
        raise DataError(
            f"{name} has the labels {strange[:8]}, which its mapping does not know.",
            "Check that pictures, labels and mapping are of the same split.",
        )
    symbols = np.array([mapping.get(label, "") for label in range(256)])[labels]
    chosen = np.isin(symbols, list(keep)) if keep else np.ones(len(symbols), bool)
    upright = np.ascontiguousarray(images[chosen].transpose(0, 2, 1))  # (N, W, H) → (N, H, W)
    return Pack(name, symbols[chosen], np.full(len(upright), -1, np.int32), images=upright)


def read_emnist(images_path: Path, keep: str = "") -> Pack:
    """Read one part of EMNIST from its file of pictures; labels and mapping are looked for beside it.

    Args:
        images_path: such as ``emnist-letters-train-images-idx3-ubyte.gz``.
        keep: the characters to keep; all if empty.

    Raises:
        DataMissing: the pictures or the labels are not there.
        DataError: a file is damaged, or its name is not one of EMNIST's.
    """
    split, part = _named(images_path.name)
    labels_path = images_path.with_name(images_path.name.replace("images-idx3", "labels-idx1"))
    mapping_path = images_path.with_name(f"emnist-{split}-mapping.txt")
    mapping = EMNIST_SPLITS[split]
    if mapping_path.is_file():
        mapping = parse_mapping(mapping_path.read_text("ascii", "replace"), str(mapping_path))
    images, labels = read_idx_file(images_path, 3), read_idx_file(labels_path, 1)
    return emnist_pack(f"emnist-{split}-{part}", images, labels, mapping, keep)


def read_emnist_zip(path: Path, split: str, part: str, keep: str = "", samples: int | None = None) -> Pack:
    """Read one part of EMNIST out of the original ``gzip.zip``, without unpacking the rest.

    Args:
        path: the zip file.
        split: one of :data:`EMNIST_SPLITS`.
        part: ``train`` or ``test``.
        keep: the characters to keep; all if empty.
        samples: how many pictures that part must hold; any number if None.

    Raises:
        DataMissing: there is no such file.
        DataError: it is no zip file, it is damaged, or it does not hold that part.
    """
    if not path.is_file():
        raise DataMissing(f"There is no file {path}.", "Fetch it: inkling data fetch emnist.")
    stem = f"emnist-{split}-{part}"
    try:
        with zipfile.ZipFile(path) as archive:
            members = {Path(member).name: member for member in archive.namelist()}

            def values(name: str, axes: int) -> NDArray[np.uint8]:
                with archive.open(members[name]) as file:
                    return read_idx(file, f"{path}:{name}", axes)

            images = values(f"{stem}-images-idx3-ubyte.gz", 3)
            labels = values(f"{stem}-labels-idx1-ubyte.gz", 1)
            text = archive.read(members[f"emnist-{split}-mapping.txt"]).decode("ascii", "replace")
    except KeyError as error:
        raise DataError(
            f"{path} does not hold {error.args[0]}.", "EMNIST's own gzip.zip is needed: inkling data fetch emnist."
        ) from None
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise DataError(f"{path} is not a readable zip file: {error}.", "Fetch it again.") from error
    return emnist_pack(stem, images, labels, parse_mapping(text, f"{path}:emnist-{split}-mapping.txt"), keep, samples)


def _named(name: str) -> tuple[str, str]:
    found = _FILE.match(name)
    if not found or found["split"] not in EMNIST_SPLITS:
        raise DataError(
            f"{name} is not a name that EMNIST's files have.",
            f"Expected emnist-SPLIT-train-images-idx3-ubyte.gz, SPLIT one of {', '.join(EMNIST_SPLITS)}.",
        )
    return found["split"], found["part"]
