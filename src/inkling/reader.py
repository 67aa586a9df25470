"""What one reading is made with: the model that reads, and a memory of it."""

from dataclasses import replace
from typing import NamedTuple

from .alphabet import TAUGHT, Alphabet
from .errors import UnknownAlphabet
from .ink import Ink
from .memory import Memory
from .recognizer import Choice, Recognizer

__all__ = ["Reader"]


class Reader(NamedTuple):
    """What one reading is made with: take both from one, since a memory is of one model.

    Args:
        recognizer: the model that reads.
        memory: what the corrections taught, as that model sees them.
    """

    recognizer: Recognizer
    memory: Memory

    def with_case(self, ink: Ink, spec: Choice, symbol: str, answer: str) -> tuple[str, str]:
        """Give the symbol that a person says some ink is, and what was answered, both with their case.

        Where letters have none, as in ``letters-caseless``, ``a`` stands for A as well: what is meant then is the one
        that the ink is likelier to be. A capital is one, since such an alphabet does not name it.

        Raises:
            UnknownAlphabet: the name, or a symbol of the list, is not known.
        """
        alphabet = self.recognizer.alphabet(spec, self.memory)
        members = {s: some for s, some in zip(alphabet.symbols, alphabet.members, strict=True) if len(some) > 1}

        def likelier(name: str) -> str:
            return self.recognizer.read(ink, members[name], 0, self.memory).text if name in members else name

        said = likelier(symbol)
        return said, said if said in members.get(answer, ()) else likelier(answer)

    def including_if_known(self, spec: Choice, symbol: str) -> Alphabet:
        """As :meth:`including`; of all symbols where these were forgotten since, or are of another model."""
        try:
            return self.including(spec, symbol)
        except UnknownAlphabet:
            return self.recognizer.alphabet(None, self.memory)

    def including(self, spec: Choice, symbol: str) -> Alphabet:
        """Give an alphabet, with this symbol beside its own where it is not among them.

        Raises:
            UnknownAlphabet: the name, or a symbol of the list, is not known.
        """
        recognizer, memory = self
        if isinstance(spec, str) and TAUGHT in spec.split("+") and not memory.taught:
            spec = [symbol]
        alphabet = recognizer.alphabet(spec, memory)
        if any(symbol in members for members in alphabet.members):
            return alphabet
        if isinstance(spec, str) and symbol in memory.taught:
            try:
                return recognizer.alphabet(f"{spec.strip()}+{TAUGHT}", memory)
            except UnknownAlphabet:  # an own list of symbols
                pass
        symbols = (*alphabet.symbols, symbol)
        named = Alphabet.parse(symbols, (*recognizer.symbols, *memory.taught))
        return replace(named, members=(*alphabet.members, (symbol,)))
