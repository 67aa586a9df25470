"""Packs that are made up: hands with shapes of their own, runes, and pictures of lines."""

import numpy as np
from PIL import Image

from inkling import Ink
from inkling.data.packs import Pack, split

#: Shapes that stand for no letter, as corners of one line on a square of 100 px.
SHAPES = (
    [(10, 10), (90, 10), (90, 90), (10, 90), (10, 10), (90, 90)],
    [(50, 5), (95, 95), (5, 95), (50, 5), (50, 95)],
    [(5, 50), (95, 50), (50, 5), (50, 95), (5, 50), (50, 95)],
    [(5, 5), (95, 95), (95, 5), (5, 95), (5, 5)],
)


def line(shape, rng):
    """Draw a shape with a hand that trembles."""
    corners = np.array(SHAPES[shape % len(SHAPES)], np.float32)
    steps = np.linspace(0, len(corners) - 1, 40)
    drawn = [np.interp(steps, np.arange(len(corners)), corners[:, axis]) for axis in (0, 1)]
    return (np.stack(drawn, 1) + rng.normal(0, 1.2, (40, 2))).astype(np.float32)


def strokes_pack(name, labels, shapes, writers, seed=0):
    rng = np.random.default_rng(seed)
    drawn = [line(shape, rng) for shape in shapes]
    bounds = np.arange(len(labels) + 1)
    return Pack(
        name,
        np.array(labels),
        np.array(writers, np.int32),
        points=np.concatenate(drawn),
        stroke_start=bounds * 40,
        sample_start=bounds,
    )


def writers_of(side, count):
    """Number writers who are on one side of the split."""
    many = strokes_pack("unipen-strokes", ["0"] * 400, [0] * 400, range(400))
    return np.flatnonzero(split(many) == side)[:count].tolist()


def odd_hands(side="test", symbols="7gK", writers=2, times=6):
    """Writers who all write shapes of their own for some symbols."""
    rows = [(s, i, w) for w in writers_of(side, writers) for i, s in enumerate(symbols) for _ in range(times)]
    return strokes_pack("unipen-strokes", *zip(*rows, strict=True))


def runes(symbols=4, drawers=8):
    rows = [(f"Rune/{i:02}", i, w) for i in range(symbols) for w in range(1, drawers + 1)]
    return strokes_pack("omniglot-background", *zip(*rows, strict=True), seed=1)


def pictures(name, symbols):
    rng = np.random.default_rng(2)
    inks = [Ink.from_strokes([line(i, rng)]) for i in range(len(symbols))]
    images = np.stack(
        [np.asarray(Image.fromarray(np.rint(ink.pixels * 255).astype(np.uint8)).resize((28, 28))) for ink in inks]
    )
    return Pack(name, np.array(list(symbols)), np.full(len(symbols), -1, np.int32), images=images)
