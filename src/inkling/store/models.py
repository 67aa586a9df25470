"""The versions of the model: their bundles in the database, and which of them reads."""

import hashlib
import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Text, delete, insert, select, type_coerce, update

from ..bundle import CARD, NETWORK, NORMALIZER, Bundle
from ..errors import BundleDamaged, ModelError
from .database import Database
from .job_records import Finish
from .model_records import ModelVersion, Promotion
from .problems import no_longer_kept, no_model
from .promotions import UNSET, Unset, current_version, promote, promotions_of, rollback_target
from .tables import bundles, jobs, models

__all__ = ["Models"]

_NO_FEATURES: Mapping[int, NDArray[np.float32]] = MappingProxyType({})
_NAME = re.compile(r"\w[\w.+-]{0,99}")

_VERSIONS = select(*(c for c in models.c if c.name != "id"), bundles.c.model_id.is_not(None).label("held")).select_from(
    models.outerjoin(bundles)
)


class Models:
    """The versions in a database, as ``Store.models``. Any number of threads and processes may use them at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        bundle: Bundle,
        *,
        parent: str | None = None,
        origin: str,
        reason: str = "",
        profile: str | None = None,
        state: str = "ungated",
        report: Mapping[str, Any] | None = None,
    ) -> ModelVersion:
        """Keep a bundle. When this returns, it is on the disk; it does not read yet.

        A version that is there already stays as it is, but for what the gate says of it, if it was asked again; where
        its bytes were removed or are damaged, these are put back.

        Args:
            bundle: the bundle; its card names the version.
            parent, origin, reason, profile, state, report: as :class:`ModelVersion` keeps them.

        Raises:
            ModelError: the version's name cannot be one, or another model has it.
            StoreReadOnly, StoreFull, StoreError: it was not kept.
        """
        if not _NAME.fullmatch(bundle.version):
            raise ModelError(
                f"The bundle calls its version {bundle.version[:100]!r}; expected letters, digits and . _ + - .",
                "Change the version in its card.",
            )
        card = json.dumps(dict(bundle.card))
        parts = {"normalizer": bundle.files[NORMALIZER], "network": bundle.files[NETWORK]}

        def work(connection: Connection) -> ModelVersion:
            now = self._database.now(connection)
            there = connection.execute(
                select(models.c.id, models.c.sha256, type_coerce(models.c.card, Text)).where(
                    models.c.version == bundle.version
                )
            ).first()
            if there is None:
                row = {
                    "version": bundle.version,
                    "parent": parent,
                    "origin": origin,
                    "reason": reason,
                    "profile": profile,
                    "state": state,
                    "added_at": now,
                    "card": bundle.card,
                    "sha256": _sha256(card, *parts.values()),
                    "size_bytes": len(card) + sum(map(len, parts.values())),
                    "report": report,
                }
                number = connection.execute(insert(models).returning(models.c.id), row).scalar_one()
                connection.execute(insert(bundles), {"model_id": number, "kept_at": now, **parts})
            else:
                number, sha256, text = there
                if _sha256(text, *parts.values()) != sha256:
                    raise ModelError(
                        f"There is another model that is called version {bundle.version}.",
                        "Change the version in the card of one of them.",
                    )
                held = connection.execute(select(bundles).where(bundles.c.model_id == number)).first()
                if held is None or _sha256(text, held.normalizer, held.network) != sha256:
                    connection.execute(delete(bundles).where(bundles.c.model_id == number))
                    connection.execute(insert(bundles), {"model_id": number, "kept_at": now, **parts})
                if report is not None:  # it was made again, and judged anew; why it was first made stays
                    judged = {"state": state, "report": report}
                    connection.execute(update(models).where(models.c.id == number).values(judged))
            return _version_of(connection.execute(_VERSIONS.where(models.c.id == number)).one())

        return self._database.write(work, alone=True)

    def get(self, version: str) -> ModelVersion:
        """One version.

        Raises:
            ModelNotFound: there is none of that name.
        """
        query = _VERSIONS.where(models.c.version == _name(version))
        row = self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            raise no_model(version)
        return _version_of(row)

    def all(self) -> list[ModelVersion]:
        """Every version, newest first."""
        query = _VERSIONS.order_by(models.c.id.desc())
        return self._database.read(lambda connection: [_version_of(row) for row in connection.execute(query)])

    def bundle(self, version: str) -> Bundle:
        """The bundle of a version, verified.

        Raises:
            ModelNotFound: there is none of that name, or its bytes are no longer kept.
            BundleDamaged: it is not what was kept.
        """
        columns = (models.c.sha256, type_coerce(models.c.card, Text).label("card"), *bundles.c)
        query = select(*columns).select_from(models.outerjoin(bundles)).where(models.c.version == _name(version))
        row = self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            raise no_model(version)
        if row.model_id is None:
            raise no_longer_kept(version)
        if _sha256(row.card, row.normalizer, row.network) != row.sha256:
            raise BundleDamaged(
                f"The bundle of version {version} in the database is damaged: its hash is another.",
                "Promote another version, or import this one again.",
            )
        return Bundle.from_files({CARD: row.card.encode(), NORMALIZER: row.normalizer, NETWORK: row.network})

    def promote(
        self,
        version: str,
        reason: str = "",
        rollback: bool = False,
        features: Mapping[int, NDArray[np.float32]] = _NO_FEATURES,
        expected: str | Unset | None = UNSET,
        base: str | None = None,
        job: Finish | None = None,
    ) -> Promotion:
        """Make a version the one that reads, in one transaction with its features: every process has both or neither.

        Where it reads already, nothing is changed, whatever was expected, and its newest promotion is given back.

        Args:
            version: which; its bytes must be there.
            reason: why, in a person's words.
            rollback: whether it is a step back.
            features: float32 (D,) by the id of a correction, as this version makes them; others stay as they are.
            expected: the version that must read until now; None for the bundle that ships or the settings name.
            base: that bundle's version. It counts as the one before where the database names none.
            job: the job that it came of, which is done by this: it ends in the same transaction.

        Raises:
            ModelNotFound: there is none of that name, or its bytes are no longer kept.
            ModelError: another version reads than was expected, or the job's lease is lost; nothing was changed.
            StoreReadOnly, StoreFull, StoreError: nothing was changed.
        """
        _name(version)
        inked = [
            {"correction": number, "features": np.ascontiguousarray(row, "<f4").tobytes()}
            for number, row in features.items()
        ]

        def work(connection: Connection) -> Promotion:
            step = {"version": version, "at": self._database.now(connection), "reason": reason, "rollback": rollback}
            return promote(connection, step, inked, expected, base, job)

        return self._database.write(work, alone=True)

    def promotions(self) -> list[Promotion]:
        """Every promotion, newest first."""
        return self._database.read(promotions_of)

    def rollback_target(self) -> str | None:
        """The version that read before the current one was promoted, so that rolling back twice goes two back.

        Where its bytes are no longer kept, it is the one before that; None where there is none to go back to.
        """
        return self._database.read(rollback_target)

    def prune(self, keep: int, spare: str | None = None) -> list[str]:
        """Remove the bytes of the versions that were kept first, beyond so many; their rows stay.

        The current version keeps its bytes, and so do its parent, the one to roll back to, those that ship, and those
        that a job which is not done started from.

        Args:
            keep: how many keep theirs, whatever they are.
            spare: one that keeps its bytes, too.

        Returns:
            the versions whose bytes went.
        """

        def work(connection: Connection) -> list[str]:
            by_age = select(models.c.id, models.c.version, models.c.parent, models.c.origin).join(bundles)
            held = connection.execute(by_age.order_by(bundles.c.kept_at.desc(), models.c.id.desc())).all()
            current = current_version(connection)
            needed = {current, spare, rollback_target(connection)}
            needed |= {row.parent for row in held if row.version == current}
            needed |= {row.version for row in held if row.origin == "shipped"}
            needed |= set(connection.scalars(select(jobs.c.parent).where(jobs.c.state.in_(["queued", "running"]))))
            old = [row for row in held[keep:] if row.version not in needed]
            if old:
                connection.execute(delete(bundles).where(bundles.c.model_id.in_([row.id for row in old])))
            return [row.version for row in old]

        return self._database.write(work, alone=True)


def _version_of(row: Any) -> ModelVersion:
    return ModelVersion(**row._mapping)


def _sha256(card: str, normalizer: bytes, network: bytes) -> str:
    return hashlib.sha256(card.encode() + normalizer + network).hexdigest()


def _name(version: str) -> str:
    """A name that a version can have: others no database need be asked for, and some cannot."""
    if not _NAME.fullmatch(version):
        raise no_model(version)
    return version
