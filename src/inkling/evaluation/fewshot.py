"""Symbols that the network never saw: taught by one drawing or five, and read from other people's hands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..alphabet import Alphabet
from ..data.packs import Pack
from ..memory import Memory
from .findings import Goal, Section, Spread
from .handwriting import Handwriting, answers, prepare, teach

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["Script", "few_shot_section", "learn_scripts", "left_out"]

Indices = NDArray[np.intp]

#: Drawings a symbol that are taught, with the aim in percent.
_AIMS = {1: 90.0, 5: 96.0}
_SYMBOLS = 20
#: Every how many episodes known symbols may be answered beside the new ones, and how many samples of them are read.
_BESIDE_EVERY, _KNOWN = 4, 500


@dataclass(frozen=True)
class Script:
    """How well the symbols of one script were learned from ``shots`` drawings each.

    Args:
        bundle: version of the bundle that had left it out.
        script: its name.
        shots: drawings a symbol that were taught.
        symbols: how many were taught in an episode.
        readings: of other people's drawings, all episodes together.
        among_taught: share read right where only the taught symbols may be answered, an episode each.
        among_all: the same where all that the network knows may be answered too, every fourth episode.
        known_before: share of known symbols read right without memory, in the same episodes.
        known_after: the same with the new symbols in memory and in the alphabet.
    """

    bundle: str
    script: str
    shots: int
    symbols: int
    readings: int
    among_taught: tuple[float, ...]
    among_all: tuple[float, ...]
    known_before: tuple[float, ...]
    known_after: tuple[float, ...]

    @property
    def lost(self) -> Spread:
        """The change in accuracy on known symbols, in shares."""
        return Spread.of(np.subtract(self.known_after, self.known_before))

    def to_json(self) -> dict[str, Any]:
        """Give its figures."""
        return {
            "bundle": self.bundle,
            "script": self.script,
            "shots": self.shots,
            "symbols": self.symbols,
            "readings": self.readings,
            "among_taught": Spread.of(self.among_taught).to_json(),
            "among_all": Spread.of(self.among_all).to_json(),
            "known_change": self.lost.to_json(),
        }


def left_out(recognizer: "Recognizer") -> list[str]:
    """Name the scripts that a bundle was not trained on, by its card."""
    return list(recognizer.card.get("training", {}).get("left_out") or [])


def learn_scripts(
    recognizer: "Recognizer",
    scripts: Pack,
    known: tuple[Pack, NDArray[np.bool_]] | None,
    episodes: int = 40,
    progress: bool = False,
) -> Iterator[Script]:
    """Teach the symbols of each script that a bundle's training left out, and read the other drawers' drawings.

    Args:
        recognizer: reads with that bundle.
        scripts: drawings labelled ``Script/symbol``, of known writers.
        known: a pack and which of its samples, of symbols that the network knows; None to leave that out.
        episodes: how often, each with other symbols and drawers.
        progress: whether to draw a progress bar.
    """
    beside = None if known is None else prepare(recognizer, *known, progress=progress)
    for name in left_out(recognizer):
        chosen = np.char.startswith(scripts.labels, f"{name}/")
        if not chosen.any():
            continue
        samples = prepare(recognizer, scripts, chosen, taught=True, progress=progress)
        for shots in _AIMS:
            yield _learn(recognizer, name, samples, beside, shots, episodes, progress)


def few_shot_section(found: Sequence[Script]) -> Section:
    """Say how well new symbols are read, and what they cost the known ones."""
    goals = []
    for shots, aim in _AIMS.items():
        rows = [s for s in found if s.shots == shots]
        mean = float(np.mean([np.mean(s.among_taught) for s in rows]))
        episodes, readings = sum(len(s.among_taught) for s in rows), sum(s.readings for s in rows)
        number = f"{len(rows)} scripts, {episodes} episodes, {readings:,} readings"
        what = f"new symbols, {shots} drawing{'s' * (shots > 1)} each"
        goals.append(Goal(what, 100 * mean, "%", aim, True, number))
    return Section(
        "New symbols",
        f"Scripts that the bundle's training left out. An episode takes {_SYMBOLS} symbols of one script (all, where "
        "it has fewer) and teaches each by one drawing of one drawer, or by one drawing of each of five; read are all "
        "the other drawers' drawings of them. Among the taught: only they may be answered. Among all: the network's "
        "own symbols may be answered too. Known symbols: change of accuracy, in points, on characters of writers kept "
        "out of training, with all of these symbols to choose from; both in every fourth episode. Mean and span over "
        "episodes.",
        ("bundle", "script", "drawings", "symbols", "readings", "among the taught", "among all", "known symbols"),
        [
            (
                s.bundle, s.script, f"{s.shots}", f"{s.symbols}", f"{s.readings:,}",
                Spread.of(s.among_taught).percent(1), Spread.of(s.among_all).percent(1),
                s.lost.points() if s.known_before else "not measured",
            )
            for s in found
        ],
        tuple(goals),
        {"scripts": [s.to_json() for s in found]},
    )  # fmt: skip


def _learn(
    recognizer: "Recognizer",
    name: str,
    samples: Handwriting,
    beside: Handwriting | None,
    shots: int,
    episodes: int,
    progress: bool,
) -> Script:
    among_taught, among_all, before, after = [], [], [], []
    symbols, readings = 0, 0
    for episode in tqdm(range(episodes), desc=f"{name}, {shots}", unit="episode", disable=not progress, leave=False):
        rng = np.random.default_rng(episode)
        examples, others = _episode(samples, shots, rng)
        memory = teach(recognizer.memory(), samples, examples, 1)
        symbols, readings = max(symbols, len(memory.taught)), readings + len(others)
        read = samples.select(others)
        among_taught.append(_share(recognizer, memory, read, recognizer.alphabet("taught", memory)))
        if episode % _BESIDE_EVERY:
            continue
        everything = recognizer.alphabet(None, memory)
        among_all.append(_share(recognizer, memory, read, everything))
        if beside is not None and len(beside):
            known = beside.select(rng.permutation(len(beside))[:_KNOWN])
            before.append(_share(recognizer, None, known, recognizer.alphabet()))
            after.append(_share(recognizer, memory, known, everything))
    spans = (tuple(among_taught), tuple(among_all), tuple(before), tuple(after))
    return Script(recognizer.version, name, shots, symbols, readings, *spans)


def _episode(samples: Handwriting, shots: int, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Choose symbols and drawers: what is taught, symbol by symbol, and what is read."""
    drawers = rng.permutation(np.unique(samples.writers))[:shots]
    symbols = rng.permutation(np.unique(samples.labels))[:_SYMBOLS]
    by_them = np.isin(samples.writers, drawers)
    examples = [np.flatnonzero((samples.labels == symbol) & by_them) for symbol in symbols]
    taught = [symbol for symbol, own in zip(symbols, examples, strict=True) if len(own)]
    return np.concatenate(examples), np.flatnonzero(np.isin(samples.labels, taught) & ~by_them)


def _share(recognizer: "Recognizer", memory: Memory | None, samples: Handwriting, alphabet: Alphabet) -> float:
    answer = np.array(alphabet.symbols)[answers(recognizer, memory, samples, alphabet)]
    return float((answer == samples.labels).mean()) if len(samples) else 0.0
