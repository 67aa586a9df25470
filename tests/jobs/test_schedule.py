"""When it retrains by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from inkling.jobs.schedule import due
from inkling.settings import Settings
from inkling.store import Store

from ..store.samples import sample

NOON = datetime.now(UTC).replace(hour=12, minute=0)


@pytest.fixture
def store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/inkling.db")
    yield store
    store.close()


def settings(**given):
    return Settings.load({}, **{"retrain_after": 3} | given)


def teach(store, count):
    return [one.id for one in store.add_many([sample(n) for n in range(count)])]


def ended(store, state="done"):
    job = store.jobs.add("retraining")
    if state == "cancelled":
        store.jobs.cancel(job.id)
    elif state == "failed":
        store.jobs.fail(job.id, None, {"code": "x", "message": "", "hint": ""})
    else:
        store.jobs.claim(job.id, "lease", 30)
        store.jobs.finish(job.id, "lease", None, None)


def test_it_is_due_after_so_many_new_corrections(store):
    assert due(store, settings(), NOON) is None
    ids = teach(store, 3)
    assert due(store, settings(), NOON) == "3 new corrections"
    store.delete(ids[:1])
    assert due(store, settings(), NOON) is None
    store.restore(ids[:1])
    assert due(store, settings(), NOON) == "3 new corrections"


@pytest.mark.parametrize("end", ["done", "failed", "cancelled"])
def test_however_the_last_one_ended_only_later_corrections_are_new(store, end):
    teach(store, 3)
    ended(store, end)
    assert due(store, settings(), NOON) is None
    teach(store, 2)
    assert due(store, settings(), NOON) is None
    teach(store, 1)
    assert due(store, settings(), NOON)


def test_it_is_not_due_while_one_waits_or_runs_or_when_it_could_not_read(store):
    teach(store, 3)
    assert due(store, settings(retrain_after=0), NOON) is None
    assert due(store, settings(bundle="elsewhere"), NOON) is None
    job = store.jobs.add("retraining")
    assert due(store, settings(), NOON) is None
    store.jobs.claim(job.id, "lease", 30)
    assert due(store, settings(), NOON) is None


def test_it_is_due_at_its_time_of_day_for_an_hour_where_anything_is_new(store):
    at = settings(retrain_after=0, retrain_at="03:30")
    morning = NOON.replace(hour=3, minute=30) + timedelta(days=1)
    assert due(store, at, morning) is None
    teach(store, 1)
    assert due(store, at, morning) == "it is past 03:30"
    assert due(store, at, morning + timedelta(minutes=59))
    assert due(store, at, morning - timedelta(minutes=1)) is None
    assert due(store, at, morning + timedelta(hours=2)) is None


def test_once_a_night_is_enough(store):
    now = datetime.now(UTC)
    at = settings(retrain_after=0, retrain_at=f"{now - timedelta(minutes=5):%H:%M}")
    teach(store, 1)
    assert due(store, at, now)
    ended(store, "failed")
    teach(store, 1)
    assert due(store, at, now) is None
    assert due(store, at, now + timedelta(days=1))
