"""Corrections, and what is read with them, as the API tells it."""

from typing import Any

import numpy as np

from ..reading import Reading
from ..store import Correction
from . import pictures
from .answers import utc
from .schemas import Options

__all__ = ["correction_json", "reading_json", "was_wrong"]


def was_wrong(correction: Correction) -> bool:
    """Say whether something else had been read, or nothing: what came closest to unknown ink was no answer."""
    return correction.read is not None and (correction.read != correction.symbol or correction.reason == "unknown")


def correction_json(correction: Correction, doubt: float | None = None) -> dict[str, Any]:
    """Give a correction; with how far it disagrees with its neighbours, in [0, 1), where that was asked for."""
    known = correction.read is not None
    answer = {
        "id": correction.id,
        "profile": correction.profile,
        "symbol": correction.symbol,
        "created_at": utc(correction.created_at),
        "deleted_at": utc(correction.deleted_at) if correction.deleted_at else None,
        "read": {
            "symbol": correction.read,
            "probability": correction.probability,
            "reason": correction.reason,
            "alphabet": correction.alphabet,
            "model": correction.model,
        }
        if known
        else None,
        "wrong": was_wrong(correction),
        "glyph": pictures.png(1 - correction.glyph.astype(np.float32) / np.float32(255)),
        "strokes": None if correction.strokes is None else [stroke.tolist() for stroke in correction.strokes],
        "pen_width": correction.pen_width,
    }
    return answer if doubt is None else {**answer, "doubt": doubt}


def reading_json(reading: Reading, options: Options) -> dict[str, Any]:
    """Give a reading, with its glyphs where the options ask for them."""
    answer = reading.to_json()
    if options.glyph:
        pictures.add_glyphs(answer, reading)
    return answer
