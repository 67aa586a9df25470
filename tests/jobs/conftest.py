"""A database with some corrections, and the stand-in in place of training."""

import sys

import numpy as np
import pytest

import inkling.training
from inkling.jobs import Retrainings
from inkling.service import Service
from inkling.settings import Settings
from inkling.store import NewCorrection

from .stand_in import modules


@pytest.fixture
def settings(tmp_path):
    return Settings.load({}, database_url=f"sqlite:///{tmp_path}/inkling.db", data=str(tmp_path / "data"))


@pytest.fixture
def service(settings, recognizer):
    made = Service(settings, recognizer)
    yield made
    made.close()


@pytest.fixture
def retrainings(service):
    return Retrainings(service)


@pytest.fixture
def training(monkeypatch):
    """Call it to have a stand-in where training and gate are, in this process."""

    def use(**options):
        for name, module in modules(**options).items():
            monkeypatch.setitem(sys.modules, name, module)
            monkeypatch.setattr(inkling.training, name.rpartition(".")[2], module, raising=False)

    return use


def taught(service, symbols="1234567", profile="everybody", seed=0):
    """Add corrections as an import would, with glyphs of noise; give them."""
    chance = np.random.default_rng(seed)
    recognizer = service.recognizer
    glyphs = chance.integers(0, 256, (len(symbols), 28, 28), dtype=np.uint8)
    traces = recognizer.traces(glyphs)
    return service.store.add_many(
        [
            NewCorrection(
                symbol=symbol,
                glyph=glyph,
                features=np.append(trace, np.float32(20)),
                features_model=recognizer.version,
                profile=profile,
            )
            for symbol, glyph, trace in zip(symbols, glyphs, traces, strict=True)
        ]
    )
