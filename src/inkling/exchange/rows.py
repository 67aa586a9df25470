"""Rows as they stand in a file, and the checks that make corrections of them."""

import functools
import io
import itertools
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..alphabet import parse_symbol
from ..errors import DataError, InklingError
from ..inference import quantized
from ..ink import LEAST_PEN, MOST_PEN, Ink
from ..joiners import in_a_line
from ..profiles import EVERYBODY, parse_profile
from ..reading import Reason
from ..recognizer import Recognizer
from ..settings import Settings
from ..store import NewCorrection

__all__ = ["MOST_ROWS", "Row", "admit", "shown", "time_of", "too_many"]

#: A file of more samples is refused.
MOST_ROWS = 1_000_000

_BATCH = 256
_LEAST_PX, _MOST_PX = 8, 512
_GLYPH = (28, 28)
_LONGEST = {"read": 64, "alphabet": 10_000, "model": 200}
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # no database keeps it
_PNG = b"\x89PNG\r\n\x1a\n"
# what Pillow raises on damaged bytes
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, OverflowError,
            zlib.error)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Row:
    """One sample as a file has it, unchecked.

    Args:
        where: what to call it in a report.
        symbol: what it is.
        glyph: uint8 (28, 28), 255 = ink, where the file has it; otherwise it is made of the ink.
        pixels: uint8 (H, W), 255 = ink, of a pack of pictures.
        picture: a picture file's bytes; beside a glyph, the PNG that was kept with it.
        strokes: float (P, 2) or (P, 3) each.
        size_px: the longer side of the ink's box in px of the input, where the file has it.
        fields: further fields of a correction that the file has, by name.
    """

    where: str
    symbol: str
    glyph: NDArray[np.uint8] | None = None
    pixels: NDArray[np.uint8] | None = None
    picture: bytes | None = None
    strokes: tuple[NDArray[np.floating], ...] | None = None
    size_px: float = 0.0
    fields: Mapping[str, Any] = field(default_factory=dict)


def admit(rows: Iterable[Row | str], recognizer: Recognizer | None = None) -> tuple[list[NewCorrection], list[str]]:
    """Check rows and make corrections of the good ones.

    Args:
        rows: rows, and problems that were met before a row could be made.
        recognizer: makes glyphs of ink; by default with the bundle that ships, loaded where it is needed.

    Returns:
        The corrections and the problems, each in their order. Of the features there is but the last number, the size of
        the ink.
    """
    settings = recognizer.settings if recognizer else Settings.load()
    loaded = functools.cache(lambda: recognizer or Recognizer(settings=settings))
    made: list[NewCorrection] = []
    problems: list[str] = []
    stream = iter(rows)
    count = 0
    while part := list(itertools.islice(stream, _BATCH)):
        count += len(part)
        if count > MOST_ROWS:
            raise too_many()
        checked = [_tried(row, settings) for row in part]
        inks = [ink for one in checked if not isinstance(one, str) for ink in [one[1]] if ink is not None]
        made_of_ink = iter(_glyphs(loaded(), inks) if inks else ())
        for row, one in zip(part, checked, strict=True):
            if isinstance(one, str) or isinstance(row, str):
                problems.append(str(one))
                continue
            new, ink = one
            if ink is not None:
                glyph, size_px = next(made_of_ink)
                new = replace(new, glyph=glyph, features=np.array([size_px], np.float32))
            if new.glyph.any():
                made.append(new)
            else:
                problems.append(f"{shown(row.where)}: There is nothing written on it.")
    return made, problems


def too_many() -> DataError:
    """Say that a file has more samples than are taken at once."""
    return DataError(f"It has more than {MOST_ROWS:,} samples.", "Import it in parts.")


def shown(name: str) -> str:
    """Give a name out of a file as it may stand in a report: short, and without characters that a terminal obeys."""
    return in_a_line(name if len(name) <= 120 else name[:120] + "…")


def _glyphs(recognizer: Recognizer, inks: Sequence[Ink]) -> Iterator[tuple[NDArray[np.uint8], float]]:
    """Give the glyph of each ink and the longer side of its box in px of the input."""
    found = recognizer.infer(inks)
    for ink, glyph, box in zip(inks, quantized(found.glyphs), found.boxes, strict=True):
        yield glyph, max(ink.to_input(box)[2:])


def _tried(row: Row | str, settings: Settings) -> tuple[NewCorrection, Ink | None] | str:
    if isinstance(row, str):
        return row
    try:
        return _checked(row, settings)
    except InklingError as error:
        return f"{shown(row.where)}: {error.message}"


def _checked(row: Row, settings: Settings) -> tuple[NewCorrection, Ink | None]:
    """Give a correction, and the ink to make its glyph of where it has none."""
    fields = {name: value for name, value in row.fields.items() if value is not None}
    if "read" not in fields:
        fields.pop("reason", None)  # of no reading
    for name, longest in _LONGEST.items():
        if len(fields.get(name, "")) > longest:
            raise DataError(f"{name} has {len(fields[name]):,} characters; at most {longest:,} are taken.")
        if _NO_TEXT.search(fields.get(name, "")):
            raise DataError(f"{name} is {shown(fields[name])}, which is no text.")
    probability, pen_width = fields.get("probability"), fields.get("pen_width")
    if probability is not None and not 0 <= probability <= 1:
        raise DataError(f"The probability is {probability}; expected 0 to 1.")
    if (reason := str(fields.get("reason", ""))) not in ("", *get_args(Reason)):
        raise DataError(f"The reason is {shown(reason)!r}; expected one of {', '.join(get_args(Reason))}.")
    if not 0 <= row.size_px < 1e9:
        raise DataError(f"The size of the ink is {row.size_px}; expected px from 0.")
    if pen_width is not None and not LEAST_PEN <= pen_width < MOST_PEN:
        raise DataError(f"The pen's width is {pen_width}; expected px from 0.000001 to a million.")
    picture = row.picture
    if row.strokes is not None:
        _check_strokes(row.strokes, settings)
    ink = _ink(row, pen_width, settings) if row.glyph is None else None
    if ink is not None and row.strokes is None:
        picture = _png(ink)
    elif picture is not None:
        _check_png(picture, settings)
    new = NewCorrection(
        symbol=parse_symbol(row.symbol),
        glyph=np.zeros(_GLYPH, np.uint8) if row.glyph is None else row.glyph,
        features=np.array([row.size_px], np.float32),
        features_model="",
        profile=parse_profile(fields.pop("profile", EVERYBODY)),
        strokes=row.strokes,
        picture=picture,
        **fields,
    )
    return new, ink


def _ink(row: Row, pen_width: float | None, settings: Settings) -> Ink:
    if row.strokes is not None:
        return Ink.from_strokes(row.strokes, pen_width, settings)
    if row.pixels is None:
        return Ink.from_image(row.picture, settings)
    height, width = row.pixels.shape
    if not 0 < height * width <= settings.max_image_pixels:
        raise DataError(
            f"The picture is {width:,}×{height:,} px; at most {settings.max_image_pixels:,} px are taken."
            if row.pixels.size
            else "The picture has no pixels."
        )
    smaller = -(-max(height, width) // _MOST_PX)
    pixels = np.asarray(Image.fromarray(row.pixels).reduce(smaller)) if smaller > 1 else row.pixels
    missing = [(0, max(0, _LEAST_PX - side)) for side in pixels.shape]
    scaled = np.pad(pixels, missing).astype(np.float32) / np.float32(255)
    return Ink.of(Ink(scaled, scale=1 / smaller), settings)


def _check_strokes(strokes: tuple[NDArray[np.floating], ...], settings: Settings) -> None:
    for stroke in strokes:
        if stroke.ndim != 2 or stroke.shape[1] not in (2, 3):
            raise DataError(f"A stroke has the shape {stroke.shape}; expected (points, 2) or (points, 3).")
    points = sum(map(len, strokes))
    if len(strokes) > settings.max_strokes or not 0 < points <= settings.max_points:
        raise DataError(f"The drawing has {len(strokes):,} strokes with {points:,} points.")
    for stroke in strokes:
        if not (np.abs(stroke[:, :2]) <= 1e6).all():
            raise DataError("A stroke has a point that is not finite, or beyond a million px.")
        if not np.isfinite(stroke[:, 2:]).all():
            raise DataError("A stroke has a time that is not finite.")


def _check_png(picture: bytes, settings: Settings) -> None:
    if len(picture) > settings.max_image_bytes:
        raise DataError(f"The picture has {len(picture):,} bytes; at most {settings.max_image_bytes:,} are taken.")
    if not picture.startswith(_PNG) or len(picture) < 33:
        raise DataError("The picture that was kept is no PNG.")
    width, height = struct.unpack(">II", picture[16:24])
    if width * height > settings.max_image_pixels:
        raise DataError(f"The picture is {width:,}×{height:,} px; at most {settings.max_image_pixels:,} px are taken.")
    try:
        Image.open(io.BytesIO(picture), formats=("PNG",)).verify()  # checksums
        Image.open(io.BytesIO(picture), formats=("PNG",)).load()  # what they are of
    except _DAMAGED as error:
        raise DataError(f"The picture is damaged: {error}.") from error


def _png(ink: Ink) -> bytes:
    file = io.BytesIO()
    Image.fromarray(255 - np.rint(ink.pixels * 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def time_of(text: str) -> datetime:
    """Read a time; without a zone it is in UTC.

    Raises:
        DataError: it is none.
    """
    try:
        time = datetime.fromisoformat(text)
        return (time.replace(tzinfo=UTC) if time.tzinfo is None else time).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise DataError(f"{text[:40]!r} is no time.", "Write it as 2026-01-31T12:00:00+00:00.") from error
