"""How soon a promotion or a rollback is seen: by every server process, at its next reading, with none dropped.

The claim that it puts to the test: whoever asks any of four processes once a promotion was answered is read to by the
version that was promoted, and those who ask all the while get an answer each, from one version or the other.

Run: python benchmarks/bench_promotion.py [--rounds N] [--corrections N] [--workers N]
It needs Linux, to know which process holds a connection; half a minute on two cores.
"""

import argparse
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import psutil

from inkling import Bundle, Ink
from inkling.bundle import NETWORK, NORMALIZER
from inkling.evaluation.machine import describe_machine
from inkling.evaluation.speed import sample_drawing
from inkling.evaluation.tables import text_table
from inkling.service import Service
from inkling.settings import Settings
from inkling.store import NewCorrection

STROKES = [[[10, 10], [90, 10], [45, 130]]]
READ = json.dumps({"strokes": STROKES, "alphabet": "digits"}).encode()
PATIENCE_S = 30


@dataclass
class Findings:
    """What was met: readings of another version than was promoted, failures, and times in ms."""

    stale: int = 0
    failed: int = 0
    readings: int = 0
    promoting_ms: list[float] = field(default_factory=list)
    first_ms: list[float] = field(default_factory=list)
    rest_ms: list[float] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30, help="promotions and rollbacks, by turns")
    parser.add_argument("--corrections", type=int, default=2000, help="how many everybody taught before")
    parser.add_argument("--workers", type=int, default=4, help="server processes")
    options = parser.parse_args()
    machine = describe_machine()
    print(f"{machine['processor']}, {machine['cores']} cores, load average {os.getloadavg()[0]:.2f} before")
    print(f"{options.workers} processes, {options.rounds} promotions and rollbacks\n")
    rows = []
    for corrections in dict.fromkeys((0, options.corrections)):
        with tempfile.TemporaryDirectory(prefix="inkling-bench-") as folder:
            url = f"sqlite:///{folder}/inkling.db"
            versions = prepare(url, corrections)
            with serving(url, options.workers) as (address, server):
                found = measure(address, server, versions, options)
        rows.append(cells(corrections, found))
    headers = ("corrections", "readings", "failed", "of another version", "promote ms", "next reading ms", "then ms")
    print(text_table(headers, rows))
    print("\ntimes: median and longest; the next reading is each process's first one after the promotion's answer")
    return 0


def cells(corrections: int, found: Findings) -> tuple[str, ...]:
    counts = map(str, (corrections, found.readings, found.failed, found.stale))
    times = (found.promoting_ms, found.first_ms, found.rest_ms)
    return (*counts, *(f"{np.median(one):.1f}, {max(one):.1f}" for one in times))


def prepare(url: str, corrections: int) -> tuple[str, str]:
    """Make a database with corrections of drawings and a version besides the one that ships; name both."""
    service = Service(Settings.load({}, database_url=url))
    recognizer = service.recognizer
    inks = [Ink.from_image(sample_drawing(96, seed=seed)) for seed in range(min(corrections, 64))]
    glyphs = np.rint(recognizer.infer(inks).glyphs * 255).astype(np.uint8) if inks else np.zeros((0, 28, 28), np.uint8)
    chance = np.random.default_rng(0)
    many = [np.roll(glyphs[i % 64], chance.integers(-2, 3, 2), (0, 1)) for i in range(corrections)]
    if many:
        features = np.concatenate((recognizer.traces(np.stack(many)), np.full((corrections, 1), 80, np.float32)), 1)
        new = [
            NewCorrection(recognizer.symbols[i % 62], glyph, row, recognizer.version, read="3")
            for i, (glyph, row) in enumerate(zip(many, features, strict=True))
        ]
        service.store.add_many(new)
    shipped = recognizer.bundle
    note = b"\x32\x05other"  # ONNX's doc_string, which changes nothing but the name
    other = Bundle.make(shipped.files[NORMALIZER], shipped.files[NETWORK] + note, shipped.card)
    service.versions.add(other, origin="retrained", parent=shipped.version)
    service.close()
    return shipped.version, other.version


@contextmanager
def serving(url: str, workers: int) -> Iterator[tuple[str, psutil.Process]]:
    command = [sys.executable, "-m", "inkling.cli", "serve", "--port", "0", "--workers", str(workers)]
    environment = os.environ | {"INKLING_DATABASE_URL": url, "INKLING_WORKER": "0"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    try:
        address = re.search(r"http://\S+", server.stdout.readline())[0]
        yield address, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(PATIENCE_S)
        server.stdout.close()


class Asker(threading.Thread):
    """Asks one process all the while; ``met`` holds of each reading when it began, when it ended, and who read."""

    def __init__(self, client: http.client.HTTPConnection) -> None:
        super().__init__(daemon=True)
        self.client = client
        self.met: list[tuple[float, float, str]] = []
        self.failed = 0
        self.over = threading.Event()

    def run(self) -> None:  # noqa: D102 - as every thread
        while not self.over.is_set():
            began = time.perf_counter()
            try:
                version = read(self.client)
            except (OSError, ValueError, http.client.HTTPException):
                self.failed += 1
                self.client.close()  # the next request opens it anew
            else:
                self.met.append((began, time.perf_counter(), version))


def measure(address: str, server: psutil.Process, versions: tuple[str, str], options: argparse.Namespace) -> Findings:
    askers = [Asker(client) for client in one_to_each(address, server, options.workers)]
    for asker in askers:
        asker.start()
    spans = []
    for number in range(options.rounds):
        way = f"/api/v1/models/{versions[1]}/promote" if number % 2 == 0 else "/api/v1/models/rollback"
        asked = time.perf_counter()
        with urllib.request.urlopen(urllib.request.Request(address + way, method="POST"), timeout=PATIENCE_S) as answer:
            answer.read()
        spans.append((asked, time.perf_counter(), versions[(number + 1) % 2]))
        wait_for_readings(askers, spans[-1][1])
    for asker in askers:
        asker.over.set()
        asker.join()
    found = Findings(failed=sum(asker.failed for asker in askers), readings=sum(len(asker.met) for asker in askers))
    for (asked, answered, version), (until, *_) in zip(spans, [*spans[1:], (np.inf,)], strict=True):
        found.promoting_ms.append((answered - asked) * 1e3)
        for asker in askers:
            after = [one for one in asker.met if answered <= one[0] and one[0] < until]
            found.stale += sum(reader != version and ended < until for _, ended, reader in after)
            times_ms = [(ended - began) * 1e3 for began, ended, _ in after]
            found.first_ms += times_ms[:1]
            found.rest_ms += times_ms[1:]
    return found


def wait_for_readings(askers: list[Asker], since: float, count: int = 5) -> None:
    """Wait until every process was asked so often, and answered."""
    end = time.monotonic() + PATIENCE_S
    while not all(len(asker.met) >= count and asker.met[-count][0] > since for asker in askers):
        if time.monotonic() > end:
            raise TimeoutError("a process does not answer")
        time.sleep(0.01)


def one_to_each(address: str, server: psutil.Process, workers: int) -> list[http.client.HTTPConnection]:
    """Open connections until every process holds one, and give one of each."""
    held: dict[int, http.client.HTTPConnection] = {}
    end = time.monotonic() + PATIENCE_S
    while len(held) < workers:
        if time.monotonic() > end:
            raise TimeoutError(f"only {len(held)} of {workers} processes answer")
        client = http.client.HTTPConnection(address.removeprefix("http://"), timeout=PATIENCE_S)
        try:
            read(client)
        except OSError:
            time.sleep(0.05)
            continue
        port = client.sock.getsockname()[1]
        for child in server.children():
            if any(one.raddr and one.raddr.port == port for one in child.net_connections()):
                held.setdefault(child.pid, client)
    return list(held.values())


def read(client: http.client.HTTPConnection) -> str:
    """Read the drawing, and give the version that did."""
    client.request("POST", "/api/v1/read", READ, {"Content-Type": "application/json"})
    answer = client.getresponse()
    body = json.load(answer)
    if answer.status != 200:
        raise ValueError(body)
    return body["model"]


if __name__ == "__main__":
    sys.exit(main())
