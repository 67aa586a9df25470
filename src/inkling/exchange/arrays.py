"""The arrays of a data pack that may hold corrections."""

import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import STROKES, Arrays, arrays_of, not_rising, problem_of

__all__ = ["FORM", "problem_with", "read_arrays"]

#: The number of the form in which corrections are written.
FORM = 1
_MOST_BYTES = 2**30
_PACK = ("labels", "images", *STROKES)
_OURS = (
    *("corrections", "profiles", "writers", "read", "probability", "alphabets", "alphabet", "models", "model"),
    *("created_at", "pen_width", "size_px", "times", "stroke_columns", "pictures", "picture_start"),
)
#: What packs of earlier versions have not.
_ADDED = ("reason",)


def read_arrays(archive: zipfile.ZipFile) -> dict[str, NDArray[Any]]:
    """Read those arrays of an archive that a data pack may have.

    Raises:
        ValueError: they are too large together; and what else :func:`inkling.arrays.arrays_of` raises.
    """
    return arrays_of(archive, (*_PACK, *_OURS, *_ADDED), _MOST_BYTES)


def problem_with(arrays: Arrays, ours: bool) -> str:
    """Say what is wrong with a pack's arrays, with all that corrections have if they are ours; empty if nothing is."""
    return problem_of(arrays, both=ours) or (_problem_of_ours(arrays, len(arrays["labels"])) if ours else "")


def _problem_of_ours(arrays: Arrays, count: int) -> str:
    form = arrays["corrections"]
    if form.dtype.kind != "i" or form.ndim:
        return f"corrections must be one whole number, got {form.dtype} {form.shape}"
    if int(form) != FORM:
        return f"its corrections are in the form {form.tolist()}; this version reads the form {FORM}"
    if missing := [name for name in (*_PACK, *_OURS) if name not in arrays]:
        return f"it has no {missing[0]}"
    if arrays["images"].shape[1:] != (28, 28):
        return f"images must be (N, 28, 28), got {arrays['images'].shape}"
    strokes, points = len(arrays["stroke_start"]) - 1, len(arrays["points"])
    kinds: dict[str, tuple[str, int | None]] = {
        **dict.fromkeys(("read", "reason"), ("U", count)),
        **dict.fromkeys(("probability", "pen_width", "size_px"), ("f", count)),
        **dict.fromkeys(("writers", "alphabet", "model"), ("i", count)),
        **dict.fromkeys(("profiles", "alphabets", "models"), ("U", None)),
        "created_at": ("M", count),
        "times": ("f", points),
        "stroke_columns": ("u", strokes),
        "pictures": ("u", None),
    }
    for name, (kind, length) in kinds.items():
        array = arrays.get(name, np.zeros(count, np.str_))  # what was added was not there before
        if array.ndim != 1 or array.dtype.kind != kind or (length is not None and len(array) != length):
            return f"{name} is {array.dtype} {array.shape}"
    if arrays["pictures"].dtype != np.uint8:
        return "pictures must be uint8"
    return not_rising(arrays, "picture_start", "pictures", count)
