"""What came of teaching and of an import: plain records, which never change once made."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .reading import Reading

if TYPE_CHECKING:
    from .store import Correction

__all__ = ["Imported", "Taught"]


@dataclass(frozen=True)
class Taught:
    """What came of a correction.

    Args:
        correction: as the store keeps it.
        before: the reading without it.
        reading: the same ink, read with it.
    """

    correction: "Correction"
    before: Reading
    reading: Reading


@dataclass(frozen=True)
class Imported:
    """What came of an import.

    Args:
        added: how many corrections are new.
        skipped: how many were there already.
        problems: one sentence for each that could not be taken.
    """

    added: int
    skipped: int
    problems: tuple[str, ...]
