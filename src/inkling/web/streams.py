"""Server-sent events: connections that stay open and tell what changes.

Each holds a thread of the server, so there are only so many at a time; who gets none asks again and again instead.
"""

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, current_app, request

from ..errors import StoreError
from .problems import RequestError

__all__ = ["EVENT_STREAM", "Streams", "answer_stream", "events"]

EVENT_STREAM = "text/event-stream"

_LOOK_S = 0.4
_QUIET_S = 15.0
_RETRY_AFTER_S = 2

_log = logging.getLogger(__name__)


class Streams:
    """Counts the streams of a server process.

    Args:
        most: how many may be open at a time.
    """

    def __init__(self, most: int) -> None:
        #: Says whether the server is about to stop; the server puts its own word here.
        self.stopping: Callable[[], bool] = lambda: False
        self._places = threading.Semaphore(most)

    def take(self) -> None:
        """Take a place.

        Raises:
            RequestError: 503, all are taken.
        """
        if not self._places.acquire(blocking=False):
            raise RequestError(
                503,
                "too_many_streams",
                "As many streams are open as this server can hold.",
                "Ask for the job itself every few seconds, or open the stream later.",
                retry_after_s=_RETRY_AFTER_S,
            )

    def give_back(self) -> None:
        """Give a place back."""
        self._places.release()


def answer_stream(look: Callable[[], dict[str, Any]], ended: Callable[[dict[str, Any]], bool]) -> Response:
    """Answer with a stream of what ``look`` gives, as :func:`events` tells it.

    Raises:
        RequestError: 503, too many streams are open.
    """
    streams: Streams = current_app.extensions["inkling.streams"]
    connection = request.environ.get("gunicorn.socket")
    streams.take()
    answer = Response(
        events(look, ended, lambda: not streams.stopping() and not _hung_up(connection)), mimetype=EVENT_STREAM
    )
    answer.call_on_close(streams.give_back)
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy must not keep events back
    return answer


def events(
    look: Callable[[], dict[str, Any]],
    ended: Callable[[dict[str, Any]], bool],
    wanted: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[str]:
    """Give the events of something that changes: ``progress`` whenever it did, at last ``end``.

    Args:
        look: gives what it is now.
        ended: says whether it will change no more.
        wanted: says whether to go on; it is asked before each look but the first.
        clock: seconds that only grow.
        sleep: waits so many seconds.
    """
    told: dict[str, Any] | None = None
    spoke = clock()
    while True:
        try:
            found = look()
        except StoreError as error:  # whoever listens comes again, and hears then what is wrong
            _log.error("A stream broke off: %s", error)
            return
        if found != told:
            yield _event("progress", found)
            told, spoke = found, clock()
        elif clock() - spoke >= _QUIET_S:
            yield ": still here\n\n"
            spoke = clock()
        if ended(found):
            yield _event("end", found)
            return
        sleep(_LOOK_S)
        if not wanted():
            return


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"  # JSON writes line breaks as \n


def _hung_up(connection: socket.socket | None) -> bool:
    """Say whether the other side closed the connection, which else would be noticed only at the next word to it."""
    if connection is None:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
