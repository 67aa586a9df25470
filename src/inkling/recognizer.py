"""The recognizer: ink to readings, on ONNX Runtime."""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .alphabet import Alphabet
from .bundle import SHIPPED, Bundle
from .errors import InklingError, InvalidInk
from .folders import expanded
from .inference import BATCH, Graphs, Inference, quantized
from .ink import Ink, Source
from .judge import Judge, vouched_for
from .memory import Memory
from .reading import Reading, Status
from .settings import Settings

__all__ = ["Recognizer"]

Floats = NDArray[np.float32]
HowMany = int | Literal["all"]
Choice = str | Iterable[str] | Alphabet | None


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
            bundle = Bundle.load(expanded(bundle or self.settings.bundle or SHIPPED))
        self.bundle = bundle
        self.symbols = bundle.symbols
        self._graphs = Graphs(bundle)
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
        return Memory(self.symbols, self._graphs.features_size)

    def traces(self, glyphs: NDArray[np.uint8]) -> Floats:
        """Give what memory keeps of glyphs: the network's logits and features, side by side.

        Args:
            glyphs: uint8 (N, 28, 28), 0 = paper, 255 = ink.

        Returns:
            float32 (N, S + D).
        """
        return self._graphs.traces(glyphs)

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
        found = self._graphs.run(ink.pixels[None], [ink])
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
            for part, found in self._graphs.inferred(inks)
            for i, (ink, probabilities, membership) in enumerate(
                zip(part, *self._judged(found, chosen, memory), strict=True)
            )
        ]
        share_ms = (time.perf_counter() - started) * 1000 / max(len(rows), 1)
        return [self._reading(*row, chosen, alternatives, share_ms) for row in rows]

    def infer(self, inks: Sequence[Ink]) -> Inference:
        """Run the model over ink, in batches and on all cores, without choosing an alphabet."""
        return self._graphs.infer(inks)

    def logits(self, glyphs: Floats) -> Floats:
        """Run the network alone.

        Args:
            glyphs: float32 (N, 28, 28) in [0, 1].

        Returns:
            float32 (N, symbols), calibrated.
        """
        return self._graphs.logits(glyphs)

    def character_share(self, glyphs: NDArray[np.uint8]) -> Floats:
        """Say how far glyphs are characters that the model knows at all, whichever: their membership in all symbols.

        Args:
            glyphs: uint8 (N, 28, 28), 0 = paper, 255 = ink.

        Returns:
            float32 (N,) in [0, 1]; 1 where the model was not taught to tell.
        """
        shares = [np.ones(0, np.float32)]
        for start in range(0, len(glyphs), BATCH):
            batch = glyphs[start : start + BATCH].astype(np.float32) / np.float32(255)
            logits, _, unknown = self._graphs.answers(batch)
            known = self.membership(logits, unknown, self.alphabet())
            shares.append(known if self._graphs.tells_unknown else np.ones(len(batch), np.float32))
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

    def _judged(self, found: Inference, alphabet: Alphabet, memory: Memory | None) -> tuple[Floats, Floats]:
        """Give probabilities over an alphabet (N, len(alphabet)) and memberships (N,), with memory's vote."""
        logits, symbols, word = found.logits, self.symbols, None
        if memory is not None and len(memory):
            among = {member for members in alphabet.members for member in members}
            logits, word = memory.recall(logits, found.features, quantized(found.glyphs), among, found.sizes)
            symbols = (*symbols, *memory.taught)
        probabilities = self.probabilities(logits, alphabet, symbols)
        if not self._graphs.tells_unknown:
            return probabilities, np.ones(len(logits), np.float32)
        membership = self.membership(logits, found.unknown, alphabet, symbols)
        return probabilities, membership if word is None else vouched_for(membership, word)

    def _ink(self, source: Source, index: int, count: int) -> Ink:
        try:
            return Ink.of(source, self.settings)
        except InklingError as error:
            raise type(error)(f"Number {index} of {count} (counted from 0): {error.message}", error.hint) from error

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
        character = self._referee.character(
            probabilities,
            float(membership),
            alphabet,
            alternatives,
            glyph=found.glyphs[index],
            box=ink.to_input(found.boxes[index].tolist()),
            frame=ink.to_input(found.frames[index].tolist()),
        )
        status: Status = "unsure" if character.reason else "sure"
        return Reading(character.symbol, status, alphabet.name, self.version, elapsed_ms, (character,))
