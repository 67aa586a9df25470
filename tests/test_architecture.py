"""The house rules that can be read off the source: who may import whom, where torch may stand, how long a room is."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import inkling

ROOT = Path(inkling.__file__).parent

#: Rooms from the ground up: each may import those before it, and no others.
FLOORS = (
    *("errors", "extras", "folders", "joiners", "alphabet", "profiles", "settings", "zips", "arrays"),
    *("raster", "cleaning", "sheet", "flatness", "ruling", "paper", "decode"),  # what ink.py is built of
    *("ink", "reading", "temperature", "calibration", "judge", "bundle", "graph"),
    *("outline", "shelves", "prototypes", "votes", "memory", "inference", "recognizer", "heat", "page"),
    *("store", "exchange", "kept", "reader", "recall", "at_hand", "versions", "outcomes", "doubts", "service"),
    *("queue", "jobs", "web"),
    *("cli_learning", "cli_models", "cli_retrain", "cli_train", "cli"),
)

_UP_TO_RECOGNIZER = set(FLOORS[: FLOORS.index("recognizer") + 1])

#: Rooms beside the stairs, each with all that it may import.
SIDE_ROOMS = {
    "data": {"errors", "folders", "joiners", "alphabet", "settings", "zips", "arrays", "ink"},
    "evaluation": _UP_TO_RECOGNIZER | {"data"},
    "training": _UP_TO_RECOGNIZER | {"data"},
}

#: Who may import the side rooms, and only inside the function that needs them.
GUESTS_OF_SIDE_ROOMS = {"exchange", "jobs", "cli_models", "cli_train", "cli"}

#: What only training may import: the extra "train".
HEAVY = {"torch", "lightning", "lightning_fabric", "onnx", "onnxscript", "safetensors"}


@dataclass(frozen=True)
class Import:
    """One import: the module it stands in, what it names (``inkling.ink``, ``numpy``), and whether at the top."""

    module: str
    target: str
    line: int
    at_top: bool

    @property
    def room(self):
        return [*self.module.split("."), ""][1]

    @property
    def target_room(self):
        parts = self.target.split(".")
        return parts[1] if parts[0] == "inkling" and len(parts) > 1 else ""

    def __str__(self):
        return f"{self.module}, line {self.line}, imports {self.target}"


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = ("inkling", *path.relative_to(ROOT).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(module: str, path: Path) -> Iterator[Import]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]

    def walk(node: ast.AST, at_top: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from (Import(module, alias.name, child.lineno, at_top) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                parts = package.split(".")
                base = ".".join(parts[: len(parts) - child.level + 1]) if child.level else ""
                source = ".".join(filter(None, (base, child.module)))
                # "from . import x" names rooms, "from .x import y" names what is in one
                targets = [source] if source != "inkling" else [f"inkling.{alias.name}" for alias in child.names]
                yield from (Import(module, target, child.lineno, at_top) for target in targets)
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            types_only = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"  # never run
            yield from walk(child, at_top and not function and not types_only)

    yield from walk(ast.parse(path.read_text("utf-8")), True)


def every_import() -> list[Import]:
    return [found for module, path in modules().items() for found in imports_of(module, path)]


def allowed(found: Import) -> bool:
    room, target = found.room, found.target_room
    if not room or not target or room == target:  # the package itself names all rooms; others' packages; one's own
        return True
    if room in SIDE_ROOMS:
        return target in SIDE_ROOMS[room]
    if target in SIDE_ROOMS:
        return room in GUESTS_OF_SIDE_ROOMS and not found.at_top
    return FLOORS.index(target) < FLOORS.index(room)


def test_every_room_has_its_place():
    rooms = {module.split(".")[1] for module in modules() if "." in module}
    assert rooms - {"models", "__main__"} <= {*FLOORS, *SIDE_ROOMS}, "a new room: give it its floor in this test"


def test_imports_point_down():
    targets = {*FLOORS, *SIDE_ROOMS}
    wrong = [str(found) for found in every_import() if found.target_room in targets and not allowed(found)]
    assert not wrong, "\n".join(wrong)


def test_this_test_sees_wrong_imports():
    assert not allowed(Import("inkling.ink", "inkling.recognizer", 1, True))
    assert not allowed(Import("inkling.data.packs", "inkling.recognizer", 1, True))
    assert not allowed(Import("inkling.evaluation.score", "inkling.web", 1, False))
    assert not allowed(Import("inkling.cli", "inkling.training.fit", 1, True))
    assert not allowed(Import("inkling.web.api", "inkling.evaluation", 1, False))
    assert allowed(Import("inkling.cli", "inkling.training.fit", 1, False))
    assert allowed(Import("inkling.recognizer", "inkling.ink", 1, True))
    found = [str(i.target) for i in imports_of("inkling.evaluation.evaluate", ROOT / "evaluation" / "evaluate.py")]
    assert {"inkling.data.packs", "inkling.evaluation.speed", "inkling.recognizer", "numpy"} <= set(found)


def test_torch_and_its_like_stay_in_training():
    wrong = [str(i) for i in every_import() if i.target.split(".")[0] in HEAVY and i.room != "training"]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("module", "kept_out"),
    [
        ("inkling", "torch matplotlib onnx sqlalchemy"),
        ("inkling.cli", "torch matplotlib onnx sqlalchemy"),
        ("inkling.web", "torch matplotlib onnx"),
        ("inkling.store", "torch matplotlib onnx flask alembic"),
        ("inkling.data.formats", "torch matplotlib onnx"),
        ("inkling.evaluation.evaluate", "torch matplotlib onnx"),
    ],
)
def test_what_reads_and_serves_loads_nothing_heavy(module, kept_out):
    code = f"import sys, {module}; print(*sorted(set({kept_out.split()!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_no_room_is_longer_than_400_lines():
    pages = {path.name: path for kind in ("*.js", "*.css", "*.html") for path in ROOT.rglob(kind)}
    rooms = {**modules(), **pages}
    assert pages
    long = {name: lines for name, path in rooms.items() if (lines := len(path.read_bytes().splitlines())) > 400}
    assert not long
