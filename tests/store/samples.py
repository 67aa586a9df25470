"""Corrections and bundles to keep, and comparing what came back."""

import dataclasses

import numpy as np

from inkling.bundle import Bundle
from inkling.store import NewCorrection


def sample(seed=0, **given):
    """A correction that a person drew; the same seed gives the same."""
    chance = np.random.default_rng(seed)
    values = {
        "symbol": "7",
        "glyph": chance.integers(0, 256, (28, 28), dtype=np.uint8),
        "features": chance.normal(size=16).astype(np.float32),
        "features_model": "v1",
        "strokes": (chance.normal(100, 30, (12, 3)).astype(np.float32), chance.normal(size=(1, 2))),
        "pen_width": 3.5,
        "read": "1",
        "probability": 0.75,
        "reason": "look-alike",
        "alphabet": "digits",
        "model": "v1",
    }
    return NewCorrection(**values | given)


def bundle(number=0, **card):
    """A bundle in form; its network is no network."""
    figures = {"digits": {"accuracy": 0.99, "nothing": None}}
    values = {"created": "2026-11-21", "symbols": ["0", "1", "é", "\ud800"], "features": 4, "temperature": 1.5}
    made = Bundle.make(b"normalizer", b"network %d" % number, values | {"training": {}, "figures": figures})
    return Bundle({**made.card, **card}, made.files)


def plain(record):
    """A record as what can be compared with ``==``."""
    return {field.name: _plain(getattr(record, field.name)) for field in dataclasses.fields(record)}


def _plain(value):
    if isinstance(value, np.ndarray):
        return value.shape, value.tolist()
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value
