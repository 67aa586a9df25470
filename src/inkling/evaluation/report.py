"""The report of an evaluation: as a table for a terminal, as JSON, as Markdown, with its plots."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import FolderNotWritable
from ..folders import writable_folder
from .accuracy import top_confusions
from .best_known import BEST_KNOWN
from .machine import machine_in_words
from .score import Score
from .speed import Timings
from .tables import markdown_table, text_table

__all__ = ["Report"]

_HEADERS = ("data set", "split", "alphabet", "samples", "writers", "right", "95 % interval", "in three", "ECE")

_SPEED_HEADERS = ("speed", "median", "p99", "aim, median", "calls")

_LEGEND = """
- **right**: the share of samples whose likeliest symbol is the true one; in `letters-caseless`, whatever its case.
- **95 % interval**: Wilson's; what chance alone allows for that many samples. Samples of one writer are alike, so where
  there are few writers, the true interval is wider.
- **in three**: the share whose true symbol is among the three likeliest.
- **ECE**: expected calibration error over 15 bins of equal mass; how far probabilities are from the truth, on average.
- A validation split has been looked at while training, to choose and to calibrate. By a test split nothing is trained,
  chosen or calibrated, though its figures were seen beside choices (docs/experiments.md).
""".strip()


@dataclass(frozen=True)
class Report:
    """What a bundle reaches.

    Args:
        version: the bundle's version.
        machine: what it was measured on.
        scores: one a split and alphabet.
        timings: how fast it reads; None where that was not measured.
    """

    version: str
    machine: dict[str, Any]
    scores: tuple[Score, ...]
    timings: Timings | None = None

    def to_text(self) -> str:
        """Give the table for a terminal."""
        parts = [f"bundle {self.version}", text_table(_HEADERS, [_cells(row) for row in self.scores])]
        if self.timings:
            parts.append(text_table(_SPEED_HEADERS, self.timings.cells()))
        unread = [f"{row.unread} of {row.pack} {row.split} in {row.alphabet}" for row in self.scores if row.unread]
        if unread:
            parts.append(f"No readable ink, counted as wrong: {', '.join(unread)}.")
        return "\n\n".join(parts)

    def to_json(self) -> dict[str, Any]:
        """Give all figures."""
        return {
            "model": self.version,
            "machine": self.machine,
            "scores": [row.to_json() for row in self.scores],
            "speed": self.timings.to_json() if self.timings else None,
        }

    def figures(self) -> dict[str, dict[str, float]]:
        """Give what a bundle's card quotes: accuracy, its interval, samples and ECE by ``pack/split/alphabet``."""
        return {
            f"{row.pack}/{row.split}/{row.alphabet}": {
                "accuracy": round(row.accuracy.value, 5),
                "low_95": round(row.accuracy.low, 5),
                "high_95": round(row.accuracy.high, 5),
                "samples": row.accuracy.total,
                "ece": round(row.ece, 5),
            }
            for row in self.scores
        }

    def to_markdown(self) -> str:
        """Give the page to read, which shows the plots that lie beside it."""
        machine = self.machine
        parts = [
            f"# What the bundle {self.version} reaches",
            f"Measured {machine['measured_at']} by `inkling evaluate` on {machine_in_words(machine)}.",
            markdown_table(_HEADERS, [_cells(row) for row in self.scores]),
            _LEGEND,
            *_beside_the_best(self.scores),
        ]
        if self.timings:
            table = markdown_table(_SPEED_HEADERS, self.timings.cells())
            parts += ["## Speed", table, "![How long readings take](speed.png)"]
        parts += ["## Calibration", "![Reliability diagrams](reliability.png)", "## What is taken for what"]
        for row in self.scores:
            worst = [
                f"`{truth}` as `{answer}` {count} times"
                for truth, answer, count, _ in top_confusions(row.matrix, row.symbols, 5)
            ]
            parts += [
                f"### {row.pack}, {row.split}, {row.alphabet}",
                f"Most frequent errors: {', '.join(worst) or 'none'}.",
                f"![Confusion matrix](confusion-{row.name}.png)",
            ]
        return "\n\n".join(parts) + "\n"

    def write(self, folder: Path) -> None:
        """Write ``report.json``, ``report.md``, ``reliability.png``, ``speed.png`` and a ``confusion-*.png`` a row.

        Raises:
            FolderNotWritable: nothing can be written there.
        """
        from .plots import confusion, reliability, speed  # matplotlib: only where something is drawn

        folder = writable_folder(folder)
        try:
            (folder / "report.json").write_text(
                json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n", "utf-8"
            )
            (folder / "report.md").write_text(self.to_markdown(), "utf-8")
            reliability(self.scores, folder / "reliability.png", self.version)
            if self.timings:
                speed(self.timings, folder / "speed.png", self.version)
            for row in self.scores:
                confusion(row, folder / f"confusion-{row.name}.png", self.version)
        except OSError as error:
            raise FolderNotWritable(
                f"The report cannot be written to {folder}: {error.strerror or error}.", "Choose another folder."
            ) from error


def _beside_the_best(scores: Sequence[Score]) -> list[str]:
    """Set figures of test splits beside the best known; nothing where that is known of none of them."""
    rows = [
        (row.pack, row.alphabet, f"{row.accuracy.value * 100:.2f} %", BEST_KNOWN[f"{row.pack}/{row.alphabet}"])
        for row in scores
        if row.split == "test" and f"{row.pack}/{row.alphabet}" in BEST_KNOWN
    ]
    if not rows:
        return []
    table = markdown_table(("data set", "alphabet", "right", "the best known, or what limits it"), rows)
    return ["## Beside the best known", "What others reach is quoted, not measured here.", table]


def _cells(row: Score) -> tuple[str, ...]:
    share = row.accuracy
    return (
        row.pack,
        row.split,
        row.alphabet,
        f"{share.total:,}",
        f"{row.writers:,}" if row.writers else "–",
        f"{share.value:.2%}".replace("%", " %"),
        f"{share.low * 100:.2f} to {share.high * 100:.2f}",
        f"{row.in_three.value * 100:.2f} %",
        f"{row.ece:.4f}",
    )
