"""The report on learning from corrections: as tables for a terminal, as JSON, as Markdown, with its plot."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import FolderNotWritable
from ..folders import writable_folder
from .findings import Section
from .streams import Streams
from .tables import markdown_table, text_table

__all__ = ["LearningReport"]

_HEADERS = ("measure", "found", "aim", "reached", "counted on")


@dataclass(frozen=True)
class LearningReport:
    """How a bundle learns from corrections.

    Args:
        version: the bundle's version.
        machine: what it was measured on.
        side: the split whose writers were measured.
        seeds: of orders, samples and changes.
        sections: one a measure.
        streams: for the plot, one an alphabet.
    """

    version: str
    machine: dict[str, Any]
    side: str
    seeds: tuple[int, ...]
    sections: tuple[Section, ...]
    streams: tuple[Streams, ...]

    def to_text(self) -> str:
        """Give the tables for a terminal."""
        parts = [f"bundle {self.version}, learning, {self.side}", text_table(_HEADERS, self._goals())]
        for section in self.sections:
            parts += [section.title, text_table(section.headers, section.rows)]
        return "\n\n".join(parts)

    def to_json(self) -> dict[str, Any]:
        """Give all figures."""
        return {
            "model": self.version,
            "machine": self.machine,
            "split": self.side,
            "seeds": list(self.seeds),
            "goals": [goal.to_json() for section in self.sections for goal in section.goals],
            "sections": {section.title: section.figures for section in self.sections},
        }

    def to_markdown(self) -> str:
        """Give the page to read, which shows the plot that lies beside it."""
        machine = self.machine
        versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
        parts = [
            f"# How the bundle {self.version} learns from corrections",
            f"Measured {machine['measured_at']} by `inkling evaluate --learning --split {self.side}` on "
            f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}, "
            f"{versions}. Writers are those of {self.side}, kept out of training; {len(self.seeds)} seeds; spans go "
            "from the least run to the most. Symbols are told apart with their case: `o`, `O` and `0` are three.",
            markdown_table(_HEADERS, self._goals()),
            "![Errors over the stream](learning.png)",
        ]
        for section in self.sections:
            parts += [f"## {section.title}", section.method, markdown_table(section.headers, section.rows)]
        return "\n\n".join(parts) + "\n"

    def write(self, folder: Path) -> None:
        """Write ``learning.json``, ``learning.md`` and ``learning.png``.

        Raises:
            FolderNotWritable: nothing can be written there.
        """
        from .learning_plots import learning_curves  # matplotlib: only where something is drawn

        folder = writable_folder(folder)
        try:
            text = json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n"
            (folder / "learning.json").write_text(text, "utf-8")
            (folder / "learning.md").write_text(self.to_markdown(), "utf-8")
            learning_curves(self.streams[-1], folder / "learning.png", self.version)
        except OSError as error:
            raise FolderNotWritable(
                f"The report cannot be written to {folder}: {error.strerror or error}.", "Choose another folder."
            ) from error

    def _goals(self) -> list[tuple[str, ...]]:
        return [goal.cells() for section in self.sections for goal in section.goals]
