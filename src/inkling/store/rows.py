"""Records to rows, rows to records. Arrays are kept as their bytes, little-endian."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .records import Change, Correction, NewCorrection
from .strokes import pack_strokes, unpack_strokes

__all__ = ["change_of", "correction_of", "correction_row", "glyph_of", "ink_row", "kept"]


def glyph_of(data: bytes) -> NDArray[np.uint8]:
    """Give a glyph of its bytes, uint8 (28, 28)."""
    return np.frombuffer(data, np.uint8).reshape(28, 28)


_BLANK = glyph_of(bytes(28 * 28))


def correction_row(new: NewCorrection, revision: int, now: datetime) -> dict[str, Any]:
    """What was said of the ink, as a row of ``corrections``."""
    return {
        "revision": revision,
        "profile": new.profile,
        "symbol": new.symbol,
        "read": new.read,
        "probability": new.probability,
        "reason": new.reason,
        "alphabet": new.alphabet,
        "model": new.model,
        "created_at": new.created_at or now,
    }


def ink_row(new: NewCorrection) -> dict[str, Any]:
    """The ink itself, as a row of ``inks`` without its key."""
    return {
        "glyph": np.ascontiguousarray(new.glyph, np.uint8).tobytes(),
        "features": np.ascontiguousarray(new.features, "<f4").tobytes(),
        "features_model": new.features_model,
        "pen_width": new.pen_width,
        "strokes": None if new.strokes is None else pack_strokes(new.strokes),
        "picture": new.picture,
    }


def kept(new: NewCorrection, id: int, revision: int, now: datetime) -> Correction:  # noqa: A002
    """The correction that a new one has become."""
    values = {field.name: getattr(new, field.name) for field in fields(NewCorrection)}
    values["created_at"] = (new.created_at or now).astimezone(UTC)
    return Correction(id=id, revision=revision, **values)


def correction_of(row: Any) -> Correction:
    """The correction that a row of both tables stands for."""
    values = dict(row._mapping)
    values["glyph"] = glyph_of(values["glyph"])
    values["features"] = np.frombuffer(values["features"], "<f4")
    values["strokes"] = None if values["strokes"] is None else tuple(map(_sound, unpack_strokes(values["strokes"])))
    return Correction(**values)


def change_of(row: Any) -> Change:
    """The change that a row of a correction and its ink, if it has any left, stands for."""
    return Change(
        id=row.id,
        profile=row.profile,
        symbol=row.symbol,
        read=row.read,
        glyph=_BLANK if row.glyph is None else glyph_of(row.glyph),
        features=np.frombuffer(row.features or b"", "<f4"),
        features_model=row.features_model or "",
        deleted=row.deleted_at is not None,
    )


def _sound(stroke: NDArray[np.floating]) -> NDArray[np.floating]:
    """Leave out times that are no numbers, as imports took them once: JSON has no word for them."""
    return stroke if np.isfinite(stroke[:, 2:]).all() else stroke[:, :2]
