"""Can ink that is no digit be told from digits? Strangers of many kinds against real ones, by membership."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..alphabet import NAMED, SYMBOLS, kind_of, look_alikes
from ..data.packs import MISSING_DATA_HINT, Pack
from ..errors import DataError, DataMissing
from ..folders import writable_folder
from ..ink import Ink
from .fewshot import left_out
from .findings_report import FindingsReport
from .handwriting import ink_of
from .machine import describe_machine
from .pictures import Inferred, held_out, infer_pictures, ink_or_none
from .refusal_tables import Acceptance, Stranger, acceptance_section, by_script_section, strangers_section, together
from .robustness import PICTURES, STROKES
from .strange_pictures import SCENES, TEXTURES
from .strangers import BLANKISH, SCRIBBLES

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["STRANGERS", "RefusalEffort", "evaluate_refusal"]

#: Strangers that are made: kinds, and the ways to make each.
STRANGERS = {
    "scribbles": SCRIBBLES,
    "textures": TEXTURES,
    "photo-like pictures": SCENES,
    "sheets all but blank": BLANKISH,
}
SCRIPTS = "omniglot-background"
_SHOWN = 8

_Source = NDArray[np.uint8] | Ink


@dataclass(frozen=True)
class RefusalEffort:
    """How much is measured: samples of each kind, and the seed that makes and chooses them."""

    samples: int = 2000
    seed: int = 0


def evaluate_refusal(
    recognizer: "Recognizer",
    data_folder: Path,
    out: Path | None = None,
    *,
    side: str = "test",
    effort: RefusalEffort | None = None,
    progress: bool = False,
) -> FindingsReport:
    """Measure how well membership tells digits from what is none.

    Args:
        recognizer: reads with the bundle to measure.
        data_folder: holds the data packs; of those that are missing, what takes them is left out.
        out: where to write ``refusal.json``, ``refusal.md`` and ``refusal.png``; nothing is written if None.
        side: ``test`` or ``validation``, whose real characters are read.
        effort: how much is measured.
        progress: whether to draw progress bars on standard error.

    Raises:
        DataMissing: there are no real digits.
        DataError: there is no such split.
        FolderNotWritable: nothing can be written to ``out``; found out before the work.
    """
    if side not in PICTURES:
        raise DataError(f"There is no split {side!r} to measure refusal on.", f"Known: {', '.join(PICTURES)}.")
    if out is not None:
        out = writable_folder(out)
    effort = effort or RefusalEffort()
    pictures, strokes = (held_out(data_folder, name, side) for name in (PICTURES[side], STROKES))
    packs = [pack for pack in (pictures, strokes) if pack is not None]
    judge = _Judge(recognizer, effort, progress)
    real = [judge.known(pack, set("0123456789")) for pack in packs]
    if not sum(len(row) for row in real):
        raise DataMissing(f"Refusal takes the digits of {PICTURES[side]} or {STROKES}.", MISSING_DATA_HINT)
    digits = together("digits", "digits", real)
    made = [judge.made(kind, way) for kind, ways in STRANGERS.items() for way in ways]
    found = [part for part in (*made, *_letters(judge, strokes)) if len(part)]
    scripts = list(_scripts(judge, held_out(data_folder, SCRIPTS, "train")))
    threshold = judge.threshold("digits")
    sections = [strangers_section(digits, [*found, *scripts], threshold)]
    if scripts:
        sections.append(by_script_section(digits, scripts, threshold, left_out(recognizer), _spared(recognizer)))
    sections.append(acceptance_section(_accepted(judge, packs)))
    from .refusal_plots import refusal_plot

    report = FindingsReport(
        "refusal",
        "Does Inkling know what is no digit?",
        f"inkling evaluate --refusal --split {side}",
        f"Strangers are made afresh with seed {effort.seed}, by generators that training does not share; scribbles, "
        "spirals, hatching, gratings, checks, clouds and noise are kinds that it knows in its own way. All go by the "
        "product's own path; what is found to be blank counts as refused.",
        recognizer.version,
        describe_machine(),
        tuple(sections),
        partial(refusal_plot, digits, [*found, *scripts], recognizer.version),
        "How well each kind of stranger is told from digits, with examples as the network sees them",
    )
    if out is not None:
        report.write(out)
    return report


class _Judge:
    """Takes strangers and characters through the model, and says how far each belongs to an alphabet."""

    def __init__(self, recognizer: "Recognizer", effort: RefusalEffort, progress: bool) -> None:
        self.recognizer, self.effort, self.progress = recognizer, effort, progress
        self.accepted = recognizer.card.get("acceptance") or {}

    def threshold(self, alphabet: str) -> float | None:
        """Give the membership from which on ink is taken for a character; None where the card sets none."""
        if not self.accepted:
            return None
        return float(self.accepted.get(alphabet, min(self.accepted.values())))

    def made(self, kind: str, way: str) -> Stranger:
        """Make strangers of one kind in one way, and judge them."""
        ways = STRANGERS[kind]
        count, make = -(-self.effort.samples // len(ways)), ways[way]
        rng = np.random.default_rng((self.effort.seed, *f"{kind}/{way}".encode()))
        return self._judged(kind, way, (make(rng) for _ in range(count)))

    def known(self, pack: Pack, symbols: set[str], kind: str = "digits", way: str | None = None) -> Stranger:
        """Judge characters of a pack."""
        chosen = self.few(pack, symbols)
        return self._judged(kind, way or pack.name, (ink_of(pack, int(i)) for i in chosen))

    def few(self, pack: Pack, symbols: set[str]) -> NDArray[np.intp]:
        """Choose samples of some symbols."""
        where = np.flatnonzero(np.isin(pack.labels, list(symbols)))
        return np.random.default_rng(self.effort.seed).permutation(where)[: self.effort.samples]

    def membership(self, found: Inferred, alphabet: str) -> NDArray[np.float32]:
        """Say how far pictures belong to an alphabet: float32 (N,) in [0, 1], -1 for what was blank."""
        belonging = np.full(len(found), -1, np.float32)
        read = found.read
        if read.any():
            chosen = self.recognizer.alphabet(alphabet)
            belonging[read] = self.recognizer.membership(found.logits[read], found.unknown[read], chosen)
        return belonging

    def _judged(self, kind: str, way: str, sources: Iterator[_Source]) -> Stranger:
        shown: list[_Source] = []
        found = infer_pictures(self.recognizer, _kept(sources, shown), way, self.progress)
        sure = np.full(len(found), -1, np.float32)
        read = found.read
        if read.any():
            digits = self.recognizer.alphabet("digits")
            sure[read] = self.recognizer.probabilities(found.logits[read], digits).max(1)
        return Stranger(kind, way, self.membership(found, "digits"), sure, _glyphs(self.recognizer, shown))


def _kept(sources: Iterator[_Source], shown: list[_Source]) -> Iterator[_Source]:
    """Pass on, and keep the first few to be shown."""
    for source in sources:
        if len(shown) < 3 * _SHOWN:
            shown.append(source)
        yield source


def _glyphs(recognizer: "Recognizer", shown: Sequence[_Source]) -> NDArray[np.float32]:
    """Give a few as the network sees them: float32 (M, 28, 28)."""
    inks = [ink for ink in map(ink_or_none, shown) if ink is not None]
    return recognizer.infer(inks[:_SHOWN]).glyphs


def _letters(judge: _Judge, strokes: Pack | None) -> Iterator[Stranger]:
    """Judge letters that share no digit's shape."""
    if strokes is None:
        return
    for kind in ("lowercase", "uppercase"):
        letters = {
            symbol
            for symbol in SYMBOLS
            if kind_of(symbol) == kind and not any(kind_of(other) == "digits" for other in look_alikes(symbol))
        }
        yield judge.known(strokes, letters, "letters unlike any digit", kind)


def _scripts(judge: _Judge, pack: Pack | None) -> Iterator[Stranger]:
    """Judge symbols of other scripts than Latin, a script at a time."""
    if pack is None:
        return
    names = np.array([label.split("/")[0] for label in pack.labels.tolist()])
    for name in sorted(set(names.tolist()) - {"Latin"}):
        yield judge.known(pack, set(pack.labels[names == name].tolist()), "other scripts' symbols", name)


def _accepted(judge: _Judge, packs: Sequence[Pack]) -> Iterator[Acceptance]:
    """Read real characters in every named alphabet that holds them."""
    known = set(judge.recognizer.symbols)
    for name in NAMED:
        if not set(SYMBOLS) <= known:
            return
        members = {member for row in judge.recognizer.alphabet(name).members for member in row}
        threshold = judge.threshold(name)
        for pack in packs:
            chosen = judge.few(pack, members)
            if len(chosen):
                found = infer_pictures(judge.recognizer, (ink_of(pack, int(i)) for i in chosen), name, judge.progress)
                yield Acceptance(name, pack.name, judge.membership(found, name), threshold)


def _spared(recognizer: "Recognizer") -> list[str]:
    """Name the scripts that training never showed as ink that is none of the network's symbols, by the card."""
    return list(recognizer.card.get("training", {}).get("recipe", {}).get("spared") or [])
