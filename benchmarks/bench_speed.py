"""How fast Inkling reads, how soon after its start, and how much memory serving takes.

Run: make bench, or python benchmarks/bench_speed.py [--bundle DIR] [--calls N] [--json FILE] [--without-server]
What is measured, and how: benchmarks/README.md.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from inkling import Ink, Recognizer
from inkling.evaluation.machine import describe_machine
from inkling.evaluation.speed import sample_drawing
from inkling.evaluation.tables import text_table

TARGETS = {  # the figures of issue 2
    "read, whole": "≤ 1.2 median, ≤ 2.5 p99",
    "read_many, 2 cores": "≥ 5,000",
    "start to first reading": "≤ 2",
    "memory a process": "≤ 250",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", help="folder of the bundle; by default the one that ships")
    parser.add_argument("--calls", type=int, default=2000, help="how often one drawing is read")
    parser.add_argument("--starts", type=int, default=7, help="how many processes are started")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--without-server", action="store_true", help="leave the server's memory out")
    options = parser.parse_args()

    recognizer = Recognizer(options.bundle)
    rows = [*one_drawing(recognizer, options.calls), *many_glyphs(recognizer), first_reading(options)]
    if not options.without_server:
        rows += server_memory(options.bundle)
    machine = describe_machine() | {"load_average": [round(load, 2) for load in os.getloadavg()]}
    headers = ("measure", "unit", "median", "p99 or most", "least", "samples", "at issue 2")
    print(f"bundle {recognizer.version}, {machine['processor']}, {machine['cores']} cores")
    print(f"load average {machine['load_average'][0]} before: other work on the machine makes figures worse\n")
    cells = [
        (r["measure"], r["unit"], *map(shown, (r["median"], r["high"], r["low"])), f"{r['samples']:,}") for r in rows
    ]
    print(text_table(headers, [(*cell, TARGETS.get(cell[0], "")) for cell in cells]))
    figures = {"model": recognizer.version, "machine": machine, "rows": rows}
    print("\n" + json.dumps(figures, ensure_ascii=False))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0


def shown(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.1f}" if value >= 50 else f"{value:,.3f}"


def row(measure: str, unit: str, values: "list[float] | np.ndarray", high: float | None = None) -> dict[str, object]:
    """One line of the result; ``high`` is the 99th percentile where there are values enough, else the largest."""
    values = np.asarray(values, float)
    if high is None:
        high = float(np.percentile(values, 99) if len(values) >= 100 else values.max())
    return {
        "measure": measure,
        "unit": unit,
        "median": float(np.median(values)),
        "high": high,
        "low": float(values.min()),
        "samples": len(values),
    }


def one_drawing(recognizer: Recognizer, calls: int) -> Iterator[dict[str, object]]:
    """Read a 400×400 drawing on one core, and time its parts in the same loop, so that they meet the same weather."""
    drawing = sample_drawing(400)
    ink = Ink.from_image(drawing, recognizer.settings)
    glyphs, *_ = recognizer._graphs.normalizer.run(None, {"ink": ink.pixels[None]})
    parts = {
        "whole": lambda: recognizer.read(drawing, alphabet="digits"),
        "ink": lambda: Ink.from_image(drawing, recognizer.settings),
        "normaliser": lambda: recognizer._graphs.normalizer.run(None, {"ink": ink.pixels[None]}),
        "network": lambda: recognizer._graphs.network.run(None, {"glyphs": glyphs}),
    }
    spans_ms = {name: np.empty(calls) for name in parts}
    with cores(1):
        for i in range(-50, calls):  # the first fifty warm up
            for name, call in parts.items():
                start = time.perf_counter()
                call()
                span_ms = (time.perf_counter() - start) * 1e3
                if i >= 0:
                    spans_ms[name][i] = span_ms
    for name in parts:
        yield row(f"read, {name}", "ms", spans_ms[name])
    whole, *others = (float(np.median(spans_ms[name])) for name in parts)
    yield row("read, rest", "ms", [whole - sum(others)]) | {"high": None, "low": None}  # of the medians


def many_glyphs(recognizer: Recognizer, count: int = 2048, repeats: int = 9) -> Iterator[dict[str, object]]:
    """Read many 28×28 arrays at once, on one core and on two."""
    images = [sample_drawing(28, seed=seed) for seed in range(count)]
    for wanted in (1, 2):
        if wanted > len(os.sched_getaffinity(0)):
            continue
        with cores(wanted):
            recognizer.read_many(images[:256], alphabet="digits")
            rates = []
            for _ in range(repeats):
                start = time.perf_counter()
                recognizer.read_many(images, alphabet="digits")
                rates.append(count / (time.perf_counter() - start))
        yield row(f"read_many, {wanted} core{'s' * (wanted > 1)}", "glyphs/s", rates)


def first_reading(options: argparse.Namespace) -> dict[str, object]:
    """Start a process that reads one PNG file and ends; the files of Python and the libraries are in the cache."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "three.png"
        Image.fromarray(sample_drawing(400)).save(picture)
        code = "import sys; from inkling import Recognizer; Recognizer(sys.argv[2] or None).read(sys.argv[1])"
        command = [sys.executable, "-c", code, str(picture), options.bundle or ""]
        spans_s = []
        for _ in range(options.starts + 1):
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            spans_s.append(time.perf_counter() - start)
    return row("start to first reading", "s", spans_s[1:])


def server_memory(bundle: str | None) -> Iterator[dict[str, object]]:
    """Serve, read 200 drawings through the API, and ask the system for the resident memory of each process."""
    command = [sys.executable, "-m", "inkling.cli", "serve", "--port", "0"]
    command += ["--bundle", bundle] if bundle else []
    folder = tempfile.TemporaryDirectory(prefix="inkling-bench-")  # nobody's corrections
    database = {"INKLING_DATABASE_URL": f"sqlite:///{folder.name}/inkling.db"}
    quiet = os.environ | {"INKLING_LOG_LEVEL": "ERROR"} | database
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=quiet)
    try:
        url = re.search(r"http://\S+", server.stdout.readline())[0]
        wait_until_ready(url)
        strokes = [[[100, 100], [200, 120], [120, 200], [210, 240], [110, 300]]]
        body = json.dumps({"strokes": strokes, "alphabet": "digits"}).encode()
        for _ in range(200):
            request = urllib.request.Request(f"{url}/api/v1/read", body, {"Content-Type": "application/json"})
            urllib.request.urlopen(request, timeout=10).read()
        processes = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
        resident_mib = [process.memory_info().rss / 2**20 for process in processes]
        shared_out_mib = [process.memory_full_info().pss / 2**20 for process in processes]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=15)
        server.stdout.close()
        folder.cleanup()
    yield row("memory a process", "MiB", resident_mib, max(resident_mib))
    yield row("memory of all, shared pages once", "MiB", [sum(shared_out_mib)])


def wait_until_ready(url: str, patience_s: float = 30) -> None:
    end = time.monotonic() + patience_s
    while True:
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=5).read()
            return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


@contextmanager
def cores(count: int) -> Iterator[None]:
    """Hold this process to so many cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


if __name__ == "__main__":
    sys.exit(main())
