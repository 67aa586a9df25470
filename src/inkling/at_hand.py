"""The bundles that are at hand without a database: the base, and the one that ships."""

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .bundle import SHIPPED, Bundle
from .errors import BundleError, ModelNotFound
from .recall import Recall

if TYPE_CHECKING:
    from .store import ModelVersion

__all__ = ["AtHand"]


class AtHand:
    """The bundles that need no database.

    Args:
        recall: knows the database, and the base: what reads until a version of the model is promoted.
    """

    def __init__(self, recall: Recall) -> None:
        self._recall = recall
        self._shipped: Bundle | None = None

    @property
    def shipped(self) -> str:
        """The version of the bundle that ships; empty where it was not loaded yet, or cannot be."""
        return self._shipped.version if self._shipped else ""

    def bundles(self) -> dict[str, Bundle]:
        """Give them by their versions."""
        base = self._recall.base.bundle
        if self._shipped is None:
            try:
                self._shipped = Bundle.load(SHIPPED)
            except BundleError:  # nobody needs it as long as the settings name another
                return {base.version: base}
        return {self._shipped.version: self._shipped, base.version: base}

    def described(self, bundle: Bundle) -> "ModelVersion":
        """Say what would be known of one that is not in the database, if it were."""
        from .store import ModelVersion

        card = json.dumps(dict(bundle.card)).encode()
        whole = b"".join((card, *bundle.files.values()))
        try:
            made = datetime.fromisoformat(bundle.card["created"])
        except ValueError:
            made = datetime.fromtimestamp(0, UTC)
        return ModelVersion(
            version=bundle.version,
            parent=None,
            origin=self._origin(bundle),
            reason="",
            profile=None,
            state="ungated",
            added_at=made if made.tzinfo else made.replace(tzinfo=UTC),
            card=bundle.card,
            sha256=hashlib.sha256(whole).hexdigest(),
            size_bytes=len(whole),
            report=None,
            held=True,
        )

    def keep(self, version: str | None) -> None:
        """Keep a bundle that is at hand in the database too: there may be another at hand one day.

        Args:
            version: which; nothing is done where it is none of them.

        Raises:
            ModelError, StoreError: it was not kept.
        """
        bundle = self.bundles().get(version or "")
        if bundle is None:
            return
        models = self._recall.store.models
        try:
            held = models.get(bundle.version).held
        except ModelNotFound:
            held = False
        if not held:
            models.add(bundle, origin=self._origin(bundle))

    def _origin(self, bundle: Bundle) -> str:
        return "shipped" if bundle.version == self.shipped else "imported"
