"""The door: which form a path asks for, and what of a file is new."""

import zipfile
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, DataMissing
from ..folders import expanded, replacing, writable_folder
from ..recognizer import Recognizer
from ..store import Correction, NewCorrection
from .archives import Folder, Zip
from .files import read_files, write_folder, write_zip
from .npz import is_npz, read_npz, write_npz
from .rows import admit

__all__ = ["already_there", "export_corrections", "read_exchange"]


def export_corrections(corrections: Iterable[Correction], path: Path) -> int:
    """Write corrections, in the order of their ids, and say how many.

    A file that was there is replaced whole or not at all; a folder must be new or empty.

    Args:
        corrections: what to write. Of the features only the last number is, the size of the ink: the others are made
            again of the glyphs.
        path: ``.npz`` for a data pack, ``.zip`` for a zip of the folder, anything else for the folder: PNGs in a
            sub-folder a symbol, and ``corrections.csv``.

    Raises:
        FolderNotWritable: nothing can be written there.
        DataError: the folder is not empty; or there is nothing to write, and a file that would be replaced.
    """
    path = expanded(path)
    rows = sorted(corrections, key=lambda correction: correction.id)
    suffix = path.suffix.lower()
    if not rows and path.is_file():
        raise DataError(
            f"There is nothing to export, so {path} stays as it is.",
            "Look for what there is: inkling corrections list.",
        )
    if suffix in (".npz", ".zip"):
        if path.is_dir():
            raise DataError(f"{path} is a folder.", "Choose another name for the file.")
        with replacing(_in_writable_folder(path)) as partial:
            (write_npz if suffix == ".npz" else write_zip)(rows, partial)
        return len(rows)
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise DataError(f"{path} is there already and is no empty folder.", "Choose a new folder, or a .npz or .zip.")
    with replacing(_in_writable_folder(path)) as partial:
        write_folder(rows, partial)
    return len(rows)


def read_exchange(path: Path, recognizer: Recognizer | None = None) -> tuple[list[NewCorrection], list[str]]:
    """Read corrections that were exported, or any labelled handwriting: a data pack, a folder or a zip of one.

    Args:
        path: the file or folder. What it is, its content says.
        recognizer: makes glyphs of pictures and strokes that have none; by default with the bundle that ships.

    Returns:
        The good ones, in their order, with but the last number of their features, the size of the ink (0: not known);
        and of each other one where it stands and what is wrong with it.

    Raises:
        DataMissing: there is nothing at ``path``.
        DataError: it is in none of these forms, damaged as a whole, or too large.
    """
    path = expanded(path)
    if path.is_dir():
        return admit(read_files(Folder(path)), recognizer)
    if not path.exists():
        raise DataMissing(f"There is no file or folder {path}.", "Check its name and folder.")
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if is_npz(archive):
                    return admit(read_npz(archive, path), recognizer)
                return admit(read_files(Zip(archive, path)), recognizer)
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:  # zipfile raises all of them
        raise DataError(f"{path} cannot be read: {error}.", "Export or make it again.") from error
    with path.open("rb") as file:
        if file.read(4) == b"PK\3\4":
            raise DataError(f"{path} is cut off or damaged.", "Copy it again, whole; or export it again.")
    raise DataError(
        f"{path} is in no form that is understood.",
        "Give a data pack (.npz), a folder with a sub-folder a symbol, or a .zip of one.",
    )


def already_there(
    new: Sequence[NewCorrection], present: Iterable[tuple[NDArray[np.uint8], str, str]]
) -> list[NewCorrection]:
    """Leave out what is there already: the same glyph with the same symbol of the same profile, as often as it is.

    Args:
        new: what was read.
        present: glyph, symbol and profile of all that is there.

    Returns:
        What is new, in its order.
    """
    there = Counter(_key(*one) for one in present)
    kept: list[NewCorrection] = []
    for one in new:
        key = _key(one.glyph, one.symbol, one.profile)
        if there[key]:
            there[key] -= 1
        else:
            kept.append(one)
    return kept


def _key(glyph: NDArray[np.uint8], symbol: str, profile: str) -> Hashable:
    return glyph.tobytes(), symbol, profile


def _in_writable_folder(path: Path) -> Path:
    return writable_folder(path.parent) / path.name
