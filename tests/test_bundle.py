"""A bundle is checked before it is trusted."""

import io
import json
import shutil
import tracemalloc
import zipfile

import pytest

from inkling import Bundle, BundleError, Ink, Recognizer
from inkling.bundle import CARD, FORMAT, LARGEST_BYTES, NETWORK, NORMALIZER, SHIPPED
from inkling.errors import BundleDamaged, BundleMissing, BundleTooNew, FolderNotWritable

from .drawings import STROKES


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundle that ships, to break."""
    return shutil.copytree(SHIPPED, tmp_path / "bundle")


def alter(folder, **changes):
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps({k: v for k, v in {**card, **changes}.items() if v is not ...}))


def test_the_bundle_that_ships_is_whole_small_and_says_what_it_is():
    bundle = Bundle.load()
    assert bundle.symbols == tuple("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    assert bundle.version == bundle.card["version"] != ""
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 3 * 2**20
    assert bundle.card["parameters"] <= 500_000
    assert {"training", "figures", "created", "temperature", "features", "input"} <= set(bundle.card)


def test_what_is_saved_is_loaded_again(tmp_path):
    bundle = Bundle.load()
    bundle.save(tmp_path / "new" / "folder")
    again = Bundle.load(tmp_path / "new" / "folder")
    assert again == bundle
    assert {path.name for path in (tmp_path / "new" / "folder").iterdir()} == {CARD, NETWORK, NORMALIZER}


def test_the_version_names_the_weights_and_temperatures():
    shipped = Bundle.load()
    card = {k: v for k, v in shipped.card.items() if k not in ("version", "files", "format")}
    normalizer, network = shipped.files[NORMALIZER], shipped.files[NETWORK]
    assert Bundle.make(normalizer, network, card).version == Bundle.make(normalizer, network, card).version
    assert Bundle.make(normalizer, network + b"\0", card).version != Bundle.make(normalizer, network, card).version
    surer = {**card, "temperature": card["temperature"] / 2}
    assert Bundle.make(normalizer, network, surer).version != Bundle.make(normalizer, network, card).version


@pytest.mark.parametrize("name", [NORMALIZER, NETWORK])
@pytest.mark.parametrize("how", ["a byte", "cut off", "empty", "missing"])
def test_a_damaged_or_missing_file_is_named(folder, name, how):
    path = folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes({"a byte": content, "cut off": content[:-100], "empty": b""}[how])
    with pytest.raises(BundleDamaged, match=name):
        Recognizer(folder)


@pytest.mark.parametrize("card", [b"", b"{", b"[]", b"\xff\xfe", b"{}", b'{"format": "new"}', b"null"])
def test_a_card_that_cannot_be_read_is_damage(folder, card):
    (folder / CARD).write_bytes(card)
    with pytest.raises(BundleDamaged, match=CARD):
        Bundle.load(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"symbols": ...},
        {"symbols": "0123456789"},
        {"symbols": [["0"], *"123456789"]},
        {"symbols": ["", *"123456789"]},
        {"symbols": ["1", *"123456789"]},
        {"symbols": []},
        {"symbols": list("0123456789")},
        {"version": 7},
        {"temperature": "hot"},
        {"temperature": 0},
        {"temperature": -1.0},
        {"look_alike_temperature": 0},
        {"look_alike_temperature": "warm"},
        {"temperature": float("nan")},
        {"files": {}},
        {"files": {NORMALIZER: "0" * 64, NETWORK: "0" * 64}},
        {"training": ...},
        {"figures": None},
    ],
    ids=str,
)
def test_an_altered_card_is_found_out(folder, changes):
    alter(folder, **changes)
    with pytest.raises(BundleDamaged) as caught:
        Recognizer(folder)
    assert caught.value.hint


def test_a_newer_format_asks_for_an_update(folder):
    alter(folder, format=FORMAT + 1, symbols=...)  # whatever else is new there
    with pytest.raises(BundleTooNew, match=f"format {FORMAT + 1}") as caught:
        Bundle.load(folder)
    assert "Update" in caught.value.hint


def test_files_that_are_no_networks_are_damage_even_where_the_hash_is_right():
    with pytest.raises(BundleDamaged, match=NORMALIZER):
        Recognizer(Bundle.make(b"no", b"network", Bundle.load().card))


@pytest.mark.parametrize("name", ["nowhere", "empty", "file", "x" * 300])
def test_a_folder_without_a_bundle_is_named(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(BundleMissing, match=name) as caught:
        Bundle.load(tmp_path / name)
    assert "inkling train" in caught.value.hint


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "taken").touch()
    for folder in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(FolderNotWritable, match="taken"):
            Bundle.load().save(folder)


def test_all_of_it_is_one_error_to_whoever_does_not_care_which(folder):
    (folder / NETWORK).unlink()
    with pytest.raises(BundleError):
        Bundle.load(folder)


def test_a_copy_reads_as_the_original(folder, recognizer):
    ink = Ink.from_strokes(STROKES["4"])
    first, copy = recognizer.read(ink, "digits"), Recognizer(folder).read(ink, "digits")
    assert (first.text, first.model, first.characters) == (copy.text, copy.model, copy.characters)


def zipped(files, how=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def as_files(bundle):
    return {**bundle.files, CARD: json.dumps(bundle.card).encode()}


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_bundle_goes_through_a_zip(how):
    bundle = Bundle.load()
    assert Bundle.from_zip(bundle.to_zip()) == bundle
    assert Bundle.from_zip(zipped(as_files(bundle), how)) == bundle
    assert Bundle.load().to_zip() == bundle.to_zip()


def test_a_zip_that_is_cut_off_or_changed_anywhere_is_damage():
    content = Bundle.load().to_zip()
    for place in range(0, len(content), len(content) // 12):
        with pytest.raises(BundleDamaged):
            Bundle.from_zip(content[:place])
    for place in range(100, len(content) - 1000, len(content) // 12):  # in the files themselves
        with pytest.raises(BundleDamaged):
            Bundle.from_zip(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])


@pytest.mark.parametrize("extra", ["other.txt", "../card.json", "sub/", "/card.json", CARD.upper()])
def test_a_zip_holds_a_bundle_and_nothing_else(extra):
    files = as_files(Bundle.load())
    with pytest.raises(BundleDamaged, match="nothing else"):
        Bundle.from_zip(zipped({**files, extra: b""}))
    with pytest.raises(BundleDamaged, match="nothing else"):
        Bundle.from_zip(zipped({CARD: files[CARD]}))


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all", zipped({})])
def test_what_is_no_zip_is_damage(content):
    with pytest.raises(BundleDamaged):
        Bundle.from_zip(content)


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("honest", [True, False])
def test_a_zip_that_would_fill_the_memory_is_refused(how, honest):
    large = zipped({**as_files(Bundle.load()), NETWORK: bytes(LARGEST_BYTES)}, how)
    if not honest:  # it says of itself that it is short
        length = LARGEST_BYTES.to_bytes(4, "little")
        assert large.count(length) == 2
        large = large.replace(length, (100).to_bytes(4, "little"))
    tracemalloc.start()
    with pytest.raises(BundleDamaged):
        Bundle.from_zip(large)
    assert tracemalloc.get_traced_memory()[1] < LARGEST_BYTES // 4
    tracemalloc.stop()


def test_a_card_that_is_too_deep_is_damage():
    files = {**as_files(Bundle.load()), CARD: b"[" * 10**6}
    with pytest.raises(BundleDamaged):
        Bundle.from_zip(zipped(files))
