"""What is seen of a text: joiners change how their neighbours are written, and some characters are never seen."""

import unicodedata

import regex

__all__ = ["JOINER", "composed", "seen"]

#: One joiner.
JOINER = regex.compile(r"[\u200C\u200D]")

#: Where a joiner makes a difference: in letters that join their neighbours, beside a virama, in emoji of several parts.
_KEPT = regex.compile(
    r"""
    (?<= [\p{JT=D}\p{JT=L}] \p{JT=T}* ) \u200C (?= \p{JT=T}* [\p{JT=D}\p{JT=R}] )  # نيم‌روز: the m ends as a word would
    | (?<= \p{ccc=9} ) \u200C (?= [\p{L}\p{M}] ) | (?<= \p{L} ) [\u200C\u200D] (?= \p{ccc=9} )
    | (?<= \p{ccc=9} ) \u200D                                                    # ന്‍: a half letter, also as the last
    | (?<= [\p{JT=D}\p{JT=L}] ) \u200D (?! \p{JT=T}* [\p{JT=D}\p{JT=R}] )          # a letter as at a word's beginning
    | (?<= \p{Extended_Pictographic} [\uFE0F\p{Emoji_Modifier}]* ) \u200D (?= \p{Extended_Pictographic} )
    """,
    regex.VERBOSE,
)

_SEEN = regex.compile(r"[^\p{M}\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800]")
#: Never seen, and for nothing; other signs that are not seen choose between a character's forms.
_FILLING = regex.compile(r"[\u034F\u115F\u1160\u17B4\u17B5\u3164\uFFA0]")


def composed(text: str) -> str:
    """Give a text in composed form (NFC) without joiners that change nothing: what looks the same is the same.

    Example:
        >>> composed("a\\u200db"), composed("👩\\u200d🎨") == "👩\\u200d🎨"
        ('ab', True)
    """
    before, text = "", unicodedata.normalize("NFC", text)
    while text != before and JOINER.search(text):  # marks move to where a joiner was, and change what is beside others
        before, text = text, unicodedata.normalize("NFC", _joined(text))
    return text


def _joined(text: str) -> str:
    # of several in a row the first counts
    text = regex.sub(r"([\u200C\u200D])[\u200C\u200D]+", r"\1", text)
    kept = {match.start() for match in _KEPT.finditer(text)}
    return "".join(c for i, c in enumerate(text) if i in kept or not JOINER.match(c))


def seen(text: str) -> bool:
    """Say whether there is something to see, and nothing that only fills."""
    return bool(_SEEN.search(text)) and not _FILLING.search(text)
