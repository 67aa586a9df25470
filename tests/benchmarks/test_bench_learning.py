"""The comparison of ways of learning runs to its end, where the data packs are."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "bench_learning.py"
DATA = Path(os.environ.get("INKLING_DATA") or "/nowhere")
PACKS = ("unipen-strokes", "mnist-train", "mnist-test", "emnist-letters")


def run(*arguments, data=DATA):
    command = [sys.executable, str(SCRIPT), "--quick", *map(str, arguments)]
    environment = os.environ | {"INKLING_DATA": str(data)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)


def test_without_data_it_says_what_is_missing(tmp_path):
    done = run(data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "nothing was measured" in done.stdout
    assert all(name in done.stdout for name in PACKS)


def test_a_quick_run_writes_table_and_plot(tmp_path):
    if missing := [name for name in PACKS if not (DATA / f"{name}.npz").is_file()]:
        pytest.skip(f"INKLING_DATA ({DATA}) has no {', '.join(missing)}")
    done = run("--out", tmp_path)
    assert done.returncode == 0, done.stderr
    table = (tmp_path / "learning-baselines.md").read_text("utf-8")
    for learner in ("nothing learned", "one SGD step", "two epochs", "memory (Inkling)"):
        (row,) = re.findall(rf"^\| {re.escape(learner)} \|.*$", table, re.MULTILINE)
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert 0 < float(cells[1]) < 60, row  # % of errors: it reads most, and not everything
        assert learner == "nothing learned" or re.match(r"[\d.,]+ \(", cells[-1]), row  # it took time to learn
    assert (tmp_path / "learning-baselines.png").read_bytes().startswith(b"\x89PNG")
