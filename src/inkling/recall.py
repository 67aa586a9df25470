"""Recall: every profile's memory, kept up with what any process has committed to the store."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import StoreError
from .memory import Memory
from .profiles import EVERYBODY
from .recognizer import Recognizer
from .settings import Settings

if TYPE_CHECKING:
    from .store import Change, Store

__all__ = ["Recall"]

_LOADED_PROFILES = 64
_RETRY_S = 2.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Known:
    memory: Memory
    revision: int


class Recall:
    """Gives memories. Many threads may ask at once.

    Args:
        settings: name the database.
        recognizer: makes features of corrections that another model read.
        store: one that is open already; else the settings' database, opened when it is first needed.
    """

    def __init__(self, settings: Settings, recognizer: Recognizer, store: "Store | None" = None) -> None:
        self.settings = settings
        self.recognizer = recognizer
        self._store = store
        self._refused: tuple[float, StoreError] | None = None
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._opening = threading.Lock()
        self._learning = threading.Lock()

    @property
    def store(self) -> "Store":
        """The database, opened and made where needed.

        Raises:
            StoreError: it cannot be used; the next call tries again.
        """
        if self._store is None:
            from .store import Store

            with self._opening:
                if self._store is None:
                    self._store = Store.open(self.settings.database_url, self.settings.keep_deleted_days)
                    self._refused = None
        return self._store

    def close(self) -> None:
        """Let go of the database."""
        if self._store is not None:
            self._store.close()

    def memory(self, profile: str = EVERYBODY) -> Memory:
        """Give what a profile taught and what everybody did, up to the last correction that any process committed.

        Where the database cannot be used, it is what was known before.
        """
        try:
            store = self.readable()
            if store is not None:
                return self._caught_up(store, profile)
        except StoreError as error:
            if self._refused is None:
                _log.error("Reading goes on without new corrections: %s", error)
            self._refused = time.monotonic(), error
        known = self._known.get(profile) or self._known.get(EVERYBODY)
        return known.memory if known else self.recognizer.memory()

    def readable(self) -> "Store | None":
        """Give the database if there is one; reading makes none.

        Raises:
            StoreError: it cannot be used; for a while it is not tried again.
        """
        if self._store is None:
            if self._refused and time.monotonic() < self._refused[0] + _RETRY_S:
                raise self._refused[1]
            if _is_no_file(self.settings.database_url):
                return None
            from .store import exists

            if not exists(self.settings.database_url):
                return None
        return self.store

    def _caught_up(self, store: "Store", profile: str) -> Memory:
        revision = store.revision()
        known = self._known.get(profile)
        if known is None or known.revision != revision:
            with self._learning:
                revision = store.revision()  # another thread may have come further meanwhile
                known = self._known.get(profile)
                if known is None or known.revision > revision:  # a backup was put in its place
                    known = _Known(self.recognizer.memory(), 0)
                if known.revision != revision:
                    changes = store.changes(known.revision, (EVERYBODY, profile))
                    known = _Known(self._learned(known.memory, changes), revision)
                    self._known[profile] = known
                    while len(self._known) > _LOADED_PROFILES:
                        self._known.popitem(last=False)
        return known.memory

    def _learned(self, memory: Memory, changes: "Sequence[Change]") -> Memory:
        memory = memory.forget(change.id for change in changes if change.deleted)
        new = [change for change in changes if not change.deleted]
        if not new:
            return memory
        glyphs = np.stack([change.glyph for change in new])
        stale = np.array([change.features_model != self.recognizer.version for change in new])
        width = len(memory.symbols) + memory.size
        traces = np.zeros((len(new), width), np.float32)
        if stale.any():
            traces[stale] = self.recognizer.traces(glyphs[stale])
        for i in np.flatnonzero(~stale):
            traces[i] = new[i].features[:-1]
        sizes = np.array([change.features[-1] for change in new], np.float32)  # the same for every model
        read = [change.read for change in new]
        return memory.teach([c.id for c in new], [c.symbol for c in new], glyphs, traces, read, sizes)


def _is_no_file(url: str) -> bool:
    """Say whether a URL names a SQLite file that is not there, without loading SQLAlchemy, which takes a while."""
    kind, _, path = url.partition(":///")
    try:
        return kind == "sqlite" and bool(path) and not set(path) & set("?:") and not Path(path).expanduser().exists()
    except (OSError, RuntimeError):  # it may be there, where we may not look; no home folder
        return False
