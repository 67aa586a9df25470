"""What many tests share."""

import hypothesis
import pytest

from inkling.recognizer import Recognizer
from inkling.settings import Settings

# How long an example takes says more of what else the machine does than of what is tested.
hypothesis.settings.register_profile("inkling", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("inkling")


@pytest.fixture(scope="session")
def recognizer():
    """The bundle that ships, whatever the environment says."""
    return Recognizer(settings=Settings.load({}))
