"""Commands run with a database of the test's own."""

import os

import pytest

from ..drawings import encoded, picture


@pytest.fixture(autouse=True)
def database(monkeypatch, tmp_path):
    """A database of the test's own, which is not there yet."""
    for name in [name for name in os.environ if name.startswith("INKLING_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "data" / "corrections.db"
    monkeypatch.setenv("INKLING_DATABASE_URL", f"sqlite:///{path}")
    return path


@pytest.fixture
def seven(tmp_path):
    path = tmp_path / "seven.png"
    path.write_bytes(encoded(picture("7")))
    return str(path)
