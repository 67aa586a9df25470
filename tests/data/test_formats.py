import numpy as np
import pytest

from inkling.data.formats import load
from inkling.data.packs import Pack, save_pack
from inkling.errors import DataError, DataMissing

from .conftest import an_l, emnist_zip, gz, idx
from .test_emnist import BYCLASS_MAPPING, write_split


def test_mnist_files_are_found_by_the_pictures_and_named_for_their_split(tmp_path):
    for stem, labels in (("train", [5, 0]), ("t10k", [7])):
        pictures = np.stack([an_l() for _ in labels])
        (tmp_path / f"{stem}-images-idx3-ubyte.gz").write_bytes(gz(idx(pictures)))
        (tmp_path / f"{stem}-labels-idx1-ubyte.gz").write_bytes(gz(idx(np.array(labels, np.uint8))))
    train = load(tmp_path / "train-images-idx3-ubyte.gz")
    assert (train.name, train.labels.tolist()) == ("mnist-train", ["5", "0"])
    assert np.array_equal(train.images[0], an_l())  # MNIST is not transposed
    assert load(str(tmp_path / "t10k-images-idx3-ubyte.gz")).name == "mnist-test"


def test_emnist_files_and_its_archive_load(tmp_path):
    assert load(write_split(tmp_path, "letters", [1])).labels.tolist() == ["a"]
    (tmp_path / "gzip.zip").write_bytes(emnist_zip(BYCLASS_MAPPING, {"train": [9, 10]}))
    assert load(tmp_path / "gzip.zip").labels.tolist() == ["A"]


def test_a_pack_loads(tmp_path):
    pack = Pack("mine", np.array(["A"]), np.array([3], np.int32), images=an_l()[None])
    save_pack(pack, tmp_path / "mine.npz")
    loaded = load(tmp_path / "mine.npz")
    assert (loaded.name, loaded.labels.tolist(), loaded.writers.tolist()) == ("mine", ["A"], [3])


def test_unequal_numbers_and_labels_that_are_no_digits_are_errors(tmp_path):
    images, labels = tmp_path / "x-images-idx3-ubyte", tmp_path / "x-labels-idx1-ubyte"
    images.write_bytes(idx(np.stack([an_l(), an_l()])))
    labels.write_bytes(idx(np.array([1], np.uint8)))
    with pytest.raises(DataError, match=r"2 pictures, .* 1 labels"):
        load(images)
    labels.write_bytes(idx(np.array([1, 11], np.uint8)))
    with pytest.raises(DataError, match="has the label 11"):
        load(images)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("notes.txt", b"hello", "in no form that is understood"),
        ("x-labels-idx1-ubyte.gz", b"", "holds the labels"),
        ("broken.npz", b"PK\x03\x04 broken", "not a readable .npz"),
        ("text.npz", b"no zip", "not a readable .npz"),
        ("broken.zip", b"no zip", "in no form that is understood"),
    ],
)
def test_what_is_not_understood_is_named(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        load(tmp_path / name)
    assert name in str(caught.value)


def test_nothing_there_says_what_to_give(tmp_path):
    with pytest.raises(DataMissing, match=r"Give a folder .* a pack\.npz, or IDX files"):
        load(tmp_path / "nowhere")
