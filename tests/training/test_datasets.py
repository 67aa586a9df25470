import dataclasses

import numpy as np
import pytest
import torch

from inkling.data.packs import Pack
from inkling.training.datasets import REPEATS, Epochs, Mixture

from .conftest import pictures, strokes


def keys_of(epochs, epoch=0, skip=0):
    epochs.epoch, epochs.skip = epoch, skip
    return list(epochs)


@pytest.fixture(scope="module")
def mixture():
    return Mixture([pictures(), strokes()], ("1", "7"), seed=5)


def test_a_batch_holds_glyphs_and_the_right_targets(mixture):
    batch = mixture.__getitems__([(0, p, s) for p, s in ((0, 0), (0, 1), (1, 0), (1, 1))])
    assert batch.glyphs.shape == (4, 28, 28)
    assert 0 <= batch.glyphs.min() < batch.glyphs.max() <= 1
    assert batch.targets.tolist() == [0, 1, 0, 1]
    assert batch.extras.tolist() == [-1] * 4


def test_pictures_and_strokes_of_one_symbol_look_alike_to_the_network(mixture):
    plain = mixture.__getitems__([(0, p, s) for _ in range(40) for p, s in ((0, 0), (1, 0), (0, 1))]).glyphs
    ones, drawn, sevens = plain[0::3].mean(0), plain[1::3].mean(0), plain[2::3].mean(0)
    assert (ones - drawn).abs().mean() < (ones - sevens).abs().mean()


def test_a_batch_hangs_on_seed_and_number_alone(mixture):
    keys = [(3, 0, i) for i in range(8)]
    again = Mixture([pictures(), strokes()], ("1", "7"), seed=5)
    assert torch.equal(mixture.__getitems__(keys).glyphs, again.__getitems__(keys).glyphs)
    other_number = mixture.__getitems__([(4, 0, i) for i in range(8)])
    assert not torch.equal(mixture.__getitems__(keys).glyphs, other_number.glyphs)
    other_seed = Mixture([pictures()], ("1", "7"), seed=6)
    assert not torch.equal(mixture.__getitems__(keys).glyphs, other_seed.__getitems__(keys).glyphs)


def test_symbols_of_other_scripts_are_four_each_one_a_turn():
    greek = pictures("47", 32, "omniglot")
    greek = dataclasses.replace(greek, labels=np.where(greek.labels == "4", "Greek/01", "Greek/02"))
    mixture = Mixture([pictures(), greek], ("1", "7"))
    assert mixture.extra_symbols == 8
    batch = mixture.__getitems__([(i, 1, s) for i in range(1) for s in range(32)] + [(0, 0, 0)])
    assert batch.targets.tolist() == [-1] * 32 + [0]
    assert batch.extras[-1] == -1
    for sample, extra in enumerate(batch.extras[:32].tolist()):
        assert extra // 4 == sample % 2
    assert len(set(batch.extras[:32].tolist())) > 4  # turned in more ways than one


def test_large_pictures_are_brought_to_one_small_frame_unharmed():
    large = pictures("47", 8)
    large = dataclasses.replace(large, images=large.images.repeat(5, 1).repeat(5, 2))
    small, fine = Mixture([pictures("47", 8)], ("4", "7")), Mixture([large], ("4", "7"))
    assert fine.packs[0].images.shape == (8, 56, 56)
    keys = [(0, 0, i) for i in range(8)]
    assert (small.__getitems__(keys).glyphs - fine.__getitems__(keys).glyphs).abs().mean() < 0.05


def test_an_epoch_goes_through_every_sample_once_in_an_order_of_its_own(mixture):
    epochs = Epochs(mixture, 8, seed=1)
    assert len(epochs) == 9
    first, second = (keys_of(epochs, epoch) for epoch in (0, 1))
    for batches in (first, second):
        samples = [key[1:] for batch in batches for key in batch]
        assert len(samples) == len(set(samples)) == 72
    assert first != second
    assert first == keys_of(Epochs(mixture, 8, seed=1))
    assert first != keys_of(Epochs(mixture, 8, seed=2))


def test_every_batch_of_training_has_a_number_of_its_own(mixture):
    epochs = Epochs(mixture, 8, seed=1)
    numbers = [batch[0][0] for epoch in range(3) for batch in keys_of(epochs, epoch)]
    assert len(set(numbers)) == len(numbers) == 27


def test_going_on_within_an_epoch_gives_the_batches_that_were_left(mixture):
    epochs = Epochs(mixture, 8, seed=1)
    assert keys_of(epochs, 2, skip=4) == keys_of(epochs, 2)[4:]


def test_processes_share_every_batch_without_overlap(mixture):
    whole = keys_of(Epochs(mixture, 8, seed=1))
    shares = [keys_of(Epochs(mixture, 8, seed=1, rank=rank, world_size=2)) for rank in (0, 1)]
    for batch, *parts in zip(whole, *shares, strict=True):
        assert sorted(key[1:] for part in parts for key in part) == sorted(key[1:] for key in batch)
        assert len({part[0][0] for part in parts}) == 2  # each varies its own way


def test_a_limit_is_kept(mixture):
    assert len(Epochs(mixture, 8, seed=1, limit=20)) == 2


def test_clean_drawn_packs_come_more_often():
    name = "sse-uppercase"
    pack = dataclasses.replace(pictures("47", 400), name=name)
    keys = Mixture([pack], ("4", "7")).epoch_keys(np.random.default_rng(0))
    assert len(keys) == pytest.approx(400 * REPEATS[name], rel=0.1)


def test_fewer_samples_than_a_batch_still_make_one():
    tiny = Mixture([pictures(count=3)], ("1", "7"))
    (batch,) = keys_of(Epochs(tiny, 16, seed=0))
    assert len(batch) == 16
    assert {key[2] for key in batch} == {0, 1, 2}


def test_epochs_of_unequal_length_have_whole_batches_all_the_same():
    # 1.5 repeats on average: some epochs have fewer samples than the first
    pack = dataclasses.replace(pictures("47", 40), name="sse-uppercase")
    epochs = Epochs(Mixture([pack], ("4", "7")), 2, seed=0)
    lengths = {len(batch) for epoch in range(20) for batch in keys_of(epochs, epoch)}
    assert lengths == {2}
    assert {len(keys_of(epochs, epoch)) for epoch in range(20)} == {len(epochs)}


def test_an_empty_pack_is_no_obstacle():
    empty = Pack("none", np.array([], "<U1"), np.zeros(0, np.int32), np.zeros((0, 28, 28), np.uint8))
    assert len(Mixture([empty, pictures()], ("1", "7"))) == 48


def scripts(symbols="4T", script="Greek", name="omniglot"):
    pack = pictures(symbols, 24, name)
    return dataclasses.replace(pack, labels=np.array([f"{script}/0{symbols.index(s)}" for s in pack.labels]))


def test_strangers_stand_in_for_samples_and_are_no_symbol():
    mixture = Mixture([pictures()], ("1", "7"), seed=5, strange_share=0.5)
    batch = mixture.__getitems__([(0, 0, i % 48) for i in range(64)])
    strange = batch.targets == -1
    assert 16 <= strange.sum() <= 48
    assert (batch.extras == -1).all()
    assert (batch.glyphs.amax((1, 2)) > 0.2).all()


def test_wear_changes_glyphs_and_not_what_they_are():
    keys = [(0, 0, i % 48) for i in range(64)]
    plain, worn = (
        Mixture([pictures()], ("1", "7"), seed=5, worn_share=share, strange_share=0.0).__getitems__(keys)
        for share in (0.0, 1.0)
    )
    assert torch.equal(plain.targets, worn.targets)
    apart = (plain.glyphs - worn.glyphs).abs().mean((1, 2))
    assert (apart > 0.01).float().mean() > 0.8
    assert torch.isfinite(worn.glyphs).all()


def test_scripts_that_are_spared_are_told_apart_and_never_called_none():
    packs = [pictures(), scripts(), scripts(script="Runes", name="more")]
    mixture = Mixture(packs, ("1", "7"), strange_share=0.0, spared=("Greek",))
    batch = mixture.__getitems__([(0, pack, sample) for pack in (0, 1, 2) for sample in (0, 1)])
    assert batch.targets.tolist() == [0, 1, -2, -2, -1, -1]
    assert (batch.extras[2:] >= 0).all()
