"""Processes of our own: how they are started, step back for readings, and end with whoever started them."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from ..settings import SETTINGS, Settings

__all__ = ["COMMAND", "Keeper", "end_with_parent", "orphaned", "start", "step_back", "stop", "threads"]

#: What runs :mod:`inkling.jobs.__main__`.
COMMAND = (sys.executable, "-m", "inkling.jobs")

_PR_SET_PDEATHSIG = 1
_LOWEST_PRIORITY = 19
_SHORTEST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0

_log = logging.getLogger(__name__)


def start(settings: Settings, *words: str, command: Sequence[str] = COMMAND) -> "subprocess.Popen[bytes]":
    """Start a process with these settings; it is told whose child it is.

    Args:
        settings: they reach it by its environment.
        words: what it shall do.
        command: what the words are given to.
    """
    few = str(threads(settings))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INKLING_")}
    environment |= {SETTINGS[name].variable: str(value) for name, value in settings.pairs if value != ""}
    environment |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), few)
    return subprocess.Popen([*command, "--parent", str(os.getpid()), *words], env=environment, stdin=subprocess.DEVNULL)


def stop(process: "subprocess.Popen[bytes]", within_s: float) -> int:
    """End a process: by SIGTERM, and where that does not help in time, by SIGKILL. Gives how it ended."""
    process.terminate()
    try:
        return process.wait(within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def threads(settings: Settings) -> int:
    """Give how many threads a retraining may use: those of the settings, else half of the cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return int(settings.retrain_threads) or max(1, cores // 2)


def step_back() -> None:
    """Let every other process go first: this one's work can wait, a reading cannot."""
    try:
        os.nice(_LOWEST_PRIORITY - os.nice(0))
    except OSError as error:
        _log.info("Priority stays as it is: %s", error)


def end_with_parent(parent: int) -> None:
    """Have this process told by SIGTERM when its parent ends, however that ends. Does nothing but on Linux.

    Args:
        parent: the process that must be the parent still; else this one ends now.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if orphaned(parent):
        sys.exit(0)


def orphaned(parent: int) -> bool:
    """Say whether the parent has ended; the number 0 stands for no parent to look after."""
    return parent != 0 and os.getppid() != parent


class Keeper:
    """Keeps a process running: where it ends by itself it is started again, each time after a longer pause.

    Args:
        settings: of the process.
        words: what it shall do.
        command: what the words are given to.
        first_after_s: when it is started first, from now on.
    """

    def __init__(
        self, settings: Settings, *words: str, command: Sequence[str] = COMMAND, first_after_s: float = 0.0
    ) -> None:
        self._settings, self._words, self._command = settings, words, command
        self._owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._pause_s = _SHORTEST_WAIT_S
        self._started = 0.0
        self._next = time.monotonic() + first_after_s
        self._over = False

    def tend(self) -> None:
        """Look after the process, and start it where it is time to; call this every second or so."""
        now = time.monotonic()
        if self._over or (self._process is not None and self._process.poll() is None):
            return
        if self._process is not None:
            self._pause_s = _SHORTEST_WAIT_S if now - self._started > _LONGEST_WAIT_S else self._pause_s
            _log.warning("The worker of background jobs ended; it is started again in %.0f s.", self._pause_s)
            self._process, self._next = None, now + self._pause_s
            self._pause_s = min(2 * self._pause_s, _LONGEST_WAIT_S)
        if now < self._next:
            return
        self._started = now
        try:
            self._process = start(self._settings, *self._words, command=self._command)
        except OSError as error:
            _log.error("The worker of background jobs cannot be started: %s", error)
            self._next = now + _LONGEST_WAIT_S

    def end(self) -> None:
        """Tell the process to end, and start it no more."""
        self._over = True
        if self._process is not None and os.getpid() == self._owner and self._process.poll() is None:
            self._process.terminate()

    def wait(self, within_s: float) -> None:
        """End the process, by force where it does not end in time. Does nothing in a process that was forked."""
        self._over = True
        if self._process is not None and os.getpid() == self._owner and self._process.poll() is None:
            stop(self._process, within_s)
