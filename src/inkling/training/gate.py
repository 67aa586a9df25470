"""The gate: the measured decision whether a candidate may replace the model that reads.

Both read the same samples, which neither learned from: held-out corrections, the packs' validation writers, and
characters of typefaces. A candidate passes when more held-out corrections turned right than wrong among all symbols
(or, where that is even, among those of one kind), nothing else got worse by more than chance explains, neither any set
or symbol nor all sets together, and the corrections that it learned from can be believed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..recognizer import Recognizer
from .gate_batch import Belief, weigh
from .gate_comparisons import FEATURES, TOGETHER, among_all_symbols, by_alphabet, by_symbol, of_features, together
from .gate_report import changed, confusion, reliability
from .gate_sets import CORRECTIONS, OTHERS, PROBES, Readings, frozen_sets, held_out_corrections, read_by_both
from .gate_soundness import slower, unsound
from .gate_statistics import Comparison, significance_of
from .lessons import Lessons
from .probes import JUDGED_SEED, probes

__all__ = ["Decision", "judge"]

#: How often chance alone may refuse a candidate that is as good by what it lost anywhere, however little: over all
#: sets, and over all symbols. What lost much is judged more strictly, below, so that chance refuses somewhat more.
_FAMILY = 0.01
#: What a set, or a symbol, may lose, points, and how rare a loss must be by chance to count as one. There are many
#: symbols of few samples each, so that more of them lose something by chance.
_SETS, _SYMBOLS = (0.5, 0.01), (3.0, 0.001)
#: How much the expected calibration error may grow.
_MOST_CALIBRATION_LOST = 0.03


@dataclass(frozen=True, eq=False)
class Decision:
    """What the gate decided, and why.

    Args:
        passed: whether the candidate may go live.
        reasons: what speaks against it, as sentences; where it passed, what it gained.
        notes: what is worth knowing and decides nothing.
        comparisons: the candidate against the current model, by set and alphabet, and over all frozen sets together.
        symbols: the same by symbol over all frozen sets, among symbols of one kind.
        belief: how far the corrections can be believed.
        details: for looking at: confusion, reliability, samples that changed.
    """

    passed: bool
    reasons: tuple[str, ...]
    comparisons: tuple[Comparison, ...] = ()
    symbols: tuple[Comparison, ...] = ()
    notes: tuple[str, ...] = ()
    belief: Belief | None = None
    details: dict[str, Any] = field(default_factory=dict, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Give all of it in a form that JSON keeps."""
        return {
            "passed": self.passed,
            "reasons": list(self.reasons),
            "notes": list(self.notes),
            "comparisons": [one.to_json() for one in self.comparisons],
            "symbols": [{"symbol": one.name, **one.to_json()} for one in self.symbols],
            "batch": self.belief.to_json() if self.belief else None,
            **self.details,
        }


def judge(
    current: Recognizer,
    candidate: Recognizer,
    lessons: Lessons,
    data_folder: Path | None,
    report: Callable[[float], None] = lambda share: None,
    others: Lessons | None = None,
) -> Decision:
    """Decide whether a candidate may replace the current model.

    Args:
        current: the one that reads.
        candidate: retrained from it.
        lessons: the corrections it was retrained on, with those that were held out.
        data_folder: holds the packs whose validation samples are judged on; none are needed.
        report: is told how much is done, in [0, 1].
        others: corrections of people whose hands it did not learn from: the network is theirs as well.
    """
    report(0.0)
    tried = probes(current.symbols, JUDGED_SEED, per_symbol=2)[1]
    reasons = list(unsound(current, candidate, tried))
    belief = weigh(lessons, current)
    if reasons:
        return Decision(False, (*reasons, *belief.reasons), belief=belief)
    sets = [held_out_corrections(lessons, current.symbols), *frozen_sets(data_folder, current.bundle)]
    if others is not None:
        theirs = held_out_corrections(others, current.symbols, OTHERS, trained=lessons)
        sets += [theirs] if len(theirs.labels) else []
    total, done = sum(len(one.labels) for one in sets), 0

    def count(samples: int) -> None:
        nonlocal done
        done += samples
        report(done / max(total, 1))

    corrections, *frozen = (read_by_both(one, current, candidate, count) for one in sets)
    comparisons = [
        *(one.judged(_FAMILY, 100.0) for one in by_alphabet(corrections)),
        *_verdicts([one for part in frozen for one in by_alphabet(part)], *_SETS),
    ]
    overall = together(frozen).judged(_FAMILY, 100.0)
    features = of_features(frozen).judged(_FAMILY / 10, 1.0)
    symbols = _verdicts(list(by_symbol(frozen, True)), *_SYMBOLS)
    among_all = _verdicts(list(by_symbol(frozen, False)), *_SYMBOLS)
    sure = reliability(frozen)
    reasons = [
        *belief.reasons,
        *_about_corrections(len(corrections.truth), comparisons),
        *_about_sets([overall, *comparisons, features]),
        *_about_symbols([*symbols, *among_all]),
        *_about_calibration(sure),
    ]
    details = {
        "symbols_of_all": [{"symbol": one.name, **one.to_json()} for one in among_all],
        "confusion": confusion(frozen, current.symbols),
        "reliability": sure,
        "changed": changed([corrections, *frozen]),
    }
    notes = [note for note in (slower(current, candidate, tried),) if note]
    return Decision(
        not reasons,
        tuple(reasons or _gains(corrections, comparisons)),
        (*comparisons, overall, features),
        tuple(symbols),
        tuple(notes),
        belief,
        details,
    )


def _verdicts(comparisons: Sequence[Comparison], most_lost_points: float, rare: float) -> list[Comparison]:
    significance = significance_of(_FAMILY, len(comparisons))
    return [one.judged(significance, most_lost_points, rare) for one in comparisons]


def _about_corrections(count: int, comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Say where held-out corrections are read no better."""
    mine = [one for one in comparisons if one.name == CORRECTIONS]
    if not mine:
        yield "No correction is held out to judge it by: teach some more characters first."
        return
    among_all, (fixed, broken) = mine[0].fixed - mine[0].broken, _turned(mine[1:])
    if any(one.verdict == "worse" for one in mine):
        yield f"It reads held-out corrections worse: {_figures(min(mine, key=lambda one: one.p_worse))}."
    elif among_all < 0 or (among_all == 0 and fixed <= broken):
        yield (
            f"It reads the {count} held-out corrections no better: {_figures(mine[0])}; "
            f"among symbols of one kind {_in_words(_turned(mine[1:]))}."
        )


def _turned(comparisons: Sequence[Comparison]) -> tuple[int, int]:
    return sum(one.fixed for one in comparisons), sum(one.broken for one in comparisons)


def _in_words(turned: tuple[int, int]) -> str:
    return f"{turned[0]} turned right and {turned[1]} wrong"


def _about_sets(comparisons: Sequence[Comparison]) -> Iterator[str]:
    for one in comparisons:
        if one.verdict == "worse" and one.name != CORRECTIONS:
            yield f"It reads {_where(one)} worse: {_figures(one)}."


def _about_symbols(symbols: Sequence[Comparison]) -> Iterator[str]:
    worse = sorted((one for one in symbols if one.verdict == "worse"), key=lambda one: one.p_worse)
    for one in worse[:5]:
        yield f"It reads the symbol {one.name} worse {_among(one)}: {_figures(one)}."
    if len(worse) > 5:
        yield f"So it does {len(worse) - 5} more symbols."


def _about_calibration(sure: dict[str, Any]) -> Iterator[str]:
    before, after = sure["ece_before"], sure["ece_after"]
    if after - before > _MOST_CALIBRATION_LOST:
        yield (
            f"Its probabilities can be believed less: on average they are {100 * after:.1f} points off what is right, "
            f"the current model's {100 * before:.1f}."
        )


def _gains(corrections: Readings, comparisons: Sequence[Comparison]) -> Iterator[str]:
    mine = [one for one in comparisons if one.name == CORRECTIONS]
    kinds = f"among symbols of one kind {_in_words(_turned(mine[1:]))}"
    yield f"It reads the {len(corrections.truth)} held-out corrections better: {_figures(mine[0])}; {kinds}."
    yield "Nothing else got worse by more than chance explains."


def _where(one: Comparison) -> str:
    if one.name == FEATURES:
        return "by its features alone, as memory does,"
    if one.name == TOGETHER:
        return "all held-out samples together, each among symbols of its kind,"
    known = {PROBES: "characters of typefaces", OTHERS: "held-out corrections of other people"}
    name = known.get(one.name, f"the held-out samples of {one.name}")
    return f"{name} {_among(one)}"


def _among(one: Comparison) -> str:
    return "among all symbols" if among_all_symbols(one) else f"among {one.alphabet}"


def _figures(one: Comparison) -> str:
    chance = f"{one.p_worse:.2g}" if one.p_worse >= 1e-6 else "less than 0.000001"
    tail = f" (by chance: {chance})" if one.broken > one.fixed else ""
    return (
        f"{100 * one.before:.2f} % right before and {100 * one.after:.2f} % now; of {one.samples:,} samples, "
        f"{_in_words((one.fixed, one.broken))}{tail}"
    )
