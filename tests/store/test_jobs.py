from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from inkling.errors import JobNotFound, JobRunning
from inkling.store import State, Store

from .samples import sample

LONG = 3_600.0  # after so many seconds a job has lost whoever did it; nothing here takes as long
AT_ONCE = 0.0


@pytest.fixture
def job(store):
    """A job that somebody does with the lease "mine"."""
    return store.jobs.claim(store.jobs.add("retraining").id, "mine", LONG)


def test_a_job_from_its_beginning_to_its_end(store):
    store.add(sample())
    asked = store.jobs.add("retraining", profile="ada", reason="asked for", parent="v1")
    assert (asked.state, asked.kind, asked.profile, asked.reason, asked.parent) == (
        *("queued", "retraining", "ada", "asked for", "v1"),
    )
    assert (asked.attempts, asked.revision, asked.started_at, asked.progress, asked.ended) == (0, 1, None, None, False)
    assert store.jobs.waiting(LONG) == [asked]
    running = store.jobs.claim(asked.id, "mine", LONG)
    assert (running.state, running.attempts) == ("running", 1)
    assert running.started_at == running.beat_at >= asked.created_at
    assert store.jobs.waiting(LONG) == []
    told = store.jobs.beat(asked.id, "mine", {"step": np.int64(3), "loss": np.float32(0.5)})
    assert told.progress == {"step": 3, "loss": 0.5}
    assert told.beat_at > running.beat_at
    assert not told.cancelling
    assert store.jobs.beat(asked.id, "mine").progress == told.progress
    done = store.jobs.finish(asked.id, "mine", "v2", {"passed": False, "reasons": ["3 read as 8"]})
    assert (done.state, done.version, done.outcome, done.ended) == (
        *("done", "v2", {"passed": False, "reasons": ["3 read as 8"]}, True),
    )
    assert done.finished_at >= done.started_at == running.started_at
    assert store.jobs.get(asked.id) == done
    assert store.jobs.waiting(AT_ONCE) == []
    assert store.state() == State(1, None)  # no reading needed to know of any of this


def test_one_of_a_kind_at_a_time(store):
    first = store.jobs.add("retraining")
    with pytest.raises(JobRunning, match=f"job {first.id} waits already") as caught:
        store.jobs.add("retraining", profile="ada")
    assert "cancel" in caught.value.hint
    store.jobs.add("other")
    store.jobs.claim(first.id, "mine", LONG)
    with pytest.raises(JobRunning, match=f"job {first.id} runs already"):
        store.jobs.add("retraining")
    store.jobs.fail(first.id, "mine", {"code": "x", "message": "y", "hint": "z"})
    assert store.jobs.add("retraining").id > first.id


def test_of_many_who_ask_at_once_one_gets_a_job(url):
    stores = [Store.open(url) for _ in range(4)]

    def ask(number):
        try:
            return stores[number % 4].jobs.add("retraining").id
        except JobRunning as error:
            return error.message

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(ask, range(16)))
    (given,) = [one for one in said if isinstance(one, int)]
    assert set(said) - {given} == {f"The retraining of job {given} waits already; there is one at a time."}
    for one in stores:
        one.close()


def test_of_many_who_take_a_job_up_at_once_one_does_it_even_where_it_was_left(url):
    stores = [Store.open(url) for _ in range(4)]
    job = stores[0].jobs.add("retraining")

    def claim(number):
        return stores[number % 4].jobs.claim(job.id, f"worker {number}", LONG)

    with ThreadPoolExecutor(8) as pool:
        said = [one for one in pool.map(claim, range(16)) if one]
    assert [one.attempts for one in said] == [1]
    assert stores[0].jobs.get(job.id) == said[0]
    for one in stores:
        one.close()


def test_a_job_that_was_left_is_taken_up_and_whoever_left_it_is_not_heard_any_more(store, job):
    store.jobs.beat(job.id, "mine", {"step": 5})
    store.jobs.save_checkpoint(job.id, "mine", b"step 5")
    assert store.jobs.claim(job.id, "theirs", LONG) is None
    assert [one.id for one in store.jobs.waiting(AT_ONCE)] == [job.id]
    taken = store.jobs.claim(job.id, "theirs", AT_ONCE)
    assert (taken.attempts, taken.progress, taken.started_at) == (2, {"step": 5}, job.started_at)
    assert store.jobs.checkpoint(job.id) == b"step 5"
    error = {"code": "x", "message": "y", "hint": "z"}
    assert store.jobs.beat(job.id, "mine", {"step": 6}) is None
    assert store.jobs.save_checkpoint(job.id, "mine", b"step 6") is False
    assert store.jobs.finish(job.id, "mine", "v2", {}) is None
    assert store.jobs.fail(job.id, "mine", error) is None
    assert store.jobs.stopped(job.id, "mine") is None
    assert store.jobs.put_back(job.id, "mine") is None
    assert store.jobs.get(job.id) == taken
    assert store.jobs.checkpoint(job.id) == b"step 5"
    assert store.jobs.claim(job.id, "theirs", LONG).attempts == 3  # whoever has it may begin again at once


@pytest.mark.parametrize("end", ["done", "failed", "cancelled"])
def test_an_end_is_an_end(store, job, end):
    store.jobs.save_checkpoint(job.id, "mine", b"x")
    error = {"code": "x", "message": "y", "hint": "z"}
    ended = {
        "done": lambda: store.jobs.finish(job.id, "mine", None, None),
        "failed": lambda: store.jobs.fail(job.id, "mine", error),
        "cancelled": lambda: store.jobs.stopped(job.id, "mine"),
    }[end]()
    assert (ended.state, ended.ended, ended.beat_at, ended.finished_at is None) == (end, True, None, False)
    assert ended.error == (error if end == "failed" else None)
    assert store.jobs.checkpoint(job.id) is None
    assert store.jobs.claim(job.id, "mine", AT_ONCE) is None
    assert store.jobs.finish(job.id, "mine", "v2", {}) is None
    assert store.jobs.fail(job.id, None, error) is None
    assert store.jobs.save_checkpoint(job.id, "mine", b"y") is False
    assert store.jobs.cancel(job.id) == store.jobs.get(job.id) == ended


def test_whoever_watches_can_say_that_a_job_failed(store, job):
    error = {"code": "killed", "message": "It was killed three times.", "hint": "Look at the log."}
    assert store.jobs.fail(job.id, None, error).error == error
    assert store.jobs.beat(job.id, "mine") is None
    queued = store.jobs.add("retraining")
    assert store.jobs.fail(queued.id, None, error).state == "failed"


def test_cancelling(store):
    queued = store.jobs.add("retraining")
    assert store.jobs.cancel(queued.id).state == "cancelled"
    running = store.jobs.claim(store.jobs.add("retraining").id, "mine", LONG)
    told = store.jobs.cancel(running.id)
    assert (told.state, told.cancelling) == ("running", True)
    assert store.jobs.cancel(running.id, LONG).state == "running"
    assert store.jobs.beat(running.id, "mine", {"step": 9}).cancelling
    assert store.jobs.claim(running.id, "theirs", AT_ONCE).cancelling  # whoever takes it up is told as well
    assert store.jobs.stopped(running.id, "theirs").state == "cancelled"
    left = store.jobs.claim(store.jobs.add("retraining").id, "mine", LONG)
    assert store.jobs.cancel(left.id, AT_ONCE).state == "cancelled"  # nobody was there to see it
    assert store.jobs.finish(left.id, "mine", "v2", {}) is None


def test_who_has_a_job_is_at_work_has_not_begun_or_does_it_no_more(store):
    job = store.jobs.add("retraining")
    assert store.jobs.under_way(job.id, "mine", LONG) is None
    store.jobs.claim(job.id, "theirs", LONG)
    assert store.jobs.under_way(job.id, "theirs", LONG) is True
    assert store.jobs.under_way(job.id, "mine", LONG) is None  # somebody else has it
    assert store.jobs.under_way(job.id, "theirs", AT_ONCE) is None  # a second process may take it up by the same lease
    store.jobs.cancel(job.id)
    assert store.jobs.under_way(job.id, "theirs", LONG) is False
    store.jobs.stopped(job.id, "theirs")
    for lease in ("mine", "theirs"):
        assert store.jobs.under_way(job.id, lease, AT_ONCE) is False
    with pytest.raises(JobNotFound):
        store.jobs.under_way(99, "mine", LONG)


def test_a_job_that_is_put_back_waits_with_what_it_had(store, job):
    store.jobs.beat(job.id, "mine", {"step": 5})
    store.jobs.save_checkpoint(job.id, "mine", b"step 5")
    back = store.jobs.put_back(job.id, "mine")
    assert (back.state, back.attempts, back.progress) == ("queued", 0, {"step": 5})
    assert store.jobs.waiting(LONG) == [back]
    assert store.jobs.beat(job.id, "mine") is None
    assert store.jobs.claim(job.id, "theirs", LONG).attempts == 1
    assert store.jobs.checkpoint(job.id) == b"step 5"
    store.jobs.cancel(job.id)
    assert store.jobs.put_back(job.id, "theirs").state == "cancelled"


def test_a_checkpoint_replaces_the_one_before(store, job):
    assert store.jobs.checkpoint(job.id) is None
    for data in (b"", bytes(range(256)) * 4_000, b"small"):
        assert store.jobs.save_checkpoint(job.id, "mine", data) is True
        assert store.jobs.checkpoint(job.id) == data
    assert store.jobs.checkpoint(99) is None


def test_looking_through_jobs(store):
    jobs = []
    for number in range(5):
        jobs.append(store.jobs.cancel(store.jobs.add("retraining", reason=str(number)).id))
    jobs.append(store.jobs.add("retraining"))
    page = store.jobs.find(limit=4)
    assert page.jobs == (*jobs[:1:-1],)
    assert (page.total, page.after) == (6, jobs[2].id)
    rest = store.jobs.find(limit=4, after=page.after)
    assert (rest.jobs, rest.total, rest.after) == ((jobs[1], jobs[0]), 6, None)
    assert store.jobs.latest("retraining") == jobs[4]
    assert store.jobs.latest("retraining", ["queued", "running"]) == jobs[5]
    assert store.jobs.latest("retraining", ["done"]) is None
    assert store.jobs.latest("other") is None


def test_what_is_not_there_is_named(store):
    for use in (
        lambda: store.jobs.get(99),
        lambda: store.jobs.cancel(99),
        lambda: store.jobs.claim(99, "mine", LONG),
        lambda: store.jobs.beat(99, "mine"),
    ):
        with pytest.raises(JobNotFound, match="no job 99") as caught:
            use()
        assert caught.value.hint


def test_counting_what_is_new(store):
    one, other = store.add_many([sample(1), sample(2, profile="ada")])
    since = store.jobs.add("retraining").revision
    assert (store.count(), store.count(profile="ada"), store.count(since)) == (2, 1, 0)
    store.add(sample(3, profile="ada"))
    store.relabel(one.id, "1")
    assert (store.count(since), store.count(since, "ada")) == (2, 1)
    store.delete([one.id, other.id])
    assert (store.count(), store.count(since)) == (1, 1)


@pytest.mark.parametrize("number", [0, -1, 10**26])
def test_what_no_database_takes_for_an_id_is_no_job(store, number):
    for ask in (store.jobs.get, store.jobs.cancel):
        with pytest.raises(JobNotFound, match=f"job {number}"):
            ask(number)
