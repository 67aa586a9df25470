"""Made-up handwriting that a small network learns in a second, and a bundle exported once."""

import numpy as np
import pytest
import torch

from inkling.bundle import Bundle
from inkling.data.packs import Pack
from inkling.training.export import export_bundle
from inkling.training.network import Network, NetworkShape
from inkling.training.validation import Held

from ..drawings import STROKES, picture

#: A network so small that a step takes milliseconds.
SMALL = NetworkShape(stem=4, widths=(4, 8, 8), features=8, strange=2)


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """Layers so small are slower on many threads than on one, much slower where others use the cores too."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def pictures(symbols="17", count=48, name="made-up"):
    """A pack of pictures 28×28, each a little different, four of a writer."""
    images = []
    for i in range(count):
        scale = 0.18 + 0.002 * (i % 7)
        clean = picture(symbols[i % len(symbols)], (28, 28), scale, (7 + i % 3, 4 + i % 2), 2 + (i % 5) / 2)
        images.append(255 - clean)
    labels = np.array([symbols[i % len(symbols)] for i in range(count)])
    return Pack(name, labels, np.arange(count, dtype=np.int32) // 4, np.stack(images))


def strokes(symbols="17", count=24, name="made-up-strokes"):
    """A pack of strokes."""
    drawn = [[np.array(s, np.float32) * (1 + i / 50) for s in STROKES[symbols[i % len(symbols)]]] for i in range(count)]
    flat = [s for sample in drawn for s in sample]
    return Pack(
        name,
        np.array([symbols[i % len(symbols)] for i in range(count)]),
        np.full(count, -1, np.int32),
        points=np.concatenate(flat),
        stroke_start=np.cumsum([0, *map(len, flat)]),
        sample_start=np.cumsum([0, *map(len, drawn)]),
    )


@pytest.fixture(scope="session")
def untrained():
    """A network that knows nothing yet, with norms as after some training."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        shape = NetworkShape(symbols=3, stem=4, widths=(4, 8, 8), features=8, extra_symbols=4, strange=3, layout=2)
        network = Network(shape)
        network.layout.copy_(torch.randn(network.layout.shape))
        for _ in range(3):
            network(torch.rand(8, 28, 28))
    return network.eval()


@pytest.fixture(scope="session")
def held():
    glyphs = torch.rand(100, 28, 28, generator=torch.Generator().manual_seed(0))
    return Held("made-up", glyphs, np.array(["1", "7"] * 50))


@pytest.fixture(scope="session")
def exported(untrained, held) -> Bundle:
    return export_bundle(untrained, ("1", "7", "α"), {"note": "untrained"}, [held], {"accuracy": 0.3})
