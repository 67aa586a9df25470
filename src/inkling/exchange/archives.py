"""What files are read from: a folder, or a zip. Nothing outside is read, and nothing larger than is asked for."""

import os
import re
import zipfile
from pathlib import Path

from ..errors import DataError
from ..zips import unpacked
from .rows import shown

__all__ = ["CSV", "Folder", "Zip", "passed_over"]

#: The list of all corrections, beside their files.
CSV = "corrections.csv"

_MOST_BYTES = 2**30
_PASSED_OVER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


class Folder:
    """Files in a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self.where = path

    def names(self, deep: bool = False) -> list[str]:
        """Give the paths of the files in it and in its sub-folders; ``deep`` for those below these too."""
        try:
            found = {*self._path.glob("*"), *self._path.glob("*/*")}  # where a folder may be a link to one
            for folder, folders, names in os.walk(self._path) if deep else ():
                folders[:] = [name for name in folders if not passed_over(name)]
                found.update(Path(folder, name) for name in names)
            return sorted(path.relative_to(self._path).as_posix() for path in found if path.is_file())
        except OSError as error:
            raise DataError(f"{self.where} cannot be read: {error.strerror or error}.") from error

    def read(self, name: str, most: int) -> bytes:
        """Read one file of the folder, never one that a link or a ``..`` leads to outside.

        Raises:
            DataError: it lies outside, is not there, or has more than ``most`` bytes.
        """
        path = (self._path / name).resolve() if _inside(name) else None
        if path is None or not path.is_relative_to(self._path):
            raise DataError(f"{shown(name)} lies outside of the folder.")
        if not path.is_file():
            raise DataError(f"There is no file {shown(name)}.")
        with path.open("rb") as file:
            return _bounded(file.read(most + 1), name, most)


class Zip:
    """Files in a zip, which may hold them in one folder. Nothing is unpacked to the disk."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self.where = path
        self._archive = archive
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if sum(info.file_size for info in infos) > _MOST_BYTES:
            raise DataError(f"{path} unpacks to more than {_MOST_BYTES:,} bytes.", "Import it in parts.")
        kept = [info for info in infos if not passed_over(info.filename)]
        tops = {info.filename.split("/")[0] for info in kept}
        wrapped = len(tops) == 1 and any(info.filename.count("/") >= 2 or _is_csv(info.filename) for info in kept)
        if wrapped and all("/" in info.filename for info in kept):
            only = f"{tops.pop()}/"
            self._infos = {info.filename.removeprefix(only): info for info in kept}
        else:
            self._infos = {info.filename: info for info in kept}

    def names(self, deep: bool = False) -> list[str]:
        """Give the paths of its files, however deep."""
        return sorted(self._infos)

    def read(self, name: str, most: int) -> bytes:
        """Read one file of the zip.

        Raises:
            DataError: it is not there, or has more than ``most`` bytes.
        """
        info = self._infos.get(name)
        if info is None:
            raise DataError(f"There is no file {shown(name)}.")
        if info.file_size > most:
            raise DataError(f"{shown(name)} has {info.file_size:,} bytes; at most {most:,} are read.")
        return unpacked(self._archive, info)


def passed_over(name: str) -> bool:
    """Say whether a file is nobody's work: hidden, or put there by the system."""
    return any(part.startswith(".") or part.lower() in _PASSED_OVER for part in name.split("/"))


def _inside(name: str) -> bool:
    return bool(name) and not re.search(r"[\\:\0]", name) and ".." not in name.split("/") and not name.startswith("/")


def _is_csv(name: str) -> bool:
    return name.count("/") == 1 and name.endswith(f"/{CSV}")


def _bounded(content: bytes, name: str, most: int) -> bytes:
    if len(content) > most:
        raise DataError(f"{shown(name)} has more than {most:,} bytes.")
    return content
