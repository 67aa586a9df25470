"""The loop: it learns, it can stop at any moment and go on as if it had not, and it refuses what does not fit."""

import dataclasses
import itertools
import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from inkling.errors import CheckpointError, FolderNotWritable, InvalidSetting
from inkling.training import fit as loop
from inkling.training.checkpoint import save_checkpoint
from inkling.training.fit import fit, make_fabric
from inkling.training.normalizer import Normalizer
from inkling.training.recipes import Recipe
from inkling.training.strangers import strangers
from inkling.training.validation import accuracies, beliefs_of, glyphs_of, hold, logits_of

from ..disk import full_disk
from .conftest import SMALL, pictures, strokes

RECIPE = Recipe(epochs=3, batch_size=16, learning_rate=0.02, averaging=0.9, invented=0, seed=3)
SYMBOLS = ("1", "7")


class Interrupted(Exception):
    pass


def interrupt_at(step):
    def report(progress):
        if progress.step == step:
            raise Interrupted

    return report


def strange_glyphs(count):
    inks = strangers(count, np.random.default_rng(9))
    return torch.cat([Normalizer()(torch.from_numpy(ink)[None])[0] for ink in inks])


@pytest.fixture(scope="module")
def fabric():
    return make_fabric("cpu")


@pytest.fixture
def train(fabric):
    def run(folder, packs=None, symbols=SYMBOLS, recipe=RECIPE, shape=SMALL, **options):
        packs = packs or [pictures(), strokes()]
        held = hold([pictures(count=20, name="others")], symbols)
        return fit(packs, held, symbols, folder, recipe, shape, fabric=fabric, **options)

    return run


def logged(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def weights(network):
    return torch.cat([value.float().flatten() for value in network.state_dict().values()])


def test_it_learns(train, tmp_path):
    network, history = train(tmp_path, recipe=dataclasses.replace(RECIPE, epochs=12))
    losses = [record["loss"] for record in history["epochs"]]
    assert len(losses) == 12
    assert losses[-1] < losses[0] / 2
    assert history["epochs"][-1]["accuracy"] == 1
    assert accuracies(network, hold([strokes()], SYMBOLS), SYMBOLS)["made-up-strokes/digits"] == 1


def test_it_says_where_it_stands_after_every_step(train, tmp_path):
    told = []
    _, history = train(tmp_path, report=told.append)
    assert [p.step for p in told] == list(range(1, 13))
    assert {(p.epochs, p.steps) for p in told} == {(3, 12)}
    assert [p.epoch for p in told] == [1] * 4 + [2] * 4 + [3] * 4
    assert [p.accuracy for p in told[:4]] == [None] * 4
    assert told[4].accuracy == history["epochs"][0]["accuracy"]
    assert told[-1].left_s == 0
    assert all(p.left_s > 0 for p in told[:-1])


def test_the_log_has_a_line_an_epoch(train, tmp_path):
    _, history = train(tmp_path)
    assert logged(tmp_path) == history["epochs"]


def test_the_log_lacks_no_line_of_what_a_checkpoint_knows(train, tmp_path):
    _, history = train(tmp_path)
    (tmp_path / "log.jsonl").write_text("")  # as after a cut between the two
    train(tmp_path, resume=True)
    assert logged(tmp_path) == history["epochs"]


def test_a_seed_decides_the_weights(train, tmp_path):
    folders = (tmp_path / str(i) for i in itertools.count())

    def trained(seed):
        folder = next(folders)
        folder.mkdir()
        return weights(train(folder, recipe=Recipe(epochs=1, batch_size=16, seed=seed))[0])

    assert torch.equal(trained(1), trained(1))
    assert not torch.equal(trained(1), trained(2))


@pytest.fixture(scope="module")
def uninterrupted(fabric, tmp_path_factory):
    folder = tmp_path_factory.mktemp("uninterrupted")
    held = hold([pictures(count=20, name="others")], SYMBOLS)
    return fit([pictures(), strokes()], held, SYMBOLS, folder, RECIPE, SMALL, fabric=fabric)


@pytest.mark.parametrize("step", [1, 3, 4, 5, 8, 11, 12])
def test_going_on_after_an_interruption_gives_exactly_the_same_weights(train, uninterrupted, tmp_path, step):
    with pytest.raises(Interrupted):
        train(tmp_path, checkpoint_every_s=0, report=interrupt_at(step))
    network, history = train(tmp_path, resume=True)
    assert torch.equal(weights(network), weights(uninterrupted[0]))
    assert history["epochs"] == uninterrupted[1]["epochs"]
    assert logged(tmp_path) == history["epochs"]


def test_being_interrupted_twice_is_no_matter(train, uninterrupted, tmp_path):
    for step, resume in ((3, False), (7, True)):
        with pytest.raises(Interrupted):
            train(tmp_path, checkpoint_every_s=0, report=interrupt_at(step), resume=resume)
    assert torch.equal(weights(train(tmp_path, resume=True)[0]), weights(uninterrupted[0]))


def test_what_was_begun_last_is_gone_on_with_though_it_was_cut_at_once(train, tmp_path):
    train(tmp_path, recipe=dataclasses.replace(RECIPE, epochs=1, seed=1))
    with pytest.raises(Interrupted):
        train(tmp_path, recipe=dataclasses.replace(RECIPE, epochs=2, seed=7), report=interrupt_at(2))
    assert logged(tmp_path) == []
    told = []
    _, history = train(tmp_path, resume=True, report=told.append)
    assert (history["recipe"]["seed"], len(history["epochs"]), told[0].step) == (7, 2, 1)


def test_what_was_cut_before_its_first_checkpoint_in_time_begins_as_it_began(train, uninterrupted, tmp_path):
    with pytest.raises(Interrupted):
        train(tmp_path, report=interrupt_at(2))
    network, history = train(tmp_path, resume=True)
    assert torch.equal(weights(network), weights(uninterrupted[0]))
    assert history["epochs"] == uninterrupted[1]["epochs"]


def test_a_checkpoint_from_before_losses_were_kept_is_gone_on_with(train, uninterrupted, tmp_path, monkeypatch):
    def earlier(path, meta, *parts):
        save_checkpoint(path, {key: value for key, value in meta.items() if key not in ("loss", "content")}, *parts)

    monkeypatch.setattr(loop, "save_checkpoint", earlier)
    with pytest.raises(Interrupted):
        train(tmp_path, checkpoint_every_s=0, report=interrupt_at(5))
    assert torch.equal(weights(train(tmp_path, resume=True)[0]), weights(uninterrupted[0]))


def test_on_a_full_disk_the_checkpoint_before_stays_and_nothing_beside_it(train, tmp_path):
    train(tmp_path, recipe=Recipe(epochs=1, batch_size=16))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with full_disk(), pytest.raises(FolderNotWritable, match=r"checkpoint\.safetensors"):
        train(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_without_time_for_a_checkpoint_the_last_whole_epoch_is_kept(train, uninterrupted, tmp_path):
    told = []
    with pytest.raises(Interrupted):
        train(tmp_path, report=interrupt_at(7))
    network, _ = train(tmp_path, resume=True, report=told.append)
    assert told[0].step == 5
    assert torch.equal(weights(network), weights(uninterrupted[0]))


def test_going_on_keeps_the_recipe_that_was_started_with(train, uninterrupted, tmp_path):
    with pytest.raises(Interrupted):
        train(tmp_path, checkpoint_every_s=0, report=interrupt_at(5))
    network, history = train(tmp_path, resume=True, recipe=Recipe(epochs=50, seed=99))
    assert history["recipe"]["seed"] == 3
    assert torch.equal(weights(network), weights(uninterrupted[0]))


def test_a_finished_training_has_nothing_left_to_do(train, uninterrupted, tmp_path):
    train(tmp_path)
    told = []
    network, history = train(tmp_path, resume=True, report=told.append)
    assert told == []
    assert torch.equal(weights(network), weights(uninterrupted[0]))
    assert len(history["epochs"]) == 3


def test_a_training_from_before_there_was_a_layout_ends_with_one(train, tmp_path):
    train(tmp_path, shape=SMALL)
    network, _ = train(tmp_path, resume=True, shape=dataclasses.replace(SMALL, layout=2))
    assert network.layout.shape == (2, SMALL.widths[-1])
    assert not torch.equal(network.layout, torch.eye(2, SMALL.widths[-1]))


def test_without_a_checkpoint_there_is_nothing_to_resume(train, tmp_path):
    with pytest.raises(CheckpointError, match="no checkpoint") as caught:
        train(tmp_path, resume=True)
    assert "--resume" in caught.value.hint


def test_without_a_checkpoint_there_is_nothing_to_start_from(train, tmp_path):
    with pytest.raises(CheckpointError, match="no checkpoint") as caught:
        train(tmp_path, start=tmp_path / "nowhere" / "checkpoint.safetensors")
    assert caught.value.hint.startswith("With --from, name the folder of a run")


@pytest.mark.parametrize("how", ["cut off", "text", "empty", "no checkpoint of ours"])
def test_a_damaged_checkpoint_is_called_so(train, tmp_path, how):
    train(tmp_path)
    path = tmp_path / "checkpoint.safetensors"
    content = path.read_bytes()
    if how == "no checkpoint of ours":
        save_file({"weights": torch.zeros(3)}, path)
    else:
        path.write_bytes({"cut off": content[: len(content) // 2], "text": b"I am a text.", "empty": b""}[how])
    with pytest.raises(CheckpointError, match="damaged"):
        train(tmp_path, resume=True)


@pytest.mark.parametrize(
    ("packs", "symbols"),
    [
        ([pictures("47"), strokes("47")], ("4", "7")),
        ([pictures("174"), strokes()], ("1", "4", "7")),
        ([pictures(), strokes(), pictures("47", name="Greek")], SYMBOLS),
        ([pictures(count=96), strokes()], SYMBOLS),
        ([pictures()], SYMBOLS),
        ([pictures(name="mine"), strokes()], SYMBOLS),
        ([pictures("71"), strokes()], SYMBOLS),
        ([pictures(), strokes("71")], SYMBOLS),
        ([dataclasses.replace(pictures(), images=pictures().images[::-1]), strokes()], SYMBOLS),
        ([pictures(count=2), pictures(), strokes()], SYMBOLS),
    ],
    ids=[
        "other symbols",
        "more symbols",
        "a script more",
        "more samples",
        "a pack less",
        "another pack",
        "other labels",
        "other strokes",
        "other pictures",
        "a pack more of the same name",
    ],
)
def test_a_checkpoint_of_other_data_is_refused(train, tmp_path, packs, symbols):
    train(tmp_path, recipe=Recipe(epochs=1, batch_size=16))
    with pytest.raises(CheckpointError) as caught:
        train(tmp_path, packs, symbols, resume=True)
    assert "the data it was started with" in caught.value.hint


@pytest.mark.parametrize(("count", "batch_size", "epochs"), [(3, 16, 1), (48, 16, 3), (16, 16, 9), (160, 16, 1)])
def test_any_number_of_steps_will_do(train, tmp_path, count, batch_size, epochs):
    packs = [pictures(count=count)]
    network, history = train(tmp_path, packs, recipe=Recipe(epochs=epochs, batch_size=batch_size))
    assert len(history["epochs"]) == epochs
    assert torch.isfinite(weights(network)).all()


def test_symbols_of_other_scripts_are_learned_beside_and_left_behind(train, tmp_path):
    greek = pictures("4T", 24, "omniglot")
    greek = dataclasses.replace(greek, labels=np.where(greek.labels == "4", "Greek/01", "Greek/02"))
    network, _ = train(tmp_path, [pictures(), greek])
    assert network.shape.extra_symbols == 8
    assert logits_of(network, torch.rand(3, 28, 28)).shape == (3, 2)


def test_a_run_begins_with_the_weights_that_another_ended_with(train, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    ended, _ = train(first)
    gentle = Recipe(epochs=1, batch_size=16, learning_rate=1e-9, tail_learning_rate=1e-9, averaging=0.0)
    began, history = train(second, recipe=gentle, start=first / "checkpoint.safetensors")
    assert torch.allclose(began.directions, ended.directions, atol=1e-5)
    assert history["started_from"]["recipe"]["seed"] == RECIPE.seed
    assert len(history["started_from"]["epochs"]) == RECIPE.epochs


def test_what_a_run_began_with_is_still_known_after_an_interruption(train, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    train(first, recipe=Recipe(epochs=1, batch_size=16))
    with pytest.raises(Interrupted):
        train(second, checkpoint_every_s=0, report=interrupt_at(5), start=first / "checkpoint.safetensors")
    _, history = train(second, resume=True)
    assert len(history["started_from"]["epochs"]) == 1


def test_a_run_that_only_invented_other_symbols_is_something_to_begin_with(train, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    begun, _ = train(first, recipe=dataclasses.replace(RECIPE, invented=5))
    gentle = dataclasses.replace(
        RECIPE, epochs=1, learning_rate=1e-9, tail_learning_rate=1e-9, averaging=0.0, invented=9
    )
    gone_on, _ = train(second, recipe=gentle, start=first / "checkpoint.safetensors")
    assert begun.shape.extra_symbols == 5
    assert gone_on.shape.extra_symbols == 9
    assert torch.allclose(begun.directions, gone_on.directions, atol=1e-5)


def test_a_run_of_other_symbols_is_nothing_to_begin_with(train, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    train(first, [pictures("47")], ("4", "7"), recipe=Recipe(epochs=1, batch_size=16))
    with pytest.raises(CheckpointError, match="another network"):
        train(second, start=first / "checkpoint.safetensors")


def test_what_is_no_character_is_learned_to_be_none(train, tmp_path):
    recipe = Recipe(epochs=30, batch_size=32, learning_rate=0.02, averaging=0.9, worn_share=0.0, strange_share=0.4)
    network, _ = train(tmp_path, [pictures(count=96)], recipe=recipe)
    real, strange = (
        torch.sub(*reversed([b if b.ndim == 1 else b.logsumexp(1) for b in beliefs_of(network, glyphs)]))
        for glyphs in (glyphs_of(pictures(count=40)), strange_glyphs(60))
    )
    ranks = (strange[:, None] > real[None, :]).float().mean()
    assert ranks > 0.9


def test_a_gpu_that_is_not_there_is_an_error_that_says_what_would_do(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    with pytest.raises(InvalidSetting, match="no GPU") as caught:
        make_fabric("gpu")
    assert "cpu" in caught.value.hint
