"""What is seen of a text: some characters only change how their neighbours are written, and some are never seen."""

import unicodedata

import regex

__all__ = ["SIGN", "composed", "in_a_line", "seen"]

# One joiner.
_JOINER = regex.compile(r"[\u200C\u200D]")

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

#: Signs that choose between the forms of the character before them, and those of which flags are made.
_CHOOSING = regex.compile(r"[\uFE00-\uFE0F\u180B-\u180D\u180F\U000E0020-\U000E007F\U000E0100-\U000E01EF]")

#: Where they make a difference. Whether an emoji is painted or drawn makes none to what a person writes; in emoji of
#: several parts and keycaps the sign stands always.
_CHOSEN = regex.compile(
    r"""
    (?<= \p{Ideographic} ) [\uFE00-\uFE0D\U000E0100-\U000E01EF]                     # 葛󠄀
    | (?<= [\p{Script=Myanmar}\p{Script=Phags_Pa}\p{Script=Manichaean}] ) \uFE00
    | (?<= [0∩∪≨≩≲≳⊊⊋⊓⊔⊕⊗⊜⋚⋛⨼⨽⪝⪞⪬⪭⫋⫌] ) \uFE00                                      # by Unicode's list of sequences
    | (?<= \p{Script=Mongolian} ) [\u180B-\u180D\u180F]
    | (?<= \p{Extended_Pictographic} ) \uFE0F (?= \u200D \p{Extended_Pictographic} ) # 🏳️‍🌈
    | (?<= [0-9\#*] ) \uFE0F (?= \u20E3 )                                            # 7️⃣
    | \U0001F3F4 [\U000E0020-\U000E007E]{1,31} \U000E007F                             # a flag
    """,
    regex.VERBOSE,
)

#: Parts of emoji that are drawn by themselves, and painted in emoji of several parts; digits in keycaps.
_UNPAINTED = regex.compile(
    r"(?!\p{Emoji_Presentation})\p{Extended_Pictographic}(?=\u200D\p{Extended_Pictographic})|[0-9#*](?=\u20E3)"
)

#: One character that only changes how others are written.
SIGN = regex.compile(f"{_JOINER.pattern}|{_CHOOSING.pattern}")

_SEEN = regex.compile(r"[^\p{M}\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800]")
#: Never seen, and for nothing; other signs that are not seen choose between a character's forms.
_FILLING = regex.compile(r"[\u034F\u115F\u1160\u17B4\u17B5\u3164\uFFA0]")


_OBEYED = ("Cc", "Cf", "Cs", "Zl", "Zp")


def composed(text: str) -> str:
    """Give a text in composed form (NFC) without signs that change nothing: what looks the same is the same.

    Example:
        >>> composed("a\\u200db"), composed("A\\ufe0f"), composed("👩\\u200d🎨") == "👩\\u200d🎨"
        ('ab', 'A', True)
    """
    before, text = "", unicodedata.normalize("NFC", text)
    while text != before and (SIGN.search(text) or _UNPAINTED.search(text)):  # marks move to where a sign was
        before, text = text, unicodedata.normalize("NFC", _only(_CHOOSING, _CHOSEN, _painted(_joined(text))))
    return text


def _painted(text: str) -> str:
    return str(_UNPAINTED.sub("\\g<0>\ufe0f", text))


def _joined(text: str) -> str:
    # of several in a row the first counts
    text = regex.sub(r"([\u200C\u200D])[\u200C\u200D]+", r"\1", text)
    return _only(_JOINER, _KEPT, text)


def _only(signs: "regex.Pattern[str]", kept: "regex.Pattern[str]", text: str) -> str:
    """Leave out signs but for those that are kept."""
    places = {place for match in kept.finditer(text) for place in range(*match.span())}
    return "".join(c for i, c in enumerate(text) if i in places or not signs.match(c))


def seen(text: str) -> bool:
    """Say whether there is something to see, and nothing that only fills."""
    return bool(_SEEN.search(text)) and not _FILLING.search(text)


def in_a_line(text: str) -> str:
    """Give a text as it may stand in a line: escaped, where it holds what ends one or what a terminal obeys."""
    return ascii(text) if any(unicodedata.category(c) in _OBEYED for c in text) else text
