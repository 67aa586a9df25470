import sqlite3
import sys
from pathlib import Path

import pytest

from inkling.errors import QueueError
from inkling.queue import answers, listen, open_queue, wake
from inkling.settings import Settings


def named(tmp_path, **given):
    return Settings.load({}, database_url=f"sqlite:///{tmp_path}/inkling.db", **given)


@pytest.mark.parametrize("url", ["", "{}/queues/own.db", "sqlite:///{}/queues/own.db"])
def test_whoever_listens_is_woken_by_whoever_wakes(tmp_path, url):
    settings = named(tmp_path, queue_url=url.format(tmp_path))
    woken = []
    queue = open_queue(settings)
    listen(queue, lambda: woken.append(True))
    wake(settings)
    queue.execute(queue.dequeue())
    assert woken == [True]
    assert queue.dequeue() is None
    assert answers(queue)
    queue.storage.close()
    assert Path(queue.storage.filename).name == ("own.db" if url else "queue.db")


def test_databases_that_share_a_queue_do_not_take_each_other_s_messages(tmp_path):
    one = named(tmp_path)
    other = Settings.load({}, database_url=f"sqlite:///{tmp_path}/other.db")
    wake(one)
    theirs, ours = open_queue(other), open_queue(one)
    listen(ours, lambda: None)
    assert theirs.dequeue() is None
    assert ours.dequeue() is not None
    for queue in (theirs, ours):
        queue.storage.close()


def test_what_lies_in_the_queue_can_run_no_code(tmp_path):
    settings = named(tmp_path)
    wake(settings)
    rows = sqlite3.connect(tmp_path / "queue.db")
    assert rows.execute("SELECT data FROM task").fetchone()[0].startswith(b'["')
    rows.execute("UPDATE task SET data = ?", (b"cos\nsystem\n(S'true'\ntR.",))
    rows.commit()
    rows.close()
    queue = open_queue(settings)
    with pytest.raises(ValueError, match="Expecting value"):
        queue.dequeue()
    queue.storage.close()


def test_on_redis_whoever_listens_is_woken_and_other_databases_are_not(tmp_path, redis_url):
    ours = named(tmp_path, queue_url=redis_url)
    other = Settings.load({}, database_url=f"sqlite:///{tmp_path}/other.db", queue_url=redis_url)
    woken = []
    queue, theirs = open_queue(ours), open_queue(other)
    listen(queue, lambda: woken.append(True))
    wake(ours)
    assert theirs.dequeue() is None
    queue.execute(queue.dequeue())
    assert woken == [True]
    assert queue.dequeue() is None
    assert answers(queue)
    for opened in (queue, theirs):
        opened.storage.conn.close()


@pytest.mark.parametrize(
    ("url", "hint"),
    [("amqp://host", "redis"), ("/dev/null/queue.db", "file"), ("unix:///dev/null/redis.sock", "Start it")],
)
def test_a_queue_that_cannot_be_used_says_what_to_set(tmp_path, url, hint):
    with pytest.raises(QueueError) as caught:
        open_queue(named(tmp_path, queue_url=url))
    assert hint in caught.value.hint


def test_redis_without_its_package_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(QueueError, match=r"pip install -e .*\[redis\]"):
        open_queue(named(tmp_path, queue_url="redis://127.0.0.1"))


@pytest.mark.parametrize("url", ["/dev/null/queue.db", "unix:///dev/null/redis.sock"])
def test_nobody_fails_where_nobody_can_be_woken(tmp_path, caplog, url):
    wake(named(tmp_path, queue_url=url))
    assert "No worker was woken" in caplog.text


def test_a_home_that_nobody_has_is_named(tmp_path):
    with pytest.raises(QueueError, match="no home folder") as caught:
        open_queue(named(tmp_path, queue_url="~nobody-of-that-name/q.db"))
    assert "whole path" in caught.value.hint
