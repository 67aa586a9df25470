"""Tables as text: for a terminal, and as Markdown."""

from collections.abc import Sequence

__all__ = ["markdown_table", "text_table"]


def text_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table for a terminal; columns of figures stand to the right.

    Example:
        >>> print(text_table(["pack", "samples"], [["mnist-test", "10,000"]]))
        pack        samples
        ──────────  ───────
        mnist-test   10,000
    """
    widths = [max(len(row[i]) for row in [headers, *rows]) for i in range(len(headers))]
    right = _right(headers, rows)
    lines = [headers, ["─" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if side else cell.ljust(width)
            for cell, width, side in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table as Markdown; columns of figures stand to the right."""
    rule = ["---:" if side else "---" for side in _right(headers, rows)]
    lines = [headers, rule, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _right(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[bool]:
    return [
        bool(rows) and all(not row[i] or row[i][0].isdigit() or row[i] == "–" for row in rows)
        for i in range(len(headers))
    ]
