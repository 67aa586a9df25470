"""The server for real use: gunicorn, with processes that each load the model after they were forked.

The first process has imported what all of them need before it forks, so that memory is shared; gunicorn's preload would
add nothing to that, and the model itself must not be loaded there.
"""

import errno
import json
import logging
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gunicorn.util  # type: ignore[import-untyped]
from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]

from ..errors import AddressUnusable
from ..jobs import Keeper, missing_packages
from ..settings import Settings
from .callers import Callers
from .metrics import FOLDER_VARIABLE

__all__ = ["listen", "run"]

_log = logging.getLogger(__name__)

_PORTS_TO_TRY = 100
_STOP_WITHIN_S = 5  # a reading takes milliseconds, but the model may just be loading on a busy machine
_WORKER_AFTER_S = 2.0  # the processes that read come first
_WORKER_STOPS_WITHIN_S = 6.0
_NO_HTTP = "The request's line and headers must be sound HTTP, and no longer than 8 kB each."
_SHARED_MEMORY = "/dev/shm"


def run(settings: Settings, any_port: bool, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM, then leave with exit code 0.

    Args:
        settings: name host, port, workers and threads.
        any_port: whether the next free port will do where that of the settings is taken.
        announce: is told the address once it is known.

    Raises:
        AddressUnusable: the port is taken, or the host is not this machine's.
        InvalidSetting: a setting means nothing, such as a trusted host that is no name.
    """
    _log_to_stderr(settings.log_level)
    Callers(settings)
    listener = listen(settings.host, settings.port, any_port)
    announce(f"Inkling reads at {_address(listener, settings.host)} (Ctrl-C stops it)")
    sys.stdout.flush()
    with _folder_for_metrics(), _worker_of_jobs(settings) as keeper:
        _Server(settings, listener, keeper).run()


@contextmanager
def _worker_of_jobs(settings: Settings) -> Iterator[Keeper | None]:
    """Give what looks after a worker of background jobs, where there shall and can be one; it ends with the server."""
    keeper = None
    if settings.worker and not missing_packages():
        keeper = Keeper(settings, "worker", first_after_s=_WORKER_AFTER_S)
    try:
        yield keeper
    finally:
        if keeper is not None:
            keeper.wait(_WORKER_STOPS_WITHIN_S)


@contextmanager
def _folder_for_metrics() -> Iterator[None]:
    """Give the processes a folder to count in together, in memory where that can be."""
    first = os.getpid()
    folder = tempfile.mkdtemp(prefix=f"inkling-metrics-{first}-", dir=_in_memory())
    os.environ[FOLDER_VARIABLE] = folder
    try:
        yield
    finally:
        if os.getpid() == first:  # the processes it forked come by here too when they leave
            shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> str | None:
    return _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else None


def listen(host: str, port: int, any_port: bool) -> socket.socket:
    """Take a port: the one named, or with ``any_port`` the next free one.

    Raises:
        AddressUnusable: there is none to take.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise _unusable(host, port, error) from error
    last = min(port + _PORTS_TO_TRY, 65536) if any_port else port + 1
    for candidate in range(port, last):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address[0], candidate, *address[2:]))
            listener.listen()
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE:
                raise _unusable(host, candidate, error) from error
        else:
            return listener
    raise _unusable(host, last - 1, OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE)))


def _unusable(host: str, port: int, error: OSError) -> AddressUnusable:
    if error.errno == errno.EADDRINUSE:
        return AddressUnusable(
            f"Port {port} of {host} is taken by another program.",
            "Stop that one, name another with --port, or name none and the next free one is taken.",
        )
    return AddressUnusable(
        f"The server cannot listen at {host}, port {port}: {error.strerror}.",
        "Name an address of this machine with --host (127.0.0.1 for itself, 0.0.0.0 for all) and a port over 1023.",
    )


def _address(listener: socket.socket, host: str) -> str:
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, settings: Settings, listener: socket.socket, keeper: Keeper | None = None) -> None:
        self._settings = settings
        self._listener = listener
        self.keeper = keeper
        super().__init__()

    def run(self) -> None:
        _FirstProcess(self).run()

    def load_config(self) -> None:
        gunicorn.util.write_error = _write_problem  # what never reaches the application must not be answered in HTML
        for name, value in self._configuration().items():
            self.cfg.set(name, value)
        if "control_socket_disable" in self.cfg.settings:  # from gunicorn 25.1 on
            self.cfg.set("control_socket_disable", True)

    def _configuration(self) -> dict[str, Any]:
        return {
            "bind": f"fd://{self._listener.fileno()}",
            "workers": self._settings.workers,
            "worker_class": "gthread",
            "threads": self._settings.threads,
            "keepalive": 15,
            "limit_request_line": 8190,  # a chart's address names many symbols
            "graceful_timeout": _STOP_WITHIN_S,
            "loglevel": "warning",
            # The file by which a process shows that it is alive; on a disk it could stall.
            "worker_tmp_dir": _in_memory(),
            "post_worker_init": _load_model,
        }

    def load(self) -> Flask:
        from . import create_app

        return create_app(self._settings)


class _FirstProcess(Arbiter):  # type: ignore[misc]
    """Looks after the worker of background jobs as it does after the processes that read."""

    def manage_workers(self) -> None:
        super().manage_workers()
        if self.app.keeper is not None:
            self.app.keeper.tend()

    def stop(self, graceful: bool = True) -> None:
        if self.app.keeper is not None:
            self.app.keeper.end()
        super().stop(graceful)


def _write_problem(client: socket.socket, status: int, reason: str, message: str) -> None:
    """Answer, in our one shape, a request that is no HTTP; in gunicorn's place, which would send HTML."""
    code = reason.lower().replace(" ", "_")
    body = json.dumps({"error": {"code": code, "message": f"{reason}. {message}"[:300].strip(), "hint": _NO_HTTP}})
    head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/json\r\n"
    gunicorn.util.write_nonblock(client, f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode("latin-1"))


def _load_model(worker: Any) -> None:
    """Load model and corrections before the first request; where that fails, /readyz and every reading say so."""
    import cv2

    from ..errors import InklingError

    cv2.setNumThreads(1)  # requests run side by side already; its threads cost a picture twice the processor's time
    worker.wsgi.extensions["inkling.streams"].stopping = lambda: not worker.alive
    try:
        worker.wsgi.extensions["inkling"].service().memory()
    except InklingError:
        _log.warning("Serving without a model: nothing can be read until the bundle is put right.")
