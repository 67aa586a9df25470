"""How far a retraining has come as a whole, and how long it will still take."""

import pytest

from inkling.jobs import run_job
from inkling.jobs.course import Course

from .conftest import taught


@pytest.fixture
def told():
    """What is told over a whole retraining whose steps take half a second, and the rest about as long as was said."""
    now = [0.0]

    def tell(with_data, slower=1):
        course = Course(with_data, lambda: now[0])
        yield course.of({"phase": "preparing", "step": 0, "steps": 400, "left_s": None})
        for step in range(0, 401, 40):
            left_s = (400 - step) * 0.5 if step else None
            yield course.of({"phase": "training", "step": step, "steps": 400, "left_s": left_s})
            now[0] += 20
        for phase in ("exporting", "judging"):
            for part in range(11):
                read = {"share": max(0, part / 10 - 0.3) / 0.7} if phase == "judging" else {"step": 400, "steps": 400}
                yield course.of({"phase": phase, "left_s": 0.0, **read})
                now[0] += slower * (5 if with_data else 3)

    return tell


@pytest.mark.parametrize("with_data", [True, False])
def test_what_follows_the_steps_counts_too(told, with_data):
    said = list(told(with_data))
    last_step = next(one for one in said if one["phase"] == "exporting")
    assert last_step["left_s"] == pytest.approx(75 if with_data else 42.5)  # that many half seconds of steps
    assert last_step["done"] == pytest.approx(400 / (550 if with_data else 485))
    assert said[2]["left_s"] == pytest.approx(180 + (75 if with_data else 42.5))


@pytest.mark.parametrize("slower", [0.2, 1, 5])
def test_it_never_goes_back_and_is_over_at_the_end_only(told, slower):
    said = list(told(True, slower))
    done = [one["done"] for one in said[1:]]
    assert done == sorted(done)
    assert done[-1] == pytest.approx(1)
    assert max(done[:-1]) < 1
    assert all(one["left_s"] > 0 for one in said[2:])


def test_before_the_first_step_nothing_is_said_of_it(told):
    first, begun, *_ = told(True)
    assert (first["done"], first["left_s"]) == (None, None)
    assert (begun["done"], begun["left_s"]) == (0, None)


def test_whoever_watches_hears_of_the_whole(settings, service, retrainings, training):
    training(steps=100)
    taught(service)
    seen = []
    run_job(settings, retrainings.start().id, watch=seen.append)
    (first, *_) = [one for one in seen if one.get("phase") == "training"]
    assert 0 < first["done"] < 1
    assert first["left_s"] > 1  # what the steps take
