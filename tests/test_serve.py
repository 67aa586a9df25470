"""`inkling serve` as a process: it says where it is, takes a free port, reads, and leaves when it is told."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import gunicorn.config
import psutil
import pytest

from inkling.errors import AddressUnusable
from inkling.settings import Settings
from inkling.web import server
from inkling.web.server import listen

from .serving import PATIENCE_S, get, serve, until

MIB = 2**20


@pytest.fixture
def taken():
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture(scope="module")
def running():
    with serve("--port", "0") as (_, address):
        get(f"{address}/readyz")
        yield address


def test_it_reads_and_stays_small():
    with serve("--port", "0", "--workers", "2") as (process, address):
        status, body = get(f"{address}/readyz")
        assert status == 200
        assert json.loads(body)["status"] == "ready"
        body = json.dumps({"strokes": [[[100, 60], [100, 340]]], "alphabet": "digits"}).encode()
        request = urllib.request.Request(f"{address}/api/v1/read", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            assert json.load(answer)["text"] == "1"
        assert get(f"{address}/api/v1/nothing")[0] == 404
        first = psutil.Process(process.pid)
        until(lambda: len(first.children()) == 2)
        assert all(worker.memory_info().rss < 250 * MIB for worker in [first, *first.children()])


def test_every_process_knows_a_correction_at_once(tmp_path):
    def asked(url, method="POST", **body):
        request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        request.method = method
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return answer.headers, json.loads(answer.read() or "null")

    ink = {"strokes": [[[100, 60], [100, 340]]], "alphabet": "digits"}
    database = f"sqlite:///{tmp_path / 'inkling.db'}"
    with serve("--port", "0", "--workers", "2", INKLING_DATABASE_URL=database) as (process, address):
        get(f"{address}/readyz")
        until(lambda: len(psutil.Process(process.pid).children()) == 2)
        headers, taught = asked(f"{address}/api/v1/corrections", symbol="7", **ink)
        assert taught["reading"]["text"] == "7"
        assert {asked(f"{address}/api/v1/read", **ink)[1]["text"] for _ in range(20)} == {"7"}
        place = headers["Location"]
    with serve("--port", "0", INKLING_DATABASE_URL=database) as (_, address):
        get(f"{address}/readyz")
        assert asked(f"{address}/api/v1/read", **ink)[1]["text"] == "7"
        asked(f"{address}{place}", "DELETE")
        assert asked(f"{address}/api/v1/read", **ink)[1]["text"] == "1"


@pytest.mark.parametrize("request_line", ["GET", f"GET /api/v1/{'x' * 9000} HTTP/1.1", "GET / HTTP/9.9"])
def test_what_is_no_http_gets_an_error_in_our_shape_and_no_html(running, request_line):
    host, port = running.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as client:
        client.sendall(f"{request_line}\r\nHost: {host}\r\n\r\n".encode())
        answer = client.makefile("rb").read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1.1 4\d\d ", head)
    assert b"application/json" in head
    assert set(json.loads(body)["error"]) == {"code", "message", "hint"}


def test_whichever_process_is_asked_tells_what_all_counted_and_no_file_stays():
    with serve("--port", "0", "--workers", "2") as (process, address):
        for _ in range(20):
            assert get(f"{address}/healthz")[0] == 200
        pattern = re.compile(rb'inkling_requests_total{address="/healthz",method="GET",status="200"} (\d+)')
        counts = [int(pattern.search(get(f"{address}/metrics")[1])[1]) for _ in range(6)]
        assert counts == [20] * 6
    folders = (Path(folder) for folder in ("/dev/shm", tempfile.gettempdir()))
    assert not [path for folder in folders for path in folder.glob(f"inkling-metrics-{process.pid}-*")]


def jobs_worker(process):
    """The worker of background jobs that a server has; None while there is none."""
    for child in psutil.Process(process.pid).children():
        with contextlib.suppress(psutil.Error):  # it may have ended meanwhile
            if "inkling.jobs" in child.cmdline():
                return child
    return None


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_it_keeps_a_worker_of_background_jobs_that_ends_with_it(how):
    with serve("--port", "0", INKLING_WORKER="1") as (process, _):
        worker = until(lambda: jobs_worker(process))
        if how == signal.SIGKILL:
            worker.kill()
            worker = until(lambda: (found := jobs_worker(process)) and found.pid != worker.pid and found)
        process.send_signal(how)
        until(lambda: not worker.is_running())


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_leaves_cleanly_when_told(how, tmp_path):
    log = tmp_path / "log"
    with log.open("w") as file, serve("--port", "0", log=file) as (process, address):
        assert get(f"{address}/readyz")[0] == 200
        workers = psutil.Process(process.pid).children()
        process.send_signal(how)
        assert process.wait(PATIENCE_S) == 0
        until(lambda: not any(worker.is_running() for worker in workers))
    complaints = [line for line in log.read_text().splitlines() if " INFO " not in line]
    assert not complaints


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(taken):
    done = subprocess.run(
        [sys.executable, "-m", "inkling.cli", "serve", "--port", str(taken)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 1
    assert f"Port {taken}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_next_free_port_is_taken_when_none_was_asked_for(taken):
    with listen("127.0.0.1", taken, any_port=True) as listener:
        assert taken < listener.getsockname()[1] <= taken + 100


def test_no_free_port_at_all_is_an_error(taken, monkeypatch):
    monkeypatch.setattr(server, "_PORTS_TO_TRY", 1)
    with pytest.raises(AddressUnusable, match=f"Port {taken} .* is taken"):
        listen("127.0.0.1", taken, any_port=True)


def test_a_gunicorn_that_has_no_control_socket_serves_too(monkeypatch):
    settings = [one for one in gunicorn.config.KNOWN_SETTINGS if one.name != "control_socket_disable"]
    with listen("127.0.0.1", 0, any_port=False) as listener:
        newest = server._Server(Settings.load({}), listener).cfg
        monkeypatch.setattr(gunicorn.config, "KNOWN_SETTINGS", settings)
        oldest = server._Server(Settings.load({}), listener).cfg
    assert newest.settings.get("control_socket_disable") is None or newest.control_socket_disable
    assert "control_socket_disable" not in oldest.settings
    assert oldest.threads == newest.threads == Settings.load({}).threads


def test_two_servers_without_a_port_both_find_one():
    with serve() as (_, first), serve() as (_, second):
        assert first != second
        assert get(f"{first}/readyz")[0] == get(f"{second}/readyz")[0] == 200


def test_an_address_of_another_machine_is_an_error():
    with pytest.raises(AddressUnusable, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", 0, any_port=True)
    with pytest.raises(AddressUnusable, match=r"no\.such\.host\.invalid"):
        listen("no.such.host.invalid", 0, any_port=True)


def test_without_a_bundle_it_lives_and_says_that_it_cannot_read(tmp_path):
    with serve("--port", "0", "--bundle", str(tmp_path)) as (_, address):
        assert get(f"{address}/healthz")[0] == 200
        status, body = get(f"{address}/readyz")
        assert status == 503
        assert json.loads(body)["error"]["code"] == "bundle_missing"


def test_a_time_of_day_that_is_none_is_refused_at_once(tmp_path):
    process = subprocess.run(
        [sys.executable, "-m", "inkling.cli", "serve", "--port", "0"],
        env={**os.environ, "INKLING_RETRAIN_AT": "25:99", "INKLING_DATABASE_URL": f"sqlite:///{tmp_path}/db"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.returncode == 1
    assert "'25:99'; expected a time of day such as 03:30" in process.stderr
