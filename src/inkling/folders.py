"""Folders and files that are written: folders are tried before the work starts, files are there whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import FolderNotWritable, InvalidSetting

__all__ = ["expanded", "replacing", "writable_folder"]


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


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a file or folder to write, which takes the place of ``path`` once it is whole; else nothing is left of it.

    A file is on the disk by then. A folder takes the place of none, or of an empty one.

    Raises:
        FolderNotWritable: it cannot be written, or the disk is full. What was at ``path`` is still there.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    _remove(partial)  # of a process that was killed
    try:
        yield partial
        if partial.is_dir():
            if path.is_dir():
                path.rmdir()
        else:
            with partial.open("rb+") as file:
                os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        raise FolderNotWritable(
            f"{path} cannot be written: {error.strerror or error}.",
            "Make room, choose another folder, or change who may write there.",
        ) from error
    finally:
        _remove(partial)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
