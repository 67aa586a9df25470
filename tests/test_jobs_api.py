"""Retraining over HTTP: asked for, watched, cancelled; and whether it happens by itself. The tests play the worker."""

import contextlib
import json
import re
import signal
import socket

import pytest
from jsonschema import Draft202012Validator

from inkling.bundle import Bundle
from inkling.errors import StoreError
from inkling.jobs import retrainings
from inkling.settings import Settings
from inkling.store import Store
from inkling.web import create_app, streams
from inkling.web.answers import hidden

from .drawings import placed
from .serving import PATIENCE_S, get, serve, until

API = "/api/v1"
SEVEN = {"strokes": placed("7", 3), "pen_width": 14}
STALE_S = 60
STEP = {"step": 3, "steps": 500, "loss": 0.5, "accuracy": None, "left_s": 40.0, "phase": "training"}


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'inkling.db'}"


@pytest.fixture
def app(url, recognizer, monkeypatch):
    monkeypatch.setattr(retrainings, "missing_packages", list)  # whatever is installed here
    monkeypatch.setattr(streams, "_LOOK_S", 0.01)
    return create_app(Settings.load({}, database_url=url), recognizer)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def store(url):
    with contextlib.closing(Store.open(url)) as store:
        yield store


@pytest.fixture
def schemas(client):
    return client.get(f"{API}/openapi.json").json["components"]


def teach(client, symbol="7", **more):
    assert client.post(f"{API}/corrections", json={**SEVEN, "symbol": symbol, **more}).status_code == 201


def ask(client, **body):
    answer = client.post(f"{API}/retrainings", json=body)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return answer.json


def error_of(answer, status):
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert set(answer.json["error"]) == {"code", "message", "hint"}
    return answer.json["error"]


def is_a(name, value, schemas):
    Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": schemas}).validate(value)


def test_a_retraining_is_asked_for_once_and_found_again(client, schemas):
    teach(client)
    assert client.get(f"{API}/retraining").json["new"] == 1
    answer = client.post(f"{API}/retrainings")  # no body is the same as {}
    job = answer.json
    assert job.pop("warning") == ""
    assert (answer.status_code, answer.headers["Location"]) == (202, f"{API}/jobs/{job['id']}")
    assert (job["kind"], job["state"], job["profile"], job["progress"]) == ("retraining", "queued", None, None)
    assert job["created_at"].endswith("Z")
    assert client.get(answer.headers["Location"]).json == job
    assert client.get(f"{API}/retraining").json["job"] == job
    assert client.get(f"{API}/jobs").json == {"jobs": [job], "total": 1, "next": None}
    is_a("Job", job, schemas)
    is_a("RetrainingState", client.get(f"{API}/retraining").json, schemas)
    error = error_of(client.post(f"{API}/retrainings", json={}), 409)
    assert error["code"] == "job_running"
    assert str(job["id"]) in error["message"]


def test_it_is_refused_with_a_reason_where_there_is_nothing_to_learn(client):
    assert error_of(client.post(f"{API}/retrainings", json={}), 422)["code"] == "nothing_to_learn"
    teach(client, "θ")
    assert error_of(client.post(f"{API}/retrainings", json={}), 422)["code"] == "nothing_to_learn"
    teach(client, profile="Ada")
    assert error_of(client.post(f"{API}/retrainings", json={"profile": "Bo"}), 422)["code"] == "nothing_to_learn"
    assert error_of(client.post(f"{API}/retrainings", json={"profile": " "}), 422)["code"] == "invalid_profile"
    assert "'colour'" in error_of(client.post(f"{API}/retrainings", json={"colour": 1}), 400)["message"]
    assert error_of(client.post(f"{API}/retrainings", data=b"x"), 415)
    assert ask(client, profile="Ada")["profile"] == "Ada"


def test_without_the_extra_it_says_what_to_install(client, monkeypatch):
    monkeypatch.setattr(retrainings, "missing_packages", lambda: ["torch"])
    monkeypatch.setattr("sys.executable", "/opt/python3")
    teach(client)
    error = error_of(client.post(f"{API}/retrainings", json={}), 501)
    assert error["code"] == "training_extra_missing"
    assert re.search(r"(?<![\w.])/\w", error["hint"] + client.get(f"{API}/retraining").json["why_not"]) is None
    assert "pip install" in error["hint"]
    state = client.get(f"{API}/retraining").json
    assert state["available"] is False
    assert "pip install" in state["why_not"]
    assert client.get(f"{API}/jobs").json["total"] == 0


def test_where_the_settings_name_the_bundle_it_says_that_what_comes_of_it_cannot_read(client, url, tmp_path, schemas):
    teach(client)
    assert client.get(f"{API}/retraining").json["warning"] == ""
    Bundle.load().save(tmp_path / "mine")
    pinned = create_app(Settings.load({}, database_url=url, bundle=str(tmp_path / "mine"))).test_client()
    asked = ask(pinned)
    assert "INKLING_BUNDLE" in asked["warning"]
    assert str(tmp_path) not in asked["warning"]
    is_a("RetrainingAsked", asked, schemas)
    state = pinned.get(f"{API}/retraining").json
    assert state["warning"] == asked["warning"]
    assert (state["after"], state["at"]) == (0, "")  # nor does it retrain by itself
    pinned.delete(f"{API}/jobs/{asked['id']}")
    asked = ask(client)
    assert asked["warning"] == ""
    is_a("RetrainingAsked", asked, schemas)


def test_the_switch_holds_for_every_process(client, url, recognizer):
    state = client.get(f"{API}/retraining").json
    assert (state["available"], state["automatic"], state["after"], state["at"]) == (True, True, 50, "")
    assert client.patch(f"{API}/retraining", json={"automatic": False}).json == {**state, "automatic": False}
    other = create_app(Settings.load({}, database_url=url, retrain_at="3:30"), recognizer).test_client()
    assert other.get(f"{API}/retraining").json == {**state, "automatic": False, "at": "03:30"}
    for wrong in ({}, {"automatic": 1}, {"automatic": True, "after": 3}):
        assert error_of(client.patch(f"{API}/retraining", json=wrong), 400)["code"] == "malformed_request"


def test_a_job_tells_how_far_it_is_and_what_came_of_it(client, store, schemas):
    teach(client)
    number = ask(client)["id"]
    store.jobs.claim(number, "me", STALE_S)
    store.jobs.beat(number, "me", STEP)
    job = client.get(f"{API}/jobs/{number}").json
    assert (job["state"], job["attempts"], job["progress"]) == ("running", 1, STEP)
    is_a("Job", job, schemas)
    outcome = {"passed": False, "promoted": False, "reasons": ["Digits: worse."]}
    store.jobs.finish(number, "me", None, outcome)
    job = client.get(f"{API}/jobs/{number}").json
    assert (job["state"], job["outcome"], job["error"]) == ("done", outcome, None)
    assert job["finished_at"] > job["started_at"] > job["created_at"]


def test_why_a_job_failed_names_no_place_of_the_machine(client, store):
    teach(client)
    number = ask(client)["id"]
    error = {
        "code": "checkpoint_damaged",
        "message": "The file '/srv/ada/inkling.db' of postgresql://ada:secret@host/inkling is damaged.",
        "hint": "Look into /srv/ada.",
    }
    store.jobs.fail(number, None, error)
    told = client.get(f"{API}/jobs/{number}").json["error"]
    assert told == {"code": error["code"], "message": "The file '…' of … is damaged.", "hint": "Look into …."}


@pytest.mark.parametrize(
    "plain", ["Run: .venv/bin/python -m pip install -e '.[train]'.", "1 / 2, and/or 99.2 % (a/b): 3:30"]
)
def test_a_sentence_without_a_place_stays_as_it_is(plain):
    assert hidden(plain) == plain


def test_a_job_is_cancelled_whether_it_waits_or_runs_or_has_ended(client, store):
    teach(client)
    waiting = ask(client)["id"]
    answer = client.delete(f"{API}/jobs/{waiting}")
    assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
    running = ask(client)["id"]
    store.jobs.claim(running, "me", STALE_S)
    answer = client.delete(f"{API}/jobs/{running}")
    assert (answer.status_code, answer.json["state"], answer.json["cancelling"]) == (202, "running", True)
    store.jobs.stopped(running, "me")
    answer = client.delete(f"{API}/jobs/{running}")
    assert (answer.status_code, answer.json["state"], answer.json["cancelling"]) == (200, "cancelled", False)
    state = client.get(f"{API}/retraining").json
    assert (state["new"], state["unlearned"], state["last"]) == (0, 1, "cancelled")
    page = client.get(f"{API}/jobs", query_string={"limit": 1}).json
    assert ([job["id"] for job in page["jobs"]], page["total"], page["next"]) == ([running], 2, running)
    page = client.get(f"{API}/jobs", query_string={"limit": 1, "after": page["next"]}).json
    assert ([job["id"] for job in page["jobs"]], page["next"]) == ([waiting], None)


@pytest.mark.parametrize("number", [0, 999, 2**70])
def test_an_unknown_job_is_not_found(client, number):
    for answer in (
        client.get(f"{API}/jobs/{number}"),
        client.delete(f"{API}/jobs/{number}"),
        client.get(f"{API}/jobs/{number}/events"),
    ):
        assert error_of(answer, 404)["code"] == "job_not_found"


def event_of(text):
    name, _, data = text.partition("\n")
    return name.removeprefix("event: "), json.loads(data.strip().removeprefix("data: "))


def test_a_stream_tells_each_change_until_the_end(client, store):
    teach(client)
    number = ask(client)["id"]
    answer = client.get(f"{API}/jobs/{number}/events", buffered=False)
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
    heard = (event_of(chunk.decode()) for chunk in answer.iter_encoded())
    assert next(heard) == ("progress", client.get(f"{API}/jobs/{number}").json)
    store.jobs.claim(number, "me", STALE_S)
    assert next(heard)[1]["state"] == "running"
    store.jobs.beat(number, "me", STEP)
    assert next(heard)[1]["progress"] == STEP
    store.jobs.finish(number, "me", None, {"passed": True})
    ended = client.get(f"{API}/jobs/{number}").json
    assert list(heard) == [("progress", ended), ("end", ended)]
    answer.close()


def test_streams_leave_threads_to_readings_and_count_as_quick(client):
    teach(client)
    number = ask(client)["id"]
    address = f"{API}/jobs/{number}/events"
    first = client.get(address, buffered=False)
    refused = client.get(address)
    assert error_of(refused, 503)["code"] == "too_many_streams"
    assert int(refused.headers["Retry-After"]) > 0
    first.close()
    client.delete(f"{API}/jobs/{number}")
    assert client.get(address, buffered=True).get_data(as_text=True).count("event: end") == 1
    assert {client.head(address, buffered=True).status_code for _ in range(2)} == {200}
    metrics = client.get("/metrics").get_data(as_text=True)
    (bucket,) = [line for line in metrics.splitlines() if "<int:id>/events" in line and 'le="+Inf"' in line]
    assert bucket.endswith(" 5.0")


def test_where_every_thread_is_needed_there_are_no_streams(url, recognizer):
    client = create_app(Settings.load({}, database_url=url, threads=3), recognizer).test_client()
    teach(client)
    number = ask(client)["id"]
    assert error_of(client.get(f"{API}/jobs/{number}/events"), 503)["code"] == "too_many_streams"


def test_a_quiet_stream_shows_that_it_lives_and_ends_with_the_server():
    now, stopped = [0.0], []

    def sleep(seconds):
        now[0] += seconds

    heard = streams.events(dict, lambda found: False, lambda: not stopped, lambda: now[0], sleep)
    assert next(heard).startswith("event: progress\n")
    assert next(heard) == next(heard) == ": still here\n\n"
    assert now[0] == pytest.approx(30, abs=1)
    stopped.append(True)
    assert list(heard) == []


def test_a_stream_breaks_off_where_the_database_does():
    def look():
        raise StoreError("It is gone.")

    assert list(streams.events(look, lambda found: False, lambda: True)) == []


def opened(address, path):
    """Open a stream as a page does; give the connection once its first event has come, None where it was refused."""
    host, port = address.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=PATIENCE_S)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    text = b""
    while b"event: progress" not in text:
        text += connection.recv(65536)
        if b" 503 " in text:
            connection.close()
            return None
    return connection


def test_a_stream_that_nobody_hears_makes_room_and_a_server_that_stops_waits_for_none(url, store):
    number = store.jobs.add("retraining").id
    path = f"{API}/jobs/{number}/events"
    with serve("--port", "0", INKLING_DATABASE_URL=url, INKLING_WORKER="0") as (process, address):
        get(f"{address}/readyz")
        first = opened(address, path)
        assert get(address + path)[0] == 503
        assert get(f"{address}/healthz")[0] == 200
        first.close()
        with until(lambda: opened(address, path)) as second:
            process.send_signal(signal.SIGTERM)
            rest = b"".join(iter(lambda: second.recv(65536), b""))
            assert b"event: end" not in rest
            assert process.wait(PATIENCE_S) == 0
