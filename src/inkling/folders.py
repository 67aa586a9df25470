"""Folders that are written to: made where missing, and tried before the work starts rather than after it."""

import tempfile
from pathlib import Path

from .errors import FolderNotWritable, InvalidSetting

__all__ = ["expanded", "writable_folder"]


def expanded(path: str | Path) -> Path:
    """Give a path with ``~`` as the home folder that it stands for.

    Raises:
        InvalidSetting: there is no such home.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise InvalidSetting(
            f"There is no home folder that {Path(path).parts[0]!r} stands for.", "Write the whole path."
        ) from None


def writable_folder(folder: str | Path) -> Path:
    """Make a folder if there is none, and prove that a file can be written in it.

    Raises:
        InvalidSetting: as :func:`expanded`.
        FolderNotWritable: it cannot be made, it is a file, or nothing can be written in it.
    """
    path = expanded(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as probe:
            probe.write(b"\0")
    except OSError as error:
        raise FolderNotWritable(
            f"Nothing can be written to the folder {path}: {error.strerror or error}.",
            "Choose another folder, or change who may write there.",
        ) from error
    return path
