"""Starting `inkling serve` as a person does: a process of its own, known by the address that it prints."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

#: Only what never comes takes so long: where others use the cores too, a process that starts is slow.
PATIENCE_S = 120


@contextlib.contextmanager
def serve(*options, log=subprocess.DEVNULL, **environment):
    """Run the server with a database of its own and no worker; give the process and the address it printed.

    ``log`` is a file for its standard error.
    """
    with tempfile.TemporaryDirectory(prefix="inkling-serve-") as folder:
        outside = {name: value for name, value in os.environ.items() if not name.startswith("INKLING_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "inkling.cli", "serve", *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={
                **outside,
                "INKLING_DATABASE_URL": f"sqlite:///{folder}/inkling.db",
                "INKLING_WORKER": "0",
                **environment,
            },
        )
        try:
            first = process.stdout.readline()
            address = re.search(r"http://\S+", first)
            if not address:
                raise RuntimeError(f"inkling serve printed {first!r} and left with {process.wait(PATIENCE_S)}")
            yield process, address[0]
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
            process.stdout.close()


def get(url):
    """Give status and body of an address; a server that is not up yet is asked again."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def until(condition):
    """Wait for what another process is about to do; give what came true."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError("it never came true")
        time.sleep(0.05)
    return found
