"""What answers are made of: times, numbers that JSON can hold, sentences that tell nothing of the machine."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

__all__ = ["finite", "hidden", "utc"]

_DEEPEST = 32

#: An absolute path, or the address of a database or a queue, in which a password may stand.
_PLACE = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*://|(?<![\w/.:<])~?/|\b[A-Za-z]:\\)[^\s'\"<>]*[^\s'\"<>.,;:)\]]", re.IGNORECASE
)


def utc(time: datetime) -> str:
    """Write a time as ISO 8601 does, in UTC."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def finite(value: Any, depth: int = _DEEPEST) -> Any:
    """Give a value with null in place of each number that JSON has no word for, NaN and infinity.

    What is nested deeper than any of ours becomes null, too; it would come from a card from elsewhere.

    Example:
        >>> finite({"loss": float("nan"), "steps": [1, 2.5]})
        {'loss': None, 'steps': [1, 2.5]}
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): finite(part, depth - 1) for name, part in value.items()} if depth else None
    if isinstance(value, list | tuple):
        return [finite(part, depth - 1) for part in value] if depth else None
    return value


def hidden(text: str) -> str:
    """Give a sentence without the folders and databases that it names.

    Example:
        >>> hidden("No such file: '/home/ada/inkling.db'.")
        "No such file: '…'."
    """
    return _PLACE.sub("…", text)
