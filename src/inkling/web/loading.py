"""The service of a server process: recognizer, memory and store, made once, when they are first needed."""

import logging
import threading
from typing import TYPE_CHECKING

from flask import current_app

from ..errors import BundleError
from ..service import Service
from ..settings import Settings

if TYPE_CHECKING:
    from ..jobs import Retrainings
    from ..recognizer import Recognizer

__all__ = ["Loader", "loader", "service"]

_log = logging.getLogger(__name__)


class Loader:
    """Gives the service, and makes it at the first call.

    It must be made after a server has forked its processes, since neither the threads of ONNX Runtime nor the
    connections to a database survive a fork. A bundle that cannot be loaded is tried again at the next call, so that
    putting it right needs no restart.

    Args:
        settings: name bundle and database.
        recognizer: one that is loaded already.
    """

    def __init__(self, settings: Settings, recognizer: "Recognizer | None" = None) -> None:
        self.settings = settings
        self._recognizer = recognizer
        self._service: Service | None = None
        self._retrainings: Retrainings | None = None
        self._lock = threading.Lock()

    def service(self) -> Service:
        """Give the service.

        Raises:
            BundleError: the bundle is missing, damaged or too new.
        """
        if self._service is None:
            with self._lock:
                if self._service is None:
                    self._service = self._make()
        return self._service

    def get(self) -> "Recognizer":
        """Give the recognizer that reads now.

        Raises:
            BundleError: the bundle is missing, damaged or too new.
        """
        return self.service().recognizer

    def retrainings(self) -> "Retrainings":
        """Give what starts retrainings, and knows of those there were.

        Raises:
            BundleError: the bundle is missing, damaged or too new.
        """
        if self._retrainings is None:
            from ..jobs import Retrainings

            self._retrainings = Retrainings(self.service())
        return self._retrainings

    @property
    def version(self) -> str:
        """The version of the model that reads now; empty before it is loaded."""
        recognizer = self._service.recognizer if self._service else self._recognizer
        return recognizer.version if recognizer else ""

    def _make(self) -> Service:
        try:
            return Service(self.settings, self._recognizer)
        except BundleError as error:
            _log.error("The model cannot be loaded: %s", error)
            raise


def loader() -> Loader:
    """Give what loads the service of this application, and knows the settings."""
    found: Loader = current_app.extensions["inkling"]
    return found


def service() -> Service:
    """Give the service of this application.

    Raises:
        BundleError: the bundle is missing, damaged or too new.
    """
    return loader().service()
