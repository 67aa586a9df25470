import numpy as np
import pytest

from inkling.outline import OUTLINE, outlines


def bar(turned: bool, at: int = 12) -> np.ndarray:
    glyph = np.zeros((28, 28), np.uint8)
    glyph[4:24, at : at + 3] = 255
    return glyph.T if turned else glyph


def test_outlines_have_length_one_and_blank_ones_none():
    found = outlines(np.stack([bar(False), bar(True), np.zeros((28, 28), np.uint8)]))
    assert found.shape == (3, OUTLINE)
    assert found.dtype == np.float32
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 1, 0], abs=1e-4)
    assert (found >= 0).all()


def test_a_small_shift_matters_less_than_another_direction():
    upright, shifted, lying = outlines(np.stack([bar(False), bar(False, 13), bar(True)]))
    assert upright @ shifted > 0.9
    assert upright @ lying < 0.5


def test_a_glyph_alone_has_the_outline_that_it_has_among_others():
    glyphs = np.random.default_rng(0).integers(0, 256, (5, 28, 28)).astype(np.uint8)
    assert outlines(glyphs[2:3])[0] == pytest.approx(outlines(glyphs)[2], abs=1e-6)
