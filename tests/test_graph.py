"""What a bundle's graphs must give, and what comes of one that gives something else."""

import numpy as np
import pytest

from inkling import Bundle, Recognizer, Settings
from inkling.bundle import NETWORK, NORMALIZER
from inkling.errors import BundleDamaged
from inkling.graph import open_network, open_normalizer

from .bundles import SHIPPED, trusting, wary


def outputs(session):
    return [output.name for output in session.get_outputs()]


def test_a_network_may_tell_what_is_no_symbol_or_not():
    assert outputs(open_network(trusting())) == ["logits", "features"]
    assert outputs(open_network(wary())) == ["logits", "features", "unknown"]


def test_one_that_gives_something_else_is_damaged():
    swapped = Bundle.make(SHIPPED.files[NETWORK], SHIPPED.files[NORMALIZER], SHIPPED.card)
    for opened in (open_network, open_normalizer):
        with pytest.raises(BundleDamaged, match="gives"):
            opened(swapped)
    with pytest.raises(BundleDamaged, match="cannot be run"):
        open_network(Bundle.make(SHIPPED.files[NORMALIZER], b"no graph", SHIPPED.card))


def test_card_and_network_are_of_the_same_symbols():
    few = Bundle.make(SHIPPED.files[NORMALIZER], SHIPPED.files[NETWORK], {**SHIPPED.card, "symbols": ["0", "1"]})
    with pytest.raises(BundleDamaged, match="names 2 symbols, its network tells 62 apart"):
        open_network(few)


def test_unknown_is_one_number_a_glyph():
    with pytest.raises(BundleDamaged, match="unknown has the shape"):
        open_network(wary(keepdims=True))


def test_traces_and_logits_are_of_the_same_parts_either_way():
    readers = [Recognizer(bundle, Settings.load({})) for bundle in (trusting(), wary())]
    glyphs = np.random.default_rng(6).integers(0, 256, (3, 28, 28), np.uint8)
    for either in (lambda r: r.traces(glyphs), lambda r: r.logits(glyphs.astype(np.float32) / 255)):
        first, second = map(either, readers)
        assert np.array_equal(first, second)
