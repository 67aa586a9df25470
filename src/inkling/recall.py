"""Recall: the model that reads and every profile's memory, kept up with what any process has committed to the store."""

import logging
import threading
import time
import unicodedata
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from .bundle import Bundle
from .errors import BundleDamaged, BundleError, ModelError, SettingsError, StoreError
from .folders import expanded
from .ink import Ink
from .kept import learned
from .profiles import EVERYBODY
from .reader import Reader
from .recognizer import Recognizer
from .settings import Settings

if TYPE_CHECKING:
    from .store import State, Store

__all__ = ["Recall", "tried"]

_LOADED_PROFILES = 64
_LOADED_MODELS = 2  # beside the base
_RETRY_S = 2.0
_SAID_S = 60.0  # an outage is told of again where the last failure is longer ago
_RETRY_MODEL_S = 30.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Known:
    """What a profile reads with, and up to which state of the store; it is looked at again at a time, if at any."""

    reader: Reader
    state: "State"
    until: float
    taught: bool  # by the profile itself


class Recall:
    """Gives what to read with. Many threads may ask at once.

    Args:
        settings: name the database, and perhaps a bundle; then no other reads.
        recognizer: the base: it reads until a version of the model is promoted, and where that one cannot be used.
        store: one that is open already; else the settings' database, opened when it is first needed.
    """

    def __init__(self, settings: Settings, recognizer: Recognizer, store: "Store | None" = None) -> None:
        self.settings = settings
        self.base = recognizer
        self.pinned = bool(settings.bundle)
        self._store = store
        self._refused: tuple[float, StoreError] | None = None
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._models: OrderedDict[str, Recognizer] = OrderedDict()
        self._unusable: dict[str, float] = {}  # versions, and when each is tried again
        self._last = recognizer
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

    def reader(self, profile: str = EVERYBODY) -> Reader:
        """Give the model that reads now, with what a profile taught and what everybody did.

        It is as of the last correction or promotion that any process committed; where the database cannot be used, as
        of what was known before. A model that cannot be used is left out, and the base reads.
        """
        try:
            store = self.readable()
            if store is not None:
                return self._caught_up(store, profile)
        except StoreError as error:
            self._refuse(error)
        known = self._known.get(profile) or self._known.get(EVERYBODY)
        return known.reader if known else Reader(self._last, self._last.memory())

    def recognizer(self) -> Recognizer:
        """Give the model that reads now, as :meth:`reader` does, without a memory."""
        try:
            store = self.readable()
            if store is not None:
                return self._model(store)
        except StoreError as error:
            self._refuse(error)
        return self._last

    def readable(self) -> "Store | None":
        """Give the database if there is one; reading makes none.

        Raises:
            StoreError: it cannot be used; for a while it is not tried again.
        """
        if self._store is None:
            refused = self._refused
            if refused and time.monotonic() < refused[0] + _RETRY_S:
                raise refused[1]
            if _is_no_file(self.settings.database_url):
                return None
            from .store import exists

            if not exists(self.settings.database_url):
                return None
        return self.store

    def _refuse(self, error: StoreError) -> None:
        now, before = time.monotonic(), self._refused
        if before and error is before[1]:
            return  # it was not tried again
        if before is None or now > before[0] + _SAID_S:
            _log.error("Reading goes on with what was known before: %s", error)
        self._refused = now, error

    def _caught_up(self, store: "Store", profile: str) -> Reader:
        state = store.state()
        known = self._known.get(profile)
        if known is None or not self._still_holds(known, state):
            with self._learning:
                state = store.state()  # another thread may have come further meanwhile
                known = self._known.get(profile)
                if known is None or not self._still_holds(known, state):
                    known = self._learn(store, profile, known, state)
        self._used(profile)
        return known.reader

    def _still_holds(self, known: _Known, state: "State") -> bool:
        same = known.state.revision == state.revision and (known.state.current == state.current or self.pinned)
        return same and state.file == known.state.file and (known.until == inf or time.monotonic() < known.until)

    def _learn(self, store: "Store", profile: str, known: _Known | None, state: "State") -> _Known:
        recognizer, until = self._usable(store, state.current)
        # another model begins anew, and so does a backup that was put in the database's place
        if known and (known.reader.recognizer.version != recognizer.version or not state.follows(known.state)):
            known = None
        since, taught = (known.state.revision, known.taught) if known else (0, False)
        memory = known.reader.memory if known else recognizer.memory()
        whose: tuple[str, ...] = (EVERYBODY, profile)
        if profile != EVERYBODY and not taught:  # it reads with everybody's memory itself, and what it teaches now
            shared = self._known.get(EVERYBODY)
            if shared is None or not self._still_holds(shared, state):
                shared = self._learn(store, EVERYBODY, shared, state)
            if shared.reader.recognizer is recognizer:
                memory, whose = shared.reader.memory, (profile,)
        changes = store.changes(since, whose) if since != state.revision else []
        taught = taught or any(change.profile == profile for change in changes)
        reader = Reader(recognizer, learned(recognizer, memory, changes))
        known = self._known[profile] = _Known(reader, state, until, taught)
        self._used(profile)
        for one in list(self._known):  # the one least used comes first
            if len(self._known) > _LOADED_PROFILES and one not in (EVERYBODY, profile):
                del self._known[one]
        return known

    def _used(self, profile: str) -> None:
        """Put a profile behind those that were used before, which go first."""
        with suppress(KeyError):  # another thread has just let it go
            self._known.move_to_end(profile)

    def _asked(self, current: str | None) -> str:
        return self.base.version if self.pinned or current is None else current

    def _model(self, store: "Store") -> Recognizer:
        found = self._ready(store.state().current)
        if found is None:
            with self._learning:
                found, _ = self._usable(store, store.state().current)
        return found

    def _ready(self, current: str | None) -> Recognizer | None:
        asked = self._asked(current)
        return self.base if asked == self.base.version else self._models.get(asked)

    def _usable(self, store: "Store", current: str | None) -> tuple[Recognizer, float]:
        """Give the current model, loaded where needed, or the base where it cannot be; and until when that holds.

        Called by one thread at a time.
        """
        found, until = self._ready(current), inf
        if found is None and current is not None:
            found = self._loaded(store, current)
            until = self._unusable.get(current, inf)
        self._last = found or self.base
        return self._last, until

    def _loaded(self, store: "Store", version: str) -> Recognizer | None:
        if time.monotonic() < self._unusable.get(version, -inf):
            return None
        try:
            found = tried(store.models.bundle(version), self.settings)
        except (BundleError, ModelError) as error:
            if version not in self._unusable:
                _log.error("The model %s cannot be used, so %s reads: %s", version, self.base.version, error)
            self._unusable[version] = time.monotonic() + _RETRY_MODEL_S
            return None
        self._unusable.pop(version, None)
        self._models[version] = found
        while len(self._models) > _LOADED_MODELS:
            gone, _ = self._models.popitem(last=False)
            for profile in [p for p, known in list(self._known.items()) if known.reader.recognizer.version == gone]:
                del self._known[profile]
        return found


def tried(bundle: Bundle, settings: Settings) -> Recognizer:
    """Load a bundle and let it read and learn once, so that what does not work is found out before it goes live.

    Raises:
        BundleDamaged: it cannot be run, or its answers are no numbers.
    """
    if any(unicodedata.category(c) in ("Cc", "Cs") for symbol in bundle.symbols for c in symbol):
        raise _unfit("its card names symbols that are no text")
    glyph = np.zeros((1, 28, 28), np.uint8)
    glyph[:, 4:24, 12:16] = 255
    try:
        recognizer = Recognizer(bundle, settings)
        traces = recognizer.traces(glyph)
        memory = recognizer.memory().teach([1], recognizer.symbols[:1], glyph, traces, [None])
        likeliest = recognizer.read(Ink(glyph[0].astype(np.float32) / 255), memory=memory).characters[0]
        sound = np.isfinite(traces).all() and np.isfinite([likeliest.probability, likeliest.membership]).all()
    except (BundleError, SettingsError):
        raise  # they say what is wrong
    except Exception as error:  # ONNX Runtime has no narrower common base, and a card may say anything
        raise _unfit(f"it cannot read: {error}") from error
    if not sound:
        raise _unfit("its answers are no numbers")
    return recognizer


def _unfit(what: str) -> BundleDamaged:
    return BundleDamaged(f"The bundle is damaged: {what}.", "Use another bundle, or train one: inkling train.")


def _is_no_file(url: str) -> bool:
    """Say whether a URL names a SQLite file that is not there, without loading SQLAlchemy, which takes a while."""
    kind, _, path = url.partition(":///")
    try:
        return kind == "sqlite" and bool(path) and not set(path) & set("?:") and not expanded(path).exists()
    except (OSError, SettingsError):  # it may be there, where we may not look; no home folder
        return False
