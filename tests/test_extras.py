"""What is said of packages that are missing must work when it is run."""

import re
from pathlib import Path

import pytest

import inkling
from inkling import extras
from inkling.extras import way_to_add

ROOT = Path(inkling.__file__).parents[2]


@pytest.fixture
def source(tmp_path):
    """The folder of a package in a checkout."""
    (tmp_path / "pyproject.toml").touch()
    return tmp_path / "src" / "inkling"


def test_in_a_checkout_the_source_is_named_and_no_place_of_the_machine(source, tmp_path):
    told = way_to_add("train", source, str(tmp_path / ".venv/bin/python"))
    assert told.endswith(" Run: .venv/bin/python -m pip install -e '.[train]'.")
    assert str(tmp_path) not in told


def test_an_interpreter_elsewhere_is_named_with_the_source(source, tmp_path):
    told = way_to_add("redis", source, "/opt/some place/python3")
    assert told == f"Run: '/opt/some place/python3' -m pip install -e '{tmp_path}[redis]'."
    told = way_to_add("redis", source, "/opt/some place/python3", places=False)
    assert told.endswith(" Run, by the Python that runs Inkling: python -m pip install -e '.[redis]'.")
    assert str(tmp_path) not in told


def test_without_its_source_the_packages_themselves_are_named(tmp_path, monkeypatch):
    declared = ["numpy>=2", 'torch==2.0; extra == "train"', "psycopg[binary]>=3.1 ; extra == 'postgres'"]
    monkeypatch.setattr(extras, "requires", lambda name: declared)
    package = tmp_path / "site-packages" / "inkling"
    assert way_to_add("train", package, "python3") == "Run: python3 -m pip install 'torch==2.0'."
    told = way_to_add("train", package, "/opt/python3", places=False)
    assert told == "Run, by the Python that runs Inkling: python -m pip install 'torch==2.0'."
    assert way_to_add("postgres", package, "python3") == "Run: python3 -m pip install 'psycopg[binary]>=3.1'."
    assert "anew" in way_to_add("unheard", package)


def test_nowhere_is_a_stranger_of_the_same_name_fetched():
    """Inkling is on no index: ``pip install inkling`` would run whatever somebody put there."""
    places = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "Makefile"]
    for folder, kind in (("src", "*.py"), ("src", "*.js"), ("src", "*.html"), ("docs", "*.md"), ("docs", "*.ipynb")):
        places += (ROOT / folder).rglob(kind)
    wrong = re.compile(r"pip install [^\n`]*?['\" ]inkling\b(?!/)")
    assert [str(one) for one in places if one.name != "extras.py" and wrong.search(one.read_text())] == []
