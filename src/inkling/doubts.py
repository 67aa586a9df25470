"""Doubts: which corrections disagree with those like them, of one profile or of all; judged anew where it changed."""

import threading
from typing import TYPE_CHECKING

from .kept import learned
from .profiles import EVERYBODY
from .reader import Reader
from .recall import Recall

if TYPE_CHECKING:
    from .store import State, Store

__all__ = ["Doubts"]

#: A correction from here on disagrees with those like it.
_DOUBTFUL = 0.5


class Doubts:
    """Keeps the doubtful corrections of each profile. Many threads may ask at once.

    What a profile taught is judged by what it reads with: that, and what everybody taught. No profile is loaded into
    recall for it, so that those who read stay there.

    Args:
        recall: gives the store, and what everybody reads with.
    """

    def __init__(self, recall: Recall) -> None:
        self._recall = recall
        self._lock = threading.Lock()
        self._found: dict[str, dict[int, float]] = {}  # by profile
        self._model = ""
        self._state: State | None = None

    def of(self, profile: str | None) -> dict[int, float]:
        """Give the doubtful corrections of a profile, or of all: id to how far each disagrees, from 0.5 to 1.

        Raises:
            StoreError: the database cannot be used.
        """
        with self._lock:
            store = self._recall.readable()
            if store is None:
                return {}
            state = store.state()  # before the reader, which may know more
            reader = self._recall.reader(EVERYBODY)
            self._forget_changed(store, reader, state)
            names = [name for name, _ in store.profiles() if profile in (None, name)]
            for name in names:
                if name not in self._found:
                    self._found[name] = _judged(store, reader, name)
            return {i: doubt for name in names for i, doubt in self._found[name].items()}

    def _forget_changed(self, store: "Store", reader: Reader, state: "State") -> None:
        """Drop what is to be judged anew: where everybody's memory is another, all."""
        before = self._state
        if before is None or reader.recognizer.version != self._model or not state.follows(before):
            self._found.clear()
        elif state.revision > before.revision:
            changed = {change.profile for change in store.changes(before.revision)}
            for name in list(self._found) if EVERYBODY in changed else changed:
                self._found.pop(name, None)
        self._model, self._state = reader.recognizer.version, state


def _judged(store: "Store", reader: Reader, profile: str) -> dict[int, float]:
    memory, own = reader.memory, set(reader.memory.ids.tolist())
    if profile != EVERYBODY:
        changes = store.changes(0, (profile,))
        memory, own = learned(reader.recognizer, memory, changes), {change.id for change in changes}
    return {i: doubt for i, doubt in memory.doubts().items() if doubt >= _DOUBTFUL and i in own}
