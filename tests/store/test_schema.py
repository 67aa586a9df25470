import logging
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import inkling.store
from inkling.errors import StoreError, StoreTooNew
from inkling.store import CorrectionQuery, State, Store
from inkling.store.migrations import HEAD, VERSION_TABLE
from inkling.store.tables import metadata

from .samples import bundle, sample

FIRST = (Path(__file__).parent / "schema_0001.sql").read_text("utf-8")


@pytest.fixture
def first(tmp_path):
    """A database at the first schema that was shipped, with rows in it."""
    path = tmp_path / "inkling.db"
    connection = sqlite3.connect(path)
    connection.executescript(FIRST)
    connection.close()
    return path


def differences(url):
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        found = compare_metadata(context, metadata)
    engine.dispose()
    return found


def test_the_steps_lead_to_the_tables_that_the_program_knows(url):
    Store.open(url).close()
    assert differences(url) == []


def test_the_first_schema_with_rows_in_it_becomes_the_present_one(first):
    url = f"sqlite:///{first}"
    store = Store.open(url, keep_deleted_days=36_500)
    assert differences(url) == []
    one, other = store.get(1), store.get(4)
    assert (one.profile, one.symbol, one.read, one.probability, one.reason) == ("everybody", "7", "1", 0.75, None)
    assert one.created_at.isoformat() == "2026-05-01T12:00:00.123456+00:00"
    assert [stroke.tolist() for stroke in one.strokes] == [[[1, 2], [3, 4.5]]]
    assert one.features.tolist() == [1, 0]
    assert one.glyph.shape == (28, 28)
    assert (other.symbol, other.picture, other.strokes) == ("tick", b"\x89PNG", None)
    assert [(change.id, change.deleted) for change in store.changes(0)] == [(1, False), (2, True), (4, False)]
    assert store.state() == State(3, None)
    added = store.add(sample())
    assert (added.id, added.revision) == (5, 4)
    store.close()


def test_every_step_from_the_first_keeps_the_rows(url):
    """As above, also in PostgreSQL: the first step makes the first schema, and rows are put into it as they were."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(inkling.store.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in FIRST[FIRST.index("INSERT INTO corrections") :].split(";\n")[:1]:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("UPDATE counter SET revision = 3")
        connection.exec_driver_sql("UPDATE corrections SET profile = 'EveryBody' WHERE id = 4")  # so it was taught once
        connection.exec_driver_sql("UPDATE corrections SET profile = 'Ada   B', symbol = '\u200dθ' WHERE id = 2")
        connection.exec_driver_sql("UPDATE corrections SET profile = '\u3164' WHERE id = 1")
    engine.dispose()
    store = Store.open(url, keep_deleted_days=36_500)
    assert differences(url) == []
    assert store.state() == State(3, None)
    assert [(change.id, change.symbol, change.deleted) for change in store.changes(0)] == [
        *((1, "7", False), (2, "θ", True), (4, "tick", False)),
    ]
    assert [change.profile for change in store.changes(0)] == ["unnamed", "Ada B", "everybody"]
    assert dict(store.profiles()) == {"everybody": 1, "unnamed": 1}
    assert store.models.all() == store.models.promotions() == store.models.prune(2) == []
    assert store.jobs.find().total == 0
    version = store.models.add(bundle(), origin="shipped").version
    store.models.promote(version)
    assert store.state() == State(4, version)
    store.close()


def test_names_that_were_told_apart_by_signs_that_nobody_sees_become_one(url):
    store = Store.open(url)
    store.add_many(
        [sample(1, symbol="❤", profile="Ada"), sample(2, symbol="❤\ufe0f", profile="Ada\ufe0f", read="7\ufe0e")]
    )
    store.close()
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE inkling_schema SET version_num = '0005'")
    engine.dispose()
    store = Store.open(url)
    assert [(change.profile, change.symbol) for change in store.changes(0)] == [("Ada", "❤")] * 2
    assert store.get(2).read == "7"
    store.close()


def test_the_newest_step_is_the_one_that_the_program_names():
    config = Config()
    config.set_main_option("script_location", str(Path(inkling.store.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_opening_a_database_that_is_up_to_date_changes_nothing_in_it(first):
    with sqlite3.connect(first) as connection:
        connection.execute("DELETE FROM inks")
    connection.close()
    Store.open(f"sqlite:///{first}").close()
    before = first.read_bytes()
    store = Store.open(f"sqlite:///{first}")
    assert store.revision() == 3
    assert store.find(CorrectionQuery()).corrections == ()
    store.close()
    assert first.read_bytes() == before


def test_a_database_of_a_newer_program_is_refused_and_left_alone(first):
    with sqlite3.connect(first) as connection:
        connection.execute("UPDATE inkling_schema SET version_num = '9000'")
    connection.close()
    before = first.read_bytes()
    with pytest.raises(StoreTooNew, match=rf"schema is 9000, ours {HEAD}") as caught:
        Store.open(f"sqlite:///{first}")
    assert "Update Inkling" in caught.value.hint
    assert first.read_bytes() == before


def test_a_schema_that_is_no_number_is_refused(first):
    with sqlite3.connect(first) as connection:
        connection.execute("UPDATE inkling_schema SET version_num = 'abc'")
    connection.close()
    with pytest.raises(StoreError, match="'abc'"):
        Store.open(f"sqlite:///{first}")


def test_a_step_that_fails_leaves_nothing_behind(tmp_path):
    path = tmp_path / "inkling.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE inks (other)")  # in the way of the first step's last table
    connection.close()
    with pytest.raises(StoreError, match="already exists"):
        Store.open(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("inks",)]
    connection.close()


def test_migrating_prints_nothing_and_leaves_logging_as_it_was(tmp_path, capfd):
    def state():
        root = logging.getLogger()
        return root.level, list(root.handlers), root.disabled, logging.getLogger("inkling").disabled

    before = state()
    Store.open(f"sqlite:///{tmp_path / 'inkling.db'}").close()
    assert state() == before
    assert capfd.readouterr() == ("", "")


def test_features_are_little_endian_and_arrays_cannot_be_changed(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'inkling.db'}")
    kept = store.add(sample(features=np.array([1, 2], ">f4")))
    store.close()
    back = Store.open(f"sqlite:///{tmp_path / 'inkling.db'}")
    assert back.get(kept.id).features.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        back.get(kept.id).glyph[0, 0] = 1
    back.close()
