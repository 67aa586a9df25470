"""Alphabets: the symbols that a reading may choose from, and which symbols look alike."""

import contextlib
import difflib
import functools
import json
import string
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import regex

from .errors import BadSymbol, UnknownAlphabet
from .joiners import composed, seen

__all__ = ["LOOK_ALIKES", "NAMED", "SYMBOLS", "TAUGHT", "Alphabet", "kind_of", "look_alikes", "parse_symbol"]

#: The 62 symbols that the network is trained on, in the order of its logits.
SYMBOLS: tuple[str, ...] = tuple(string.digits + string.ascii_uppercase + string.ascii_lowercase)

#: Symbols that share one shape once size and place are gone, so that no reader can tell them apart for certain.
LOOK_ALIKES: tuple[frozenset[str], ...] = tuple(
    frozenset(group)
    for group in ("0Oo", "1lI|", "2Zz", "5Ss", "9gq", "6b", "Cc", "Kk", "Mm", "Pp", "Uu", "Vv", "Ww", "Xx", "Yy")
)

_PARTS: dict[str, tuple[str, ...]] = {
    "digits": tuple(string.digits),
    "lowercase": tuple(string.ascii_lowercase),
    "uppercase": tuple(string.ascii_uppercase),
    "letters": tuple(string.ascii_uppercase + string.ascii_lowercase),
    "alphanumeric": SYMBOLS,
}

#: Letters of which each stands for its capital, too.
_CASELESS = "letters-caseless"

#: The names that :meth:`Alphabet.parse` knows, each with what it is.
NAMED: dict[str, str] = {
    "digits": "0-9 (10)",
    "lowercase": "a-z (26)",
    "uppercase": "A-Z (26)",
    "letters": "A-Z and a-z (52)",
    "letters-caseless": "a-z, a capital counts as its small letter (26)",
    "digits+lowercase": "0-9 and a-z (36)",
    "alphanumeric": "0-9, A-Z and a-z (62)",
}

#: The name of the alphabet of all symbols that were taught.
TAUGHT = "taught"

_LONGEST_NAME = 32


@functools.lru_cache(maxsize=1024)
def look_alikes(symbol: str) -> frozenset[str]:
    """Give the symbols, other than ``symbol``, that share its shape.

    Example:
        >>> sorted(look_alikes("0"))
        ['O', 'o']
    """
    return frozenset().union(*(group for group in LOOK_ALIKES if symbol in group)) - {symbol}


def kind_of(symbol: str) -> str:
    """Say which named alphabet holds a symbol: ``digits``, ``uppercase``, ``lowercase``, else ``other``."""
    return next((name for name in ("digits", "uppercase", "lowercase") if symbol in _PARTS[name]), "other")


def parse_symbol(text: object) -> str:
    """Check what a person wants to teach: one character as they see it, or a short name of one word.

    Returns:
        The symbol, in Unicode's composed form (NFC).

    Raises:
        BadSymbol: it is empty, too long, of several words, the name of an alphabet, or cannot be seen.

    Example:
        >>> parse_symbol(" tick ")
        'tick'
    """
    if not isinstance(text, str):
        raise BadSymbol(f"A symbol is text, not {type(text).__name__}.", _WHAT_A_SYMBOL_IS)
    symbol = composed(text).strip()
    shown = repr(symbol if len(symbol) <= 40 else symbol[:40] + "…")
    if not symbol:
        raise BadSymbol("There is no symbol.", _WHAT_A_SYMBOL_IS)
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") for c in symbol) or not seen(symbol):
        raise BadSymbol(f"{shown} holds characters that cannot be seen.", _WHAT_A_SYMBOL_IS)
    if len(regex.findall(r"\X", symbol)) == 1:
        if len(symbol) > _LONGEST_NAME:
            raise BadSymbol(f"{shown} is no character that can be written.", _WHAT_A_SYMBOL_IS)
        return symbol
    if len(symbol) > _LONGEST_NAME:
        raise BadSymbol(f"{shown} has {len(symbol)} characters; a name has {_LONGEST_NAME} at most.", _WHAT_A_SYMBOL_IS)
    if not regex.fullmatch(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}\u200C\u200D_-]*", symbol):
        raise BadSymbol(f"{shown} is neither one character nor one word.", _WHAT_A_SYMBOL_IS)
    if symbol.lower() in (*NAMED, TAUGHT):
        raise BadSymbol(f"{shown} is the name of an alphabet.", "Choose another name.")
    return symbol


_WHAT_A_SYMBOL_IS = (
    f"Give one character, such as 7 or θ, or a name of one word of up to {_LONGEST_NAME} letters, digits, - and _."
)


@dataclass(frozen=True)
class Alphabet:
    """The symbols that a reading may choose from.

    Args:
        name: its name, or its symbols in a row for an own list.
        symbols: what a reading may answer, without repeats.
        members: for each of ``symbols``, those of the network's symbols whose probabilities it sums.
    """

    name: str
    symbols: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.symbols)

    @classmethod
    def parse(
        cls, spec: "str | Iterable[str] | Alphabet", known: Sequence[str] = SYMBOLS, taught: Sequence[str] = ()
    ) -> "Alphabet":
        """Make an alphabet of a name, of names joined by ``+``, or of an own list of symbols.

        A string that is no name is a list of symbols: ``"0123456789ABCDEF"``, or with commas, ``"Y,N"``. A string of
        letters that looks like a misspelt name is refused rather than taken apart. Symbols may be joined to names, too:
        ``"digits+tick"``. A taught name such as ``01``, which is a row of the model's symbols as well, is meant only in
        a list (``["01"]``, ``"01,"``) or beside a name (``"digits+01"``); a taught comma only in a list, which may be
        written as JSON, too. The name of what is made gives the same again.

        Args:
            spec: a name, symbols in one string, or a sequence of symbols.
            known: the symbols that the model can answer.
            taught: those that corrections know beside them; ``taught`` names all of them.

        Raises:
            UnknownAlphabet: the name is unknown, or a symbol is unknown or stands twice.
        """
        if isinstance(spec, str):
            return _parsed(spec, tuple(known), tuple(taught))
        if isinstance(spec, Alphabet):
            return spec._checked((*known, *taught))
        try:
            symbols = tuple(composed(s) if isinstance(s, str) else s for s in spec)
        except TypeError:
            raise _unknown(f"an alphabet is a name or a list of symbols, not {type(spec).__name__}.") from None
        return cls._of(symbols, known, taught)

    @classmethod
    def _named(cls, spec: str, known: Sequence[str], taught: Sequence[str]) -> "Alphabet":
        """Make an alphabet of text, as :meth:`parse` does."""
        name = composed(spec).strip()
        parts = [part.strip() for part in name.split("+")]
        if any(part in (*_PARTS, _CASELESS, TAUGHT) for part in parts):
            return cls._joined(parts, (*known, *taught), taught)
        symbols = _listed(name, known, taught)
        if not symbols:
            raise _unknown(f"there is no alphabet named {spec!r}.")
        return cls._of(symbols, known, taught)

    @classmethod
    def all_of(cls, known: Sequence[str], taught: Sequence[str] = ()) -> "Alphabet":
        """Make the alphabet of all that a model can answer, and of what was taught beside it."""
        name = next((name for name, part in _PARTS.items() if part == tuple(known)), "")
        if taught and name:
            name += f"+{TAUGHT}"
        return cls._of((*known, *taught), known, taught, name)

    @classmethod
    def _joined(cls, parts: Sequence[str], known: Sequence[str], taught: Sequence[str]) -> "Alphabet":
        """Make an alphabet of names of alphabets and symbols beside them; what stands in several counts once."""
        if not all(parts):
            raise _unknown(f"between two + of {'+'.join(parts)} stands nothing.")
        if parts == [TAUGHT] and not taught:
            raise UnknownAlphabet("Nothing was taught yet.", "Teach a symbol first, or choose another alphabet.")
        found: dict[str, tuple[str, ...]] = {}
        for part in parts:
            of_part: list[tuple[str, ...]] = [(s,) for s in {**_PARTS, TAUGHT: taught}.get(part, (part,))]
            if part == _CASELESS:
                of_part = [(s, s.upper()) for s in _PARTS["lowercase"]]
            there = {member for members in found.values() for member in members}
            found |= {members[0]: members for members in of_part if not there & {*members}}
        strange = [member for members in found.values() for member in members if member not in known]
        if strange:
            raise _unknown(f"the model does not know {_list(strange)} of the alphabet {'+'.join(parts)}.", _TEACH_IT)
        return cls("+".join(parts), tuple(found), tuple(found.values()))

    def _checked(self, known: Sequence[str]) -> "Alphabet":
        strange = [member for members in self.members for member in members if member not in known]
        if strange:
            raise _unknown(f"the model does not know {_list(strange)} of the alphabet {self.name}.")
        return self

    @classmethod
    def _of(
        cls, symbols: tuple[object, ...], network: Sequence[str], taught: Sequence[str], name: str = ""
    ) -> "Alphabet":
        known = (*network, *taught)
        texts = tuple(s for s in symbols if isinstance(s, str))
        if not texts or len(texts) != len(symbols):
            raise _unknown(f"an own alphabet is a list of one symbol or more, got {list(symbols)!r}.")
        strange = [s for s in texts if s not in known]
        if strange:
            raise _unknown(f"the model does not know {_list(strange)} of the alphabet {_list(texts)}.", _TEACH_IT)
        if len(set(texts)) != len(texts):
            twice = [s for s in dict.fromkeys(texts) if texts.count(s) > 1]
            raise _unknown(f"{_list(twice)} stands more than once in the alphabet {_list(texts)}.")
        return cls(name or _name_of(texts, network, taught), texts, tuple((s,) for s in texts))


@functools.lru_cache(maxsize=64)
def _parsed(spec: str, known: tuple[str, ...], taught: tuple[str, ...]) -> Alphabet:
    """Parse text once: nearly every reading names the same few alphabets."""
    return Alphabet._named(spec, known, taught)


def _listed(text: str, known: Sequence[str], taught: Sequence[str]) -> tuple[str, ...]:
    """Give the symbols that a text lists; none where it lists none."""
    if text in (*known, *taught) and not _is_row(text, known):  # a row stays one, whatever is taught
        return (text,)
    with contextlib.suppress(ValueError, RecursionError):
        if text.startswith("[") and (items := json.loads(text)) and all(isinstance(item, str) for item in items):
            return tuple(map(composed, items))
    if "," in text:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return () if not text or _reads_like_a_name(text) else tuple(regex.findall(r"\X", text))


def _name_of(symbols: tuple[str, ...], known: Sequence[str], taught: Sequence[str]) -> str:
    """Name an own list so that the name lists the same symbols: in a row, with commas, or else as JSON."""
    listed = ",".join(symbols)
    names = ("".join(symbols) if all(len(s) == 1 for s in symbols) else listed, listed, f"{listed},")
    return next(
        (name for name in names if _listed(name, known, taught) == symbols), json.dumps(symbols, ensure_ascii=False)
    )


def _reads_like_a_name(text: str) -> bool:
    if difflib.get_close_matches(text.lower(), NAMED, n=1, cutoff=0.75):
        return True
    # "abc" and "aeiou" are lists; "greek" and "emoji" are words: lists come in order and without repeats.
    return len(text) > 2 and text.isalpha() and not text.isupper() and list(text) != sorted(set(text))


def _is_row(text: str, known: Sequence[str]) -> bool:
    """Say whether text is a row of symbols: more than one, all known, without repeats, and no word."""
    row = regex.findall(r"\X", text)
    return len(row) == len(set(row)) > 1 and all(s in known for s in row) and not _reads_like_a_name(text)


def _list(symbols: Iterable[str]) -> str:
    shown = list(symbols)
    return ", ".join(repr(s) for s in shown[:12]) + (f", ... ({len(shown)})" if len(shown) > 12 else "")


_TEACH_IT = "A symbol that was taught is known to the profile that taught it: name that profile, or teach it first. "


def _unknown(message: str, hint: str = "") -> UnknownAlphabet:
    return UnknownAlphabet(
        message[0].upper() + message[1:],
        f"{hint}Known alphabets: {', '.join(NAMED)}, {TAUGHT}; or list symbols, such as 0123456789ABCDEF or Y,N.",
    )
