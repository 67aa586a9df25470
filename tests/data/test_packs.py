import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from inkling.data.catalogue import survey
from inkling.data.packs import SPLITS, Pack, find_packs, load_pack, save_pack, split
from inkling.errors import DataError, DataMissing, FolderNotWritable

from ..disk import full_disk


def drawn(name="drawn"):
    """Three samples of 1, 2 and 1 strokes."""
    return Pack(
        name,
        np.array(["l", "t", "o"]),
        np.array([0, 0, 1], np.int32),
        points=np.arange(16, dtype=np.float32).reshape(8, 2),
        stroke_start=np.array([0, 2, 4, 6, 8]),
        sample_start=np.array([0, 1, 3, 4]),
    )


def strokes_with(**changed):
    pack = drawn()
    names = ("labels", "points", "stroke_start", "sample_start")
    return {name: getattr(pack, name) for name in names} | changed


def pictured(count, name="pictured", writers=None, seed=0):
    images = np.random.default_rng(seed).integers(0, 256, (count, 4, 4), dtype=np.uint8)
    ids = np.full(count, -1, np.int32) if writers is None else np.asarray(writers, np.int32)
    return Pack(name, np.array(["a"] * count), ids, images=images)


def test_strokes_survive_saving_and_selecting(tmp_path):
    save_pack(drawn(), tmp_path / "drawn.npz")
    loaded = load_pack(tmp_path / "drawn.npz")
    assert [len(loaded.strokes(i)) for i in range(3)] == [1, 2, 1]
    chosen = loaded.select(np.array([False, True, True]))
    assert chosen.labels.tolist() == ["t", "o"]
    assert np.array_equal(chosen.strokes(0)[1], [[8, 9], [10, 11]])
    assert len(loaded.select(np.array([], np.int64))) == 0


def test_find_packs_names_them_and_leaves_unfinished_ones_out(tmp_path):
    save_pack(drawn(), tmp_path / "drawn.npz")
    (tmp_path / ".drawn.npz.part").write_bytes(b"half")
    assert list(find_packs(tmp_path)) == ["drawn"]
    assert find_packs(tmp_path / "nowhere") == {}
    with pytest.raises(DataError, match="cannot be looked into"):
        find_packs(tmp_path / ("x" * 300))


def test_a_writer_stands_on_one_side_only():
    pack = pictured(600, writers=np.arange(600) // 3)
    sides = split(pack)
    assert set(sides) == set(SPLITS)
    for writer in np.unique(pack.writers):
        assert len(set(sides[pack.writers == writer])) == 1


def test_without_writers_the_same_picture_stands_on_one_side_in_whatever_pack():
    pack = pictured(600)
    again = Pack("another", pack.labels[::-1], pack.writers, images=pack.images[::-1].copy())
    assert np.array_equal(split(pack), split(again)[::-1])
    assert 30 < (split(pack) == "test").sum() < 95


def test_mnist_test_is_test_and_nothing_else():
    assert set(split(pictured(50, "mnist-test"))) == {"test"}
    assert "test" not in split(pictured(200, "mnist-train"))


def test_parts_of_emnist_that_are_published_for_testing_are_test_and_nothing_else():
    for name in ("emnist-mnist-test", "emnist-digits-test", "emnist-byclass-test"):
        assert set(split(pictured(50, name))) == {"test"}
    assert set(split(pictured(200, "emnist-letters"))) == set(SPLITS)


@pytest.mark.parametrize("name", ["mine", "corrections", "taught"])
def test_a_pack_of_few_writers_is_split_by_picture(name):
    assert set(split(pictured(200, name, np.arange(200) % 9))) == set(SPLITS)
    assert len(set(split(pictured(200, "unipen-strokes", np.zeros(200))))) == 1  # a part is split as the whole is


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({}, "no labels"),
        ({"labels": np.array(["a"])}, "no images and no points"),
        ({"labels": np.array(["a"]), "images": np.zeros((2, 4, 4), np.uint8)}, "images must be uint8"),
        ({"labels": np.array(["a"]), "images": np.zeros((1, 4, 4))}, "images must be uint8"),
        ({"labels": np.array(["a"]), "writers": np.arange(2), "images": np.zeros((1, 4, 4), np.uint8)}, "writers"),
        ({"labels": np.array(["a"]), "images": np.zeros((1, 0, 4), np.uint8)}, "images must be uint8"),
        ({"labels": np.array("a"), "images": np.zeros((1, 4, 4), np.uint8)}, "one row of text"),
        *[
            ({"labels": np.array(["a"]), "writers": np.array([who]), "images": np.ones((1, 4, 4), np.uint8)}, "writers")
            for who in ("bob", np.nan, 2**40, -7)
        ],
        *[
            (strokes_with(**changed), says)
            for changed, says in (
                ({"points": np.full((8, 2), "x")}, "points must be float"),
                ({"points": np.full((8, 2), np.inf, np.float32)}, "points must be finite"),
                ({"stroke_start": np.array([0.0, 2, 4, 6, 8])}, "stroke_start must be one row of whole numbers"),
                ({"stroke_start": np.array([0, 4, 2, 6, 8], np.uint64)}, "stroke_start must rise"),
                ({"stroke_start": np.array([0, 2, 2, 6, 8])}, "stroke 1 has no point"),
                ({"sample_start": np.array([0, 1, 1, 4])}, "sample 1 has no stroke"),
            )
        ],
    ],
)
def test_what_is_no_pack_is_refused_with_the_reason(tmp_path, arrays, says):
    np.savez(tmp_path / "odd.npz", **arrays)
    with pytest.raises(DataError, match=says):
        load_pack(tmp_path / "odd.npz")


def test_a_pickle_is_never_opened(tmp_path):
    np.savez(tmp_path / "evil.npz", labels=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DataError, match="not a readable"):
        load_pack(tmp_path / "evil.npz")


@pytest.mark.parametrize("how", ["a terabyte", "a garbled header", "encrypted", "packed in another way"])
def test_a_file_that_is_no_sound_npz_is_refused_by_its_name(tmp_path, how):
    path = tmp_path / "odd.npz"
    save_pack(pictured(3), path)
    header = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (2**20, 1000, 1000)}
    np.lib.format.write_array_header_1_0(header, shape)
    images = {"a terabyte": header.getvalue(), "a garbled header": b"\x93NUMPY\1\0\x10\0{'descr': [[[[[(   "}
    if how in images:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("labels.npy", images[how])
    else:
        content = bytearray(path.read_bytes())
        for start, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # where flags stand, and after them the way of packing
            place = content.find(start) + at
            content[place + (0 if how == "encrypted" else 2)] = 1 if how == "encrypted" else 99
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"odd\.npz is not a readable"):
        load_pack(path)
    assert survey(tmp_path)[0].problem


def test_a_missing_pack_says_how_to_get_data(tmp_path):
    with pytest.raises(DataMissing, match="inkling data fetch mnist emnist"):
        load_pack(tmp_path / "nowhere.npz")


def test_saving_where_nothing_can_be_written_is_our_own_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderNotWritable, match="Choose another folder"):
        save_pack(drawn(), tmp_path / "file" / "drawn.npz")


def test_on_a_full_disk_the_pack_that_was_there_stays_and_nothing_beside_it(tmp_path):
    save_pack(drawn(), tmp_path / "mine.npz")
    before = (tmp_path / "mine.npz").read_bytes()
    with full_disk(), pytest.raises(FolderNotWritable, match=r"mine\.npz"):
        save_pack(pictured(2000), tmp_path / "mine.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.npz"]
    assert (tmp_path / "mine.npz").read_bytes() == before


DATA = Path(os.environ.get("INKLING_DATA", "/nowhere"))


@pytest.mark.skipif(not DATA.is_dir(), reason="the data packs are not here: set INKLING_DATA")
def test_no_picture_that_is_tested_is_trained_on_in_any_pack():
    trained, tested = {}, {}
    for path in find_packs(DATA).values():
        pack = load_pack(path)
        if pack.images is None:
            continue
        sides = split(pack)
        for into, side in ((trained, "train"), (tested, "test")):
            into |= {image.tobytes(): pack.name for image in pack.images[sides == side]}
    both = [(trained[picture], tested[picture]) for picture in trained.keys() & tested.keys()]
    assert not both
