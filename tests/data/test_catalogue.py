import os
from pathlib import Path

import numpy as np
import pytest

from inkling.data.catalogue import CATALOGUE, survey
from inkling.data.fetch import FETCHABLE
from inkling.data.packs import Pack, load_pack, save_pack

DATA = Path(os.environ.get("INKLING_DATA", "/nowhere"))


def test_a_survey_counts_samples_classes_and_known_writers(tmp_path):
    labels = np.array(["1", "1", "2"])
    images = np.ones((3, 2, 2), np.uint8)
    save_pack(Pack("mnist-test", labels, np.array([4, 5, -1], np.int32), images=images), tmp_path / "mnist-test.npz")
    (tmp_path / "broken.npz").write_bytes(b"not a pack")
    np.savez(tmp_path / "broken-labels.npz", labels=np.array("a"))
    np.savez(tmp_path / "broken-writers.npz", labels=np.array(["a"]), writers=np.array(["bob"]))
    *broken, good = survey(tmp_path)
    assert all(one.problem and one.known is None for one in broken)
    assert len(broken) == 3
    assert (good.samples, good.classes, good.writers, good.problem) == (3, 2, 2, "")
    assert good.known is CATALOGUE["mnist-test"]


def test_what_can_be_fetched_stands_in_the_catalogue():
    for name, recipe in FETCHABLE.items():
        assert {CATALOGUE[pack].fetched_as for pack in recipe.packs} == {name}


def test_nothing_kept_for_testing_is_named_as_training_data():
    assert not any(CATALOGUE[name].in_training for name in ("mnist-test", "omniglot-latin"))


@pytest.mark.skipif(not DATA.is_dir(), reason="the data packs are not here: set INKLING_DATA")
def test_every_real_pack_is_known_and_loads():
    for found in survey(DATA):
        assert found.known is not None, found.path
        assert len(load_pack(found.path)) == found.samples
