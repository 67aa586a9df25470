"""Corrections as a data pack: one ``.npz`` of plain arrays, which training reads as any other pack.

Beside the arrays of every pack (images, labels, writers) it has, of N corrections:

==================  =====================================================================================
``corrections``     int, the number of this form: 1
``profiles``        str, the profiles that ``writers`` counts
``read``            str (N,), empty where nothing was read
``probability``     float64 (N,), NaN where it is not known
``reason``          str (N,), why that reading was unsure; empty where it was not. Packs of earlier versions have none
``alphabets``       str, what ``alphabet`` (N,) counts; ``models`` and ``model`` likewise
``created_at``      datetime64[us] (N,), UTC
``pen_width``       float64 (N,), NaN where it is not known
``size_px``         float32 (N,), the longer side of the ink's box, 0 where it is not known
``points``          float (P, 2); ``times`` (P,) ms; ``stroke_columns`` (S,): 3 where the times count, else 2
``stroke_start``    int64 (S + 1,) into ``points``; ``sample_start`` int64 (N + 1,) into strokes; none: not drawn
``pictures``        uint8, the bytes of all PNGs; ``picture_start`` int64 (N + 1,) into them; none: no picture
==================  =====================================================================================
"""

import itertools
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import UNREADABLE, Arrays, unreadable
from ..errors import DataError
from ..store import Correction
from .arrays import FORM, problem_with, read_arrays
from .rows import MOST_ROWS, Row, too_many

__all__ = ["is_npz", "read_npz", "write_npz"]


def write_npz(corrections: Sequence[Correction], path: Path) -> None:
    """Write corrections as a data pack."""
    count = len(corrections)
    profiles, writers = np.unique(_texts(c.profile for c in corrections), return_inverse=True)
    alphabets, alphabet = np.unique(_texts(c.alphabet for c in corrections), return_inverse=True)
    models, model = np.unique(_texts(c.model for c in corrections), return_inverse=True)
    drawn = [c.strokes or () for c in corrections]
    strokes = [np.asarray(stroke, np.float64) for drawing in drawn for stroke in drawing]
    numbers = np.concatenate([np.zeros((0, 3)), *(_three_columns(stroke) for stroke in strokes)])  # (P, 3)
    with np.errstate(all="ignore"):
        small = np.array_equal(numbers, numbers.astype(np.float32).astype(np.float64), equal_nan=True)
    numbers = numbers.astype(np.float32) if small else numbers
    pictures = [c.picture or b"" for c in corrections]
    arrays: dict[str, Any] = {
        "corrections": np.int32(FORM),
        "images": np.stack([c.glyph for c in corrections]) if count else np.zeros((0, 28, 28), np.uint8),
        "labels": _texts(c.symbol for c in corrections),
        "writers": writers.astype(np.int32),
        "profiles": profiles,
        "read": _texts(c.read or "" for c in corrections),
        "probability": _numbers(c.probability for c in corrections),
        "reason": _texts(c.reason or "" for c in corrections),
        "alphabets": alphabets,
        "alphabet": alphabet.astype(np.int32),
        "models": models,
        "model": model.astype(np.int32),
        "created_at": np.array([c.created_at.astimezone(UTC).replace(tzinfo=None) for c in corrections], "M8[us]"),
        "pen_width": _numbers(c.pen_width for c in corrections),
        "size_px": np.array([c.features[-1] if len(c.features) else 0 for c in corrections], np.float32),
        "points": numbers[:, :2],
        "times": numbers[:, 2],
        "stroke_columns": np.array([stroke.shape[1] for stroke in strokes], np.uint8),
        "stroke_start": _starts(len(stroke) for stroke in strokes),
        "sample_start": _starts(len(drawing) for drawing in drawn),
        "pictures": np.frombuffer(b"".join(pictures), np.uint8),
        "picture_start": _starts(len(picture) for picture in pictures),
    }
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def is_npz(archive: zipfile.ZipFile) -> bool:
    """Say whether an archive holds arrays."""
    return any(name.endswith(".npy") for name in archive.namelist())


def read_npz(archive: zipfile.ZipFile, path: Path) -> Iterator[Row | str]:
    """Read the samples of a data pack, with all that the form above says of corrections.

    Raises:
        DataError: it is no data pack, damaged, or too large.
    """
    try:
        arrays = read_arrays(archive)
    except UNREADABLE as error:
        raise DataError(
            f"{path} is not a readable .npz file: {unreadable(error)}.", "Export or make it again."
        ) from error
    ours = "corrections" in arrays
    problem = problem_with(arrays, ours)
    if problem:
        raise DataError(f"{path} is not a data pack: {problem}.", "The form is described in docs/how-to/data.md.")
    labels = arrays["labels"]
    if len(labels) > MOST_ROWS:
        raise too_many()
    images = arrays.get("images")
    for i, label in enumerate(labels.tolist()):
        where = f"row {i + 1}"
        try:
            strokes = _strokes(arrays, i) if images is None or ours else None
            if images is None or not ours:
                yield Row(where, label, pixels=None if images is None else images[i], strokes=strokes)
            else:
                picture = _slice(arrays["pictures"], arrays["picture_start"], i).tobytes() or None
                yield Row(
                    where, label, images[i], None, picture, strokes, float(arrays["size_px"][i]), _fields(arrays, i)
                )
        except DataError as error:
            yield f"{where}: {error.message}"


def _strokes(arrays: Arrays, index: int) -> tuple[NDArray[np.floating], ...] | None:
    first, last = arrays["sample_start"][index : index + 2]
    if first == last:
        return None
    strokes = []
    for n, (a, b) in enumerate(itertools.pairwise(arrays["stroke_start"][first : last + 1]), first):
        points = arrays["points"][a:b]
        timed = "stroke_columns" in arrays and arrays["stroke_columns"][n] == 3
        strokes.append(np.column_stack((points, arrays["times"][a:b])) if timed else points)
    return tuple(strokes)


def _fields(arrays: Arrays, index: int) -> dict[str, Any]:
    return {
        "profile": _counted(arrays, "profiles", "writers", index),
        "read": arrays["read"][index].item() or None,
        "probability": _known(arrays["probability"][index]),
        "reason": arrays["reason"][index].item() or None if "reason" in arrays else None,
        "alphabet": _counted(arrays, "alphabets", "alphabet", index),
        "model": _counted(arrays, "models", "model", index),
        "created_at": _time(arrays["created_at"][index]),
        "pen_width": _known(arrays["pen_width"][index]),
    }


def _counted(arrays: Arrays, names: str, numbers: str, index: int) -> str:
    number = int(arrays[numbers][index])
    if not 0 <= number < len(arrays[names]):
        raise DataError(f"{numbers} is {number}; there are {len(arrays[names])} {names}.")
    return str(arrays[names][number])


def _time(value: np.datetime64) -> datetime | None:
    time = value.astype("M8[us]").item()
    if time is not None and not isinstance(time, datetime):
        raise DataError("created_at is no time of a calendar.")
    return None if time is None else time.replace(tzinfo=UTC)


def _known(value: np.floating) -> float | None:
    return None if np.isnan(value) else float(value)


def _slice(values: NDArray[Any], starts: NDArray[Any], index: int) -> NDArray[Any]:
    return values[starts[index] : starts[index + 1]]


def _three_columns(stroke: NDArray[np.float64]) -> NDArray[np.float64]:
    return stroke if stroke.shape[1] == 3 else np.column_stack((stroke, np.full(len(stroke), np.nan)))


def _texts(values: Iterator[str]) -> NDArray[np.str_]:
    return np.array(list(values), np.str_)


def _numbers(values: Iterator[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _starts(lengths: Iterator[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *lengths], dtype=np.int64)
