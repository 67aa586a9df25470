"""Retraining from the command line, as a person watches it."""

import json
import os
import re
import signal
from contextlib import closing
from types import SimpleNamespace

import pytest

from inkling.bundle import Bundle
from inkling.extras import way_to_add
from inkling.service import Service

from .using import MADE, REPORT, SHIPPED, listed, read, run, upside_down


@pytest.fixture
def taught(seven):
    run("teach", seven, "2", "--profile", "Eve")


def jobs():
    with closing(Service()) as service:
        return service.store.jobs.find().jobs


class Work:
    """Stands in for a retraining; it ends as it is told to, with what it was given along the way."""

    def __init__(self, monkeypatch, *ends):
        self.ends = list(ends)
        monkeypatch.setattr("inkling.jobs.run_job", self)

    def __call__(self, settings, id, lease="mine", *, told, watch):  # noqa: A002 - as run_job has it
        with closing(Service(settings)) as service:
            job = service.store.jobs.claim(id, lease, 30)
            if job is not None:
                self.ends.pop(0)(service, job, lease, told, watch)


def passes(service, job, lease, told, watch):
    progress = {"phase": "training", "step": 300, "steps": 500, "loss": 0.25, "accuracy": 0.75, "left_s": 61.0}
    watch(progress)
    assert service.store.jobs.beat(job.id, lease, progress)
    report = {**REPORT, "passed": True, "reasons": ["Held-out corrections: 25 % more are read right."]}
    made = service.versions.add(upside_down(), parent=job.parent, origin="retrained", state="passed",
                                report=report, reason=job.reason, profile=job.profile)  # fmt: skip
    service.versions.promote(made.version, expected=job.parent)
    outcome = {"passed": True, "reasons": report["reasons"], "promoted": True, "note": ""}
    service.store.jobs.finish(job.id, lease, made.version, outcome)


def is_refused(service, job, lease, told, watch):
    made = service.versions.add(upside_down(), parent=job.parent, origin="retrained", state="refused",
                                report=REPORT)  # fmt: skip
    outcome = {"passed": False, "reasons": REPORT["reasons"], "promoted": False, "note": ""}
    service.store.jobs.finish(job.id, lease, made.version, outcome)


def fails(service, job, lease, told, watch):
    error = {"code": "out_of_memory", "message": "It found too little memory.", "hint": "End other programs."}
    service.store.jobs.fail(job.id, lease, error)


def is_stopped(service, job, lease, told, watch):
    assert not told()
    os.kill(os.getpid(), signal.SIGINT)  # Ctrl-C
    assert told()
    service.store.jobs.put_back(job.id, lease)


def test_retraining_shows_how_far_it_is_and_what_came_of_it(taught, seven, monkeypatch):
    Work(monkeypatch, passes)
    done = run("retrain")
    assert done.exit_code == 0
    assert re.search(r"training: +60%.*300/500, loss 0\.250, held out 75\.00%, 1:01 left", done.stderr)
    first, reason, *_, last = done.stdout.splitlines()
    assert first == f"{MADE} was retrained from {SHIPPED}. The gate let it pass:"
    assert reason == "  - Held-out corrections: 25 % more are read right."
    assert last == f"{MADE} reads from now on. To go back: inkling models rollback"
    assert read(seven)[1] == MADE


def test_a_refused_retraining_leaves_with_3_and_the_version_before_reads_on(taught, seven, monkeypatch):
    Work(monkeypatch, is_refused)
    done = run("retrain", "--profile", "Eve", "--json")
    answer = json.loads(done.stdout)
    assert done.exit_code == 3
    assert (answer["state"], answer["version"], answer["parent"]) == ("done", MADE, SHIPPED)
    assert (answer["promoted"], answer["decision"]["reasons"]) == (False, REPORT["reasons"])
    assert jobs()[0].profile == "Eve"
    assert read(seven) == ("7", SHIPPED)


def test_a_retraining_beside_a_pinned_bundle_says_that_it_cannot_read(taught, monkeypatch, tmp_path):
    Work(monkeypatch, is_refused, is_refused)
    assert "INKLING_BUNDLE" not in run("retrain").stderr
    Bundle.load().save(tmp_path / "pinned")
    monkeypatch.setenv("INKLING_BUNDLE", str(tmp_path / "pinned"))
    assert "does not read here" in run("retrain").stderr


def test_a_failed_retraining_says_why(taught, monkeypatch):
    Work(monkeypatch, fails)
    done = run("retrain")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "inkling: It found too little memory. End other programs."


def test_what_ctrl_c_stopped_is_resumed_or_given_up(taught, monkeypatch):
    work = Work(monkeypatch, is_stopped, is_stopped, passes)
    before = signal.getsignal(signal.SIGINT)
    for arguments in (("retrain",), ("retrain", "--resume")):
        done = run(*arguments)
        assert done.exit_code == 130
        assert "inkling retrain --resume" in done.stderr
        assert signal.getsignal(signal.SIGINT) is before
    another = run("retrain")  # there is one at a time
    assert another.exit_code == 1
    assert "inkling retrain --resume" in another.stderr
    assert jobs()[0].state == "queued"
    assert run("retrain", "--resume").exit_code == 0
    assert len(jobs()) == 1
    nothing = run("retrain", "--resume")
    assert (nothing.exit_code, len(nothing.stderr.splitlines())) == (1, 1)
    work.ends = [is_stopped]
    run("retrain")
    assert run("retrain", "--cancel").stdout == "The retraining is given up (job 2).\n"
    assert jobs()[0].state == "cancelled"
    assert run("retrain", "--cancel").exit_code == 1
    for options in (("--resume", "--cancel"), ("--resume", "--profile", "Eve")):
        assert run("retrain", *options).exit_code == 2


def test_where_a_worker_has_it_the_command_watches_it(taught, monkeypatch):
    Work(monkeypatch, is_stopped)
    run("retrain")
    with closing(Service()) as service:
        jobs_ = service.store.jobs

        def sleep(seconds):
            if worked := states.pop(0):
                worked()

        def give_up():
            assert run("retrain", "--cancel").stdout == "The retraining is told to end (job 1).\n"
            jobs_.stopped(1, "worker's")

        states = [None, lambda: os.kill(os.getpid(), signal.SIGINT), None, give_up]
        monkeypatch.setattr("inkling.cli_retrain.time", SimpleNamespace(sleep=sleep))
        jobs_.claim(1, "worker's", 30)
        left = run("retrain", "--resume")
        assert (left.exit_code, jobs_.get(1).state) == (130, "running")
        assert "A worker goes on with it." in left.stderr
        done = run("retrain", "--resume")
        assert (done.exit_code, done.stdout) == (1, "")
        assert "given up" in done.stderr


def test_with_nothing_taught_there_is_nothing_to_retrain(seven):
    run("teach", seven, "tick")  # the network knows no ticks
    done = run("retrain")
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "tick" in done.stderr


def test_without_the_training_extra_it_is_said_how_to_get_it(taught, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *_: None if name == "torch" else name)
    for arguments in (("retrain",), ("retrain", "--resume"), ("worker",)):
        done = run(*arguments)
        assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (1, "", 1), arguments
        assert way_to_add("train") in done.stderr


def test_a_trained_bundle_becomes_a_version_or_says_why_not(tmp_path, seven, monkeypatch, database):
    monkeypatch.setattr("inkling.training.run.gather", lambda *_: None)
    monkeypatch.setattr("inkling.training.run.train", lambda *_, **__: upside_down())
    said = run("train", "--data", "mine", "--out", tmp_path / "run").stdout.splitlines()
    assert said[-1] == f"It is a version now. To read with it: inkling models promote {MADE}"
    assert [(one["version"], one["origin"], one["current"]) for one in listed()] == [
        (MADE, "trained", False), (SHIPPED, "shipped", True),
    ]  # fmt: skip
    monkeypatch.setenv("INKLING_DATABASE_URL", f"sqlite:///{tmp_path / 'dry.db'}")
    assert run("train", "--data", "mine", "--out", tmp_path / "run", "--dry-run").exit_code == 0
    assert not (tmp_path / "dry.db").exists()
    (tmp_path / "dry.db").write_bytes(b"Dear diary, " * 100)
    warned = run("train", "--data", "mine", "--out", tmp_path / "run")
    assert warned.exit_code == 0
    assert "dry.db" in warned.stderr
    assert f"inkling models import {tmp_path / 'run' / 'bundle'}" in warned.stderr
