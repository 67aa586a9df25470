"""What can be asked of retrainings."""

import importlib.util
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from inkling.errors import InvalidProfile, JobNotFound, JobRunning, NothingToLearn, TrainingExtraMissing
from inkling.extras import way_to_add

from .conftest import taught


def test_one_waits_with_its_reason_and_what_it_starts_from(service, retrainings):
    taught(service)
    job = retrainings.start("everybody", "because")
    assert (job.kind, job.state, job.profile, job.reason) == ("retraining", "queued", "everybody", "because")
    assert job.parent == service.versions.current()
    assert retrainings.job(job.id) == job == retrainings.state().job
    assert retrainings.find().jobs == (job,)
    with pytest.raises(JobRunning, match=f"job {job.id}"):
        retrainings.start()
    assert retrainings.cancel(job.id).state == "cancelled"
    assert retrainings.start().state == "queued"
    with pytest.raises(JobNotFound):
        retrainings.job(99)


def test_without_corrections_of_symbols_that_the_network_knows_there_is_nothing_to_learn(service, retrainings):
    with pytest.raises(NothingToLearn):
        retrainings.start()
    taught(service, ["θ", "ж"])
    taught(service, "7", "Ada")
    with pytest.raises(NothingToLearn, match="θ"):
        retrainings.start("Bo")
    with pytest.raises(InvalidProfile):
        retrainings.start(" ")
    assert retrainings.find().jobs == ()
    assert retrainings.start("Ada").profile == "Ada"


def test_it_can_be_switched_off_for_all(service, retrainings):
    taught(service, "7" * 50)
    now = datetime.now(UTC)
    assert retrainings.state().automatic
    assert retrainings.due(now)
    retrainings.set_automatic(False)
    assert not retrainings.state().automatic
    assert retrainings.due(now) is None
    retrainings.set_automatic(True)
    assert retrainings.due(now) == "50 new corrections"


def test_new_are_those_that_make_the_next_one_due_and_what_no_finished_one_learned_is_told_beside(service, retrainings):
    jobs, now = service.store.jobs, datetime.now(UTC)

    def counts():
        state = retrainings.state()
        assert (state.new >= state.after) == bool(retrainings.due(now))
        return state.new, state.unlearned, state.last

    taught(service, "123")
    state = retrainings.state()
    assert (state.after, state.at, state.available, state.why_not) == (50, "", True, "")
    assert state.parent == service.versions.current()
    assert counts() == (3, 3, None)
    jobs.cancel(retrainings.start().id)
    assert counts() == (0, 3, "cancelled")
    taught(service, "7" * 50, seed=1)
    assert counts() == (50, 53, "cancelled")
    jobs.fail(retrainings.start().id, None, {"code": "x", "message": "", "hint": ""})
    assert counts() == (0, 53, "failed")
    job = retrainings.start()
    taught(service, "4", seed=2)
    jobs.claim(job.id, "lease", 30)
    jobs.finish(job.id, "lease", "v2", {})
    assert counts() == (1, 1, "done")


@pytest.mark.parametrize("end", ["done", "failed"])
def test_what_others_taught_stays_new_when_one_profile_is_retrained(service, retrainings, end):
    jobs = service.store.jobs

    def retrained(profile):
        job = retrainings.start(profile)
        if end == "failed":
            jobs.fail(job.id, None, {"code": "x", "message": "", "hint": ""})
        else:
            jobs.claim(job.id, "lease", 30)
            jobs.finish(job.id, "lease", f"v{job.id}", {})
        return retrainings.state().new

    taught(service, "12", "Ada")
    taught(service, "7" * 50, "Bob", seed=1)
    taught(service, "345", seed=2)
    assert retrained("Ada") == 50  # what everybody taught it learned from as well
    assert retrainings.due(datetime.now(UTC)) == "50 new corrections"
    assert retrainings.state().unlearned == (50 if end == "done" else 55)
    taught(service, "6", "Ada", seed=3)
    taught(service, "8", seed=4)
    assert retrained("Bob") == 1
    assert retrained("everybody") == 1
    assert retrained(None) == 0
    assert retrainings.state().unlearned == (0 if end == "done" else 57)


def test_without_the_training_extra_it_says_how_to_install_it(service, retrainings, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else found(name))
    taught(service)
    with pytest.raises(TrainingExtraMissing, match="torch"):
        retrainings.start()
    state = retrainings.state()
    assert not state.available
    assert way_to_add("train") in state.why_not
    assert retrainings.due(datetime.now(UTC)) is None


def test_asking_loads_nothing_heavy():
    code = "import sys, inkling.jobs; from inkling.jobs import *; missing_packages()"
    code += "; print(*sorted({'torch', 'onnx', 'onnxruntime', 'sqlalchemy', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
