"""The same drawing made a little differently: is one correction enough for it to be read however it is drawn again?"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..alphabet import Alphabet
from ..data.packs import Pack
from ..inference import quantized
from ..ink import Ink
from ..raster import DEFAULT_PEN_SHARE, rasterize
from .findings import Goal, Section, Spread
from .handwriting import Handwriting, answers, teach

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["drawn_again", "variation_section"]

_AIM = 97.0
_SCALE, _TURN_DEG, _PEN_OCTAVES = 0.15, 8.0, 1.0
#: What is changed, by the name of the row; the last is what the aim is about.
_CHANGES: Mapping[str, frozenset[str]] = {
    "moved": frozenset({"moved"}),
    "scaled": frozenset({"scaled"}),
    "turned": frozenset({"turned"}),
    "other pen": frozenset({"pen"}),
    "all of it": frozenset({"moved", "scaled", "turned", "pen"}),
}


def drawn_again(strokes: Sequence[NDArray[np.float32]], changes: frozenset[str], rng: np.random.Generator) -> Ink:
    """Draw strokes again: moved by up to their size, scaled by ±15 %, turned by ±8°, the pen half to 1.8 times as wide.

    Args:
        strokes: each float32 (P, 2).
        changes: of ``moved``, ``scaled``, ``turned``, ``pen``; the others stay as they are.
        rng: decides by how much.
    """
    points = np.concatenate(strokes)
    extent = max(float((points.max(0) - points.min(0)).max()), 1e-3)
    angle = np.deg2rad(rng.uniform(-_TURN_DEG, _TURN_DEG)) if "turned" in changes else 0.0
    scale = rng.uniform(1 - _SCALE, 1 + _SCALE) if "scaled" in changes else 1.0
    shift = rng.uniform(-1, 1, 2) * extent if "moved" in changes else np.zeros(2)
    pen = DEFAULT_PEN_SHARE * 2 ** (rng.uniform(-_PEN_OCTAVES, _PEN_OCTAVES) if "pen" in changes else 0.0)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = [(stroke @ turn.T + shift).astype(np.float32) for stroke in strokes]
    # from_strokes would draw them by no wider a pen than suits them
    pixels, px, origin = rasterize(moved, pen * extent)
    return Ink(pixels.astype(np.float32) / np.float32(255), origin, px, tuple(moved), pen * extent)


def variation_section(
    recognizer: "Recognizer",
    pack: Pack,
    samples: Handwriting,
    seeds: Sequence[int],
    drawings: int = 300,
    variants: int = 4,
    progress: bool = False,
) -> Section:
    """Correct drawings that were read wrong, each in a memory of its own, and read them made differently.

    Args:
        recognizer: reads with the bundle that is measured.
        pack: the strokes that ``samples`` were made of.
        samples: of writers kept out of training.
        seeds: of the drawings and the changes.
        drawings: how many are corrected a seed, at most.
        variants: how often each is drawn again with all changes; with a single one it is drawn again once.
        progress: whether to draw a progress bar.
    """
    alphabet = Alphabet.all_of(recognizer.symbols)
    answer = answers(recognizer, None, samples, alphabet)
    symbols = np.array(alphabet.symbols)
    wrong = np.flatnonzero(symbols[answer] != samples.labels)
    shares: dict[str, list[float]] = {name: [] for name in _CHANGES}
    before: list[float] = []
    counts = dict.fromkeys(_CHANGES, 0)
    for seed in seeds:
        rng = np.random.default_rng(seed)
        chosen = rng.permutation(wrong)[:drawings]
        right, total, unaided = dict.fromkeys(_CHANGES, 0), dict.fromkeys(_CHANGES, 0), 0
        for i in tqdm(chosen.tolist(), desc="drawn again", unit="drawing", disable=not progress, leave=False):
            one = np.array([i])
            memory = teach(recognizer.memory(), samples, one, 1, read=[alphabet.symbols[answer[i]]])
            plan = [name for name in _CHANGES for _ in range(variants if name == "all of it" else 1)]
            strokes = pack.strokes(int(samples.places[i]))
            again = _samples(recognizer, [drawn_again(strokes, _CHANGES[name], rng) for name in plan], samples, i)
            hits = symbols[answers(recognizer, memory, again, alphabet)] == samples.labels[i]
            plain = symbols[answers(recognizer, None, again, alphabet)] == samples.labels[i]
            for name, hit, lucky in zip(plan, hits.tolist(), plain.tolist(), strict=True):
                right[name] += hit
                total[name] += 1
                unaided += lucky and name == "all of it"
        for name in _CHANGES:
            shares[name].append(right[name] / max(total[name], 1))
            counts[name] += total[name]
        before.append(unaided / max(total["all of it"], 1))
    spreads = {name: Spread.of(values) for name, values in shares.items()}
    without = Spread.of(before)
    number = f"{counts['all of it']:,} drawings made differently"
    return Section(
        "The same drawing, made differently, after one correction",
        f"Drawings that were read wrong in {alphabet.name}, each corrected once in a memory of its own, and drawn "
        f"again from their strokes: moved by up to their size, scaled by up to ±{_SCALE * 100:.0f} %, turned by up to "
        f"±{_TURN_DEG:.0f}°, by a pen of half to 1.8 times the width. Without the correction, {without.percent(1)} of "
        "those with all changes are read right by luck. The span is over the seeds.",
        ("change", "drawings", "read right"),
        [(name, f"{counts[name]:,}", spread.percent()) for name, spread in spreads.items()],
        (
            Goal(
                "the same drawing made differently, after one correction",
                100 * spreads["all of it"].mean,
                "%",
                _AIM,
                True,
                number,
            ),
        ),
        {
            "without_correction": without.to_json(),
            **{name: {"drawings": counts[name], "right": spread.to_json()} for name, spread in spreads.items()},
        },
    )


def _samples(recognizer: "Recognizer", inks: Sequence[Ink], like: Handwriting, index: int) -> Handwriting:
    found = recognizer.infer(inks)
    times = np.full(len(inks), index)
    return Handwriting(
        like.name,
        like.labels[times],
        like.writers[times],
        quantized(found.glyphs),
        found.logits,
        found.features,
        found.sizes,
        like.traces[:0],
        like.places[times],
    )
