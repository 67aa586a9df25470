"""A report of findings: figures against their aims, sections with tables, one plot; as text, JSON and Markdown."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import FolderNotWritable
from ..folders import writable_folder
from .findings import Section
from .machine import machine_in_words
from .tables import markdown_table, text_table

__all__ = ["FindingsReport"]

_HEADERS = ("measure", "found", "aim", "reached", "counted on")


@dataclass(frozen=True)
class FindingsReport:
    """What was found of a bundle.

    Args:
        name: of its files, such as ``robustness``.
        title: the page's heading.
        command: that measures it again.
        about: what was measured on which samples, a sentence or two.
        version: the bundle's version.
        machine: what it was measured on.
        sections: one a measure.
        plot: draws the plot to a path; None for none.
        caption: what the plot shows.
        how: more to say of the run in the JSON form, such as its seeds.
    """

    name: str
    title: str
    command: str
    about: str
    version: str
    machine: dict[str, Any]
    sections: tuple[Section, ...]
    plot: Callable[[Path], None] | None = field(default=None, repr=False)
    caption: str = ""
    how: Mapping[str, Any] = field(default_factory=dict)

    def to_text(self) -> str:
        """Give the tables for a terminal."""
        parts = [f"bundle {self.version}, {self.name}", text_table(_HEADERS, self._goals())]
        for section in self.sections:
            parts += [section.title, text_table(section.headers, section.rows)]
        return "\n\n".join(parts)

    def to_json(self) -> dict[str, Any]:
        """Give all figures."""
        return {
            "model": self.version,
            "machine": self.machine,
            "command": self.command,
            **self.how,
            "goals": [goal.to_json() for section in self.sections for goal in section.goals],
            "sections": {section.title: section.figures for section in self.sections},
        }

    def to_markdown(self) -> str:
        """Give the page to read, which shows the plot that lies beside it."""
        machine = self.machine
        parts = [
            f"# {self.title}",
            f"Bundle {self.version}, measured {machine['measured_at']} by `{self.command}` on "
            f"{machine_in_words(machine)}. {self.about}",
            markdown_table(_HEADERS, self._goals()),
        ]
        if self.plot:
            parts.append(f"![{self.caption}]({self.name}.png)")
        for section in self.sections:
            parts += [f"## {section.title}", section.method, markdown_table(section.headers, section.rows)]
        return "\n\n".join(parts) + "\n"

    def write(self, folder: Path) -> None:
        """Write ``NAME.json``, ``NAME.md`` and ``NAME.png``.

        Raises:
            FolderNotWritable: nothing can be written there.
        """
        folder = writable_folder(folder)
        try:
            text = json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n"
            (folder / f"{self.name}.json").write_text(text, "utf-8")
            (folder / f"{self.name}.md").write_text(self.to_markdown(), "utf-8")
            if self.plot:
                self.plot(folder / f"{self.name}.png")
        except OSError as error:
            raise FolderNotWritable(
                f"The report cannot be written to {folder}: {error.strerror or error}.", "Choose another folder."
            ) from error

    def _goals(self) -> list[tuple[str, ...]]:
        return [goal.cells() for section in self.sections for goal in section.goals]
