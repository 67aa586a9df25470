"""What the log says of jobs."""

import logging

import pytest

from inkling.jobs import run_job
from inkling.jobs.__main__ import log_to_stderr
from inkling.jobs.ends import log_end

from .conftest import taught


@pytest.mark.parametrize(
    ("options", "level", "words"),
    [
        ({}, "INFO", "passed the gate. It reads now."),
        ({"passes": False}, "INFO", "was refused by the gate. It does not read. It reads 3 as 8."),
        ({"raises": "data"}, "WARNING", "failed: The pack is damaged. Fetch it again."),
        ({"raises": "program"}, "WARNING", "failed: The retraining ended by an error of the program: KeyError."),
    ],
)
def test_the_log_says_how_a_retraining_ended(settings, service, retrainings, training, caplog, options, level, words):
    training(**options)
    taught(service)
    ended = run_job(settings, retrainings.start().id)
    caplog.clear()
    caplog.set_level(logging.INFO)
    log_end(ended)
    (line,) = caplog.records
    assert line.levelname == level
    assert words in line.getMessage()
    assert str(ended.version or "failed") in line.getMessage()


def test_the_log_says_that_one_was_cancelled_and_nothing_of_one_that_goes_on(service, retrainings, caplog):
    taught(service)
    job = retrainings.start()
    caplog.set_level(logging.INFO)
    log_end(job)
    assert not caplog.records
    log_end(retrainings.cancel(job.id))
    assert "was cancelled" in caplog.text


def test_libraries_do_not_tell_each_of_their_steps(settings, monkeypatch):
    libraries = [logging.getLogger(name) for name in ("onnx_ir", "onnxscript", "alembic")]
    for library in libraries:
        monkeypatch.setattr(library, "level", logging.NOTSET)
    log_to_stderr(settings)
    assert not any(library.getChild("passes").isEnabledFor(logging.INFO) for library in libraries)
