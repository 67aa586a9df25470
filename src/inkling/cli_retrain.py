"""The commands that retrain: here and now, and as a worker."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import click

from .cli_learning import open_service
from .cli_models import decision_lines
from .errors import InklingError, JobNotFound, JobRunning, TrainingExtraMissing

if TYPE_CHECKING:
    from .jobs import Retrainings
    from .service import Service
    from .store import Job

__all__ = ["retrain", "worker"]

#: Exit codes of its own: the new version does not read; it was stopped.
_NOT_PROMOTED, _STOPPED = 3, 130

#: What is said when it is left before it ended, by the job's state.
_LEFT = {
    "queued": "It is stopped, and what it had reached is kept; a worker goes on with it, where one runs.",
    "running": "A worker goes on with it.",
}
_WAYS = "To be here again: inkling retrain --resume. To give it up: inkling retrain --cancel."

_LOOK_EVERY_S = 0.5


@click.command()
@click.option("--profile", help="Learn what this profile taught, and everybody.  [default: what all taught]")
@click.option("--resume", is_flag=True, help="Go on with the one that was stopped; where one runs already, watch it.")
@click.option("--cancel", is_flag=True, help="Give up the one that waits or runs.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
def retrain(profile: str | None, resume: bool, cancel: bool, as_json: bool) -> None:
    """Retrain the network on what was taught, here and now; it reads from then on if the gate lets it pass."""
    if resume and cancel:
        raise click.UsageError("--resume goes on with it, --cancel gives it up: leave out one of them.")
    if profile is not None and (resume or cancel):
        raise click.UsageError("--resume and --cancel take the one that there is: leave out --profile.")
    from .jobs import Retrainings

    service = open_service()
    retrainings = Retrainings(service)
    if cancel:
        job = retrainings.cancel(_the_one(retrainings).id)
        how = "is given up" if job.ended else "is told to end"
        click.echo(f"The retraining {how} (job {job.id}).")
        return
    if resume:
        _check_available(retrainings)
        job = _the_one(retrainings)
    else:
        try:
            job = retrainings.start(profile, "asked for on the command line")
        except JobRunning as error:
            raise JobRunning(error.message, _WAYS) from error
    if retrainings.warning:
        click.echo(f"inkling: {retrainings.warning}", err=True)
    ended = _work(service, retrainings, job)
    if as_json:
        click.echo(json.dumps(_described(service, ended), ensure_ascii=False))
    if not ended.ended:
        click.echo(f"inkling: {_LEFT[ended.state]} {_WAYS}", err=True)
        sys.exit(_STOPPED)
    if ended.state != "done":
        why = ended.error or {"message": "The retraining was given up.", "hint": "Start anew: inkling retrain."}
        raise InklingError(str(why["message"]), str(why.get("hint", "")))
    outcome = ended.outcome or {}
    if not as_json:
        _tell(service, str(ended.version), outcome)
    if not outcome.get("promoted"):
        sys.exit(_NOT_PROMOTED)


@click.command()
def worker() -> None:
    """Run background jobs until it is stopped by Ctrl-C or SIGTERM. inkling serve has a worker of its own."""
    import logging

    from .jobs import Retrainings, work
    from .service import Service
    from .settings import Settings

    settings = Settings.load()
    with closing(Service(settings)) as service:
        _check_available(Retrainings(service))
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(message)s")
    click.echo("Waiting for jobs. To end: Ctrl-C")
    work(settings)


def _the_one(retrainings: "Retrainings") -> "Job":
    """Give the retraining that waits or runs."""
    job = retrainings.state().job
    if job is None:
        raise JobNotFound("No retraining waits or runs.", "Start one: inkling retrain.")
    return job


def _check_available(retrainings: "Retrainings") -> None:
    state = retrainings.state()
    if not state.available:
        raise TrainingExtraMissing(state.why_not)


def _work(service: "Service", retrainings: "Retrainings", job: "Job") -> "Job":
    """Do a job here, or watch it where a worker was faster; gives it as it ended, or was stopped."""
    from .jobs import run_job
    from .jobs.retrainings import STALE_AFTER_S

    if threads := service.settings.retrain_threads:
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))  # before torch is loaded; otherwise it takes all cores
    with _Stop() as stop, _bar() as show:
        while not stop.told:
            if any(one.id == job.id for one in service.store.jobs.waiting(STALE_AFTER_S)):
                run_job(service.settings, job.id, told=lambda: stop.told, watch=show)
            job = retrainings.job(job.id)
            show(job.progress or {})
            if job.ended:
                break
            time.sleep(_LOOK_EVERY_S)
    return job


class _Stop:
    """Hears Ctrl-C and SIGTERM, so that the work can be put away first; a second one ends it at once."""

    told = False

    def __enter__(self) -> "_Stop":
        self._before = {number: signal.signal(number, self._tell) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def _tell(self, *_: object) -> None:
        self.told = True
        self.__exit__()

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


@contextmanager
def _bar() -> "Iterator[Callable[[Mapping[str, Any]], None]]":
    """Draw a progress bar: step, loss, accuracy on held-out corrections, time left."""
    from tqdm import tqdm

    with tqdm(unit="step", dynamic_ncols=True, bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt}{postfix}") as bar:

        def show(now: Mapping[str, Any]) -> None:
            told = []
            if now.get("loss") is not None:
                told.append(f"loss {now['loss']:.3f}")
            if now.get("accuracy") is not None:
                told.append(f"held out {now['accuracy']:.2%}")
            if now.get("left_s") is not None:
                minutes, seconds = divmod(round(now["left_s"]), 60)
                told.append(f"{minutes}:{seconds:02d} left")
            if now.get("share") is not None:
                told.append(f"{now['share']:.0%}")
            bar.total = now.get("steps") or bar.total
            if now.get("step") is not None:
                bar.n = now["step"]
            bar.set_description(str(now.get("phase") or "waiting"), refresh=False)
            bar.set_postfix_str(", ".join(told))

        yield show


def _tell(service: "Service", version: str, outcome: Mapping[str, Any]) -> None:
    """Say what the gate decided and why, and which version reads."""
    model = service.versions.get(version).model
    decision = "The gate let it pass" if outcome.get("passed") else "The gate refused it"
    click.echo(f"{version} was retrained from {model.parent}. {decision}:")
    for line in decision_lines(model.report):
        click.echo(line)
    click.echo("")
    if outcome.get("promoted"):
        click.echo(f"{version} reads from now on. To go back: inkling models rollback")
    elif outcome.get("passed"):
        click.echo(f"It does not read: {outcome.get('note')} To promote it: inkling models promote {version}")
    else:
        click.echo(f"{model.parent} reads on. To promote it all the same: inkling models promote --force {version}")


def _described(service: "Service", job: "Job") -> dict[str, Any]:
    report = (service.versions.get(job.version).model.report or {}) if job.version else {}
    decision = {name: report.get(name) for name in ("passed", "reasons", "comparisons")} if report else None
    return {
        "job": job.id,
        "state": job.state,
        "version": job.version,
        "parent": job.parent,
        "promoted": bool((job.outcome or {}).get("promoted")),
        "note": (job.outcome or {}).get("note") or "",
        "decision": decision,
        "error": None if job.error is None else dict(job.error),
    }
