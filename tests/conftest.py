"""What many tests share."""

import contextlib
import os
import shutil
import subprocess
import tempfile

import hypothesis
import pytest

from inkling.errors import SettingsError
from inkling.recognizer import Recognizer
from inkling.settings import Settings

from .serving import PATIENCE_S, until

# No test reads or writes the corrections of whoever runs it; their data sets stay where they are.
with contextlib.suppress(SettingsError):
    os.environ["INKLING_DATA"] = Settings.load().data
_FOLDER = tempfile.TemporaryDirectory(prefix="inkling-tests-")
os.environ["XDG_DATA_HOME"] = _FOLDER.name
os.environ["INKLING_DATABASE_URL"] = f"sqlite:///{_FOLDER.name}/inkling.db"

# How long an example takes says more of what else the machine does than of what is tested.
hypothesis.settings.register_profile("inkling", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("inkling")


@pytest.fixture(scope="session")
def recognizer():
    """The bundle that ships, whatever the environment says."""
    return Recognizer(settings=Settings.load({}))


@pytest.fixture(scope="session")
def redis_url():
    """A Redis server of our own, on a socket in a folder of its own, that keeps nothing."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Redis is not installed; .ci/run installs it")
        pytest.skip("Redis is not installed")
    with tempfile.TemporaryDirectory(prefix="inkling-redis-") as folder:
        path = f"{folder}/redis.sock"
        command = (program, "--port", "0", "--unixsocket", path, "--save", "", "--dir", folder)
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            until(lambda: os.path.exists(path))
            yield f"unix://{path}"
        finally:
            server.terminate()
            server.wait(PATIENCE_S)
