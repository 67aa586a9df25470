"""A recognizer that needs no model: it says how many strokes there are, so that a test knows what must come out."""

import numpy as np

from inkling.alphabet import SYMBOLS, Alphabet
from inkling.ink import Ink
from inkling.memory import Memory
from inkling.reading import Alternative, Character, Reading


class CountingRecognizer:
    version = "counting"

    def __init__(self, settings=None, symbols=SYMBOLS):
        self.settings = settings
        self.symbols = tuple(symbols)
        self.card = {"version": self.version, "alphabet": list(symbols)}

    def alphabet(self, spec=None, memory=None):
        return Alphabet.all_of(self.symbols) if spec is None else Alphabet.parse(spec, self.symbols)

    def memory(self):
        return Memory(self.symbols, 4)

    def read(self, source, alphabet=None, alternatives=5, memory=None):
        chosen = self.alphabet(alphabet)
        ink = Ink.of(source, self.settings)
        symbols = list(chosen.symbols)
        answer = symbols.pop(len(ink.strokes or ()) % len(chosen))
        shown = symbols if alternatives == "all" else symbols[:alternatives]
        others = tuple(Alternative(symbol, 0.2 / len(symbols)) for symbol in shown)
        glyph = np.zeros((28, 28), np.float32)
        glyph[4:24, 13:15] = 1
        character = Character(answer, 0.8, (1.0, 2.0, 3.0, 4.0), others, glyph)
        return Reading(answer, "sure", chosen.name, self.version, 0.5, (character,))
