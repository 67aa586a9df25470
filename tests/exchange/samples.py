"""Corrections to take out, one of every kind, and folders that others wrote."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import numpy as np

from inkling.store import Correction, NewCorrection

from ..drawings import encoded, picture
from ..store.samples import sample

FORMS = ("pack.npz", "pictures.zip", "pictures")
ODD = (
    *("/", ".", "con", "COM1", "✓", "a", "A", "é", "tick", "Tick", "lower_a", "你", "\\", ":", "𒀀" * 32),
    "👩\u200d👩\u200d👧",
)


def correction(number=1, **given):
    """A correction of the store; what it was made of depends on its number."""
    # sizes and times that no short decimal number holds
    features = np.array([0.1, 33.3 + number / 7], np.float32)
    made = datetime(2026, 1, 31, 23, 59, 59, 123456, UTC) + timedelta(seconds=number)
    new = sample(number, **{"features": features, "created_at": made} | given)
    return Correction(**{f.name: getattr(new, f.name) for f in fields(NewCorrection)}, id=number, revision=number)


def scanned(number=1, **given):
    """A correction whose ink was a picture."""
    kept = encoded(picture("7", size=(40 + number, 60)))
    return correction(number, **{"strokes": None, "pen_width": None, "picture": kept} | given)


def several():
    """One of every kind."""
    kinds = [
        scanned(1),
        correction(2, symbol="θ", profile="Ünal, =1+1"),
        correction(3, strokes=None, pen_width=None, read=None, probability=None, reason=None, alphabet="", model=""),
        scanned(4, symbol=",", read='"', alphabet='",\n', probability=1 / 3),
        correction(5, strokes=(np.array([[1e-7, -0.1], [1e5, 2 / 3]]),), pen_width=0.1),
        correction(6, created_at=datetime(1999, 12, 31, tzinfo=timezone(timedelta(hours=-11)))),
    ]
    return kinds + [correction(10 + i, symbol=symbol) for i, symbol in enumerate(ODD)]


def written_in_folder(folder, **contents):
    for name, content in contents.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
