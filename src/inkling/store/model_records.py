"""What is known of the versions of the model: plain records, which never change once made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["ModelVersion", "Promotion"]


@dataclass(frozen=True)
class ModelVersion:
    """A bundle in the database, without its bytes.

    Args:
        version: its name, by its card.
        parent: the version it was retrained from; None where it was not.
        origin: ``shipped``, ``retrained``, ``trained`` or ``imported``.
        reason: why it was made, in a person's words.
        profile: whose corrections it learned from; None for everyone's, or where it learned from none.
        state: the gate's word: ``passed``, ``refused``, or ``ungated`` where it was not asked.
        added_at: when it came into the database, in UTC.
        card: the bundle's card.
        sha256: hash of card and files together, in hexadecimal.
        size_bytes: size of card and files together.
        report: the gate's decision with its figures; None where it was not asked.
        held: whether its bytes are still kept.
    """

    version: str
    parent: str | None
    origin: str
    reason: str
    profile: str | None
    state: str
    added_at: datetime
    card: Mapping[str, Any]
    sha256: str
    size_bytes: int
    report: Mapping[str, Any] | None
    held: bool


@dataclass(frozen=True)
class Promotion:
    """A version became the one that reads.

    Args:
        id: its number; later ones are greater.
        version: that version.
        previous: the version that read before; None where that was the bundle that ships or the settings name.
        at: when, in UTC.
        reason: why, in a person's words.
        rollback: whether it was a step back.
    """

    id: int
    version: str
    previous: str | None
    at: datetime
    reason: str
    rollback: bool
