"""The notebooks run from top to bottom, on a small setting; and they are kept without what they printed."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

from inkling.data.packs import Pack, save_pack
from inkling.service import Service
from inkling.settings import Settings
from inkling.training.probes import probes

from .drawings import STROKES

NOTEBOOKS = sorted((Path(__file__).parents[1] / "docs" / "notebooks").glob("*.ipynb"))


@pytest.fixture
def execute(tmp_path, monkeypatch):
    """Run a notebook's first cells, by default all, with data and a database of its own; give text and plots told."""
    monkeypatch.setenv("NOTEBOOK_QUICK", "1")
    monkeypatch.setenv("INKLING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("INKLING_DATABASE_URL", f"sqlite:///{tmp_path}/inkling.db")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # other tests use the other cores

    def run(name, cells=None):
        (path,) = [one for one in NOTEBOOKS if one.stem == name]
        notebook = nbformat.read(path, 4)
        notebook.cells = notebook.cells[:cells]
        # sockets in a folder of its own: two kernels that start at once may choose the same port
        sockets = Config({"KernelManager": {"transport": "ipc", "ip": str(tmp_path / "kernel")}})
        place = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, timeout=600, kernel_name="python3", config=sockets, resources=place).execute()
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
        plots = sum("image/png" in output.get("data", ()) for output in outputs)
        return "".join(output.text for output in outputs if output.get("name") == "stdout"), plots

    return run


def save_packs(folder):
    """Write a pack of pictures and one of strokes, four samples a writer."""
    labels, glyphs = probes("17LT", 1, 60)
    order = np.random.default_rng(0).permutation(len(labels))
    writers = np.arange(len(labels), dtype=np.int32) // 4
    save_pack(Pack("pictures", labels[order], writers, glyphs[order]), folder / "pictures.npz")
    names = list("17LT" * 30)
    drawn = [[np.array(s, np.float32) * (1 + i / 50) for s in STROKES[name]] for i, name in enumerate(names)]
    flat = [stroke for sample in drawn for stroke in sample]
    strokes = Pack(
        "strokes",
        np.array(names),
        np.arange(len(names), dtype=np.int32) // 4,
        points=np.concatenate(flat),
        stroke_start=np.cumsum([0, *map(len, flat)]),
        sample_start=np.cumsum([0, *map(len, drawn)]),
    )
    save_pack(strokes, folder / "strokes.npz")


def test_training_ends_in_a_version_that_can_be_promoted(execute, tmp_path):
    save_packs(tmp_path / "data")
    told, plots = execute("train")
    assert "The network will tell 4 symbols apart: 17LT" in told
    assert plots >= 8
    (version,) = re.findall(r"inkling models promote (\S+)", told)
    service = Service(Settings.load())
    kept = service.versions.get(version)
    assert kept.model.origin == "trained"
    assert not kept.current
    assert sorted(service.versions.bundle(version).symbols) == ["1", "7", "L", "T"]
    service.close()


def test_without_data_the_notebook_on_training_says_how_to_get_some_and_shows_typefaces(execute):
    told, plots = execute("train", cells=5)
    assert "inkling data fetch mnist emnist" in told
    assert "typefaces" in told
    assert plots == 1


def test_learning_goes_from_one_correction_to_a_new_version_and_back(execute, tmp_path):
    told, plots = execute("learn")
    assert told.count("bit for bit: True") == 2
    assert plots >= 6
    alone, learning = (int(n) for n in re.findall(r"^(\d+) errors", told, re.MULTILINE)[:2])
    assert learning < alone
    assert not (tmp_path / "inkling.db").exists()  # what the reader taught stays out of it


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_clean_and_its_links_lead_somewhere(path):
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None
            assert not cell.metadata
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / link).exists(), link
