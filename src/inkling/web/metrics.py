"""What the server counts, for Prometheus.

Several server processes write to files of one folder, and whichever is asked adds them up: prometheus-client's
multiprocess mode, which the server switches on by ``PROMETHEUS_MULTIPROC_DIR``. prometheus-client looks for that
variable when it is imported, so it is imported here only once the server has set it.
"""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .loading import Loader

if TYPE_CHECKING:
    from prometheus_client.core import Metric

__all__ = ["CONTENT_TYPE", "FOLDER_VARIABLE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_BOUNDS_S = (0.001, 0.002, 0.004, 0.008, 0.012, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """Counts requests, how long they take, readings by their status, and corrections by what was done to them.

    Args:
        loader: knows the model's version.
    """

    def __init__(self, loader: Loader) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram
        from prometheus_client.multiprocess import MultiProcessCollector

        own = CollectorRegistry()
        self._requests = Counter(
            "inkling_requests", "Requests answered.", ["method", "address", "status"], registry=own
        )
        self._seconds = Histogram(
            "inkling_request_seconds", "Time to an answer.", ["address"], buckets=_BOUNDS_S, registry=own
        )
        self._readings = Counter("inkling_readings", "Readings, by how they ended.", ["status"], registry=own)
        self._corrections = Counter(
            "inkling_corrections", "Corrections, by what was done to them.", ["change"], registry=own
        )
        self._shown = own
        if os.environ.get(FOLDER_VARIABLE):
            self._shown = CollectorRegistry()
            MultiProcessCollector(self._shown)  # type: ignore[no-untyped-call]
        self._shown.register(_Model(loader))

    def answered(self, method: str, address: str | None, status: int, elapsed_s: float) -> None:
        """Count a request; ``address`` is the rule it met and not what a client wrote, or labels would never end."""
        known = address or "none"
        self._requests.labels(method if method in _METHODS else "other", known, str(status)).inc()
        self._seconds.labels(known).observe(elapsed_s)

    def read(self, status: str) -> None:
        """Count a reading: sure, unsure, or the code of the error it ended in."""
        self._readings.labels(status).inc()

    def corrected(self, change: str, count: int = 1) -> None:
        """Count corrections: taught, confirmed, relabelled, deleted, restored or imported."""
        self._corrections.labels(change).inc(count)

    def text(self) -> bytes:
        """Give all that was counted, in Prometheus's text form."""
        from prometheus_client import generate_latest

        return generate_latest(self._shown)


class _Model:
    """Tells the version of the model, as it is now."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def collect(self) -> "Iterable[Metric]":
        from prometheus_client.core import InfoMetricFamily

        version = self._loader.version
        yield InfoMetricFamily("inkling_model", "The model that reads.", {"version": version} if version else {})

    def describe(self) -> list[Any]:
        """Keep the registry from asking for the model while it is made."""
        return []
