"""Corrections as PNGs in a sub-folder a symbol with ``corrections.csv``, in a folder or in a zip of it.

``U+002F/000012.png`` is a glyph, dark on light; below it, ``U+002F/ink/000012.png`` the picture it was cut from, or
``U+002F/ink/000012.json`` the strokes that were drawn. The CSV has a line a correction and the true symbol.
"""

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import DataError
from ..store import Correction
from .archives import CSV, Folder, Zip, passed_over
from .rows import Row, shown, time_of

__all__ = ["folder_of", "read_files", "write_folder", "write_zip"]

_FIELDS = ("file", "symbol", "profile", "read", "probability", "reason", "alphabet", "model", "created_at",
           "pen_width", "size_px", "strokes", "picture")  # fmt: skip
_MOST_CSV_BYTES = 2**28
#: Columns that a table must have, those that hold numbers, and those that name files.
_COLUMNS, _NUMBERS = {"file", "symbol"}, ("probability", "pen_width", "size_px")
_PLACES = ("file", "strokes", "picture")
_MOST_FILE_BYTES = 2**25
_LONGEST_NAME = 200
_GLYPH_SIDES = bytes([0, 0, 0, 28]) * 2  # as a PNG's header says it
# of one case and in ASCII, so that it is one name on every file system
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]+|[0-9]")
_ORIGINAL = re.compile(r"[^/]+/ink/\d+\.png")  # the ink that an export puts beside a glyph of that name
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")  # by Windows
# what csv, JSON, Pillow and zips raise on damaged bytes
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, IndexError, RuntimeError, OverflowError,
            zipfile.BadZipFile, zlib.error)  # fmt: skip


def folder_of(symbol: str) -> str:
    """Name the sub-folder of a symbol: the same on every file system, and ``data.pictures.symbol_of`` reads it back.

    Example:
        >>> folder_of("7"), folder_of("a"), folder_of("A"), folder_of("tick"), folder_of("/")
        ('7', 'lower_a', 'upper_A', 'tick', 'U+002F')
    """
    if len(symbol) == 1 and symbol.isascii() and symbol.isalpha():
        return f"{'upper' if symbol.isupper() else 'lower'}_{symbol}"
    plain = _PLAIN.fullmatch(symbol) and not _RESERVED.fullmatch(symbol) and symbol[:6] not in ("upper_", "lower_")
    name = symbol if plain else "_".join(f"U+{ord(character):04X}" for character in symbol)
    if len(name) <= _LONGEST_NAME:
        return name
    import hashlib

    return f"long-{hashlib.sha256(symbol.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def write_folder(corrections: Sequence[Correction], folder: Path) -> None:
    """Write corrections to a new folder."""
    folder.mkdir()
    for name, content in _files(corrections):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def write_zip(corrections: Sequence[Correction], path: Path) -> None:
    """Write the same as a zip."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in _files(corrections):
            info = zipfile.ZipInfo(name)  # without the hour: the same corrections give the same file
            info.external_attr = 0o644 << 16
            archive.writestr(info, content, zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED)


def _files(corrections: Sequence[Correction]) -> Iterator[tuple[str, bytes]]:
    text = io.StringIO(newline="")
    lines = csv.DictWriter(text, _FIELDS)
    lines.writeheader()
    for n, correction in enumerate(corrections, 1):
        folder = folder_of(correction.symbol)
        line = {"file": f"{folder}/{n:06}.png", "symbol": correction.symbol, "profile": correction.profile,
                "read": correction.read, "probability": correction.probability, "reason": correction.reason,
                "alphabet": correction.alphabet, "model": correction.model,
                "created_at": correction.created_at.isoformat(), "pen_width": correction.pen_width,
                "size_px": repr(float(correction.features[-1])) if len(correction.features) else ""}  # fmt: skip
        yield str(line["file"]), _png(255 - correction.glyph)
        if correction.strokes:
            line["strokes"] = f"{folder}/ink/{n:06}.json"
            strokes = [np.asarray(stroke, np.float64).tolist() for stroke in correction.strokes]
            yield str(line["strokes"]), json.dumps(strokes, separators=(",", ":")).encode()
        if correction.picture:
            line["picture"] = f"{folder}/ink/{n:06}.png"
            yield str(line["picture"]), correction.picture
        lines.writerow(line)
    yield CSV, text.getvalue().encode("utf-8-sig")


def read_files(files: Folder | Zip) -> Iterator[Row | str]:
    """Read what the CSV lists, and name pictures that it does not; without one, each by the name of its sub-folder.

    Raises:
        DataError: there is nothing to read, or the CSV is damaged.
    """
    names = files.names()
    listed: set[str] = set()
    if CSV in names:
        names = files.names(deep=True)
        there = frozenset(names)
        for line in _lines(files):
            name = line["file"]
            listed.update(line[column] for column in _PLACES if line.get(column))
            yield _attempt(name if line["file"] else "a line without a file", partial(_listed, files, name, line))
        for name in names:
            original = _ORIGINAL.fullmatch(name) and name.replace("/ink/", "/") in there
            if name not in listed and _is_picture(name) and not (passed_over(name) or original):
                yield f"{shown(name)}: It is not in {CSV}."
        return
    others = [name for name in names if name.count("/") == 1 and not passed_over(name)]
    if not others:
        raise DataError(
            f"{files.where} holds no sub-folder with pictures.",
            "Make one sub-folder a symbol, such as 7/ or upper_A/, and put its pictures inside.",
        )
    for name in others:
        yield _attempt(name, partial(_by_folder, files, name))


def _attempt(where: str, make: Callable[[], Row]) -> Row | str:
    try:
        row = make()
    except DataError as error:
        return f"{shown(where)}: {error.message}"
    except _DAMAGED as error:
        why = getattr(error, "strerror", None) or error
        return f"{shown(where)}: It cannot be read: {shown(str(why))}."
    return row


def _lines(files: Folder | Zip) -> Iterator[Mapping[str, str]]:
    try:
        text = files.read(CSV, _MOST_CSV_BYTES).decode("utf-8-sig")
        said, _, rest = text.partition("\n")
        text = rest if re.fullmatch(r"sep=.\r?", said) else text  # Excel's word on the delimiter
        delimiter = next((one for one in ";\t" if set(_table(text, one).fieldnames or ()) >= _COLUMNS), ",")
        lines = _table(text, delimiter)
        if missing := _COLUMNS - set(lines.fieldnames or ()):
            raise DataError(f"{CSV} has no column {sorted(missing)[0]!r}.", "Its first line names its columns.")
        for line in lines:
            line |= {
                name: PurePosixPath(line[name].replace("\\", "/")).as_posix() for name in _PLACES if line.get(name)
            }
            if delimiter != ",":  # where a comma is for decimals, spreadsheets set columns apart by something else
                line |= {name: line[name].replace(",", ".") for name in _NUMBERS if line.get(name)}
            yield line
    except (*_DAMAGED, csv.Error) as error:
        raise DataError(
            f"{CSV} cannot be read: {error}.", "Save it as UTF-8, with commas, semicolons or tabs."
        ) from error


def _table(text: str, delimiter: str) -> "csv.DictReader[str]":
    return csv.DictReader(io.StringIO(text, newline=""), restval="", delimiter=delimiter)


def _listed(files: Folder | Zip, where: str, line: Mapping[str, str]) -> Row:
    # a CSV that somebody made has no columns for ink: then the file is the ink
    ours = "strokes" in line and "picture" in line
    fields = {
        "profile": line.get("profile") or None,
        "read": line.get("read") or None,
        "probability": _number(line.get("probability")),
        "reason": line.get("reason") or None if ours else None,
        "alphabet": line.get("alphabet") or None,
        "model": line.get("model") or None,
        "created_at": time_of(line["created_at"]) if line.get("created_at") else None,
        "pen_width": _number(line.get("pen_width")),
    }
    content = files.read(where, _MOST_FILE_BYTES)
    strokes = _strokes(files, line["strokes"]) if line.get("strokes") else None
    picture = files.read(line["picture"], _MOST_FILE_BYTES) if line.get("picture") else None
    glyph = _glyph(content) if ours else None
    if glyph is None and strokes is None:
        picture = picture or content
    return Row(where, line["symbol"], glyph, None, picture, strokes, _number(line.get("size_px")) or 0.0, fields)


def _is_picture(name: str) -> bool:
    from ..data.pictures import PICTURE_SUFFIXES

    return PurePosixPath(name).suffix.lower() in PICTURE_SUFFIXES


def _by_folder(files: Folder | Zip, name: str) -> Row:
    from ..data.pictures import symbol_of

    if not _is_picture(name):
        raise DataError("It is no picture by its name.")
    return Row(name, symbol_of(PurePosixPath(name).parent.name), picture=files.read(name, _MOST_FILE_BYTES))


def _glyph(content: bytes) -> NDArray[np.uint8] | None:
    """Read a glyph that was written here; None for a picture of another kind."""
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[16:24] != _GLYPH_SIDES:
        return None
    with Image.open(io.BytesIO(content)) as image:
        if image.mode != "L":
            return None
        return np.asarray(255 - np.asarray(image), np.uint8)


def _strokes(files: Folder | Zip, name: str) -> tuple[NDArray[np.floating], ...]:
    try:
        given = json.loads(files.read(name, _MOST_FILE_BYTES))
    except RecursionError:
        raise DataError(f"{shown(name)} holds no strokes.") from None
    if not isinstance(given, list):
        raise DataError(f"{shown(name)} holds no strokes.")
    return tuple(np.asarray(stroke, np.float64) if stroke else np.zeros((0, 2)) for stroke in given)


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def _png(pixels: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
