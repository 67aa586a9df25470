import string

import numpy as np
import pytest

from inkling.data.fetch import FETCHABLE, Original, Published, emnist_maker, fetch, mnist_maker
from inkling.data.packs import load_pack
from inkling.errors import DataError, DownloadError, FolderNotWritable

from .conftest import an_l, emnist_zip, gz, idx, sha256
from .test_emnist import BYCLASS_MAPPING


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def mnist_files(count=400):
    """Noise does not compress, so that the file is large enough to be broken off in the middle."""
    noise = np.random.default_rng(0).integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return {
        "train-images-idx3-ubyte.gz": gz(idx(noise)),
        "train-labels-idx1-ubyte.gz": gz(idx((np.arange(count) % 10).astype(np.uint8))),
    }


def recipe(server, files, count=400, mirrors=None):
    return {
        "mnist": Published(
            tuple(
                Original(name, sha256(data), tuple(f"{mirror}/{name}" for mirror in mirrors or (server.url,)))
                for name, data in files.items()
            ),
            {"mnist-train": mnist_maker("mnist-train", "train", count)},
        )
    }


def test_mnist_becomes_a_pack_and_is_not_downloaded_twice(server, tmp_path):
    server.files = mnist_files()
    known = recipe(server, server.files)
    (path,) = fetch("mnist", tmp_path, fetchable=known)
    pack = load_pack(path)
    assert (pack.name, len(pack), pack.labels[:3].tolist()) == ("mnist-train", 400, ["0", "1", "2"])
    asked = len(server.requests)
    fetch("mnist", tmp_path, fetchable=known)
    path.unlink()
    fetch("mnist", tmp_path, fetchable=known)  # from the originals that are there
    assert len(server.requests) == asked == 2


def test_a_pack_that_is_damaged_is_made_anew(server, tmp_path, caplog):
    server.files = mnist_files()
    known = recipe(server, server.files)
    (path,) = fetch("mnist", tmp_path, fetchable=known)
    path.write_bytes(path.read_bytes()[:1000])
    fetch("mnist", tmp_path, fetchable=known)
    assert len(load_pack(path)) == 400
    assert "mnist-train.npz is not a readable" in caplog.text
    assert len(server.requests) == 2


def test_emnist_becomes_upright_letters_with_true_case_and_no_digits(server, tmp_path):
    server.files["gzip.zip"] = emnist_zip(BYCLASS_MAPPING, {"train": [0, 10, 36], "test": [61, 9]})
    original = Original("gzip.zip", sha256(server.files["gzip.zip"]), (f"{server.url}/gzip.zip",))
    known = {"emnist": Published((original,), {"emnist-byclass": emnist_maker({"train": 3, "test": 2})})}
    (path,) = fetch("emnist", tmp_path, fetchable=known)
    pack = load_pack(path)
    assert pack.labels.tolist() == ["A", "a", "z"]
    assert np.array_equal(pack.images, np.stack([an_l()] * 3))


def test_a_broken_connection_goes_on_where_it_stopped(server, tmp_path):
    server.files = mnist_files()
    server.break_after_bytes = [100_000, 50_000]
    fetch("mnist", tmp_path, fetchable=recipe(server, server.files))
    ranges = [asked for path, asked in server.requests if "images" in path]
    assert ranges == ["", "bytes=100000-", "bytes=150000-"]


def test_a_second_run_goes_on_where_the_first_was_stopped(server, tmp_path):
    server.files = mnist_files()
    part = tmp_path / "originals" / "mnist" / "train-images-idx3-ubyte.gz.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(server.files["train-images-idx3-ubyte.gz"][:70_000])
    fetch("mnist", tmp_path, fetchable=recipe(server, server.files))
    assert server.requests[0][1] == "bytes=70000-"
    assert not part.exists()


def test_a_server_without_range_sends_it_whole(server, tmp_path):
    server.files = mnist_files()
    server.honours_range = False
    server.break_after_bytes = [100_000]
    (path,) = fetch("mnist", tmp_path, fetchable=recipe(server, server.files))
    assert len(load_pack(path)) == 400
    assert [asked for path, asked in server.requests if "images" in path] == ["", "bytes=100000-"]


def test_a_part_that_is_whole_already_is_taken(server, tmp_path):
    server.files = mnist_files()
    part = tmp_path / "originals" / "mnist" / "train-images-idx3-ubyte.gz.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(server.files["train-images-idx3-ubyte.gz"])
    (path,) = fetch("mnist", tmp_path, fetchable=recipe(server, server.files))
    assert len(load_pack(path)) == 400


@pytest.mark.parametrize("size", [1_000, 10_000_000], ids=["shorter", "longer"])
def test_a_part_of_another_file_is_thrown_away(server, tmp_path, size):
    server.files = mnist_files()
    part = tmp_path / "originals" / "mnist" / "train-images-idx3-ubyte.gz.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * size)
    (path,) = fetch("mnist", tmp_path, fetchable=recipe(server, server.files))
    assert len(load_pack(path)) == 400


def test_a_mirror_that_fails_gives_way_to_the_next(server, tmp_path):
    server.files = mnist_files()
    known = recipe(server, server.files, mirrors=(f"{server.url}/gone", server.url))
    assert len(load_pack(fetch("mnist", tmp_path, fetchable=known)[0])) == 400


def test_a_wrong_checksum_leaves_nothing_behind(server, tmp_path):
    good = mnist_files()
    server.files = good | {"train-images-idx3-ubyte.gz": gz(b"something else")}
    with pytest.raises(DownloadError, match="another checksum than the published one"):
        fetch("mnist", tmp_path, fetchable=recipe(server, good))
    assert list((tmp_path / "originals" / "mnist").iterdir()) == []
    assert list(tmp_path.glob("*.npz")) == []


def test_no_server_says_that_it_goes_on_later(tmp_path, server):
    known = recipe(server, mnist_files(), mirrors=("http://127.0.0.1:9",))
    with pytest.raises(DownloadError, match="it goes on where it stopped"):
        fetch("mnist", tmp_path, fetchable=known)


def test_a_wrong_count_is_found_out(server, tmp_path):
    server.files = mnist_files()
    with pytest.raises(DataError, match="must hold 60,000 samples, it holds 400"):
        fetch("mnist", tmp_path, fetchable=recipe(server, server.files, count=60_000))
    server.files["gzip.zip"] = emnist_zip(BYCLASS_MAPPING, {"train": [10]})
    original = Original("gzip.zip", sha256(server.files["gzip.zip"]), (f"{server.url}/gzip.zip",))
    known = {"emnist": Published((original,), {"emnist-byclass": emnist_maker({"train": 697_932})})}
    with pytest.raises(DataError, match="must hold 697,932 pictures, it holds 1"):
        fetch("emnist", tmp_path, fetchable=known)


def test_an_unwritable_folder_and_an_unknown_name_are_our_own_errors(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderNotWritable):
        fetch("mnist", tmp_path / "file")
    with pytest.raises(DataError, match="Known: mnist, emnist"):
        fetch("imagenet", tmp_path)


def test_every_original_has_a_checksum_and_an_address():
    for known in FETCHABLE.values():
        for original in known.originals:
            assert len(original.sha256) == 64
            assert set(original.sha256) <= set(string.hexdigits.lower())
            assert all(url.endswith("/" + original.name) for url in original.urls)
