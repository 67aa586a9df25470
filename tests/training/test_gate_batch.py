"""Whether a batch of corrections is believed: honest errors are, wrong labels and strange ink are not."""

from dataclasses import replace

import numpy as np
import pytest

from inkling import Recognizer
from inkling.bundle import Bundle
from inkling.training.gate_batch import weigh
from inkling.training.probes import probes

from .test_gate import lessons_of


@pytest.fixture(scope="module")
def shipped():
    return Recognizer(Bundle.load())


@pytest.fixture(scope="module")
def honest():
    return lessons_of(*probes("0123456789abdeghnrt", seed=6, per_symbol=12))


def relabelled(lessons, labels):
    return replace(lessons, labels=np.array(labels, np.str_))


def test_honest_corrections_are_believed_also_where_all_were_misread(shipped, honest):
    assert weigh(honest, shipped).reasons == ()
    read = shipped.traces(honest.glyphs)[:, :62].argmax(1)
    misread = honest.select(np.array(shipped.symbols)[read] != honest.labels)
    assert len(misread) > 20
    belief = weigh(misread, shipped)
    assert belief.disagreeing == belief.corrections == len(misread)
    assert belief.reasons == ()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda honest, rng: relabelled(honest, rng.permutation(honest.labels)), "corrections that are read otherwise"),
        (lambda honest, rng: relabelled(honest, np.roll(honest.labels, 30)), "corrections that are read otherwise"),
        (lambda honest, rng: relabelled(honest, ["7"] * len(honest)), "taught as 7"),
        (
            lambda honest, rng: relabelled(honest, np.where(honest.labels == "3", "8", honest.labels)),
            "read as 3 and taught as 8",
        ),
        (lambda honest, rng: replace(honest, glyphs=honest.glyphs[:, ::-1, ::-1]), "read otherwise"),
        (lambda honest, rng: replace(honest, glyphs=255 - honest.glyphs), "read otherwise"),
    ],
)
def test_wrong_labels_and_strange_ink_are_not(shipped, honest, spoil, said):
    belief = weigh(spoil(honest, np.random.default_rng(0)), shipped)
    assert said in " ".join(belief.reasons)
    assert "look through them" in belief.reasons[0]


def test_ink_that_is_hardly_a_character_is_not_believed_whatever_it_is_taught_as(shipped, honest):
    noise = np.random.default_rng(0).integers(0, 256, honest.glyphs.shape, np.uint8)
    some = np.arange(len(honest)) % 4 == 0
    spoilt = replace(honest, glyphs=np.where(some[:, None, None], noise, honest.glyphs))
    belief = weigh(spoilt, shipped)
    assert any("hardly characters" in reason for reason in belief.reasons)
    assert len(set(honest.ids[some].tolist()) & set(belief.impossible)) > some.sum() / 2
    assert np.median(shipped.character_share(honest.glyphs)) > 0.9
    assert shipped.character_share(honest.glyphs[:0]).shape == (0,)


def test_few_wrong_ones_among_many_are_found_and_named(shipped, honest):
    wrong = np.flatnonzero(honest.labels == "e")[:6]
    labels = honest.labels.copy()
    labels[wrong] = list("4586gr")
    belief = weigh(relabelled(honest, labels), shipped)
    assert "read as e" in " ".join(belief.reasons)
    assert set(honest.ids[wrong].tolist()) <= set(belief.to_json()["doubtful"])


def test_many_earlier_ones_hide_nothing(shipped, honest):
    earlier = replace(honest, new=np.zeros(len(honest), bool))
    new = honest.labels == "4"
    spoiled = replace(earlier, labels=np.where(new, "7", honest.labels), new=new)
    assert weigh(spoiled, shipped).reasons


def test_unknown_symbols_say_nothing(shipped, honest):
    assert weigh(relabelled(honest, ["ß"] * len(honest)), shipped).corrections == 0
