import numpy as np
import pytest

from inkling.data.packs import Pack, split
from inkling.data.sides import sides_of

from .test_packs import drawn, pictured


def renamed(pack, name):
    return Pack(name, pack.labels, pack.writers, pack.images, pack.points, pack.stroke_start, pack.sample_start)


def inks(pack, sides, *wanted):
    return {pack.images[i].tobytes() for i in np.flatnonzero(np.isin(sides, wanted))}


def test_alone_a_pack_is_split_as_ever():
    for pack in (pictured(300, writers=np.arange(300) // 3), pictured(50, "mnist-test"), drawn()):
        assert np.array_equal(sides_of([pack])[0], split(pack))


@pytest.mark.parametrize("name", ["mnist-test", "mine"])
def test_a_copy_under_another_name_is_not_learned_from_where_the_original_is_held_out(name, caplog):
    pack = pictured(600, name, np.arange(600) // 3)
    copy = renamed(pack, "copy")
    original, copied = sides_of([pack, copy])
    test = inks(pack, original, "test") | inks(copy, copied, "test")
    validation = inks(pack, original, "validation") | inks(copy, copied, "validation")
    train = inks(pack, original, "train") | inks(copy, copied, "train")
    assert test
    assert not train & (test | validation)
    assert not validation & test
    assert "copy: " in caplog.text
    assert inks(pack, original, "test") == inks(pack, split(pack), "test")


def test_a_drawing_that_is_held_out_is_known_in_another_pack():
    strokes = drawn("unipen-strokes")
    _, copied = sides_of([renamed(strokes, "mnist-test"), renamed(strokes, "mine")])
    assert not set(copied) & {"train", "validation"}


def test_what_is_judged_by_is_not_learned_from():
    pack = pictured(100)
    (sides,) = sides_of([pack], judged=pack.images[:40])
    assert not set(sides[:40]) & {"train", "validation"}
    assert np.array_equal(sides[40:], split(pack)[40:])


def test_blank_pictures_are_in_no_split(caplog):
    pack = pictured(100)
    pack.images[:7] = 0
    (sides,) = sides_of([pack])
    assert set(sides[:7]) == {""}
    assert "pictured: 7 pictures" in caplog.text
    assert np.array_equal(sides[7:], split(pack)[7:])
