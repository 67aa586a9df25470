"""The worker and the processes it has jobs done in, whoever dies and when."""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import psutil
import pytest

import inkling.jobs.worker
from inkling.jobs import Retrainings
from inkling.jobs.processes import Keeper, start
from inkling.service import Service

from ..serving import PATIENCE_S, until
from .conftest import taught

KILLS = int(os.environ.get("KILLS", "2"))

WORKER = """
import sys
import inkling.jobs.worker
from inkling.jobs import work
from inkling.settings import Settings
inkling.jobs.worker._LOOK_EVERY_S = float(sys.argv[2])
if len(sys.argv) > 3:  # how long a process may say nothing
    inkling.jobs.worker.STALE_AFTER_S = float(sys.argv[3])
    inkling.jobs.worker._LEAVE_WITHIN_S = inkling.jobs.worker._END_WITHIN_S = 0.5
work(Settings.load(), parent=int(sys.argv[1]), command=[sys.executable, "-m", "tests.jobs.stand_in"])
"""


@pytest.fixture
def log(tmp_path):
    """One line a start of the training: the step that it went on from."""
    return tmp_path / "log"


@pytest.fixture
def job(service, retrainings):
    taught(service)
    return retrainings.start()


@contextmanager
def worker(settings, log, look_every_s=10, patience_s=None, **options):
    """A worker whose training is the stand-in."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INKLING_")}
    environment |= {
        "INKLING_DATABASE_URL": settings.database_url,
        "INKLING_RETRAIN_AFTER": str(settings.retrain_after),
        "INKLING_QUEUE_URL": settings.queue_url,
        "STAND_IN": json.dumps({"log": str(log), **options}),
    }
    words = [sys.executable, "-c", WORKER, str(os.getpid()), str(look_every_s)]
    words += [] if patience_s is None else [str(patience_s)]
    with log.with_name("said").open("a") as said:
        process = subprocess.Popen(words, env=environment, stderr=said)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        assert process.wait(PATIENCE_S) in (0, -signal.SIGTERM, -signal.SIGKILL)


def but(settings, **given):
    """Settings with others than these in place of some."""
    return type(settings)(tuple((dict(settings.pairs) | given).items()))


def children(process):
    try:
        return psutil.Process(process.pid).children()
    except psutil.NoSuchProcess:
        return []


def at_work(process, log):
    """Wait until the training is under way; give the process that it runs in."""
    before = len(log.read_text().split()) if log.exists() else 0

    def begun():
        return log.exists() and len(log.read_text().split()) > before and children(process)

    return until(begun)[0]


def starts(log):
    return [int(line) for line in log.read_text().split()]


def said(log):
    """What the worker and its processes told on standard error."""
    return log.with_name("said").read_text()


def test_a_job_is_done_in_a_process_of_its_own_that_is_gone_when_it_is_cancelled(settings, retrainings, job, log):
    with worker(settings, log, steps=100_000) as process:
        at_work(process, log)
        retrainings.cancel(job.id)
        until(lambda: retrainings.job(job.id).state == "cancelled")
        until(lambda: not children(process))


def test_a_message_wakes_it_and_one_at_a_time_is_done(settings, service, retrainings, log):
    with worker(settings, log, look_every_s=600) as one, worker(settings, log, look_every_s=600) as other:
        until(lambda: len(psutil.Process(one.pid).threads()) > 2 and len(psutil.Process(other.pid).threads()) > 2)
        for number in range(2):
            taught(service, seed=number)
            job = retrainings.start()
            done = until(lambda job=job: (found := retrainings.job(job.id)).ended and found)
            assert (done.state, done.attempts) == ("done", 1)
    assert starts(log) == [0, 0]


def test_a_message_through_redis_wakes_it(settings, tmp_path, recognizer, log, redis_url):
    settings = but(settings, queue_url=redis_url)
    with closing(Service(settings, recognizer)) as service, worker(settings, log, look_every_s=600) as process:
        until(lambda: len(psutil.Process(process.pid).threads()) > 2)
        taught(service)
        retrainings = Retrainings(service)
        job = retrainings.start()
        done = until(lambda: (found := retrainings.job(job.id)).ended and found)
    assert done.state == "done"


def test_without_the_redis_that_should_wake_it_a_job_is_done_a_little_later(settings, retrainings, job, log):
    with worker(but(settings, queue_url="unix:///dev/null/redis.sock"), log, look_every_s=0.5):
        done = until(lambda: (found := retrainings.job(job.id)).ended and found)
    assert done.state == "done"


def test_it_retrains_by_itself_when_it_is_time(settings, service, retrainings, log):
    settings = but(settings, retrain_after=7)
    taught(service)
    with worker(settings, log):
        done = until(lambda: next((job for job in retrainings.find().jobs if job.ended), None))
    assert (done.state, done.reason) == ("done", "7 new corrections")
    assert service.versions.current() == done.version
    assert f"version {done.version} passed the gate. It reads now." in said(log)


def test_a_process_that_is_killed_is_taken_up_again_from_its_checkpoint(settings, service, retrainings, job, log):
    with worker(settings, log, steps=150) as process:
        child = at_work(process, log)
        until(lambda: (retrainings.job(job.id).progress or {}).get("step"))
        child.kill()
        done = until(lambda: (found := retrainings.job(job.id)).ended and found)
    assert (done.state, done.attempts) == ("done", 2)
    assert service.versions.current() == done.version
    first, second = starts(log)
    assert first == 0 < second


def test_a_process_that_hangs_is_ended_and_the_job_taken_up_again(settings, retrainings, job, log):
    with worker(settings, log, patience_s=2, steps=150) as process:
        child = at_work(process, log)
        until(lambda: (retrainings.job(job.id).progress or {}).get("step"))
        child.suspend()
        done = until(lambda: (found := retrainings.job(job.id)).ended and found)
    assert (done.state, done.attempts) == ("done", 2)
    assert not child.is_running()
    assert "hangs" in said(log)


def test_one_that_hangs_when_it_is_cancelled_makes_way_for_the_next_job(settings, service, retrainings, job, log):
    with worker(settings, log, look_every_s=0.5, patience_s=2, steps=150) as process:
        child = at_work(process, log)
        until(lambda: (retrainings.job(job.id).progress or {}).get("step"))
        child.suspend()
        retrainings.cancel(job.id)
        until(lambda: retrainings.job(job.id).state == "cancelled")
        assert not child.is_running()
        taught(service, seed=1)
        following = retrainings.start()
        done = until(lambda: (found := retrainings.job(following.id)).ended and found)
    assert (done.state, done.attempts) == ("done", 1)


@pytest.mark.parametrize(("at_work", "ended"), [(False, True), (None, False), (True, False)])
def test_a_process_whose_job_is_over_before_it_was_seen_at_work_has_a_moment_to_leave(monkeypatch, at_work, ended):
    monkeypatch.setattr(inkling.jobs.worker, "_WATCH_EVERY_S", 0.1)
    monkeypatch.setattr(inkling.jobs.worker, "_LEAVE_WITHIN_S", 0.1 if at_work is False else 3600)
    waiting = inkling.jobs.worker._Worker(None, None, 0, ())
    child = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({30 if ended else 2})"])
    assert waiting._wait(child, 3600, lambda: at_work) == (None if ended else 0)
    assert child.poll() is not None


def test_so_does_one_whose_job_was_ended_by_somebody_else(settings, service, retrainings, job, log):
    with worker(settings, log, look_every_s=0.5, patience_s=2, steps=150) as process:
        child = at_work(process, log)
        until(lambda: (retrainings.job(job.id).progress or {}).get("step"))
        child.suspend()
        service.store.jobs.cancel(job.id, 0)  # as one that was not heard of for long enough
        assert retrainings.job(job.id).state == "cancelled"
        until(lambda: not child.is_running())
        taught(service, seed=1)
        following = retrainings.start()
        assert until(lambda: (found := retrainings.job(following.id)).ended and found).state == "done"


def test_a_process_that_dies_each_time_is_given_up_with_the_reason(settings, service, retrainings, job, log):
    before = service.versions.current()
    with worker(settings, log, dies_at=5):
        done = until(lambda: (found := retrainings.job(job.id)).ended and found)
    assert (done.state, done.attempts) == ("failed", 3)
    assert done.error["code"] == "retraining_died"
    assert "signal 9" in done.error["message"]
    assert starts(log) == [0, 5, 5]
    assert f"Job {job.id}, a retraining, failed: The process of the retraining ended 3 times" in said(log)
    assert service.versions.current() == before


def test_a_worker_that_is_told_to_leave_puts_the_job_back(settings, retrainings, job, log):
    with worker(settings, log, steps=100_000) as process:
        child = at_work(process, log)
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
        assert not child.is_running()
    left = retrainings.job(job.id)
    assert (left.state, left.attempts) == ("queued", 0)


def test_so_does_one_that_a_message_woke_a_while_ago(settings, service, retrainings, log):
    with worker(settings, log, look_every_s=1, steps=100_000) as process:
        time.sleep(2.5)  # more than one look, so that it listens for the second time if it ever does
        taught(service)
        job = retrainings.start()
        child = at_work(process, log)
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
        assert not child.is_running()
    assert retrainings.job(job.id).state == "queued"


def test_whoever_is_killed_and_when_nothing_is_lost_and_nothing_half_live(settings, service, retrainings, job, log):
    chance = random.Random(1)
    shipped = service.versions.current()
    for number in range(KILLS):
        with worker(settings, log, steps=400) as process:
            child = at_work(process, log)
            time.sleep(chance.uniform(0, 0.5))  # a random moment is what is tested
            (process if number % 2 else child).kill()
            until(lambda child=child: not child.is_running())
            if retrainings.job(job.id).ended:
                break
    with worker(settings, log, steps=400):
        done = until(lambda: (found := retrainings.job(job.id)).ended and found)
    current = service.versions.current()
    if done.state == "done":
        assert done.outcome["promoted"]
        assert current == done.version
    else:
        assert done.error["code"] == "retraining_died"
        assert current == shipped
    assert service.versions.bundle(current).version == current
    assert len(service.store.models.promotions()) == (current != shipped)
    found = starts(log)
    assert found == sorted(found), "a checkpoint was lost"


def test_a_worker_ends_with_its_parent_and_so_does_its_child(settings, log, job, tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, subprocess, sys, time\n"
        f"worker = subprocess.Popen([sys.executable, '-c', {WORKER!r}, str(os.getpid()), '10'])\n"
        "print(worker.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    environment = os.environ | {
        "INKLING_DATABASE_URL": settings.database_url,
        "STAND_IN": json.dumps({"log": str(log), "steps": 100_000}),
    }
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment)
    process = psutil.Process(int(parent.stdout.readline()))
    child = until(lambda: log.exists() and process.children())[0]
    parent.kill()
    parent.wait(PATIENCE_S)
    parent.stdout.close()
    until(lambda: not process.is_running() and not child.is_running())


def test_what_ends_by_itself_is_started_again_after_a_longer_pause_each_time(settings, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    started = []

    def tend(seconds):
        for _ in range(int(seconds)):
            keeper.tend()
            now[0] += 1

    class Ended:
        def poll(self):
            return 1

    monkeypatch.setattr("inkling.jobs.processes.start", lambda *words, **named: started.append(now[0]) or Ended())
    keeper = Keeper(settings, "worker", first_after_s=2)
    tend(200)
    pauses = [after - before for before, after in itertools.pairwise(started)]
    assert started[0] == 2
    assert pauses == sorted(pauses)
    assert pauses[0] <= 3
    assert 60 <= pauses[-1] <= 62
    keeper.end()
    count = len(started)
    tend(100)
    assert len(started) == count


def test_settings_reach_the_process_that_is_started(settings, tmp_path):
    out = tmp_path / "out"
    code = "import os, sys; open(sys.argv[1], 'w').write(os.environ['INKLING_DATABASE_URL'] + ' ' + sys.argv[3])"
    process = start(settings, "word", command=[sys.executable, "-c", code, str(out)])
    assert process.wait(PATIENCE_S) == 0
    assert out.read_text() == f"{settings.database_url} {os.getpid()}"


def test_a_process_that_steps_back_lets_all_others_go_first():
    code = "import os; from inkling.jobs.processes import step_back; step_back(); step_back(); print(os.nice(0))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "19\n"
