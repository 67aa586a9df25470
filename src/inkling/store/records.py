"""What the store takes and gives: plain records, which never change once made."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from ..reading import Reason

__all__ = ["Change", "Correction", "CorrectionQuery", "NewCorrection", "Page", "State"]


@dataclass(frozen=True, eq=False)
class NewCorrection:
    """A correction as it is handed to the store.

    Args:
        symbol: what the ink is, by the person's word.
        glyph: uint8 (28, 28), 0 = paper, 255 = ink.
        features: float32 (D,), what the network made of the glyph.
        features_model: version of the model whose features these are.
        profile: whose hand it is.
        strokes: the ink where it was drawn: float arrays (P, 2) or (P, 3), x and y in px, then time in ms.
        pen_width: width of the pen, px; None where it is not known.
        picture: the ink where it was a picture: a PNG, cropped to the character.
        read: the symbol that was read before; None where nothing was read.
        probability: how probable that symbol was, 0 to 1.
        reason: why that was unsure, a ``Reason``: ``unknown`` where the ink was no character, and ``read`` what came
            closest; None where it was sure, or where that is not known.
        alphabet: the alphabet it was read in.
        model: version of the model that read it.
        created_at: when the person said so, with time zone; None for now.
    """

    symbol: str
    glyph: NDArray[np.uint8]
    features: NDArray[np.float32]
    features_model: str
    profile: str = "everybody"
    strokes: tuple[NDArray[np.floating], ...] | None = None
    pen_width: float | None = None
    picture: bytes | None = None
    read: str | None = None
    probability: float | None = None
    reason: Reason | None = None
    alphabet: str = ""
    model: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Correction(NewCorrection):
    """A correction that the store holds.

    Args:
        id: its number; later ones are greater, and none is given twice.
        created_at: when the person said so, in UTC.
        revision: the store's revision at its last change.
        deleted_at: when it was deleted, in UTC; None while it counts.
    """

    id: int
    created_at: datetime
    revision: int
    deleted_at: datetime | None = None


@dataclass(frozen=True, eq=False)
class Change:
    """What memory needs to know of a correction that was added, relabelled, deleted or restored.

    Args:
        id: the correction's number.
        profile: whose hand it is.
        symbol: what the ink is.
        read: the symbol that was read before; None where nothing was read.
        glyph: uint8 (28, 28); all 0 where a deleted correction's ink is no longer kept.
        features: float32 (D,); (0,) where a deleted correction's ink is no longer kept.
        features_model: version of the model whose features these are.
        deleted: whether it no longer counts.
    """

    id: int
    profile: str
    symbol: str
    read: str | None
    glyph: NDArray[np.uint8]
    features: NDArray[np.float32]
    features_model: str
    deleted: bool


@dataclass(frozen=True)
class CorrectionQuery:
    """Which corrections are looked for; None asks for any.

    Args:
        profile: of this profile only.
        symbol: of this symbol only.
        since: made at this time or later.
        until: made before this time.
        wrong: True for those that were read as another symbol or were unknown, False for those that were read right.
        ids: among these only.
        deleted: False for those that count, True for those that were deleted and can be restored.
        limit: how many at most.
        after: only those behind this id, as a page's ``after`` says; ids fall.
    """

    profile: str | None = None
    symbol: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    wrong: bool | None = None
    ids: tuple[int, ...] | None = None
    deleted: bool = False
    limit: int = 100
    after: int | None = None


@dataclass(frozen=True, eq=False)
class Page:
    """Some of the corrections that a query finds, newest first.

    Args:
        corrections: those of this page.
        total: how many the query finds on all pages.
        after: the next page's ``after``; None where this page is the last.
    """

    corrections: tuple[Correction, ...]
    total: int
    after: int | None = None


@dataclass(frozen=True)
class State:
    """What each reading looks at.

    Args:
        revision: how many changes were committed, by whichever process; grows with each.
        current: the version of the model that reads; None for the bundle that ships, or the one the settings name.
        file: which file on the disk this was read of; None of a server. Another one, such as a backup that was put in
            its place, is another database, be it of the same revision.
    """

    revision: int
    current: str | None
    file: tuple[int, int] | None = field(default=None, compare=False)

    def follows(self, earlier: "State") -> bool:
        """Say whether it is of the same database as an earlier one, and as late or later."""
        return self.file == earlier.file and self.revision >= earlier.revision
