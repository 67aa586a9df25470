"""A fresh database a test, in SQLite and in PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest

from inkling.store import Store

from ..serving import PATIENCE_S


def _server_binaries():
    found = shutil.which("postgres")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return Path(found).resolve().parent if found else debian[-1] if debian else None


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server of our own on a socket in a folder of its own; the URL of its database, without a schema."""
    binaries = _server_binaries()
    if binaries is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not installed; .ci/run installs it")
        pytest.skip("PostgreSQL is not installed")
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root

    def run(*command):
        subprocess.run(command, user=user, check=True, capture_output=True, timeout=PATIENCE_S, cwd="/")

    with tempfile.TemporaryDirectory(prefix="inkling-pg-") as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user)
        data = folder / "data"
        run(str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "inkling", "-N", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        control = str(binaries / "pg_ctl")
        run(control, "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://inkling@/postgres?host={folder}"
        finally:
            run(control, "-D", str(data), "-m", "immediate", "stop")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path') / 'inkling.db'}"
    server = request.getfixturevalue("postgresql")
    import psycopg

    schema = f"s{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    return f"{server}&options=-csearch_path%3D{schema}"


@pytest.fixture
def store(url):
    store = Store.open(url)
    yield store
    store.close()
