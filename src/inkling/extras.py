"""How to add an extra: packages that Inkling can do without, such as torch, which only training needs."""

import re
import shlex
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

__all__ = ["way_to_add"]

_RUN = "Run, by the Python that runs Inkling: python"


def way_to_add(extra: str, package: Path | None = None, python: str = "", *, places: bool = True) -> str:
    """Give the command that adds an extra to the Python that runs; a sentence for a hint.

    It names the source, or else each package, and never Inkling: that is on no index, and what is called so there is
    a stranger's.

    Args:
        extra: ``train``, ``redis`` or ``postgres``.
        package: the folder of this package; its own, if left out.
        python: the interpreter; the one that runs, if left out.
        places: whether folders of the machine are named; not to those who may be elsewhere.
    """
    python = python or sys.executable or "python3"
    source = (package or Path(__file__).parent).absolute().parent.parent
    if (source / "pyproject.toml").is_file():
        if Path(python).is_relative_to(source):  # a path from there tells nobody where on the machine it is
            near = _quoted(str(Path(python).relative_to(source)))
            return f"Go to the folder of Inkling's source. Run: {near} -m pip install -e '.[{extra}]'."
        if not places:
            return f"Go to the folder of Inkling's source. {_RUN} -m pip install -e '.[{extra}]'."
        return f"Run: {_quoted(python)} -m pip install -e {_quoted(f'{source}[{extra}]')}."
    if needed := _needed(extra):
        run = f"Run: {_quoted(python)}" if places else _RUN
        return f"{run} -m pip install {' '.join(map(_quoted, needed))}."
    return f"Install Inkling anew from where it came, with its extra {extra!r}."


def _needed(extra: str) -> list[str]:
    """Give the packages of an extra, as they were declared when Inkling was installed."""
    try:
        declared = [one.partition(";") for one in requires("inkling") or ()]
    except PackageNotFoundError:
        return []
    return [what.strip() for what, _, when in declared if f'extra == "{extra}"' in when.replace("'", '"')]


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w./\\:-]+", word) else shlex.quote(word) if "'" in word else f"'{word}'"
