"""Profiles: whose hand it is."""

import unicodedata

from .errors import InvalidProfile

__all__ = ["EVERYBODY", "parse_profile"]

#: The default profile: what is taught to it, all profiles know.
EVERYBODY = "everybody"

_LONGEST = 64


def parse_profile(name: object) -> str:
    """Check a profile's name. Everybody is the same, however it is written.

    Raises:
        InvalidProfile: it is no text of 1 to 64 characters that can be seen.

    Example:
        >>> parse_profile(" Ada "), parse_profile("Everybody")
        ('Ada', 'everybody')
    """
    text = unicodedata.normalize("NFC", name.strip()) if isinstance(name, str) else ""
    if not text or len(text) > _LONGEST or not text.isprintable():
        shown = repr(name) if len(repr(name)) < 80 else repr(name)[:80] + "…"
        raise InvalidProfile(
            f"{shown} is no name of a profile.", f"Give 1 to {_LONGEST} characters that can be seen, or leave it out."
        )
    return EVERYBODY if text.casefold() == EVERYBODY else text
