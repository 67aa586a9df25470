"""The layout: channels in which symbols differ, whatever hands do."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inkling.training.fit import fit
from inkling.training.layout import _discriminants, fit_layout
from inkling.training.network import Network
from inkling.training.recipes import Recipe

from .conftest import SMALL, pictures


def test_channels_come_first_in_which_symbols_differ_more_than_hands():
    rng = np.random.default_rng(0)
    symbols = np.repeat(np.arange(6), 20)
    places = rng.normal(0, 0.1, (120, 4, 3))
    places[:, :, 1] += rng.normal(0, 1, (6, 4))[symbols]  # tells symbols apart
    places[:, :, 2] += rng.normal(0, 3, (120, 4))  # what hands do
    first = _discriminants(places, symbols)[:, 0]
    assert np.abs(first).argmax() == 1


@pytest.fixture
def network():
    torch.manual_seed(0)
    return Network(replace(SMALL, symbols=2, layout=3)).eval()


def fitted(network, *packs):
    fit_layout(network, packs, ("1", "7"))
    return network.layout.clone()


def test_it_is_fitted_on_symbols_of_other_scripts_where_there_are_enough(network):
    own, others, few = pictures("17", 24), pictures("4T", 600, "scripts"), pictures("4T", 24, "scripts")
    by_others = fitted(network, others)
    assert by_others.abs().sum() > 0
    assert torch.equal(fitted(network, own, others), by_others)
    by_all = fitted(network, own, few)
    assert not torch.allclose(by_all, by_others)
    assert not torch.allclose(by_all, fitted(network, own))


def test_where_all_samples_of_a_symbol_are_the_same_it_is_a_number_still(network):
    alike = pictures("17", 2)
    assert torch.isfinite(fitted(network, alike)).all()
    assert torch.isfinite(fitted(network, alike.select(np.array([0])))).all()


def test_a_network_without_one_stays_as_it_is(network):
    assert fitted(Network(replace(SMALL, symbols=2)).eval(), pictures("17", 24)).numel() == 0


def test_training_ends_with_it(tmp_path):
    shape = replace(SMALL, layout=2)
    network, _ = fit([pictures("17", 32)], [], ("1", "7"), tmp_path, Recipe(epochs=1, batch_size=16, invented=0), shape)
    assert network.layout.shape == (2, 8)
    assert not torch.equal(network.layout, torch.eye(2, 8))
