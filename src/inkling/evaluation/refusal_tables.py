"""The tables of refusal: how well strangers are told from digits, and how many real characters are accepted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .accuracy import wilson
from .best_known import REFUSAL_ELSEWHERE
from .findings import Goal, Section

__all__ = [
    "Acceptance",
    "Stranger",
    "acceptance_section",
    "auroc",
    "auroc_interval",
    "by_script_section",
    "strangers_section",
    "together",
]

Floats = NDArray[np.float32]

#: The least AUROC, %: what is no character at all, and symbols of other alphabets.
_AIM, _AIM_SYMBOLS = 99.0, 95.0
#: The share of real characters that shall be accepted, %.
_AIM_ACCEPTED = 99.0
#: How many examples are shown.
_SHOWN = 10


@dataclass(frozen=True, eq=False)
class Stranger:
    """Samples of one kind, made or found in one way, and how they were judged.

    Args:
        kind: what they are.
        way: how they were made, or which pack or script they are from.
        membership: float32 (N,), how far each is a digit, -1 for what held no ink.
        sure: float32 (N,), the probability of the likeliest digit, -1 as above.
        glyphs: float32 (M, 28, 28), a few as the network sees them.
    """

    kind: str
    way: str
    membership: Floats
    sure: Floats
    glyphs: Floats

    def __len__(self) -> int:
        """Give the number of samples."""
        return len(self.membership)

    @property
    def blank(self) -> float:
        """The share that held no ink."""
        return float((self.membership < 0).mean()) if len(self) else 0.0


@dataclass(frozen=True, eq=False)
class Acceptance:
    """How far real characters of an alphabet, from one pack, belong to it; from which membership on they are taken."""

    alphabet: str
    pack: str
    membership: Floats
    threshold: float | None


def auroc(real: Floats, strange: Floats) -> float:
    """Give the area under the ROC curve: how often a real one scores above a stranger; a tie is half.

    Example:
        >>> auroc(np.array([0.9, 0.8], np.float32), np.array([0.1, 0.8], np.float32))
        0.875
    """
    if not len(real) or not len(strange):
        return float("nan")
    return float(_beats(real, strange).mean())


def auroc_interval(real: Floats, strange: Floats) -> tuple[float, float]:
    """Give the 95 % interval of :func:`auroc`, in [0, 1].

    Source: E. DeLong, D. DeLong, D. Clarke-Pearson, "Comparing the areas under two or more correlated receiver
    operating characteristic curves", Biometrics 44 (1988).
    """
    if len(real) < 2 or len(strange) < 2:
        return 0.0, 1.0
    spread = _beats(real, strange).var(ddof=1) / len(real) + _beats(-strange, -real).var(ddof=1) / len(strange)
    area, half = auroc(real, strange), 1.96 * float(spread) ** 0.5
    return max(area - half, 0.0), min(area + half, 1.0)


def _beats(some: Floats, others: Floats) -> NDArray[np.float64]:
    """Give for each of some the share of the others that it is above; a tie is half."""
    scores = np.sort(others)
    below, upto = np.searchsorted(scores, some, "left"), np.searchsorted(scores, some, "right")
    return np.asarray((below + upto) / (2 * len(others)), np.float64)


def together(kind: str, way: str, parts: Sequence[Stranger]) -> Stranger:
    """Put samples together."""
    return Stranger(
        kind,
        way,
        np.concatenate([part.membership for part in parts]),
        np.concatenate([part.sure for part in parts]),
        np.concatenate([part.glyphs[: -(-_SHOWN // len(parts))] for part in parts]),
    )


def strangers_section(digits: Stranger, found: Sequence[Stranger], threshold: float | None) -> Section:
    """Say by kind, and by way, how well strangers are told from digits.

    Args:
        digits: the real ones.
        found: the strangers.
        threshold: the membership from which on ink is taken for a digit; None where none is set.
    """
    rows, goals, figures = [], [], {}
    for kind in dict.fromkeys(part.kind for part in found):
        parts = [part for part in found if part.kind == kind]
        whole = together(kind, "all", parts)
        aim = _AIM_SYMBOLS if kind.startswith(("other", "letters")) else _AIM
        value = 100 * auroc(digits.membership, whole.membership)
        number = f"{len(digits):,} digits, {len(whole):,} strangers"
        goals.append(Goal(f"{kind} against digits, AUROC", value, "%", aim, True, number))
        rows.append((f"**{kind}**", "all", *_cells(digits, whole, threshold)))
        rows += [("", part.way, *_cells(digits, part, threshold)) for part in parts if len(parts) > 1]
        figures[kind] = {part.way: _figures(digits, part, threshold) for part in [whole, *parts]}
    at = "the card sets none" if threshold is None else f"the card's for digits is {threshold:.4f}"
    return Section(
        "Strangers against digits",
        f"Real digits: {digits.way}, {len(digits):,} of MNIST and of UNIPEN writers kept out of training. AUROC: how "
        "often a real digit's membership is above a stranger's (a tie is half), with its 95 % interval; beside it the "
        "same by the probability of the likeliest digit, plain softmax, which is the baseline. Refused: below the "
        f"acceptance; {at}. Blank: no ink was found, which refuses it too, and is the lowest score in both columns. "
        + REFUSAL_ELSEWHERE,
        ("stranger", "way", "samples", "AUROC", "by softmax", "refused", "blank"),
        rows,
        tuple(goals),
        {"digits": len(digits), "threshold": threshold, "strangers": figures},
    )


def by_script_section(
    digits: Stranger,
    scripts: Sequence[Stranger],
    threshold: float | None,
    left_out: Sequence[str],
    spared: Sequence[str] = (),
) -> Section:
    """Say for each script whether the bundle was trained on it, and how well its symbols are told from digits.

    Scripts of ``spared`` were met, but never as ink that is none of the network's symbols.
    """
    rows, figures, goals = [], {}, []
    for part in scripts:
        seen = "no" if part.way in left_out else "to tell apart only" if part.way in spared else "yes"
        rows.append((part.way, seen, *_cells(digits, part, threshold)))
        figures[part.way] = {"trained_on": seen, **_figures(digits, part, threshold)}
    honest = [part for part in scripts if part.way in left_out] or [part for part in scripts if part.way in spared]
    if honest:
        whole = together("scripts", "left out", honest)
        value = 100 * auroc(digits.membership, whole.membership)
        number = f"{len(honest)} scripts, {len(whole):,} drawings"
        goals.append(Goal("scripts never shown as none against digits, AUROC", value, "%", _AIM_SYMBOLS, True, number))
    told = (
        f"This bundle's training left out {', '.join(left_out)}: the other rows are of symbols it has met."
        if left_out
        else f"This bundle's training never showed {' and '.join(spared)} as ink that is no symbol; it told their "
        "symbols apart from each other, which shapes features. The other rows are of symbols that it was shown as none."
        if honest
        else "This bundle was trained on all of them as symbols that are none of its own: on scripts it never met, it "
        "will do worse. Train one with `--leave-out` to see how much."
    )
    return Section(
        "Scripts",
        f"Symbols of Omniglot's scripts but Latin. {told}",
        ("script", "trained on", "samples", "AUROC", "by softmax", "refused", "blank"),
        rows,
        tuple(goals),
        figures,
    )


def acceptance_section(rows: Iterable[Acceptance]) -> Section:
    """Say how many real characters each named alphabet accepts."""
    cells, figures, shares = [], [], {}
    for row in rows:
        taken = None if row.threshold is None else int((row.membership >= row.threshold).sum())
        share = wilson(taken or 0, len(row.membership))
        span = f"{share.low * 100:.2f} to {share.high * 100:.2f}"
        shown = ("–", "–") if taken is None else (_percent(share.value), span)
        limit = "–" if row.threshold is None else f"{row.threshold:.4f}"
        if taken is not None:
            shares[f"{row.alphabet} of {row.pack}"] = 100 * share.value
        cells.append((row.alphabet, row.pack, f"{len(row.membership):,}", limit, *shown))
        figures.append(
            {
                "alphabet": row.alphabet,
                "pack": row.pack,
                "samples": len(row.membership),
                "threshold": row.threshold,
                "accepted": taken,
                "at_one_percent": round(float(np.quantile(row.membership, 0.01)), 6),
            }
        )
    return Section(
        "Real characters accepted",
        "Characters kept out of training, each read in every named alphabet that holds it: the share whose membership "
        "reaches the card's acceptance. That is what 99 % of validation's characters reach, each of their sets "
        "counting alike, but never more than 0.5: where it is 0.5, more of them reach it." + _missed(shares),
        ("alphabet", "data set", "samples", "acceptance", "accepted", "95 % interval"),
        cells,
        _accepted_goal(shares),
        {"alphabets": figures},
    )


def _missed(shares: Mapping[str, float]) -> str:
    """Name the rows in which fewer are accepted than asked."""
    missed = [f"{name} ({share:.2f} %)" for name, share in shares.items() if share < _AIM_ACCEPTED]
    return f" Fewer than the {_AIM_ACCEPTED:g} % that are asked: {', '.join(missed)}." if missed else ""


def _accepted_goal(shares: Mapping[str, float]) -> tuple[Goal, ...]:
    if not shares:
        return ()
    worst = min(shares, key=lambda name: shares[name])
    measure = f"real characters accepted, the worst row ({worst})"
    return (Goal(measure, shares[worst], "%", _AIM_ACCEPTED, True, f"{len(shares)} rows of the last table"),)


def _cells(digits: Stranger, strange: Stranger, threshold: float | None) -> tuple[str, ...]:
    refused = None if threshold is None else float((strange.membership < threshold).mean())
    return (
        f"{len(strange):,}",
        _with_interval(digits.membership, strange.membership),
        _percent(auroc(digits.sure, strange.sure)),
        "–" if refused is None else _percent(refused),
        _percent(strange.blank),
    )


def _figures(digits: Stranger, strange: Stranger, threshold: float | None) -> dict[str, Any]:
    return {
        "samples": len(strange),
        "auroc": round(auroc(digits.membership, strange.membership), 6),
        "auroc_interval": [round(end, 6) for end in auroc_interval(digits.membership, strange.membership)],
        "auroc_softmax": round(auroc(digits.sure, strange.sure), 6),
        "refused": None if threshold is None else round(float((strange.membership < threshold).mean()), 6),
        "blank": round(strange.blank, 6),
    }


def _with_interval(real: Floats, strange: Floats) -> str:
    low, high = auroc_interval(real, strange)
    return f"{_percent(auroc(real, strange))} ({low * 100:.2f} to {high * 100:.2f})"


def _percent(share: float) -> str:
    return f"{share * 100:.2f} %"
