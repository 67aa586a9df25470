"""Background work: retrainings that are asked for, run by a worker, and told of while they run.

The database is the truth: a job stands there before anyone is woken for it, with whoever does it, how far it is, what
it needs to go on and what came of it. A worker takes it up in a process of its own; whichever of them dies, and when,
another takes it up again.

A job's ``progress`` holds ``phase`` (``preparing``, ``training``, ``exporting``, ``judging``), ``step``, ``steps``,
``loss``, ``accuracy`` (on held-out corrections, in [0, 1]), ``done`` and ``left_s`` (of the whole, measuring included)
and, while judging, ``share``; what is not known is None. Its ``outcome`` holds ``passed`` and ``reasons`` (the gate's),
``promoted``, and ``note``: one sentence where a version that passed does not read, else empty.
"""

from .processes import Keeper
from .retrainings import Retrainings, RetrainingState, missing_packages
from .run import run_job
from .worker import work

__all__ = ["Keeper", "RetrainingState", "Retrainings", "missing_packages", "run_job", "work"]
