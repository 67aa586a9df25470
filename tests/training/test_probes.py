"""Probes: many drawings of every symbol, the same for a seed, that the shipped bundle reads."""

import numpy as np

from inkling import Recognizer
from inkling.alphabet import SYMBOLS
from inkling.training.probes import probes


def test_every_symbol_is_drawn_in_the_form_of_glyphs():
    labels, glyphs = probes(SYMBOLS, seed=1, per_symbol=3)
    assert glyphs.shape == (62 * 3, 28, 28)
    assert glyphs.dtype == np.uint8
    assert sorted(labels.tolist()) == sorted(SYMBOLS * 3)
    assert (glyphs.max((1, 2)) > 150).all(), "all are there"
    assert len(np.unique(glyphs, axis=0)) == len(glyphs), "no two are the same"


def test_a_seed_gives_the_same_and_another_one_others():
    once, again, other = (probes("aB7", seed, per_symbol=4)[1] for seed in (1, 1, 2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


def test_symbols_that_no_typeface_has_are_left_out():
    labels, glyphs = probes(("α", "tick", "\ue123", "7"), seed=0, per_symbol=2)
    assert set(labels.tolist()) == {"α", "7"}
    assert len(glyphs) == 4
    assert len(probes(("tick",), seed=0)[0]) == 0


def test_the_shipped_network_reads_most_of_them():
    recognizer = Recognizer()
    labels, glyphs = probes("23456789ABDEFGHRabdefhnrt", seed=0, per_symbol=6)
    logits = recognizer.logits(glyphs.astype(np.float32) / 255)
    answers = np.array(recognizer.symbols)[logits.argmax(1)]
    assert (answers == labels).mean() > 0.85
