"""Ways of learning from corrections behind one small interface: Inkling's memory, and those of its ancestors afresh.

The ancestors fine-tune the network itself. Here they do it on the network that ships, taken back into torch, with the
norms as the bundle has them, on the glyphs that Inkling reads, so that only the way of learning differs.
"""

# ruff: noqa: D102 - Learner describes what all of them do

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from numpy.typing import NDArray

from inkling import Bundle, Recognizer
from inkling.memory import Memory
from inkling.temperature import Temperatures
from inkling.training.network import Network
from inkling.training.restore import network_of
from inkling.training.validation import logits_of

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Samples:
    """Normalised handwriting: glyphs float32 (N, 28, 28) in [0, 1] and what each is, int64 (N,) into the symbols."""

    glyphs: Floats
    truth: NDArray[np.int64]


class Learner(Protocol):
    """Something that answers, and is corrected.

    ``logits`` turns glyphs, float32 (N, 28, 28), into calibrated logits, float32 (N, symbols), for answers among the
    given symbols. ``correct`` is told what a glyph (28, 28) is and what was answered, and says whether anything was
    learned now.
    """

    def logits(self, glyphs: Floats, among: Collection[str] | None = None) -> Floats: ...

    def correct(self, glyph: Floats, truth: int, answer: int) -> bool: ...


class Nothing:
    """Learns nothing: the bundle on ONNX Runtime."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._temperatures = Temperatures.of(recognizer.card)

    def logits(self, glyphs: Floats, among: Collection[str] | None = None) -> Floats:
        return self._outputs(glyphs)[0]

    def correct(self, glyph: Floats, truth: int, answer: int) -> bool:
        return False

    def _outputs(self, glyphs: Floats) -> tuple[Floats, Floats]:
        """Give calibrated logits (N, symbols) and features (N, D)."""
        parts = [
            self._recognizer._graphs.network.run(["logits", "features"], {"glyphs": glyphs[i : i + 64]})
            for i in range(0, len(glyphs), 64)
        ]
        logits, features = (np.concatenate(part) for part in zip(*parts, strict=True))
        return self._temperatures.calibrated(logits), features


class Remembering(Nothing):
    """Inkling's own way: corrections vote beside the network, which stays as it is."""

    def __init__(self, recognizer: Recognizer) -> None:
        super().__init__(recognizer)
        self._symbols = recognizer.symbols
        self._memory = Memory(recognizer.symbols, recognizer.card["features"])
        self._count = 0

    def logits(self, glyphs: Floats, among: Collection[str] | None = None) -> Floats:
        return self._memory.vote(*self._outputs(glyphs), _bytes(glyphs), among)

    def correct(self, glyph: Floats, truth: int, answer: int) -> bool:
        self._count += 1
        traces = np.concatenate(self._outputs(glyph[None]), 1)  # (1, S + D)
        symbol, read = self._symbols[truth], self._symbols[answer]
        self._memory = self._memory.teach([self._count], [symbol], _bytes(glyph[None]), traces, [read])
        return True


def _bytes(glyphs: Floats) -> NDArray[np.uint8]:
    return np.rint(glyphs * 255).astype(np.uint8)


class _FineTuning:
    """What both ancestors share: a network that changes, and base samples of its training to rehearse."""

    def __init__(self, bundle: Bundle, base: Samples, seed: int) -> None:
        self._network: Network = network_of(bundle)
        self._temperatures = Temperatures.of(bundle.card)
        self._base = (torch.from_numpy(base.glyphs), torch.from_numpy(base.truth))
        self._glyphs = torch.zeros(0, 28, 28)  # the corrections so far
        self._truth = torch.zeros(0, dtype=torch.int64)
        self._rng = np.random.default_rng(seed)

    def logits(self, glyphs: Floats, among: Collection[str] | None = None) -> Floats:
        return self._temperatures.calibrated(logits_of(self._network, torch.from_numpy(glyphs)).numpy())

    def _keep(self, glyph: Floats, truth: int) -> None:
        self._glyphs = torch.cat((self._glyphs, torch.from_numpy(glyph)[None]))
        self._truth = torch.cat((self._truth, torch.tensor([truth])))

    def _pick(self, count: int, most: int) -> torch.Tensor:
        return torch.from_numpy(self._rng.permutation(count)[:most])

    def _step(self, optimizer: torch.optim.Optimizer, glyphs: torch.Tensor, truth: torch.Tensor) -> None:
        loss = F.cross_entropy(self._network(glyphs)[0], truth)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


class OneStep(_FineTuning):
    """One step of plain SGD for each correction: on it, ``replay`` base samples and up to 16 earlier corrections."""

    def __init__(self, bundle: Bundle, base: Samples, seed: int, learning_rate: float, replay: int = 32) -> None:
        super().__init__(bundle, base, seed)
        self._optimizer = torch.optim.SGD(self._network.parameters(), lr=learning_rate)
        self._replay = replay

    def correct(self, glyph: Floats, truth: int, answer: int) -> bool:
        old = self._pick(len(self._base[1]), self._replay)
        earlier = self._pick(len(self._truth), self._replay // 2)
        self._step(
            self._optimizer,
            torch.cat((torch.from_numpy(glyph)[None], self._base[0][old], self._glyphs[earlier])),
            torch.cat((torch.tensor([truth]), self._base[1][old], self._truth[earlier])),
        )
        self._keep(glyph, truth)
        return True


class TwoEpochs(_FineTuning):
    """Two epochs of Adam over the base samples and all corrections, after every ``every`` corrections."""

    def __init__(self, bundle: Bundle, base: Samples, seed: int, learning_rate: float, every: int = 25) -> None:
        super().__init__(bundle, base, seed)
        self._optimizer = torch.optim.Adam(self._network.parameters(), lr=learning_rate)
        self._every = every

    def correct(self, glyph: Floats, truth: int, answer: int) -> bool:
        self._keep(glyph, truth)
        if len(self._truth) % self._every:
            return False
        glyphs = torch.cat((self._base[0], self._glyphs))
        truths = torch.cat((self._base[1], self._truth))
        for _ in range(2):
            for batch in self._pick(len(truths), len(truths)).split(64):
                self._step(self._optimizer, glyphs[batch], truths[batch])
        return True
