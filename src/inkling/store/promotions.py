"""Which version reads, which did before, the way back along them, and the step to another."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from ..errors import ModelError
from .job_records import Finish
from .job_rows import finish
from .model_records import Promotion
from .problems import no_longer_kept, no_model
from .tables import bundles, counter, inks, models, promotions

__all__ = ["UNSET", "Unset", "current_version", "promote", "promotions_of", "rollback_target"]


class Unset(Enum):
    """The kind of :data:`UNSET`, which is like no other value."""

    UNSET = "unset"


#: Nothing is expected of which version reads.
UNSET: Final = Unset.UNSET


def current_version(connection: Connection) -> str | None:
    """The version that reads; None for the bundle that ships, or the one the settings name."""
    current: str | None = connection.execute(select(counter.c.current_model)).scalar_one()
    return current


def promotions_of(connection: Connection) -> list[Promotion]:
    """Every promotion, newest first."""
    query = select(promotions).order_by(promotions.c.id.desc())
    return [Promotion(**row._mapping) for row in connection.execute(query)]


def rollback_target(connection: Connection) -> str | None:
    """The version to go back to, as :meth:`Models.rollback_target` says."""
    held = set(connection.scalars(select(models.c.version).join(bundles)))
    way = _way(promotions_of(connection)[::-1])
    return next((version for version in way[-2::-1] if version in held and version != way[-1]), None)


def promote(
    connection: Connection,
    step: Mapping[str, Any],
    inked: Sequence[Mapping[str, Any]],
    expected: str | Unset | None,
    base: str | None,
    job: Finish | None,
) -> Promotion:
    """Make a version the one that reads, within a transaction, as :meth:`Models.promote` says.

    Args:
        connection: the transaction's.
        step: what :class:`Promotion` tells of it, but for its number and the version before.
        inked: ``features`` as bytes, as this version makes them, each with the id of its ``correction``.
        expected, base, job: as there.
    """
    version = step["version"]
    held = connection.execute(
        select(bundles.c.model_id).select_from(models.outerjoin(bundles)).where(models.c.version == version)
    ).first()
    if held is None:
        raise no_model(version)
    if held.model_id is None:
        raise no_longer_kept(version)
    if job is not None and finish(connection, job, version, step["at"]) is None:
        raise ModelError(
            f"Version {version} was not promoted: job {job.id}, of which it came, was cancelled, taken over or ended.",
            "Look at the job; the version can be promoted all the same.",
        )
    current = current_version(connection)
    if current == version:
        return next(one for one in promotions_of(connection) if one.version == version)
    before = base if current is None else current
    if expected is not UNSET and expected not in (current, before):
        raise ModelError(
            f"Version {before or 'that ships'} reads by now, not {expected or 'the one that ships'}.",
            "Look at the list of versions again.",
        )
    connection.execute(update(counter).values(revision=counter.c.revision + 1, current_model=version))
    if inked:
        mine = update(inks).where(inks.c.correction_id == bindparam("correction"))
        connection.execute(mine.values(features=bindparam("features"), features_model=version), inked)
    row = {**step, "previous": before}
    number = connection.execute(insert(promotions).returning(promotions.c.id), row).scalar_one()
    return Promotion(id=number, **row)


def _way(steps: Sequence[Promotion]) -> list[str | None]:
    """The versions that one goes back along, the current one last: a step back leaves out those it went back over."""
    way = [step.previous for step in steps[:1]]
    for step in steps:
        if step.rollback and step.version in way:
            while way[-1] != step.version:
                way.pop()
        else:
            way.append(step.version)
    return way
