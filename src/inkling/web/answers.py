"""What answers are made of: times, numbers that JSON can hold, sentences that tell nothing of the machine."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

__all__ = ["finite", "hidden", "utc"]

#: An absolute path, or the address of a database or a queue, in which a password may stand.
_PLACE = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*://|(?<![\w/.:<])~?/|\b[A-Za-z]:\\)[^\s'\"<>]*[^\s'\"<>.,;:)\]]", re.IGNORECASE
)


def utc(time: datetime) -> str:
    """Write a time as ISO 8601 does, in UTC."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def finite(value: Any) -> Any:
    """Give a value with null in place of each number that JSON has no word for: NaN and infinity.

    Example:
        >>> finite({"loss": float("nan"), "steps": [1, 2.5]})
        {'loss': None, 'steps': [1, 2.5]}
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return value


def hidden(text: str) -> str:
    """Give a sentence without the folders and databases that it names.

    Example:
        >>> hidden("No such file: '/home/ada/inkling.db'.")
        "No such file: '…'."
    """
    return _PLACE.sub("…", text)
