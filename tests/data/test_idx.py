import numpy as np
import pytest

from inkling.data.idx import read_idx_file
from inkling.errors import DataError, DataMissing

from .conftest import gz, idx


def test_plain_and_gzipped_files_read_alike(tmp_path):
    pictures = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    (tmp_path / "plain").write_bytes(idx(pictures))
    (tmp_path / "packed.gz").write_bytes(gz(idx(pictures)))
    assert np.array_equal(read_idx_file(tmp_path / "plain", 3), pictures)
    assert np.array_equal(read_idx_file(tmp_path / "packed.gz", 3), pictures)


def test_a_file_is_read_by_what_it_is_not_by_its_name(tmp_path):
    (tmp_path / "unpacked-by-hand.gz").write_bytes(idx(np.ones(3, np.uint8)))
    assert read_idx_file(tmp_path / "unpacked-by-hand.gz", 1).tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no IDX file"),
        (b"\x89PNG\r\n", "no IDX file"),
        (idx(np.ones(5, np.uint8)), "expected bytes .* with 3 axes, it says .* 1 axes"),
        (b"\0\0\x0d\x03" + bytes(12), "type 0x0d"),
        (idx(np.ones((2, 2, 2), np.uint8))[:9], "within its header"),
        (idx(np.ones((2, 2, 2), np.uint8))[:-1], "promises 8 values, it holds 7"),
        (idx(np.ones((2, 2, 2), np.uint8)) + b"!", "promises 8 values, it holds 9"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "promises"),
        (gz(idx(np.ones((9, 9, 9), np.uint8)))[:-9], "cannot be unpacked"),
        (b"\x1f\x8bnot gzip at all", "cannot be unpacked"),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(tmp_path, content, says):
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        read_idx_file(path, 3)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataMissing, match=r"no file .*nowhere"):
        read_idx_file(tmp_path / "nowhere", 1)
