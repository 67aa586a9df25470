"""The heat map: it lies on the ink that decides."""

import numpy as np
import pytest

from inkling.alphabet import Alphabet
from inkling.heat import heat_of
from inkling.inference import quantized
from inkling.ink import Ink
from inkling.judge import Judge
from inkling.recognizer import Recognizer

from .drawings import placed


def heat(recognizer, symbol, alphabet="digits"):
    reading = recognizer.read(Ink.from_strokes(placed(symbol, 3)), alphabet)
    character = reading.characters[0]
    assert character.symbol == symbol
    return character, heat_of(recognizer, character.glyph, symbol, Alphabet.parse(alphabet))


@pytest.mark.parametrize("symbol", ["0", "1", "4", "7"])
def test_heat_lies_near_the_ink_and_nowhere_else(recognizer, symbol):
    character, found = heat(recognizer, symbol)
    assert found.map.shape == (28, 28)
    assert found.map.max() == pytest.approx(1)
    assert found.map.min() == 0
    assert 0 < found.drop <= character.probability
    y, x = np.nonzero(found.map > 0.5)
    ink_y, ink_x = np.nonzero(character.glyph > 0.3)
    nearest = np.hypot(y[:, None] - ink_y, x[:, None] - ink_x).min(1)
    assert nearest.max() <= 6


class Corner(Recognizer):
    """A network that looks at one corner only."""

    def __init__(self):
        self.symbols = tuple("01")
        self._referee = Judge(self.symbols, {}, 0.6)

    def logits(self, glyphs):
        corner = glyphs[:, 20:24, 4:8].mean((1, 2))
        return np.stack([0 * corner, 8 * corner - 4], 1).astype(np.float32)


def test_what_decides_is_hot_and_what_does_not_is_cold():
    glyph = np.full((28, 28), 0.9, np.float32)
    found = heat_of(Corner(), glyph, "1", Alphabet.parse("01"))
    y, x = np.unravel_index(found.map.argmax(), (28, 28))
    assert 20 <= y < 24
    assert 4 <= x < 8
    assert not found.map[:14].any()
    assert not found.map[:, 14:].any()
    assert found.drop > 0.9


def test_a_symbol_that_was_taught_has_heat_on_its_ink(recognizer):
    ink = Ink.from_strokes([*placed("0", 3), [[10, 150], [170, 150]]])
    first = recognizer.read(ink).characters[0]
    kept, sizes = quantized(first.glyph[None]), np.array([max(first.box[2:])], np.float32)
    memory = recognizer.memory().teach([1], ["θ"], kept, recognizer.traces(kept), [first.symbol], sizes)
    character = recognizer.read(ink, memory=memory).characters[0]
    alphabet = recognizer.alphabet(None, memory)
    found = heat_of(recognizer, character.glyph, "θ", alphabet, memory, max(character.box[2:]))
    assert character.symbol == "θ"
    assert 0 < found.drop <= character.probability + 1e-3
    y, x = np.nonzero(found.map > 0.5)
    ink_y, ink_x = np.nonzero(character.glyph > 0.3)
    assert np.hypot(y[:, None] - ink_y, x[:, None] - ink_x).min(1).max() <= 6


def test_a_glyph_without_ink_has_no_heat(recognizer):
    found = heat_of(recognizer, np.zeros((28, 28), np.float32), "0", Alphabet.parse("digits"))
    assert found.drop == 0
    assert not found.map.any()


def test_the_frame_says_where_the_glyph_lies(recognizer):
    """A glyph's px, laid over the input by its frame, are the ink that was drawn."""
    ink = Ink.from_strokes(placed("7", 3, (40, 25)))
    character = recognizer.read(ink, "digits").characters[0]
    x, y, width, height = character.frame
    rows, columns = np.nonzero(character.glyph > 0.5)
    left, right = x + columns.min() * width / 28, x + (columns.max() + 1) * width / 28
    top, bottom = y + rows.min() * height / 28, y + (rows.max() + 1) * height / 28
    box = character.box
    px = width / 28
    assert (left, top, right, bottom) == pytest.approx((box[0], box[1], box[0] + box[2], box[1] + box[3]), abs=1.5 * px)
