import string

import numpy as np
import pytest

from inkling.data.emnist import EMNIST_SPLITS, parse_mapping, read_emnist, read_emnist_zip
from inkling.errors import DataError, DataMissing

from .conftest import an_l, emnist_zip, gz, idx

#: Two lines a case of the published mapping of the split "letters", which has the capital's code, then the small one's.
LETTERS_MAPPING = "".join(f"{i} {64 + i} {96 + i} \n" for i in range(1, 27))
BYCLASS_MAPPING = "".join(
    f"{i} {ord(s)}\n" for i, s in enumerate(string.digits + string.ascii_uppercase + string.ascii_lowercase)
)


def write_split(folder, split, labels, mapping="", suffix=".gz"):
    pack = gz if suffix else bytes
    stored = np.stack([an_l().T for _ in labels])  # EMNIST's own way: the axes of each picture exchanged
    images = folder / f"emnist-{split}-train-images-idx3-ubyte{suffix}"
    images.write_bytes(pack(idx(stored)))
    (folder / f"emnist-{split}-train-labels-idx1-ubyte{suffix}").write_bytes(pack(idx(np.array(labels, np.uint8))))
    if mapping:
        (folder / f"emnist-{split}-mapping.txt").write_text(mapping)
    return images


def test_pictures_come_out_upright(tmp_path):
    pack = read_emnist(write_split(tmp_path, "letters", [12, 12]))
    assert np.array_equal(pack.images, np.stack([an_l(), an_l()]))
    assert not np.array_equal(pack.images[0], an_l().T)


@pytest.mark.parametrize("mapping", [LETTERS_MAPPING, ""], ids=["with mapping file", "without"])
def test_labels_of_letters_start_at_one(tmp_path, mapping):
    pack = read_emnist(write_split(tmp_path, "letters", [1, 2, 26], mapping))
    assert pack.labels.tolist() == ["a", "b", "z"]


def test_a_zero_among_letters_is_an_error_not_an_a(tmp_path):
    with pytest.raises(DataError, match=r"labels \[0\]"):
        read_emnist(write_split(tmp_path, "letters", [0, 1], LETTERS_MAPPING))


@pytest.mark.parametrize("mapping", [BYCLASS_MAPPING, ""], ids=["with mapping file", "without"])
def test_byclass_keeps_case(tmp_path, mapping):
    pack = read_emnist(write_split(tmp_path, "byclass", [0, 9, 10, 35, 36, 61], mapping, suffix=""))
    assert pack.labels.tolist() == ["0", "9", "A", "Z", "a", "z"]


def test_balanced_has_47_classes_of_which_the_last_is_t():
    assert len(EMNIST_SPLITS["balanced"]) == 47
    assert EMNIST_SPLITS["balanced"][36] == "a"
    assert EMNIST_SPLITS["balanced"][46] == "t"


def test_the_archive_is_read_without_its_digits(tmp_path):
    path = tmp_path / "gzip.zip"
    path.write_bytes(emnist_zip(BYCLASS_MAPPING, {"train": [3, 10, 36]}))
    pack = read_emnist_zip(path, "byclass", "train", string.ascii_letters)
    assert pack.labels.tolist() == ["A", "a"]
    assert np.array_equal(pack.images[1], an_l())


def test_an_archive_without_the_split_says_what_is_missing(tmp_path):
    path = tmp_path / "gzip.zip"
    path.write_bytes(emnist_zip(BYCLASS_MAPPING, {"train": [10]}))
    with pytest.raises(DataError, match="does not hold emnist-byclass-test-images"):
        read_emnist_zip(path, "byclass", "test")
    path.write_bytes(b"PK but no more")
    with pytest.raises(DataError, match="not a readable zip file"):
        read_emnist_zip(path, "byclass", "train")


def test_missing_labels_and_strange_names_are_named(tmp_path):
    images = write_split(tmp_path, "letters", [1])
    (tmp_path / "emnist-letters-train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataMissing, match="emnist-letters-train-labels"):
        read_emnist(images)
    with pytest.raises(DataError, match="SPLIT one of byclass"):
        read_emnist(tmp_path / "emnist-runes-train-images-idx3-ubyte.gz")


@pytest.mark.parametrize("line", ["1", "one 65", "1 99999999999"])
def test_a_strange_line_of_a_mapping_is_shown(line):
    with pytest.raises(DataError, match=f"map.txt has the line '{line}'"):
        parse_mapping(f"0 48\n{line}\n", "map.txt")
