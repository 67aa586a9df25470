"""The recognizer: ink to readings, on ONNX Runtime."""

import itertools
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .alphabet import Alphabet
from .bundle import SHIPPED, Bundle
from .errors import InklingError, InvalidInk, InvalidSetting
from .graph import open_network, open_normalizer
from .ink import Ink, Source
from .judge import Judge, vouched_for
from .memory import Memory
from .reading import Alternative, Character, Reading, Status
from .settings import Settings
from .temperature import Temperatures

__all__ = ["Inference", "Recognizer", "quantized"]

Floats = NDArray[np.float32]
HowMany = int | Literal["all"]
Choice = str | Iterable[str] | Alphabet | None

#: Glyphs that go through the network together, and the steps in which their frames grow, px.
_BATCH, _FRAME_STEP_PX = 64, 16
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


class Recognizer:
    """Reads ink with a bundle. It may be used by many threads at once.

    Args:
        bundle: a bundle, or its folder; by default the one that ships, or the one that ``settings`` names.
        settings: limits, and when a reading is sure.

    Raises:
        BundleError: the bundle is missing, damaged or too new.

    Example:
        >>> Recognizer().read("seven.png", alphabet="digits").text  # doctest: +SKIP
        '7'
    """

    def __init__(self, bundle: Bundle | Path | str | None = None, settings: Settings | None = None) -> None:
        self.settings = settings or Settings.load()
        if not isinstance(bundle, Bundle):
            bundle = Bundle.load(Path(bundle or self.settings.bundle or SHIPPED).expanduser())
        self.bundle = bundle
        self.symbols = bundle.symbols
        self._normalizer = open_normalizer(bundle)
        self._network = open_network(bundle)
        self._tells_unknown = len(self._network.get_outputs()) > 2
        self._temperatures = Temperatures.of(bundle.card)
        self._referee = Judge(self.symbols, bundle.card, self.settings.sure_probability)

    @property
    def version(self) -> str:
        """The version of the bundle it reads with."""
        return self.bundle.version

    @property
    def card(self) -> Mapping[str, Any]:
        """The bundle's card."""
        return self.bundle.card

    def alphabet(self, spec: Choice = None, memory: Memory | None = None) -> Alphabet:
        """Give an alphabet of symbols that this model and the memory know; all of them for None.

        Raises:
            UnknownAlphabet: the name, or a symbol of the list, is not known.
        """
        taught = memory.taught if memory else ()
        return Alphabet.all_of(self.symbols, taught) if spec is None else Alphabet.parse(spec, self.symbols, taught)

    def memory(self) -> Memory:
        """Give a memory that holds nothing yet, for this model."""
        return Memory(self.symbols, self._network.get_outputs()[1].shape[-1])

    def traces(self, glyphs: NDArray[np.uint8]) -> Floats:
        """Give what memory keeps of glyphs: the network's logits and features, side by side.

        Args:
            glyphs: uint8 (N, 28, 28), 0 = paper, 255 = ink.

        Returns:
            float32 (N, S + D).
        """
        parts = [self._trace(glyphs[i : i + _BATCH]) for i in range(0, len(glyphs), _BATCH)]
        return np.concatenate(parts) if parts else self._trace(glyphs)

    def read(
        self,
        source: Source,
        alphabet: Choice = None,
        alternatives: HowMany = 5,
        memory: Memory | None = None,
    ) -> Reading:
        """Read one character.

        Args:
            source: a path, a picture file's bytes, a Pillow image, a uint8 array (H, W), (H, W, 3) RGB or (H, W, 4)
                RGBA, or :class:`Ink`.
            alphabet: the name of an alphabet, or a list of symbols; all that the model knows by default.
            alternatives: how many other symbols to name, or ``"all"``.
            memory: what corrections taught, to vote beside the network.

        Raises:
            BlankInk: nothing is written.
            InkError: the source cannot be read as ink.
            UnknownAlphabet: there is no such alphabet.
        """
        started = time.perf_counter()
        chosen = self.alphabet(alphabet, memory)
        ink = Ink.of(source, self.settings)
        found = self._run(ink.pixels[None], [ink])
        (probabilities,), (membership,) = self._judged(found, chosen, memory)
        elapsed_ms = (time.perf_counter() - started) * 1000
        return self._reading(ink, found, 0, probabilities, membership, chosen, alternatives, elapsed_ms)

    def read_many(
        self,
        sources: Iterable[Source],
        alphabet: Choice = None,
        alternatives: HowMany = 5,
        memory: Memory | None = None,
    ) -> list[Reading]:
        """Read many single characters, in batches and on all cores; as :meth:`read` otherwise.

        ``elapsed_ms`` of each reading is its share of the whole.

        Raises:
            InkError: as :meth:`read`; the message says which source it is.
        """
        started = time.perf_counter()
        chosen = self.alphabet(alphabet, memory)
        if isinstance(sources, str | bytes | Path | Ink) or not isinstance(sources, Iterable):
            raise InvalidInk(
                f"read_many takes a list of pictures, not one {type(sources).__name__}.", "Use read for a single one."
            )
        everything = list(sources)
        inks = (self._ink(source, i, len(everything)) for i, source in enumerate(everything))
        rows = [
            (ink, found, i, probabilities, membership)
            for part, found in self._inferred(inks)
            for i, (ink, probabilities, membership) in enumerate(
                zip(part, *self._judged(found, chosen, memory), strict=True)
            )
        ]
        share_ms = (time.perf_counter() - started) * 1000 / max(len(rows), 1)
        return [self._reading(*row, chosen, alternatives, share_ms) for row in rows]

    def infer(self, inks: Sequence[Ink]) -> Inference:
        """Run the model over ink, in batches and on all cores, without choosing an alphabet."""
        if not len(inks):
            return self._run(np.zeros((0, 8, 8), np.float32), [])
        if len(inks) <= _BATCH:
            return self._infer(inks)  # one batch: nothing for other threads
        parts = [found for _, found in self._inferred(inks)]
        columns = zip(*((*vars(p).values(),) for p in parts), strict=True)
        return Inference(*(np.concatenate(column) for column in columns))

    def logits(self, glyphs: Floats) -> Floats:
        """Run the network alone.

        Args:
            glyphs: float32 (N, 28, 28) in [0, 1].

        Returns:
            float32 (N, symbols), calibrated.
        """
        (logits,) = self._network.run(["logits"], {"glyphs": glyphs})
        return self._temperatures.calibrated(logits)

    def character_share(self, glyphs: NDArray[np.uint8]) -> Floats:
        """Say how far glyphs are characters that the model knows at all, whichever: their membership in all symbols.

        Args:
            glyphs: uint8 (N, 28, 28), 0 = paper, 255 = ink.

        Returns:
            float32 (N,) in [0, 1]; 1 where the model was not taught to tell.
        """
        shares = [np.ones(0, np.float32)]
        for start in range(0, len(glyphs), _BATCH):
            batch = glyphs[start : start + _BATCH].astype(np.float32) / np.float32(255)
            logits, _, unknown = self._answered(batch)
            known = self.membership(logits, unknown, self.alphabet())
            shares.append(known if self._tells_unknown else np.ones(len(batch), np.float32))
        return np.concatenate(shares)

    def probabilities(self, logits: Floats, alphabet: Alphabet, symbols: Sequence[str] | None = None) -> Floats:
        """Choose from an alphabet: other symbols are left out before the softmax.

        Args:
            logits: float32 (N, symbols), calibrated.
            alphabet: what to choose from.
            symbols: what the logits stand for; the model's own symbols by default.

        Returns:
            float32 (N, len(alphabet)), each row summing to 1.
        """
        return self._referee.probabilities(logits, alphabet, symbols)

    def membership(
        self, logits: Floats, unknown: Floats, alphabet: Alphabet, symbols: Sequence[str] | None = None
    ) -> Floats:
        """Say how far ink is a character of an alphabet at all: the share of belief in its symbols.

        Look-alikes of its symbols count as well, since nobody can tell them apart.

        Args:
            logits: float32 (N, symbols), calibrated.
            unknown: float32 (N,), calibrated as they are.
            alphabet: what a reading may choose from.
            symbols: what the logits stand for; the model's own symbols by default.

        Returns:
            float32 (N,) in [0, 1].
        """
        return self._referee.membership(logits, unknown, alphabet, symbols)

    def _judge(self, found: Inference, alphabet: Alphabet, memory: Memory | None) -> Floats:
        """Give probabilities over an alphabet, with memory's vote: (N, len(alphabet))."""
        return self._judged(found, alphabet, memory)[0]

    def _judged(self, found: Inference, alphabet: Alphabet, memory: Memory | None) -> tuple[Floats, Floats]:
        """Give probabilities over an alphabet (N, len(alphabet)) and memberships (N,), with memory's vote."""
        logits, symbols, word = found.logits, self.symbols, None
        if memory is not None and len(memory):
            among = {member for members in alphabet.members for member in members}
            logits, word = memory.recall(logits, found.features, quantized(found.glyphs), among, found.sizes)
            symbols = (*symbols, *memory.taught)
        probabilities = self.probabilities(logits, alphabet, symbols)
        if not self._tells_unknown:
            return probabilities, np.ones(len(logits), np.float32)
        membership = self.membership(logits, found.unknown, alphabet, symbols)
        return probabilities, membership if word is None else vouched_for(membership, word)

    def _trace(self, glyphs: NDArray[np.uint8]) -> Floats:
        given = {"glyphs": glyphs.astype(np.float32) / np.float32(255)}
        logits, features = self._network.run(["logits", "features"], given)
        return np.concatenate((self._temperatures.calibrated(logits), features), 1)  # (N, S), (N, D) -> (N, S + D)

    def _ink(self, source: Source, index: int, count: int) -> Ink:
        try:
            return Ink.of(source, self.settings)
        except InklingError as error:
            raise type(error)(f"Number {index} of {count} (counted from 0): {error.message}", error.hint) from error

    def _inferred(self, inks: Iterable[Ink]) -> Iterator[tuple[list[Ink], Inference]]:
        """Infer batch by batch: ink is made here while other threads run the model, so that all cores are busy.

        One thread for the ink, since threads that make ink would wait for each other at Python's lock.
        """
        stream = iter(inks)
        waiting: deque[tuple[list[Ink], Future[Inference]]] = deque()
        with ThreadPoolExecutor(_CORES) as pool:
            while batch := list(itertools.islice(stream, _BATCH)):
                waiting.append((batch, pool.submit(self._infer, batch)))
                if len(waiting) > 2 * _CORES:
                    ready, future = waiting.popleft()
                    yield ready, future.result()
            for ready, future in waiting:
                yield ready, future.result()

    def _infer(self, inks: Sequence[Ink]) -> Inference:
        """Lay inks of many sizes on frames of one and run the model."""
        height, width = (max(ink.pixels.shape[axis] for ink in inks) for axis in (0, 1))
        if height * width > 4 * sum(ink.pixels.size for ink in inks) / len(inks) + 64 * 64:
            # sizes that differ much would mostly pad
            singles = [self._run(ink.pixels[None], [ink]) for ink in inks]
            columns = zip(*((*vars(p).values(),) for p in singles), strict=True)
            return Inference(*(np.concatenate(column) for column in columns))
        step = _FRAME_STEP_PX
        frames = np.zeros((len(inks), -(-height // step) * step, -(-width // step) * step), np.float32)
        for frame, ink in zip(frames, inks, strict=True):
            frame[: ink.pixels.shape[0], : ink.pixels.shape[1]] = ink.pixels
        return self._run(frames, inks)

    def _run(self, pixels: Floats, inks: Sequence[Ink]) -> Inference:
        glyphs, boxes, frames = self._normalizer.run(None, {"ink": pixels})
        logits, features, none = self._answered(glyphs)
        sizes = boxes[:, 2:].max(1) / np.array([ink.scale for ink in inks])  # float64: a drawing may be of any size
        return Inference(glyphs, boxes, frames, logits, features, sizes.astype(np.float32), none)

    def _answered(self, glyphs: Floats) -> tuple[Floats, Floats, Floats]:
        """Run the network over glyphs (N, 28, 28): calibrated logits (N, S), features (N, D), logits of none (N,)."""
        logits, features, *none = self._network.run(None, {"glyphs": glyphs})
        unknown = self._temperatures.calibrated_unknown(none[0]) if none else np.full(len(logits), -np.inf, np.float32)
        return self._temperatures.calibrated(logits), features, unknown

    def _reading(
        self,
        ink: Ink,
        found: Inference,
        index: int,
        probabilities: Floats,
        membership: np.float32,
        alphabet: Alphabet,
        alternatives: HowMany,
        elapsed_ms: float,
    ) -> Reading:
        if alternatives != "all" and (not isinstance(alternatives, int | np.integer) or alternatives < 0):
            raise InvalidSetting(
                f"alternatives is {alternatives!r}; expected a whole number from 0, or 'all'.", "Leave it out for 5."
            )
        order = np.argsort(-probabilities, kind="stable")
        shown = len(alphabet) if alternatives == "all" else alternatives + 1
        ranked = [Alternative(alphabet.symbols[i], float(probabilities[i])) for i in order[:shown].tolist()]
        best = ranked[0]
        reason, look_alikes = self._referee.why_unsure(probabilities, order, float(membership), alphabet)
        character = Character(
            best.symbol,
            best.probability,
            ink.to_input(found.boxes[index].tolist()),
            tuple(ranked[1:]),
            found.glyphs[index],
            ink.to_input(found.frames[index].tolist()),
            float(membership),
            reason,
            look_alikes,
        )
        status: Status = "unsure" if reason else "sure"
        return Reading(best.symbol, status, alphabet.name, self.version, elapsed_ms, (character,))


def quantized(glyphs: Floats) -> NDArray[np.uint8]:
    """Give glyphs in the form in which corrections keep them: uint8 (N, 28, 28), 255 = ink."""
    return np.rint(glyphs * 255).astype(np.uint8)
