"""Run as a program: light writers to a store, forked from one warm process. It imports nothing but the store.

``kill FOLDER ROUNDS FILES``: a writer adds for ever and says so on a pipe after each ``add`` returned; it is killed at
a random moment, ROUNDS times, in FILES databases by turns. ``promote FOLDER ROUNDS FILES``: the same for one that
promotes versions and saves checkpoints for ever; said of each promotion: its id, and its seed.
``together URL WRITERS COUNT``: says "ready" and waits for a line; then so many writers open the database at the same
moment and add COUNT each. Said of each correction that was kept: its id, and the seed of its sample.
"""

import os
import random
import select
import signal
import sys
import time
from functools import partial

import alembic.command  # noqa: F401  (so that every writer has it)
import numpy as np

from inkling.store import Store

from .samples import bundle, sample


def write(url, seeds, out):
    store = Store.open(url)
    for seed in seeds:
        kept = store.add(sample(seed, model=str(seed)))
        os.write(out, f"{kept.id} {seed}\n".encode())


def promote(url, seeds, out):
    store = Store.open(url)
    if not store.revision():
        store.add_many([sample(n) for n in range(30)])
    versions = [store.models.add(bundle(n), origin="retrained").version for n in range(3)]
    job = store.jobs.latest("retraining", ["queued", "running"]) or store.jobs.add("retraining")
    store.jobs.claim(job.id, "mine", 0)
    for seed in seeds:
        current = store.state().current
        version = versions[versions.index(current) - 1 if current else 0]
        features = {change.id: np.full(16, seed, np.float32) for change in store.changes(0)}
        done = store.models.promote(version, str(seed), features=features, expected=current)
        os.write(out, f"{done.id} {seed}\n".encode())
        store.jobs.save_checkpoint(job.id, "mine", bytes([seed % 256]) * 50_000)


def forked(work):
    """Start a process that does the work, and give its id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def kill(folder, rounds, files, work=write):
    chance = random.Random(0)
    for number in range(rounds):
        read, written = os.pipe()
        url = f"sqlite:///{folder}/{number % files}.db"
        start = number * 1_000
        pid = forked(lambda url=url, start=start, out=written: work(url, range(start, start + 1_000), out))
        os.close(written)
        said = b""
        if chance.random() < 0.8:  # let it come to its first correction, else it would mostly die while opening
            said = os.read(read, 4096)
        end = time.monotonic() + chance.uniform(0, 0.02)
        while (left := end - time.monotonic()) > 0:
            if select.select([read], [], [], left)[0]:
                said += os.read(read, 4096)
        os.kill(pid, signal.SIGKILL)
        assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL
        while more := os.read(read, 4096):
            said += more
        os.close(read)
        os.write(1, said)


def together(url, writers, count):
    read, go = os.pipe()

    def work(number):
        os.close(go)
        os.read(read, 1)  # returns when the other end is closed: all start at once
        write(url, range(number * count, (number + 1) * count), 1)

    os.write(1, b"ready\n")
    sys.stdin.readline()
    pids = [forked(lambda number=number: work(number)) for number in range(writers)]
    os.close(go)
    sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids))


if __name__ == "__main__":
    {"kill": kill, "promote": partial(kill, work=promote), "together": together}[sys.argv[1]](
        sys.argv[2], *map(int, sys.argv[3:])
    )
