"""How often one client may ask for work: so many requests a minute, counted in each server process."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from .problems import RequestError

__all__ = ["RateLimit"]

_MOST_CLIENTS = 10_000


class RateLimit:
    """Lets each client through so often a minute, in bursts of up to a minute's worth.

    A bucket a client, filled evenly (token bucket); the clients seen longest ago are forgotten.

    Args:
        per_minute: how often; 0 for no limit.
        clock: seconds that only grow.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # client: (tokens, when)
        self._lock = threading.Lock()

    def take(self, client: str) -> None:
        """Count one request of a client.

        Raises:
            RequestError: 429, it has asked too often.
        """
        if not self._per_minute:
            return
        rate = self._per_minute / 60
        with self._lock:
            now = self._clock()
            tokens, when = self._buckets.pop(client, (float(self._per_minute), now))
            tokens = min(float(self._per_minute), tokens + (now - when) * rate)
            through = tokens >= 1
            self._buckets[client] = (tokens - through, now)
            if len(self._buckets) > _MOST_CLIENTS:
                self._buckets.popitem(last=False)
        if not through:
            wait_s = max(1, round((1 - tokens) / rate + 0.5))
            raise RequestError(
                429,
                "too_many_requests",
                f"More than {self._per_minute} requests a minute came from your address.",
                f"Ask again in {wait_s} s.",
                retry_after_s=wait_s,
            )
