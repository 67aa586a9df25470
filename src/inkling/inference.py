"""Inference: a bundle's graphs run over ink, one piece at a time, or in batches and on all cores."""

import itertools
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .bundle import Bundle
from .graph import open_network, open_normalizer
from .ink import Ink
from .temperature import Temperatures

__all__ = ["BATCH", "Graphs", "Inference", "quantized"]

Floats = NDArray[np.float32]

#: Glyphs that go through the network together.
BATCH = 64
#: The steps in which the frames of a batch grow, px.
_FRAME_STEP_PX = 16
_CORES = os.cpu_count() or 1


@dataclass(frozen=True)
class Inference:
    """What the model makes of ink, before an alphabet is chosen.

    Args:
        glyphs: float32 (N, 28, 28) in [0, 1].
        boxes: float32 (N, 4), x, y, width, height in px of each ink's pixels.
        frames: float32 (N, 4), the same of each glyph's own frame.
        logits: float32 (N, symbols), calibrated: their softmax is a probability.
        features: float32 (N, D), each of length 1.
        sizes: float32 (N,), the longer side of each box in px of the input.
        unknown: float32 (N,), the calibrated logit of what is none of the symbols, to be compared with theirs; -inf
            where the bundle does not tell.
    """

    glyphs: Floats
    boxes: Floats
    frames: Floats
    logits: Floats
    features: Floats
    sizes: Floats
    unknown: Floats

    @classmethod
    def of(cls, parts: Iterable["Inference"]) -> "Inference":
        """Join several, in their order."""
        columns = zip(*((*vars(part).values(),) for part in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))


class Graphs:
    """A bundle's graphs, and what makes their logits honest. They may be run by many threads at once.

    Args:
        bundle: whose graphs.

    Raises:
        BundleDamaged: they cannot be run, or give something else.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.normalizer = open_normalizer(bundle)
        self.network = open_network(bundle)
        self.tells_unknown = len(self.network.get_outputs()) > 2
        self._temperatures = Temperatures.of(bundle.card)

    @property
    def features_size(self) -> int:
        """D, the length of the features."""
        size: int = self.network.get_outputs()[1].shape[-1]
        return size

    def logits(self, glyphs: Floats) -> Floats:
        """Run the network over glyphs float32 (N, 28, 28) for nothing but calibrated logits, float32 (N, S)."""
        (logits,) = self.network.run(["logits"], {"glyphs": glyphs})
        return self._temperatures.calibrated(logits)

    def answers(self, glyphs: Floats) -> tuple[Floats, Floats, Floats]:
        """Run the network over glyphs (N, 28, 28): calibrated logits (N, S), features (N, D), logits of none (N,)."""
        logits, features, *none = self.network.run(None, {"glyphs": glyphs})
        unknown = self._temperatures.calibrated_unknown(none[0]) if none else np.full(len(logits), -np.inf, np.float32)
        return self._temperatures.calibrated(logits), features, unknown

    def traces(self, glyphs: NDArray[np.uint8]) -> Floats:
        """Give logits and features of glyphs uint8 (N, 28, 28), side by side: float32 (N, S + D)."""
        parts = [self._trace(glyphs[i : i + BATCH]) for i in range(0, len(glyphs), BATCH)]
        return np.concatenate(parts) if parts else self._trace(glyphs)

    def run(self, pixels: Floats, inks: Sequence[Ink]) -> Inference:
        """Run both graphs over ink that lies on frames of one size: float32 (N, H, W), and what lies on them."""
        glyphs, boxes, frames = self.normalizer.run(None, {"ink": pixels})
        logits, features, none = self.answers(glyphs)
        sizes = boxes[:, 2:].max(1) / np.array([ink.scale for ink in inks])  # float64: a drawing may be of any size
        return Inference(glyphs, boxes, frames, logits, features, sizes.astype(np.float32), none)

    def infer(self, inks: Sequence[Ink]) -> Inference:
        """Run both graphs over ink of any sizes, in batches and on all cores."""
        if not len(inks):
            return self.run(np.zeros((0, 8, 8), np.float32), [])
        if len(inks) <= BATCH:
            return self._infer(inks)  # one batch: nothing for other threads
        return Inference.of(found for _, found in self.inferred(inks))

    def inferred(self, inks: Iterable[Ink]) -> Iterator[tuple[list[Ink], Inference]]:
        """Infer batch by batch: ink is made here while other threads run the model, so that all cores are busy.

        One thread for the ink, since threads that make ink would wait for each other at Python's lock.
        """
        stream = iter(inks)
        waiting: deque[tuple[list[Ink], Future[Inference]]] = deque()
        with ThreadPoolExecutor(_CORES) as pool:
            while batch := list(itertools.islice(stream, BATCH)):
                waiting.append((batch, pool.submit(self._infer, batch)))
                if len(waiting) > 2 * _CORES:
                    ready, future = waiting.popleft()
                    yield ready, future.result()
            for ready, future in waiting:
                yield ready, future.result()

    def _trace(self, glyphs: NDArray[np.uint8]) -> Floats:
        given = {"glyphs": glyphs.astype(np.float32) / np.float32(255)}
        logits, features = self.network.run(["logits", "features"], given)
        return np.concatenate((self._temperatures.calibrated(logits), features), 1)  # (N, S), (N, D) -> (N, S + D)

    def _infer(self, inks: Sequence[Ink]) -> Inference:
        """Lay inks of many sizes on frames of one and run the model."""
        height, width = (max(ink.pixels.shape[axis] for ink in inks) for axis in (0, 1))
        if height * width > 4 * sum(ink.pixels.size for ink in inks) / len(inks) + 64 * 64:
            # sizes that differ much would mostly pad
            return Inference.of([self.run(ink.pixels[None], [ink]) for ink in inks])
        step = _FRAME_STEP_PX
        frames = np.zeros((len(inks), -(-height // step) * step, -(-width // step) * step), np.float32)
        for frame, ink in zip(frames, inks, strict=True):
            frame[: ink.pixels.shape[0], : ink.pixels.shape[1]] = ink.pixels
        return self.run(frames, inks)


def quantized(glyphs: Floats) -> NDArray[np.uint8]:
    """Give glyphs in the form in which corrections keep them: uint8 (N, 28, 28), 255 = ink."""
    return np.rint(glyphs * 255).astype(np.uint8)
