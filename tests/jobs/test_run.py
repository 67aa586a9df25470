"""What becomes of a retraining, whichever way it ends."""

import json
import threading

import pytest

from inkling.bundle import NETWORK, NORMALIZER, Bundle
from inkling.errors import JobNotFound
from inkling.jobs import run_job
from inkling.jobs.gather import gather, gather_others
from inkling.settings import Settings

from .conftest import taught


@pytest.fixture
def job(service, retrainings):
    taught(service)
    return retrainings.start()


def test_a_version_that_passes_reads(settings, service, job, training):
    training()
    before = service.versions.current()
    seen = []
    done = run_job(settings, job.id, watch=seen.append)
    assert (done.state, done.error) == ("done", None)
    assert done.outcome == {"passed": True, "reasons": ["As good as before."], "promoted": True, "note": ""}
    assert service.versions.current() == done.version != before
    kept = service.store.models.get(done.version)
    assert (kept.parent, kept.origin, kept.state, kept.reason) == (before, "retrained", "passed", "asked for")
    assert kept.report["reasons"] == ["As good as before."]
    assert seen
    assert "NaN" not in json.dumps(done.progress)


def test_a_data_folder_that_cannot_be_looked_into_leaves_no_job_hanging(settings, job, training):
    training()
    settings = Settings.load({}, database_url=settings.database_url, data="/" + "x" * 300)
    assert run_job(settings, job.id).state == "done"


def test_a_version_that_the_gate_refuses_is_kept_and_does_not_read(settings, service, job, training):
    training(passes=False)
    before = service.versions.current()
    done = run_job(settings, job.id)
    assert done.state == "done"
    assert done.outcome == {"passed": False, "reasons": ["It reads 3 as 8."], "promoted": False, "note": ""}
    assert service.versions.current() == before
    assert service.store.models.get(done.version).state == "refused"


def test_a_version_that_passes_does_not_read_where_another_was_promoted_meanwhile(settings, service, job, training):
    training()
    first = run_job(settings, job.id)
    second = service.store.jobs.add("retraining", parent=first.version)
    service.versions.roll_back()
    current = service.versions.current()
    taught(service, "8", seed=1)
    done = run_job(settings, second.id)
    assert done.state == "done"
    assert done.outcome["passed"]
    assert not done.outcome["promoted"]
    assert current in done.outcome["note"]
    assert service.versions.current() == current


@pytest.mark.parametrize(
    ("raises", "code", "message"),
    [("data", "bad_data", "The pack is damaged."), ("program", "retraining_failed", "KeyError")],
)
def test_a_failure_says_its_reason(settings, service, job, training, raises, code, message):
    training(raises=raises)
    before = service.versions.current()
    done = run_job(settings, job.id)
    assert done.state == "failed"
    assert done.error["code"] == code
    assert message in done.error["message"]
    assert done.error["hint"]
    assert "secret" not in str(done.error)
    assert service.versions.current() == before


def test_a_cancelled_one_stops_soon_and_can_be_asked_for_again(settings, service, retrainings, job, training):
    training(steps=100_000)
    cancelled = threading.Event()

    def watch(progress):
        if progress.get("step") and not cancelled.is_set():
            retrainings.cancel(job.id)
            cancelled.set()

    done = run_job(settings, job.id, watch=watch)
    assert done.state == "cancelled"
    assert done.progress["step"] < 1000
    assert service.store.models.all() == []
    assert retrainings.start().state == "queued"


def test_one_that_is_told_to_leave_goes_on_from_there(settings, job, training, tmp_path):
    log = tmp_path / "log"
    training(steps=30, log=log)
    told = iter([False] * 12 + [True] * 100)
    left = run_job(settings, job.id, told=lambda: next(told))
    assert (left.state, left.attempts) == ("queued", 0)
    done = run_job(settings, job.id)
    assert done.outcome["promoted"]
    first, second = map(int, log.read_text().split())
    assert first == 0
    assert 0 < second < 30


def test_a_checkpoint_that_is_damaged_costs_the_progress_only(settings, service, job, training, tmp_path):
    log = tmp_path / "log"
    training(log=log)
    service.store.jobs.claim(job.id, "other", 30)
    service.store.jobs.save_checkpoint(job.id, "other", b"damaged")
    service.store.jobs.put_back(job.id, "other")
    assert run_job(settings, job.id).state == "done"
    assert log.read_text().split() == ["0"]


def test_one_that_was_interrupted_behind_the_gate_is_not_trained_again(settings, service, job, training, tmp_path):
    log = tmp_path / "log"
    training(log=log)
    jobs = service.store.jobs
    assert jobs.claim(job.id, "other", 30)
    parent = service.versions.bundle(job.parent)
    card = {name: value for name, value in parent.card.items() if name != "version"} | {"created": "2020-02-02"}
    made = Bundle.make(parent.files[NORMALIZER], parent.files[NETWORK], card)
    service.versions.add(made, parent=job.parent, origin="retrained", state="passed", report={"job": job.id})
    done = run_job(settings, job.id, "other")
    assert (done.version, done.outcome["promoted"]) == (made.version, True)
    assert service.versions.current() == made.version
    assert not log.exists()


def test_one_whose_process_died_too_often_fails(settings, service, job, training):
    training()
    for _ in range(3):
        service.store.jobs.claim(job.id, "same", 30)
    done = run_job(settings, job.id, "same")
    assert (done.state, done.error["code"]) == ("failed", "retraining_died")


def test_one_that_another_is_at_is_left_alone(settings, service, job, training):
    training()
    service.store.jobs.claim(job.id, "other", 30)
    assert run_job(settings, job.id) is None
    assert service.store.jobs.beat(job.id, "other", {}).attempts == 1
    with pytest.raises(JobNotFound):
        run_job(settings, job.id + 1)


def test_whoever_lost_the_job_to_another_leaves_it_and_promotes_nothing(settings, service, job, training):
    training(steps=100_000)
    before = service.versions.current()

    def watch(progress):
        if progress.get("step"):
            service.store.jobs.claim(job.id, "other", 0)

    left = run_job(settings, job.id, watch=watch)
    assert (left.state, left.attempts) == ("running", 2)
    assert service.versions.current() == before


def test_lessons_are_the_corrections_of_the_profile_and_of_everybody(service, retrainings, settings, training):
    training()
    all_of_them = [
        *taught(service, "12", seed=1),
        *taught(service, "345", "Ada", seed=2),
        *taught(service, "θ", "Bo", seed=3),
    ]
    service.delete([all_of_them[0].id])
    parent = service.versions.current()
    job = retrainings.start("Ada")
    taught(service, "6", seed=4)
    lessons = gather(service, job, parent)
    assert gather_others(service, job).labels.tolist() == ["θ"]
    assert lessons.labels.tolist() == ["2", "3", "4", "5"]
    assert lessons.new.all()
    assert ((lessons.weights > 0) & (lessons.weights <= 1)).all()
    assert (lessons.glyphs[0] == all_of_them[1].glyph).all()
    done = run_job(settings, job.id)
    again = retrainings.start()
    assert gather_others(service, again) is None
    lessons = gather(service, again, done.version)
    assert dict(zip(lessons.labels.tolist(), lessons.new.tolist(), strict=True)) == {
        **dict.fromkeys("2345", False),
        "θ": True,  # Bo's, from which Ada's did not learn
        "6": True,
    }
    later = run_job(settings, again.id)
    third = retrainings.start("Bo")
    lessons = gather(service, third, later.version)
    assert not lessons.new.any()
    last = run_job(settings, third.id)
    taught(service, "8", "Ada", seed=6)
    lessons = gather(service, retrainings.start(), last.version)  # two versions back, all of the others' was learned
    assert lessons.labels[lessons.new].tolist() == ["8"]


def test_a_correction_that_disagrees_with_those_like_it_weighs_less(service, retrainings):
    taught(service, "7" * 6, seed=5)  # different glyphs
    same = [*"33333", "8"]
    for symbol in same:
        taught(service, symbol, seed=6)  # the same glyph
    lessons = gather(service, retrainings.start(), service.versions.current())
    weights = dict(zip(lessons.labels.tolist(), lessons.weights.tolist(), strict=True))
    assert weights["8"] < weights["3"] / 2
