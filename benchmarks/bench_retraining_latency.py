"""How long a reading takes while the network is retrained, against at rest: the same server, in one run.

Run: python benchmarks/bench_retraining_latency.py [--seconds S] [--repeats N] [--corrections N] [--json FILE]
What is measured, and how: benchmarks/README.md.
"""

import argparse
import http.client
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from bench_http import STROKES, load, requests_of, serving
from inkling.evaluation.machine import describe_machine
from inkling.evaluation.tables import text_table

TARGET = "≤ 5"  # of issue 5
PATIENCE_S = 120


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8, help="how long each is measured")
    parser.add_argument("--repeats", type=int, default=3, help="how often, at rest and while it retrains by turns")
    parser.add_argument("--corrections", type=int, default=200, help="how many it retrains from")
    parser.add_argument("--workers", type=int, help="server processes, by default as make serve starts it")
    parser.add_argument("--threads", type=int, help="threads a process, by default as make serve starts it")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()

    machine = describe_machine() | {"load_average": [round(load, 2) for load in os.getloadavg()]}
    print(f"{machine['processor']}, {machine['cores']} cores, shared by server, client and retraining")
    print(f"load average {machine['load_average'][0]} before: other work on the machine makes figures worse\n")
    with serving(options) as (address, model):
        teach(address, options.corrections)
        request = requests_of(address)["strokes"]
        load(address, request, 1, 1.5)  # warms up
        spans: dict[str, list[float]] = {"at rest": [], "while it retrains": []}
        steps = 0
        for _ in range(options.repeats):
            spans["at rest"] += measured(address, request, options.seconds)
            job = ask(address, "POST", "/retrainings")["id"]
            begun = reached(address, job, lambda progress: progress["phase"] == "training" and progress["step"] > 0)
            spans["while it retrains"] += measured(address, request, options.seconds)
            ended = ask(address, "GET", f"/jobs/{job}")
            if ended["state"] != "running":
                raise RuntimeError(f"the retraining ended before the readings did: {ended}")
            steps += ended["progress"]["step"] - begun["step"]
            ask(address, "DELETE", f"/jobs/{job}")
            reached(address, job, None)
    rows = [
        {
            "when": when,
            "samples": len(ms),
            "p50_ms": float(np.percentile(ms, 50)),
            "p99_ms": float(np.percentile(ms, 99)),
            "longest_ms": max(ms),
        }
        for when, ms in spans.items()
    ]
    ratio = rows[1]["p99_ms"] / rows[0]["p99_ms"]
    figures = ("p50_ms", "p99_ms", "longest_ms")
    cells = [(row["when"], f"{row['samples']:,}", *(f"{row[name]:.2f}" for name in figures)) for row in rows]
    print(text_table(("POST /api/v1/read, one client", "readings", "p50 ms", "p99 ms", "longest ms"), cells))
    print(f"\np99 while it retrains against at rest: {ratio:.2f} times (at issue 5: {TARGET});")
    print(f"p50: {rows[1]['p50_ms'] / rows[0]['p50_ms']:.2f} times; the retraining came {steps} steps on meanwhile\n")
    said = {"model": model, "machine": machine, "rows": rows, "ratio": ratio, "steps": steps}
    print(json.dumps(said, ensure_ascii=False))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0


def teach(address: str, count: int) -> None:
    """Teach drawings, each a little different."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        strokes = (np.array(STROKES) + rng.normal(0, 3, np.shape(STROKES))).round(1).tolist()
        ask(address, "POST", "/corrections", strokes=strokes, pen_width=18, alphabet="digits", symbol="3")


def measured(address: str, request: bytes, seconds: float) -> list[float]:
    spans_ms, errors, _ = load(address, request, 1, seconds)
    if errors:
        raise RuntimeError(f"{errors} readings failed")
    return spans_ms


def reached(address: str, job: int, when: object) -> dict:
    """Wait until a job's progress is so, or, where None is asked for, until it has ended; give the progress."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = ask(address, "GET", f"/jobs/{job}")
        progress = found["progress"]
        if found["state"] in ("done", "failed", "cancelled"):
            if when is None:
                return progress
            raise RuntimeError(f"the retraining ended too soon: {found}")
        if when is not None and progress and progress.get("phase") and when(progress):
            return progress
        time.sleep(0.2)
    raise TimeoutError("the retraining did not come so far; is the training extra installed?")


def ask(address: str, method: str, path: str, **body: object) -> dict:
    client = http.client.HTTPConnection(address.removeprefix("http://"), timeout=PATIENCE_S)
    content = json.dumps(body) if method == "POST" else None
    client.request(method, f"/api/v1{path}", content, {"Content-Type": "application/json"} if content else {})
    answer = client.getresponse()
    said = json.loads(answer.read())
    client.close()
    if answer.status >= 400:
        raise RuntimeError(said["error"]["message"])
    return said


if __name__ == "__main__":
    sys.exit(main())
