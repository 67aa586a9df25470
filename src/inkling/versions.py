"""Versions of the model: which there are, which one reads, and the ways to change that."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import EllipsisType
from typing import TYPE_CHECKING, Any

from .at_hand import AtHand
from .bundle import Bundle
from .errors import BundleDamaged, BundleMissing, ModelError, ModelNotFound, ModelPinned, ModelRefused, StoreError
from .folders import expanded
from .kept import features_anew
from .recall import Recall, tried
from .settings import Settings

if TYPE_CHECKING:
    from .store import Finish, ModelVersion, Promotion

__all__ = ["LONGEST_REASON", "ImportedVersion", "Version", "Versions", "check_reason"]

#: So many characters has a reason for a promotion at most.
LONGEST_REASON = 500

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Version:
    """A version of the model, as it stands.

    Args:
        model: what is known of it.
        current: whether it is the one that reads.
        shipped: whether it is the bundle that ships with this program.
    """

    model: "ModelVersion"
    current: bool
    shipped: bool


@dataclass(frozen=True)
class ImportedVersion:
    """What became of a bundle from elsewhere.

    Args:
        model: the version that it is.
        new: whether it was not among the versions before.
        back: whether it was, and its files were not: they are kept again.
    """

    model: "ModelVersion"
    new: bool
    back: bool


class Versions:
    """All versions of the model, the one that reads among them. Reached as ``service.versions``.

    Args:
        settings: how many are kept, and whether a bundle is pinned.
        recall: knows the database and what reads.
    """

    def __init__(self, settings: Settings, recall: Recall) -> None:
        self._settings = settings
        self._recall = recall
        self._at_hand = AtHand(recall)

    @property
    def pinned(self) -> bool:
        """Whether the settings name the bundle that reads, so that no version can be promoted."""
        return self._recall.pinned

    def current(self) -> str:
        """The version that reads now."""
        return self._recall.recognizer().version

    def rollback_target(self) -> str | None:
        """The version that :meth:`roll_back` would go to; None where there is none."""
        store = None if self.pinned else self._recall.readable()
        return store.models.rollback_target() if store else None

    def all(self) -> list[Version]:
        """All versions, newest first; the bundle that ships is always among them, and so is the one that reads.

        Raises:
            StoreError: they cannot be looked up.
        """
        store = self._recall.readable()
        rows = {model.version: self._as_it_is(model) for model in (store.models.all() if store else [])}
        for version, bundle in self._at_hand.bundles().items():
            rows.setdefault(version, self._at_hand.described(bundle))
        current, shipped = self.current(), self._at_hand.shipped
        newest_first = sorted(rows.values(), key=lambda model: model.added_at, reverse=True)
        return [Version(model, model.version == current, model.version == shipped) for model in newest_first]

    def get(self, version: str) -> Version:
        """One version.

        Raises:
            ModelNotFound: there is none of that name.
            StoreError: it cannot be looked up.
        """
        store, bundle = self._recall.readable(), self._at_hand.bundles().get(version)
        try:
            if store is None:
                raise _not_found(version)
            model = self._as_it_is(store.models.get(version))
        except ModelNotFound:
            if bundle is None:
                raise
            model = self._at_hand.described(bundle)
        return Version(model, version == self.current(), version == self._at_hand.shipped)

    def bundle(self, version: str) -> Bundle:
        """A version's bundle, verified.

        Raises:
            ModelNotFound: there is no such version, or its files are no longer kept.
            BundleDamaged: it is not what it was.
            StoreError: it cannot be looked up.
        """
        found = self._at_hand.bundles().get(version)
        if found is not None:
            return found
        store = self._recall.readable()
        if store is None:
            raise _not_found(version)
        return store.models.bundle(version)

    def promote(
        self,
        version: str,
        reason: str = "",
        force: bool = False,
        expected: str | EllipsisType | None = ...,
        job: "Finish | None" = None,
    ) -> "Promotion":
        """Let a version read, in every process from its next reading on. That of the current one changes nothing.

        Args:
            version: which.
            reason: why, in a person's words.
            force: promote it though the gate refused it.
            expected: the version that must still read then; None for the base. Any, if left out.
            job: the job that it came of, which ends by this.

        Raises:
            ModelPinned: the settings name the bundle that reads.
            ModelNotFound: there is no such version, or its files are no longer kept.
            ModelRefused: the gate refused it.
            ModelError: another one than expected reads by now, the job was taken over, or the reason is too long.
            BundleDamaged: it cannot be run.
            StoreError: nothing was changed.
        """
        self._refuse_if_pinned(version)
        if self.get(version).model.state == "refused" and not force:
            raise ModelRefused(
                f"The gate refused the version {version}.", "Look at its reasons; promote it with force to have it."
            )
        return self._let_read(version, reason, False, expected, job)

    def roll_back(self, reason: str = "") -> "Promotion":
        """Go back to the version that read before the current one; once more goes one further back.

        Raises:
            ModelPinned: the settings name the bundle that reads.
            ModelError: there is nothing to roll back to, or the reason is too long.
            BundleDamaged, ModelNotFound, StoreError: nothing was changed.
        """
        self._refuse_if_pinned("")
        store = self._recall.readable()
        expected = store.state().current if store else None  # before the target, which is of what reads then
        target = self.rollback_target()
        if target is None:
            raise ModelError(
                "There is nothing to roll back to: no other version read before this one.",
                "Promote the version that should read.",
            )
        return self._let_read(target, reason, True, expected)

    def add(
        self,
        bundle: Bundle,
        *,
        origin: str,
        parent: str | None = None,
        reason: str = "",
        profile: str | None = None,
        state: str = "ungated",
        report: Mapping[str, Any] | None = None,
    ) -> "ModelVersion":
        """Keep a bundle as a version; it does not read until it is promoted. See ``ModelVersion`` for what is told.

        A version that is there already is given back as it is, and nothing else changes. Otherwise the files of the
        oldest go, as :meth:`prune` says, but for a retrained one: it may read in a moment, and then others are needed.

        Raises:
            ModelError: another bundle of that version is there.
            StoreError: it was not kept.
        """
        for at_hand in (self._recall.base.version, parent, bundle.version):
            self._at_hand.keep(at_hand)  # it came before, and whatever else is called so, it has the name
        models = self._recall.store.models
        there = any(one.version == bundle.version and one.held for one in models.all())
        model = models.add(
            bundle, parent=parent, origin=origin, reason=reason, profile=profile, state=state, report=report
        )
        if origin != "retrained" and not there:
            try:
                models.prune(self._settings.keep_models, spare=model.version)
            except StoreError as error:  # it is kept, and there will be another time
                _log.info("Not pruned: %s", error)
        return model

    def export(self, version: str, path: Path) -> Path:
        """Write a version's bundle to a folder, or to a file that ends in ``.zip``.

        Raises:
            ModelNotFound, BundleDamaged, StoreError: as :meth:`bundle` does.
            FolderNotWritable: nothing can be written there.
        """
        bundle, path = self.bundle(version), expanded(path)
        (bundle.save_zip if path.suffix.lower() == ".zip" else bundle.save)(path)
        return path

    def import_(self, path: Path) -> "ImportedVersion":
        """Add a bundle from a folder or a zip as a version. It is verified, and run once.

        Raises:
            BundleMissing: there is none.
            BundleDamaged, BundleTooNew: it cannot be used.
            ModelError: another bundle of that version is there.
            StoreError: it was not kept.
        """
        path = expanded(path)
        if not path.exists():
            raise BundleMissing(
                f"There is no file or folder {path}.", "Name what inkling models export, or the page, has written."
            )
        try:
            bundle = Bundle.load_zip(path) if path.is_file() else Bundle.load(path)
            tried(bundle, self._settings)
        except BundleDamaged as error:
            raise BundleDamaged(error.message, "Export that version once more, and import what comes of it.") from error
        try:
            before = self.get(bundle.version).model
        except ModelNotFound:
            before = None
        return ImportedVersion(
            self.add(bundle, origin="imported"), new=before is None, back=bool(before and not before.held)
        )

    def prune(self) -> list[str]:
        """Remove the files of the oldest versions beyond the setting ``keep_models``; give those versions."""
        return self._recall.store.models.prune(self._settings.keep_models)

    def _as_it_is(self, model: "ModelVersion") -> "ModelVersion":
        """Say what is known of a version in the database; if at hand as well, it is held, and as old as its bundle."""
        bundle = self._at_hand.bundles().get(model.version)
        if bundle is None:
            return model
        known = self._at_hand.described(bundle)
        return replace(model, held=True, added_at=known.added_at if model.origin == "shipped" else model.added_at)

    def _refuse_if_pinned(self, version: str) -> None:
        if self.pinned:
            what = f"the version {version}" if version else "an earlier version"
            raise ModelPinned(
                f"The settings name the bundle that reads, so that {what} cannot take its place.",
                "Leave out the setting bundle (INKLING_BUNDLE, --bundle) and start again.",
            )

    def _let_read(
        self,
        version: str,
        reason: str,
        rollback: bool,
        expected: str | EllipsisType | None,
        job: "Finish | None" = None,
    ) -> "Promotion":
        from .store import UNSET

        check_reason(reason)
        recognizer = tried(self.bundle(version), self._settings)
        store, base = self._recall.store, self._recall.base.version
        self._at_hand.keep(version)
        self._at_hand.keep(base)  # there is a way back to it
        current = store.state().current
        wanted = UNSET if isinstance(expected, EllipsisType) else expected
        if wanted is not UNSET and current is not None and (wanted or base) == self.current():
            wanted = current  # it may be one that cannot be used, in whose place the base reads
        features = {} if current == version else features_anew(store, recognizer)
        return store.models.promote(version, reason, rollback, features, wanted, base, job)


def check_reason(reason: str) -> None:
    """Refuse a reason that is too long to be kept.

    Raises:
        ModelError: it is.
    """
    if len(reason) > LONGEST_REASON:
        raise ModelError(f"The reason has {len(reason):,} characters.", f"Say it in {LONGEST_REASON} at most.")


def _not_found(version: str) -> ModelNotFound:
    return ModelNotFound(f"There is no version {version[:100]!r} of the model.", "Look at the list of versions.")
