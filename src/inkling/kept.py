"""Corrections in the form in which the store keeps them, and back.

What it keeps as features is the trace of the glyph, which every model makes anew, and behind it the longer side of the
ink's box in px of the input, which is the same for all; 0 where it is not known.
"""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .inference import quantized
from .ink import LEAST_PEN, MOST_PEN, Ink
from .memory import Memory
from .reading import Reading
from .recognizer import Recognizer

if TYPE_CHECKING:
    from .store import Change, Correction, NewCorrection, Store

__all__ = ["correction_of", "features_anew", "ink_as_written", "ink_of", "learned", "picture_of", "traced"]


def picture_of(ink: Ink) -> bytes:
    """Give ink as the PNG that the store keeps of it, dark on white."""
    file = BytesIO()
    Image.fromarray(255 - np.rint(ink.pixels * 255).astype(np.uint8)).save(file, "PNG", optimize=True)
    return file.getvalue()


def ink_of(correction: "Correction") -> Ink:
    """Give a correction's ink: its strokes, else its picture, else its glyph; the scale of these two is not known."""
    if correction.strokes is not None:
        pen_width = correction.pen_width
        sensible = pen_width is not None and LEAST_PEN <= pen_width < MOST_PEN  # earlier imports took others
        return Ink.from_strokes(correction.strokes, pen_width if sensible else None)
    if correction.picture is not None:
        with Image.open(BytesIO(correction.picture)) as picture:
            grey = np.asarray(picture.convert("L"))
    else:
        grey = 255 - correction.glyph
    return Ink((255 - grey).astype(np.float32) / np.float32(255))


def ink_as_written(correction: "Correction", recognizer: Recognizer) -> Ink:
    """Give a correction's ink as :func:`ink_of` does, as large as it was in the input where that is known.

    A picture is kept smaller than a photograph is, and size tells C from c.
    """
    ink = ink_of(correction)
    size_px = float(correction.features[-1]) if len(correction.features) else 0.0
    if correction.strokes is not None or size_px <= 0:
        return ink
    kept_px = float(recognizer.infer([ink]).boxes[0, 2:].max())
    return replace(ink, scale=kept_px / size_px)


def correction_of(
    ink: Ink, symbol: str, before: Reading, recognizer: Recognizer, profile: str, read: str
) -> "NewCorrection":
    """Make a correction of ink, to be kept.

    Args:
        ink: what was written.
        symbol: what it is.
        before: the reading without it.
        recognizer: what read it.
        profile: whose hand it is.
        read: what that answered, with its case.
    """
    from .store import NewCorrection

    character = before.characters[0]
    glyph = quantized(character.glyph)
    return NewCorrection(
        symbol=symbol,
        glyph=glyph,
        features=np.append(recognizer.traces(glyph[None])[0], np.float32(max(character.box[2:]))),
        features_model=recognizer.version,
        profile=profile,
        strokes=ink.strokes,
        pen_width=ink.pen_width,
        picture=None if ink.strokes is not None else picture_of(ink),
        read=read,
        probability=character.probability,
        reason=character.reason,
        alphabet=before.alphabet,
        model=before.model,
    )


def traced(new: "list[NewCorrection]", recognizer: Recognizer) -> "list[NewCorrection]":
    """Put what the network makes of imported glyphs before their size, which is all that their features are yet."""
    if not new:
        return []
    traces = recognizer.traces(np.stack([one.glyph for one in new]))
    return [
        replace(one, features=np.append(trace, one.features), features_model=recognizer.version)
        for one, trace in zip(new, traces, strict=True)
    ]


def features_anew(store: "Store", recognizer: Recognizer) -> dict[int, NDArray[np.float32]]:
    """Make the features of every correction that counts anew, for another model: float32 (S + D + 1,) by its id."""
    changes = [change for change in store.changes(0) if not change.deleted]
    if not changes:
        return {}
    traces = recognizer.traces(np.stack([change.glyph for change in changes]))
    return {change.id: np.append(trace, change.features[-1]) for change, trace in zip(changes, traces, strict=True)}


def learned(recognizer: Recognizer, memory: Memory, changes: "Sequence[Change]") -> Memory:
    """Give a memory that knows of these changes too; features of another model are made anew."""
    memory = memory.forget(change.id for change in changes if change.deleted)
    new = [change for change in changes if not change.deleted]
    if not new:
        return memory
    glyphs = np.stack([change.glyph for change in new])
    stale = np.array([change.features_model != recognizer.version for change in new])
    traces = np.zeros((len(new), len(memory.symbols) + memory.size), np.float32)
    if stale.any():
        traces[stale] = recognizer.traces(glyphs[stale])
    for i in np.flatnonzero(~stale):
        traces[i] = new[i].features[:-1]
    sizes = np.array([change.features[-1] for change in new], np.float32)
    read = [change.read for change in new]
    return memory.teach([c.id for c in new], [c.symbol for c in new], glyphs, traces, read, sizes)
