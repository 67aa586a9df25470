"""An app with a database of its own, and a client of it."""

import pytest

from inkling.settings import Settings
from inkling.web import create_app


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'inkling.db'}"


@pytest.fixture
def app(url, recognizer):
    return create_app(Settings.load({}, database_url=url), recognizer)


@pytest.fixture
def client(app):
    return app.test_client()
