"""The processes of background work: ``python -m inkling.jobs worker``, and those that a worker starts."""

import argparse
import logging
import signal
import sys
from types import FrameType

from ..errors import InklingError, JobRunning, NothingToLearn
from ..settings import Settings
from .processes import end_with_parent, orphaned, step_back

_FORMAT = "%(asctime)s %(levelname)s %(message)s"
_END_WITHIN_S = 30

_log = logging.getLogger("inkling.jobs")


def main(words: list[str] | None = None) -> int:
    """Do what the words say; give the exit code, 0 where all that there was to say stands in the database."""
    parser = argparse.ArgumentParser(prog="python -m inkling.jobs", description="The processes of background work.")
    parser.add_argument("--parent", type=int, default=0, help="the process to end with; 0 for none")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("worker", help="do background jobs until told to stop")
    run = verbs.add_parser("run", help="do one job")
    run.add_argument("job", type=int)
    run.add_argument("lease")
    ask = verbs.add_parser("ask", help="ask for a retraining")
    ask.add_argument("reason")
    given = parser.parse_args(words)
    end_with_parent(given.parent)
    try:
        settings = Settings.load()
        log_to_stderr(settings)
        if given.verb == "worker":
            _work(settings, given.parent)
        elif given.verb == "run":
            _run(settings, given.job, given.lease, given.parent)
        else:
            _ask(settings, given.reason)
    except InklingError as error:
        _log.error("%s", error)
        return 1
    return 0


def log_to_stderr(settings: Settings) -> None:
    """Have what these processes do told on standard error, without each step of the libraries that they use."""
    for chatty in ("alembic", "onnx_ir", "onnxscript"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.basicConfig(level=settings.log_level.upper(), format=_FORMAT, stream=sys.stderr)


def _work(settings: Settings, parent: int) -> None:
    from .worker import work

    work(settings, parent=parent)


def _run(settings: Settings, job: int, lease: str, parent: int) -> None:
    from .ends import log_end
    from .run import run_job

    told = False

    def leave(number: int, frame: FrameType | None) -> None:
        nonlocal told
        told = True
        if hasattr(signal, "alarm"):  # should it not come to its next step
            signal.alarm(_END_WITHIN_S)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    step_back()
    if ended := run_job(settings, job, lease, told=lambda: told or orphaned(parent)):
        log_end(ended)


def _ask(settings: Settings, reason: str) -> None:
    from ..service import Service
    from .retrainings import Retrainings

    step_back()
    service = Service(settings)
    try:
        job = Retrainings(service).start(reason=reason)
        _log.info("Retraining by itself, job %d: %s.", job.id, reason)
    except (NothingToLearn, JobRunning) as error:
        _log.info("No retraining by itself: %s", error)
    finally:
        service.close()


if __name__ == "__main__":
    sys.exit(main())
