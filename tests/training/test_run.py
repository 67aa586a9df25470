"""What `inkling train` does: from a folder of pictures, or a pack, to a bundle that reads it."""

import dataclasses
import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from inkling import Ink, Recognizer, Settings
from inkling.bundle import Bundle
from inkling.cli import main
from inkling.data.packs import Pack, load_pack, save_pack, split
from inkling.errors import CheckpointError, DataError, DataMissing, FolderNotWritable
from inkling.training.checkpoint import CHECKPOINT
from inkling.training.recipes import Recipe
from inkling.training.run import BUNDLE, gather, train

from ..drawings import picture, placed
from .conftest import pictures

SHORT = Recipe(epochs=1, batch_size=16, invented=0)
NAMES = {"7": "7", "L": "upper_L", "α": "U+03B1"}
DRAWN = {"7": "7", "L": "L", "α": "0"}  # a ring stands for an alpha: the network knows only what it is told


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a sub-folder a class: digits dark on light, capitals light on dark."""
    folder = tmp_path_factory.mktemp("mine")
    rng = np.random.default_rng(0)
    for symbol, name in NAMES.items():
        (folder / name).mkdir()
        for i in range(24):
            clean = picture(DRAWN[symbol], at=tuple(rng.integers(40, 60, 2)), pen=int(rng.integers(8, 18)))
            Image.fromarray(255 - clean if symbol == "L" else clean).save(folder / name / f"{i}.png")
    return folder


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("run")
    measured = []

    def measure(bundle):
        measured.append(bundle)
        return {"made-up": 0.5}

    bundle = train(
        gather([folder], folder),
        out,
        Recipe(epochs=8, batch_size=16, averaging=0.9),
        accelerator="cpu",
        measure=measure,
    )
    assert len(measured) == 1
    return bundle, out


def test_a_folder_of_pictures_becomes_a_bundle_that_reads_it(trained):
    bundle, out = trained
    reader = Recognizer(out / BUNDLE, Settings.load({}))
    assert reader.version == bundle.version
    assert reader.symbols == ("7", "L", "α")
    for symbol, drawn in DRAWN.items():
        assert reader.read(picture(drawn)).text == symbol
        assert reader.read(255 - picture(drawn)).text == symbol
        assert reader.read(Ink.from_strokes(placed(drawn, 3))).text == symbol


def test_the_card_names_data_recipe_history_and_what_was_measured(trained):
    card = trained[0].card
    (data,) = card["training"]["data"]
    assert data["licence"] == "unknown"
    assert 40 < data["samples"] < 72  # some are held out
    assert card["training"]["recipe"]["epochs"] == 8
    assert [record["epoch"] for record in card["training"]["epochs"]] == list(range(1, 9))
    assert card["figures"] == {"made-up": 0.5}


def test_a_run_leaves_checkpoint_log_and_bundle(trained):
    out = trained[1]
    assert {path.name for path in out.iterdir()} == {"checkpoint.safetensors", "log.jsonl", BUNDLE}


@pytest.mark.parametrize("named", [True, False])
def test_nothing_to_train_on_says_how_to_get_it(tmp_path, named):
    empty = tmp_path / "none.npz"
    save_pack(Pack("none", np.array([], "<U1"), np.zeros(0, np.int32), np.zeros((0, 28, 28), np.uint8)), empty)
    sources, folder = ([empty], tmp_path) if named else ([], tmp_path / "nowhere")
    with pytest.raises(DataMissing, match=r"none\.npz" if named else "nowhere") as caught:
        gather(sources, folder)
    assert ("--data" if named else "inkling data fetch mnist emnist") in caught.value.hint


def test_blank_pictures_are_no_characters_to_learn(tmp_path, caplog):
    pack = pictures("17", 60)
    pack.images[::2] = 0
    save_pack(pack, tmp_path / "mine.npz")
    with pytest.raises(DataError, match="'7'"):  # every 1 is blank
        gather([], tmp_path)
    assert "mine: 30 pictures are left out" in caplog.text
    save_pack(dataclasses.replace(pack, images=np.zeros_like(pack.images)), tmp_path / "mine.npz")
    with pytest.raises(DataMissing, match="of 60 samples each is held out or blank") as caught:
        gather([tmp_path / "mine.npz"], tmp_path)
    assert "INKLING_DATA" not in caught.value.hint


def test_digits_of_emnist_are_learned_with_a_warning(tmp_path, caplog):
    save_pack(pictures("LT", 60, "emnist-letters-train"), tmp_path / "emnist-letters-train.npz")
    gather([], tmp_path)
    assert caplog.text == ""
    save_pack(pictures("17", 60), tmp_path / "emnist-digits-train.npz")
    gather([], tmp_path)
    assert "MNIST's test digits" in caplog.text


def test_one_symbol_alone_cannot_be_told_from_another(tmp_path):
    save_pack(pictures("7"), tmp_path / "sevens.npz")
    with pytest.raises(DataError, match="'7'"):
        gather([], tmp_path)


@pytest.mark.parametrize("label", ["", " ", "a\nb", "\udcff", "x" * 5000, "two words", "digits"])
def test_a_label_that_is_no_symbol_is_found_out_before_training(tmp_path, label):
    pack = pictures("17")
    np.savez(tmp_path / "odd.npz", images=pack.images, labels=np.where(pack.labels == "7", label, pack.labels))
    with pytest.raises(DataError, match=r"^odd cannot be trained on: sample 1 ") as caught:
        gather([], tmp_path)
    assert len(str(caught.value)) < 300
    assert caught.value.hint


def test_labels_are_composed_and_trimmed_as_what_is_taught(tmp_path):
    pack = pictures("17")
    labels = np.where(pack.labels == "7", "e\u0301", pack.labels)
    labels[:4] = ("\u00e9", " 1", "é ", "1")
    np.savez(tmp_path / "mac.npz", images=pack.images, labels=labels)
    assert gather([], tmp_path).symbols == ("1", "é")


def test_leaving_a_script_out_moves_nobody_from_what_is_held_out_into_training(tmp_path):
    pack = pictures("17", 240)
    pack.images[:, 0, 0] = np.arange(240)  # no two alike
    writers = (np.arange(240) // 20).astype(np.int32)  # twelve: enough for a split by writer, but seven write digits
    labels = np.where(writers < 5, "Greek/07", pack.labels)
    save_pack(Pack("mine", labels, writers, pack.images), tmp_path / "mine.npz")
    held_out = split(load_pack(tmp_path / "mine.npz")) != "train"
    assert held_out.any()
    (train,) = gather([], tmp_path, leave_out=("Greek",)).train
    assert not set(train.writers) & set(writers[held_out])


def test_every_pack_of_the_folder_is_taken_where_none_is_named(tmp_path):
    save_pack(pictures("17", 60), tmp_path / "a.npz")
    save_pack(pictures("L7", 60), tmp_path / "b.npz")
    material = gather([], tmp_path)
    assert [pack.name for pack in material.train] == ["a", "b"]
    assert material.symbols == ("1", "7", "L")
    assert [pack.name for pack in gather([tmp_path / "b.npz"], tmp_path).train] == ["b"]


def test_no_writer_is_both_trained_on_and_held_out(tmp_path):
    save_pack(pictures("17", 800), tmp_path / "a.npz")
    material = gather([], tmp_path)
    train_on, held_out = (set(pack.writers.tolist()) for (pack,) in (material.train, material.validation))
    assert train_on
    assert held_out
    assert not train_on & held_out


def test_a_folder_that_cannot_be_written_is_found_out_before_training(tmp_path):
    (tmp_path / "taken").touch()
    save_pack(pictures(), tmp_path / "a.npz")
    told = []
    with pytest.raises(FolderNotWritable, match="taken"):
        train(gather([], tmp_path), tmp_path / "taken", accelerator="cpu", report=told.append)
    assert told == []


def test_a_network_that_nothing_here_can_measure_is_a_bundle_all_the_same(tmp_path, caplog):
    def measure(bundle):
        raise DataMissing("There is nothing to evaluate.")

    save_pack(pictures(), tmp_path / "a.npz")
    train(gather([], tmp_path), tmp_path / "run", SHORT, accelerator="cpu", measure=measure)
    assert Bundle.load(tmp_path / "run" / BUNDLE).card["figures"] == {}
    assert "There is nothing to evaluate." in caplog.text


def test_a_dry_run_replaces_nothing_but_what_is_of_one(tmp_path):
    save_pack(pictures(), tmp_path / "a.npz")
    material, out = gather([], tmp_path), tmp_path / "run"
    train(material, out, SHORT, accelerator="cpu")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    for gone in (None, CHECKPOINT):  # where the checkpoint was removed, the bundle is kept still
        if gone:
            (out / gone).unlink()
            del before[out / gone]
        with pytest.raises(CheckpointError, match="no dry run"):
            train(material, out, SHORT, accelerator="cpu", dry_run=True)
        assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_dry_run_goes_through_all_of_it_and_its_bundle_reads(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("INKLING_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setattr("inkling.training.run._DRY_SAMPLES", 40)  # which they are hangs on the seed
    out = tmp_path / "run"
    arguments = ["train", "--data", str(folder), "--out", str(out), "--dry-run", "--accelerator", "cpu"]
    result = CliRunner().invoke(main, [*arguments, "--seed", "3"])
    assert result.exit_code == 0, result.stderr
    assert str(out / BUNDLE) in result.stdout
    assert "epoch 2/2" in result.stderr
    assert "validation" in result.stderr
    again = CliRunner().invoke(main, [*arguments, "--resume"])  # over a dry run, by its own seed
    assert again.exit_code == 0, again.stderr
    (tmp_path / "seven.png").write_bytes((folder / "7" / "0.png").read_bytes())
    result = CliRunner().invoke(main, ["read", str(tmp_path / "seven.png"), "--bundle", str(out / BUNDLE), "--json"])
    assert json.loads(result.stdout)["text"] in NAMES
