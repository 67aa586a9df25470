import os
import shutil
import sqlite3
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from inkling.errors import StoreError, StoreFull, StoreReadOnly
from inkling.store import CorrectionQuery, Store

from .samples import plain, sample


def at(path):
    return f"sqlite:///{path}"


@pytest.fixture
def folder():
    """A folder that this test may take its own rights to; root, who may do everything, is somebody else meanwhile."""
    path = Path(tempfile.mkdtemp(prefix="inkling-"))
    if os.geteuid() == 0:
        nobody = 65534
        os.chown(path, nobody, nobody)
        os.seteuid(nobody)
    yield path
    if os.getuid() == 0:
        os.seteuid(0)
    path.chmod(0o700)
    shutil.rmtree(path)


@pytest.fixture
def kept(folder):
    """A database with one correction in it, closed."""
    path = folder / "inkling.db"
    store = Store.open(at(path))
    store.add(sample())
    store.close()
    return path


def assert_reads_but_does_not_write(store, error=StoreReadOnly):
    (one,) = store.find(CorrectionQuery()).corrections
    assert plain(store.get(one.id)) == plain(one)
    assert store.revision() == 1
    assert [change.id for change in store.changes(0)] == [one.id]
    assert store.profiles() == [("everybody", 1)]
    assert store.symbols() == [("7", 1)]
    changes = (
        lambda: store.add(sample(1)),
        lambda: store.delete([one.id]),
        lambda: store.relabel(one.id, "1"),
    )
    for change in changes:
        with pytest.raises(error) as caught:
            change()
        assert type(caught.value) is error
        assert caught.value.hint
    assert store.revision() == 1


def test_a_missing_folder_is_made(tmp_path):
    path = tmp_path / "a folder" / "50% #é" / "inkling.db"
    store = Store.open(at(path))
    kept = store.add(sample())
    store.close()
    assert path.is_file()
    store = Store.open(at(path))
    assert store.get(kept.id).symbol == "7"
    store.close()


def test_a_database_is_on_the_disk_at_once_and_readers_never_wait(tmp_path):
    store = Store.open(at(tmp_path / "inkling.db"))
    with store._database.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    other = sqlite3.connect(tmp_path / "inkling.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert store.revision() == 0
    assert store.changes(0) == []
    other.close()
    store.close()


@pytest.mark.parametrize(
    "content", [b"This is a letter to my mother, not a database." * 50, b"\x89PNG\r\n\x1a\n" * 200]
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "inkling.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is no SQLite database") as caught:
        Store.open(at(path))
    assert str(path) in caught.value.message
    assert "INKLING_DATABASE_URL" in caught.value.hint
    assert path.read_bytes() == content


def test_a_damaged_database_is_an_error_of_ours(tmp_path):
    path = tmp_path / "inkling.db"
    store = Store.open(at(path))
    store.add_many([sample(n) for n in range(50)])
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError):
        Store.open(at(path)).changes(0)


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(StoreError, match="cannot be made"):
        Store.open(at(tmp_path))


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be made"):
        Store.open(at(tmp_path / "file" / "inkling.db"))


@pytest.mark.parametrize("under", ["", "deeper"])
def test_a_database_that_cannot_be_made_is_read_only(folder, under):
    folder.chmod(0o500)
    with pytest.raises(StoreReadOnly, match="is not there and cannot be made: Permission denied") as caught:
        Store.open(at(folder / under / "inkling.db"))
    assert "INKLING_DATABASE_URL" in caught.value.hint


@pytest.mark.parametrize("folder_mode", [0o700, 0o500], ids=["file", "file and folder"])
def test_a_read_only_database_is_read(kept, folder_mode):
    kept.chmod(0o400)
    kept.parent.chmod(folder_mode)
    store = Store.open(at(kept))
    assert_reads_but_does_not_write(store)
    store.close()


def test_a_database_in_a_read_only_folder_is_read_and_what_others_write_is_seen(kept):
    kept.parent.chmod(0o500)
    store = Store.open(at(kept))
    assert_reads_but_does_not_write(store)
    kept.parent.chmod(0o700)
    other = Store.open(at(kept))
    other.add(sample(1))
    assert store.revision() == 2
    assert store.add(sample(2)).revision == 3
    other.close()
    store.close()


def test_a_read_only_database_with_deleted_ink_to_prune_is_read(kept):
    store = Store.open(at(kept))
    store.delete([store.add(sample(1)).id])
    store.close()
    kept.chmod(0o400)
    store = Store.open(at(kept), keep_deleted_days=0)
    assert store.find(CorrectionQuery()).total == 1
    store.close()


def test_a_read_only_database_without_our_tables_is_refused(folder):
    path = folder / "inkling.db"
    path.touch()
    path.chmod(0o400)
    with pytest.raises(StoreReadOnly):
        Store.open(at(path))


def test_a_file_that_may_not_be_read_is_refused(kept):
    kept.chmod(0)
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(at(kept))


def test_where_the_file_may_not_grow_the_disk_is_full_until_it_may(tmp_path):
    limit = [60]

    def cap(connection, _):
        connection.execute(f"PRAGMA max_page_count = {limit[0]}")

    event.listen(Pool, "connect", cap)
    try:
        store = Store.open(at(tmp_path / "inkling.db"))
        kept = []

        def add_for_ever():
            while True:
                kept.append(store.add(sample(len(kept))))

        with pytest.raises(StoreFull) as caught:
            add_for_ever()
        assert "no space left" in caught.value.message
        assert "space" in caught.value.hint
        assert store.revision() == len(kept) > 5
        assert [change.id for change in store.changes(0)] == [one.id for one in kept]
        store.close()
        limit[0] = 1000
        assert store.add(sample()).revision == len(kept) + 1
        store.close()
    finally:
        event.remove(Pool, "connect", cap)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 600 kB; only root can make one."""
    path = tmp_path / "disk"
    path.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(path)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("no disk can be mounted here")
    yield path
    subprocess.run(["umount", str(path)], check=True)


def fill(disk):
    with (disk / "film").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass


def test_on_a_full_disk_reading_goes_on_and_writing_again_once_there_is_space(small_disk):
    path = small_disk / "inkling.db"
    store = Store.open(at(path))
    store.add(sample())
    fill(small_disk)
    with pytest.raises(StoreFull):
        store.add_many([sample(n) for n in range(50)])
    assert store.revision() == 1
    assert len(store.changes(0)) == 1
    (small_disk / "film").unlink()
    assert store.add(sample(1)).revision == 2
    store.close()


def test_a_database_on_a_full_disk_is_opened_and_read(small_disk):
    path = small_disk / "inkling.db"
    store = Store.open(at(path))
    store.add(sample())
    store.close()
    fill(small_disk)
    store = Store.open(at(path))
    assert_reads_but_does_not_write(store, StoreFull)
    store.close()
    with pytest.raises(StoreFull):
        Store.open(at(small_disk / "other.db"))


def test_a_database_that_is_taken_away_is_missed_and_a_backup_in_its_place_is_read(tmp_path):
    path = tmp_path / "inkling.db"
    store = Store.open(at(path))
    store.add(sample(1))
    store.close()
    shutil.copy(path, tmp_path / "backup.db")
    store.add(sample(2))
    path.unlink()
    for use in (store.revision, lambda: store.add(sample(3))):
        with pytest.raises(StoreError, match="cannot be opened"):
            use()
    assert not path.exists()
    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
    os.replace(tmp_path / "backup.db", path)
    assert store.revision() == 1
    assert store.add(sample(3)).revision == 2
    store.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "no URL"),
        ("inkling.db", "no URL"),
        ("postgresql://ada:secret@host:port/x", "no URL"),
        ("mysql://ada:secret@host/x", "names mysql"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:////tmp/x.db?mode=ro", "no options"),
        ("sqlite:////tmp/x?y/x.db", "no options"),
    ],
)
def test_a_url_that_is_none_is_refused_without_repeating_a_password(url, says):
    with pytest.raises(StoreError, match=says) as caught:
        Store.open(url)
    assert "secret" not in str(caught.value)
    assert "INKLING_DATABASE_URL" in caught.value.hint


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path):
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        Store.open(f"postgresql://ada:secret@/x?host={tmp_path}")
    assert "secret" not in str(caught.value)
    assert "postgresql://ada:***@" in caught.value.message
    assert "runs" in caught.value.hint


def test_the_url_of_a_home_folder_may_be_short(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    Store.open("sqlite:///~/inkling.db").close()
    assert stat.S_ISREG((tmp_path / "inkling.db").stat().st_mode)


def test_a_server_that_hung_up_is_asked_again(postgresql):
    import psycopg

    name = "hangup"
    with psycopg.connect(postgresql, autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {name}")
        store = Store.open(f"{postgresql}&options=-csearch_path%3D{name}&application_name={name}")
        hang_up = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'"
        kept = store.add(sample())
        admin.execute(hang_up)
        assert store.revision() == 1
        admin.execute(hang_up)
        assert store.add(sample(1)).id > kept.id
        store.close()


def test_a_server_user_who_may_only_read_is_told_so(postgresql):
    import psycopg

    with psycopg.connect(postgresql, autocommit=True) as admin:
        admin.execute("CREATE SCHEMA reader")
    url = f"{postgresql}&options=-csearch_path%3Dreader"
    store = Store.open(url)
    store.add(sample())
    store.close()
    store = Store.open(f"{url}%20-cdefault_transaction_read_only%3Don")
    assert_reads_but_does_not_write(store)
    store.close()
