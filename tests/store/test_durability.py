"""Acknowledged means kept: whoever kills the writer, and when."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inkling.store import CorrectionQuery, State, Store

from ..serving import PATIENCE_S
from .samples import plain, sample

KILLS = 200
PROMOTER_KILLS = int(os.environ.get("STORE_KILLS", "40"))
FILES = 10


def command(*arguments):
    return [sys.executable, "-m", "tests.store.writers", *map(str, arguments)]


def environment():
    # one thread a process: it is forked
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def start(*arguments):
    folder = Path(__file__).parents[2]
    return subprocess.Popen(
        command(*arguments),
        cwd=folder,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def acknowledged(process):
    """The id of each correction that a writer was told is kept, by the seed of its sample."""
    said, complaints = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, complaints) == (0, "")
    return {int(seed): int(number) for number, seed in map(str.split, said.splitlines())}


def whole(store):
    """The id of every correction in a store, by the seed of its sample; each is what its writer meant it to be."""
    found, after = {}, None
    while True:
        page = store.find(CorrectionQuery(limit=500, after=after))
        for correction in page.corrections:
            meant = plain(sample(int(correction.model), model=correction.model))
            del meant["created_at"]
            kept = plain(correction)
            assert {name: kept[name] for name in meant} == meant
            found[int(correction.model)] = correction.id
        after = page.after
        if after is None:
            assert page.total == len(found)
            return found


def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(tmp_path):
    kept = acknowledged(start("kill", tmp_path, KILLS, FILES))
    assert len(kept) >= KILLS // 2  # else the kills came too early to show anything
    for number in range(FILES):
        path = tmp_path / f"{number}.db"
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        halves = "SELECT count(*) FROM corrections LEFT JOIN inks ON correction_id = id WHERE correction_id IS NULL"
        assert connection.execute(halves).fetchone() == (0,)
        connection.close()
        store = Store.open(f"sqlite:///{path}")
        found = whole(store)
        mine = {seed: kept[seed] for seed in kept if seed // 1_000 % FILES == number}
        assert mine.items() <= found.items()
        assert len(found) - len(mine) <= KILLS // FILES  # at most the one that was being kept at each kill
        assert store.revision() == len(found)
        store.close()


def test_a_promotion_is_whole_or_not_at_all_when_whoever_promotes_is_killed(tmp_path):
    kept = acknowledged(start("promote", tmp_path, PROMOTER_KILLS, 3))
    assert len(kept) >= PROMOTER_KILLS // 2
    for number in range(3):
        path = tmp_path / f"{number}.db"
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()
        store = Store.open(f"sqlite:///{path}")
        steps = store.models.promotions()
        found = {int(step.reason): step.id for step in steps}
        assert {seed: kept[seed] for seed in kept if seed // 1_000 % 3 == number}.items() <= found.items()
        assert [step.previous for step in steps] == [*(step.version for step in steps[1:]), None]
        assert store.state() == State(1 + len(steps), steps[0].version)
        meant = {(steps[0].version, float(steps[0].reason))}  # all features are of the version that reads
        assert {(one.features_model, x) for one in store.changes(0) for x in one.features.tolist()} == meant
        assert [store.models.bundle(one.version).version for one in store.models.all()]
        job = store.jobs.latest("retraining", ["running"])
        checkpoint = store.jobs.checkpoint(job.id)
        assert (len(checkpoint), len(set(checkpoint))) == (50_000, 1)
        store.close()


@pytest.mark.parametrize(("writers", "count"), [(4, 25), (8, 2)])
def test_processes_that_open_a_fresh_database_at_once_all_write_and_a_reader_misses_nothing(url, writers, count):
    process = start("together", url, writers, count)
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()
    store = Store.open(url)  # at the same moment as they do
    seen, revision, looks = set(), 0, 0
    while process.poll() is None:
        now = store.revision()
        assert now >= revision
        seen |= {change.id for change in store.changes(revision)}
        revision, looks = now, looks + 1
    kept = acknowledged(process)
    seen |= {change.id for change in store.changes(revision)}
    assert looks > 1
    assert sorted(kept) == list(range(writers * count))
    assert whole(store) == kept
    assert seen == set(kept.values())
    assert store.revision() == writers * count
    store.close()


def test_two_people_relabel_the_same_correction_at_once(url):
    store = Store.open(url)
    kept = store.add(sample())
    others = [Store.open(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda n: others[n % 4].relabel(kept.id, str(n)), range(40)))
    assert sorted(one.revision for one in said) == list(range(2, 42))
    last = max(said, key=lambda one: one.revision)
    assert plain(store.get(kept.id)) == plain(last)
    for one in [store, *others]:
        one.close()


def test_of_many_who_delete_the_same_correction_at_once_one_does(url):
    store = Store.open(url)
    kept = store.add(sample())

    def delete(_):
        try:
            return store.delete([kept.id])
        except Exception as error:
            return type(error).__name__

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(delete, range(16)))
    assert said.count([kept.id]) == 1
    assert said.count("CorrectionNotFound") == 15
    assert store.revision() == 2
    store.close()


def test_threads_share_a_store(url):
    store = Store.open(url)

    def work(number):
        kept = store.add(sample(number, model=str(number)))
        assert store.revision() >= kept.revision
        return number, kept.id

    with ThreadPoolExecutor(16) as pool:
        kept = dict(pool.map(work, range(64)))
    assert whole(store) == kept
    store.close()


FORK = """
import os, sys
from inkling.store import Store
from tests.store.samples import sample

store = Store.open(sys.argv[1])
store.add(sample(0))
pid = os.fork()
if pid == 0:
    for n in range(20):
        store.add(sample(n))
        store.revision()
    os._exit(0)
for n in range(20):
    store.add(sample(n))
    store.revision()
assert os.waitpid(pid, 0)[1] == 0
print(store.revision(), len(store.changes(0)))
"""


def test_a_store_that_was_open_before_a_fork_serves_both(url):
    done = subprocess.run(
        [sys.executable, "-c", FORK, url],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env=environment(),
        timeout=PATIENCE_S,
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == (["41", "41"], "")
