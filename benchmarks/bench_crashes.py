"""What remains when processes are killed at random moments of a retraining: the worker, its child, the server, all.

Run: python benchmarks/bench_crashes.py [--kills N] [--at-once N] [--longest S] [--seed N] [--json FILE]
Training and gate are a stand-in that takes no torch (tests/jobs/stand_in.py): what is tried is all around them.
What is measured, and how: benchmarks/README.md.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil

from inkling.errors import JobRunning
from inkling.evaluation.tables import text_table
from inkling.jobs import Retrainings
from inkling.service import Service
from inkling.settings import Settings
from inkling.store import CorrectionQuery, NewCorrection

ROOT = Path(__file__).parents[1]
PATIENCE_S = 120
# Found by Python as it starts: puts the stand-in in the place of training and gate, in every process alike. None steps
# back for others: what else the machine does would decide when one comes to what shall be interrupted.
SITE = """
import importlib.machinery, json, os, sys
os.nice = lambda more: 0
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name in ("inkling.training.retrain", "inkling.training.gate"):
            return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        from tests.jobs.stand_in import modules
        module.__dict__.update(vars(modules(**json.loads(os.environ["STAND_IN"]))[module.__name__]))
sys.meta_path.insert(0, Finder())
"""
VICTIMS = {
    "worker": "the worker",
    "child": "the process of the retraining",
    "server": "the server, which has a worker",
    "all": "the server and all its processes at once",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50, help="how often each is killed")
    parser.add_argument("--at-once", type=int, default=5, help="how often all are killed at once; takes 30 s each")
    parser.add_argument(
        "--longest", type=float, default=3, help="how long after the retraining's start at the latest, seconds"
    )
    parser.add_argument("--only", choices=VICTIMS, action="append", help="kill only these")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()

    rows = []
    for victim in options.only or VICTIMS:
        kills = options.at_once if victim == "all" else options.kills
        with tempfile.TemporaryDirectory(prefix="inkling-crashes-") as folder:
            rows.append(Trial(Path(folder), victim, random.Random(options.seed), options.longest).run(kills))
    names = ("kills", "at work", "retrainings", "promoted", "resumed", "failed", "lost", "half live")
    cells = [(VICTIMS[row["victim"]], *(str(row[name]) for name in names)) for row in rows]
    print(text_table(("killed with SIGKILL", *names), cells))
    print("\nat work: a retraining was under way at the kill. failed: given up with its reason after three attempts.")
    print("lost: corrections, checkpoints, versions or jobs that should be there and are not (at issue 5: 0).")
    print("half live: what reads is no whole version, or is not what the jobs say (at issue 5: 0).\n")
    print(json.dumps(rows))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return int(any(row["lost"] or row["half live"] for row in rows))


class Trial:
    """One database, and who is killed over it again and again."""

    def __init__(self, folder: Path, victim: str, chance: random.Random, longest_s: float) -> None:
        self.victim, self.chance, self.longest_s = victim, chance, longest_s
        self.log = folder / "starts"
        (folder / "sitecustomize.py").write_text(SITE)
        url = f"sqlite:///{folder}/inkling.db"
        self.environment = os.environ | {
            "INKLING_DATABASE_URL": url,
            "INKLING_RETRAIN_AFTER": "0",
            "INKLING_KEEP_MODELS": "1000",  # none may be pruned: that would look like one that was lost
            "INKLING_LOG_LEVEL": "ERROR",
            "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT))),
            "STAND_IN": json.dumps({"steps": 60, "step_s": 0.02, "log": str(self.log)}),
        }
        self.settings = Settings.load({}, database_url=url, keep_models=1000)
        self.service = Service(self.settings)
        self.retrainings = Retrainings(self.service)
        self.taught: list[int] = []
        self.counts: Counter[str] = Counter()
        self.problems: list[str] = []

    def run(self, kills: int) -> dict:
        """Kill, look, and start again, so often; then let what is left be done."""
        for _ in range(kills):
            self.ask()
            process = self.start()
            end = time.monotonic() + PATIENCE_S
            while not self.taken_up() and time.monotonic() < end:
                time.sleep(0.05)
            time.sleep(self.chance.uniform(0, self.longest_s))
            self.kill(process)
            self.look()
        process = self.start()
        end = time.monotonic() + PATIENCE_S
        while self.retrainings.state().job and time.monotonic() < end:
            time.sleep(0.2)
        process.terminate()
        process.wait(PATIENCE_S)
        self.look()
        if self.retrainings.state().job:
            self.problems.append("lost: the last retraining is not done")
        self.service.close()
        for problem in self.problems:
            print(problem, file=sys.stderr)
        starts = [int(line) for line in self.log.read_text().split()]
        return {
            "victim": self.victim,
            "kills": kills,
            "at work": self.counts["at work"],
            "retrainings": len(self.jobs()),
            "promoted": sum(bool(job.outcome and job.outcome["promoted"]) for job in self.jobs()),
            "resumed": sum(step > 0 for step in starts),
            "failed": sum(job.state == "failed" for job in self.jobs()),
            "lost": sum(problem.startswith("lost") for problem in self.problems),
            "half live": sum(problem.startswith("half") for problem in self.problems),
        }

    def ask(self) -> None:
        """Teach something, and ask for a retraining where none is under way."""
        glyph = np.random.default_rng(len(self.taught)).integers(0, 256, (28, 28), dtype=np.uint8)
        recognizer = self.service.recognizer
        features = np.append(recognizer.traces(glyph[None])[0], np.float32(20))
        new = NewCorrection("7", glyph, features, recognizer.version)
        self.taught.append(self.service.store.add(new).id)
        with contextlib.suppress(JobRunning):
            self.retrainings.start()

    def taken_up(self) -> bool:
        """Say whether somebody took up the retraining since the last kill."""
        job = self.retrainings.state().job
        return job is None or (job.state == "running" and job.beat_at.timestamp() > self.started)

    def start(self) -> subprocess.Popen:
        """Start who does the retraining, by itself or by its worker."""
        self.started = time.time()
        served = self.victim in ("server", "all")
        alone = ["inkling.jobs", "--parent", str(os.getpid()), "worker"]
        words = ["inkling.cli", "serve", "--port", "0"] if served else alone
        return subprocess.Popen([sys.executable, "-m", *words], env=self.environment, stdout=subprocess.DEVNULL)

    def kill(self, process: subprocess.Popen) -> None:
        """Kill who shall be killed; who is left has to end by itself, but for a worker whose child it was."""
        everyone = psutil.Process(process.pid).children(recursive=True)
        self.counts["at work"] += at_work(process)
        for one in everyone:
            if self.victim == "all" or (self.victim == "child" and "run" in words(one)):
                one.send_signal(signal.SIGKILL) if one.is_running() else None
        if self.victim == "child":
            time.sleep(self.chance.uniform(0, self.longest_s))
            process.terminate()
        else:
            process.kill()
        process.wait(PATIENCE_S)
        if psutil.wait_procs(everyone, PATIENCE_S)[1]:
            self.problems.append("lost: a process that nobody looks after is still there")

    def jobs(self) -> list:
        """Give all retrainings there were, newest first."""
        return list(self.retrainings.find(limit=10_000).jobs)

    def look(self) -> None:
        """Look whether all is there, and whether what reads is whole and what the jobs say."""
        store, versions = self.service.store, self.service.versions
        found = {one.id for one in store.find(CorrectionQuery(limit=10_000)).corrections}
        self.expect(found == set(self.taught), "lost: corrections")
        promoted = [step.version for step in store.models.promotions()]
        told = [job.version for job in self.jobs() if job.outcome and job.outcome["promoted"]]
        self.expect(promoted == told, f"half live: promoted were {promoted}, the jobs say {told}")
        current = versions.current()
        self.expect(not promoted or current == promoted[0], f"half live: {current} reads, promoted {promoted[:1]}")
        self.expect(versions.bundle(current).version == current, "half live: no whole bundle")
        kept = {model.version for model in store.models.all() if model.held}
        self.expect(set(told) <= kept, "lost: a version")
        self.expect(all(job.error for job in self.jobs() if job.state == "failed"), "lost: a reason")
        starts = [int(line) for line in self.log.read_text().split()] if self.log.exists() else []
        self.expect(len(starts) >= len(told), "lost: a start")

    def expect(self, true: bool, problem: str) -> None:
        """Note what is not as it should be."""
        if not true and problem not in self.problems:
            self.problems.append(problem)


def at_work(process: subprocess.Popen) -> bool:
    """Say whether a retraining has a process by now."""
    return any("run" in words(one) for one in psutil.Process(process.pid).children(recursive=True))


def words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


if __name__ == "__main__":
    sys.exit(main())
