"""The recognizer of a server process: loaded once, when it is first needed."""

import logging
import threading
from typing import TYPE_CHECKING

from ..errors import BundleError
from ..settings import Settings

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["Loader"]

_log = logging.getLogger(__name__)


class Loader:
    """Gives the recognizer, and loads it at the first call.

    It must be loaded after a server has forked its processes, since the threads of ONNX Runtime do not survive a fork.
    A bundle that cannot be loaded is tried again at the next call, so that putting it right needs no restart.

    Args:
        settings: name the bundle.
        recognizer: one that is loaded already.
    """

    def __init__(self, settings: Settings, recognizer: "Recognizer | None" = None) -> None:
        self.settings = settings
        self._recognizer = recognizer
        self._lock = threading.Lock()

    def get(self) -> "Recognizer":
        """Give the recognizer.

        Raises:
            BundleError: the bundle is missing, damaged or too new.
        """
        if self._recognizer is None:
            with self._lock:
                if self._recognizer is None:
                    self._recognizer = self._load()
        return self._recognizer

    @property
    def version(self) -> str:
        """The version of the model; empty before it is loaded."""
        return self._recognizer.version if self._recognizer else ""

    def _load(self) -> "Recognizer":
        from ..recognizer import Recognizer

        try:
            return Recognizer(self.settings.bundle or None, self.settings)
        except BundleError as error:
            _log.error("The model cannot be loaded: %s", error)
            raise
