"""The queue, which wakes the workers. What there is to do stands in the database: a lost message only costs time."""

import contextlib
import hashlib
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import InvalidSetting, QueueError
from .extras import way_to_add
from .folders import expanded
from .settings import Settings

__all__ = ["answers", "listen", "open_queue", "wake"]

_log = logging.getLogger(__name__)

_FILE = "queue.db"
_PATIENCE_S = 5
_EXAMPLES = "Set INKLING_QUEUE_URL to a file, such as /home/me/queue.db, or to redis://host; empty takes a file."
_START_IT = "Start it, or put its URL right; until then jobs are found a little later than they could be."


def open_queue(settings: Settings) -> Any:
    """Give the queue, a ``huey.Huey``: in a SQLite file, or on a Redis server.

    Args:
        settings: ``queue_url`` names it; where that is empty, it is a file beside the database, or, where that is no
            file, in the folder of the user account.

    Raises:
        QueueError: the setting names neither, or a file that cannot be used, or Redis without its package or its
            server.
    """
    from huey import RedisHuey, SqliteHuey  # takes a while
    from huey.exceptions import ConfigurationError

    logging.getLogger("huey").setLevel(logging.CRITICAL)  # it tells of each message, and of each that it cannot get
    url = str(settings.queue_url)
    # several Inklings may share a file or a server
    name = "inkling" + hashlib.sha256(settings.database_url.encode()).hexdigest()[:8]
    given: dict[str, Any] = {"name": name, "results": False, "serializer": _serializer()}
    if url.startswith(("redis://", "rediss://", "unix://")):
        try:
            from redis import ConnectionPool

            pool = ConnectionPool.from_url(url, socket_connect_timeout=_PATIENCE_S, socket_timeout=_PATIENCE_S)
            queue = RedisHuey(connection_pool=pool, **given)
        except (ImportError, ConfigurationError) as error:
            raise QueueError("A queue on Redis needs a package that is not installed.", way_to_add("redis")) from error
        except ValueError as error:  # its text may hold a password
            raise QueueError("The setting queue_url is no URL of Redis.", _EXAMPLES) from error
        if not answers(queue):
            raise QueueError("The Redis server of the setting queue_url does not answer.", _START_IT)
        return queue
    path = _path(url, settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # after a power failure a message may be gone: the database still has the job
        return SqliteHuey(filename=str(path), timeout=_PATIENCE_S, fsync=False, **given)
    except (OSError, sqlite3.Error) as error:
        raise QueueError(f"The queue {path} cannot be used: {error}.", _EXAMPLES) from error


def answers(queue: Any) -> bool:
    """Say whether the server that a queue is on can be reached; a file always can."""
    ping = getattr(getattr(queue.storage, "conn", None), "ping", None)
    if ping is None:
        return True
    from redis import RedisError

    try:
        return bool(ping())
    except (RedisError, OSError):
        return False


def listen(queue: Any, look: Callable[[], None]) -> None:
    """Have ``look`` called by the queue's consumer whenever someone wakes the workers."""

    def woken() -> None:
        look()

    queue.task(name="look")(woken)


def wake(settings: Settings) -> None:
    """Tell a worker that there is something to do. Where that fails, one will find it by itself, a little later."""
    try:
        with _opened(settings) as queue:
            queue.enqueue(queue.task(name="look")(_nothing).s())
    except Exception as error:  # whatever huey, SQLite or Redis raise: the job is safe
        _log.warning("No worker was woken: %s", error)


@contextmanager
def _opened(settings: Settings) -> Iterator[Any]:
    queue = open_queue(settings)
    try:
        yield queue
    finally:
        with contextlib.suppress(Exception):
            queue.storage.close()


def _nothing() -> None:
    """Is what wakes a worker here; there, it looks for work."""


def _serializer() -> Any:
    from huey.registry import Message
    from huey.serializer import Serializer

    class Plain(Serializer):  # type: ignore[misc]  # huey has no types
        """Messages as JSON: whoever can write to the queue must not be able to run code by it, as a pickle would."""

        def _serialize(self, data: Any) -> bytes:
            return json.dumps(data).encode()

        def _deserialize(self, data: bytes) -> Any:
            return Message(*json.loads(data))

    return Plain()


def _path(url: str, settings: Settings) -> Path:
    try:
        return _file_of(url, settings)
    except InvalidSetting as error:
        raise QueueError(f"The queue cannot be used: {error.message}", error.hint) from None


def _file_of(url: str, settings: Settings) -> Path:
    kind, separator, path = url.partition(":///")
    if separator and kind == "sqlite" and path:
        return expanded(path).absolute()
    if "://" in url:
        raise QueueError(f"The setting queue_url names {url.partition('://')[0]}; expected a file or redis.", _EXAMPLES)
    if url:
        return expanded(url).absolute()
    kind, _, path = settings.database_url.partition(":///")
    if kind.startswith("sqlite") and path:
        return expanded(path).absolute().with_name(_FILE)
    import platformdirs

    try:
        return Path(platformdirs.user_data_dir("inkling", appauthor=False)) / _FILE
    except (RuntimeError, OSError) as error:
        raise QueueError(f"There is no folder of the user account to hold the queue: {error}.", _EXAMPLES) from error
