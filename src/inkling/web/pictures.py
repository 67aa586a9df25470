"""Pictures in an answer: the glyph that the model saw, and where its answer comes from."""

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..alphabet import Alphabet
from ..heat import heat_of
from ..reader import Reader
from ..reading import Reading

__all__ = ["add_glyphs", "add_heat", "png"]


def add_glyphs(answer: dict[str, Any], reading: Reading) -> None:
    """Put each character's glyph into a reading's JSON, as black ink on white paper."""
    for entry, character in zip(answer["characters"], reading.characters, strict=True):
        entry["glyph"] = png(1 - character.glyph)


def add_heat(answer: dict[str, Any], reading: Reading, reader: Reader, alphabet: Alphabet) -> None:
    """Put each character's heat map into a reading's JSON; the reader is the one that read."""
    for entry, character in zip(answer["characters"], reading.characters, strict=True):
        size_px = max(character.box[2:])
        heat = heat_of(reader.recognizer, character.glyph, character.symbol, alphabet, reader.memory, size_px)
        entry["heat"] = {"image": png(heat.map), "box": list(character.frame), "drop": round(heat.drop, 6)}


def png(grey: NDArray[np.float32]) -> str:
    """Give the base64 of a PNG of grey levels (H, W) in [0, 1]."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.rint(255 * np.clip(grey, 0, 1)).astype(np.uint8)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()
