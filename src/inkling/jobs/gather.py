"""Gathering what a retraining learns from: the corrections in the store, each with its weight."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..profiles import EVERYBODY
from .schedule import learns_from

if TYPE_CHECKING:
    from ..service import Service
    from ..store import Correction, Job, Store
    from ..training.lessons import Lessons

__all__ = ["gather", "gather_others"]

#: What a correction counts at least, however much it disagrees with those like it.
_LEAST_WEIGHT = 0.05
_AT_ONCE = 500


def gather(service: "Service", job: "Job", parent: str) -> "Lessons":
    """Give the corrections that a job is about: those that count, and were there when it was asked for.

    One weighs less the more it disagrees with those like it. New are those that came, or were changed, since a
    retraining that learns from them was asked for last: of those that the parent came of, one after the other.

    Args:
        service: holds store and memory.
        job: says whose corrections, and up to when.
        parent: the version that is retrained.
    """
    whose = (None,) if job.profile is None else dict.fromkeys((job.profile, EVERYBODY))
    found = [one for profile in whose for one in _corrections(service.store, job, profile)]
    doubts: dict[int, float] = {}
    for profile in dict.fromkeys(one.profile for one in found):
        reader = job.profile or profile
        mine = service.doubts(reader)
        doubts |= {one.id: mine.get(one.id, 0.0) for one in found if one.profile == profile}
    return _lessons(found, doubts, _learned(service.store, parent))


def gather_others(service: "Service", job: "Job") -> "Lessons | None":
    """Give the corrections that a job of one profile is not about; None where it is about all."""
    if job.profile is None:
        return None
    mine = (job.profile, EVERYBODY)
    found = [one for one in _corrections(service.store, job, None) if one.profile not in mine]
    return _lessons(found, {}, lambda _: 0)


def _lessons(found: "Sequence[Correction]", doubts: Mapping[int, float], learned: Callable[[str], int]) -> "Lessons":
    from ..training.lessons import Lessons

    found = sorted(found, key=lambda one: one.id)
    return Lessons(
        ids=np.array([one.id for one in found], np.int64),
        labels=np.array([one.symbol for one in found], np.str_),
        glyphs=np.array([one.glyph for one in found], np.uint8).reshape(-1, 28, 28),
        strokes=tuple(
            None if one.strokes is None else tuple(np.asarray(s[:, :2], np.float32) for s in one.strokes)
            for one in found
        ),
        weights=np.array([max(1 - doubts.get(one.id, 0.0), _LEAST_WEIGHT) for one in found], np.float32),
        new=np.array([one.revision > learned(one.profile) for one in found], np.bool_),
    )


def _corrections(store: "Store", job: "Job", profile: str | None) -> "Iterator[Correction]":
    from ..store import CorrectionQuery

    after = None
    while True:
        page = store.find(CorrectionQuery(profile=profile, limit=_AT_ONCE, after=after))
        # later ones are for the next retraining: this one goes on with the same, should it be interrupted
        yield from (one for one in page.corrections if one.revision <= job.revision)
        after = page.after
        if after is None:
            break


def _learned(store: "Store", version: str) -> Callable[[str], int]:
    """Say up to which revision a version has learned what a profile taught; 0 where it came of no retraining here."""
    made = {job.version: job for job in _jobs(store) if job.version}
    line: list[Job] = []
    while job := made.pop(version, None):
        line.append(job)
        version = job.parent or ""
    return lambda profile: max((job.revision for job in line if learns_from(job.profile, profile)), default=0)


def _jobs(store: "Store") -> "Iterator[Job]":
    after = None
    while True:
        page = store.jobs.find(100, after)
        yield from page.jobs
        after = page.after
        if after is None:
            break
