"""A client of the API and the pages; what reads for it needs no model."""

import pytest

from .asking import app


@pytest.fixture
def client():
    return app().test_client()
