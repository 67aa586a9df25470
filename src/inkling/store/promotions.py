"""Which version reads, which did before, and the way back along them."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from .model_records import Promotion
from .tables import bundles, counter, models, promotions

__all__ = ["current_version", "promotions_of", "rollback_target"]


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
