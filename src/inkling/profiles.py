"""Profiles: whose hand it is."""

import regex

from .errors import InvalidProfile
from .joiners import SIGN, composed, seen

__all__ = ["EVERYBODY", "parse_profile"]

#: The default profile: what is taught to it, all profiles know.
EVERYBODY = "everybody"

_LONGEST = 64
_SPACES = regex.compile(r"\p{Zs}+")


def parse_profile(name: object) -> str:
    """Check a profile's name. Everybody is the same, however it is written, and so are names that look the same.

    Spaces of whatever width and number are one; signs such as joiners stay where they change what is seen.

    Raises:
        InvalidProfile: it is no text of 1 to 64 characters that can be seen.

    Example:
        >>> parse_profile(" Ada "), parse_profile("Everybody"), parse_profile("山田\u3000花子")
        ('Ada', 'everybody', '山田 花子')
    """
    text = ""
    if isinstance(name, str):
        text = _SPACES.sub(" ", composed(name).strip())
    if not seen(text) or not SIGN.sub("", text).isprintable() or len(text) > _LONGEST:
        shown = repr(name) if len(repr(name)) < 80 else repr(name)[:80] + "…"
        raise InvalidProfile(
            f"{shown} is no name of a profile.", f"Give 1 to {_LONGEST} characters that can be seen, or leave it out."
        )
    return EVERYBODY if text.casefold() == EVERYBODY else text
