"""The versions of the model from the command line, as a person sees them."""

import json
import os
import re
import signal
from contextlib import closing
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from inkling.bundle import NETWORK, NORMALIZER, Bundle
from inkling.cli import main
from inkling.extras import way_to_add
from inkling.service import Service

from .drawings import encoded, picture

SHIPPED = Bundle.load().version

#: The version that is made in these tests: of the same files, on another day.
MADE = "2026-01-02-" + SHIPPED[-8:]

#: What a gate says.
REPORT = {
    "passed": False,
    "reasons": ["3 is read as 8 in 40 of 50 samples that were read right before."],
    "notes": ["It takes twice as long to read."],
    "comparisons": [
        {"name": "held-out corrections", "alphabet": "alphanumeric", "samples": 1200, "before": 0.5, "after": 0.75,
         "fixed": 400, "broken": 100, "p_worse": 1.0, "verdict": "better"},
    ],
    "changed": [{"glyph": "data:image/png;base64,AAAA"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def database(monkeypatch, tmp_path):
    """A database of the test's own, which is not there yet."""
    for name in [name for name in os.environ if name.startswith("INKLING_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "data" / "corrections.db"
    monkeypatch.setenv("INKLING_DATABASE_URL", f"sqlite:///{path}")
    return path


@pytest.fixture
def seven(tmp_path):
    path = tmp_path / "seven.png"
    path.write_bytes(encoded(picture("7")))
    return str(path)


def _digits(less=0):
    """How many percent of MNIST's test the bundle that ships reads right, as a pattern."""
    share = 100 * Bundle.load().card["figures"]["mnist-test/test/digits"]["accuracy"] - less
    return re.escape(f"{share:.2f}")


def run(*arguments):
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def read(path):
    """What a picture is read as, and by which version."""
    answer = json.loads(run("read", path, "--json", "--alphabet", "digits").stdout)
    return answer["text"], answer["model"]


def listed():
    return [json.loads(line) for line in run("models", "list", "--json").stdout.splitlines()]


def upside_down(**card):
    """A bundle that takes 7 for 2, for it names the digits in another order."""
    shipped = Bundle.load()
    symbols = [*shipped.symbols[9::-1], *shipped.symbols[10:]]
    card = {**shipped.card, "created": "2026-01-02T03:04:05+00:00", "symbols": symbols, **card}
    return Bundle.make(shipped.files[NORMALIZER], shipped.files[NETWORK], card)


def kept(bundle, **about):
    with closing(Service()) as service:
        service.versions.add(bundle, **{"origin": "retrained", "parent": SHIPPED, **about})


def test_at_first_there_is_the_bundle_that_ships_and_looking_makes_no_database(database):
    (only,) = listed()
    assert (only["version"], only["origin"], only["current"], only["shipped"]) == (SHIPPED, "shipped", True, True)
    _, _, line = run("models", "list").stdout.splitlines()
    assert line.split()[:2] == ["*", SHIPPED]
    shown = run("models", "show").stdout
    assert f"{SHIPPED} (the one that reads)" in shown
    assert re.search(rf"mnist-test/test/digits +10,000 +{_digits():}", shown)
    assert "mnist-train (57,130)" in shown
    assert not database.exists()


def test_a_version_reads_once_promoted_and_no_more_once_rolled_back(seven):
    kept(upside_down(), reason="50 new corrections", state="passed")
    assert read(seven) == ("7", SHIPPED)
    said = run("models", "promote", MADE)
    assert said.stdout.splitlines() == [
        f"{MADE} reads from now on, in place of {SHIPPED}.",
        "To go back: inkling models rollback",
    ]
    assert read(seven) == ("2", MADE)
    assert run("models", "promote", MADE).stdout == f"{MADE} reads already.\n"
    assert [(one["version"], one["current"]) for one in listed()] == [(MADE, True), (SHIPPED, False)]
    said = run("models", "rollback", "--reason", "2s for 7s")
    assert said.stdout.splitlines() == [
        f"{SHIPPED} reads again, in place of {MADE}.",
        f"To undo: inkling models promote {MADE}",
    ]
    assert read(seven) == ("7", SHIPPED)
    nothing = run("models", "rollback")
    assert (nothing.exit_code, len(nothing.stderr.splitlines())) == (1, 1)
    assert "roll back to" in nothing.stderr


def test_a_refused_version_is_shown_with_its_reasons_and_promoted_by_force_only(seven):
    figures = {"mnist-test/test/digits": {"accuracy": 0.9, "samples": 10000}}
    training = {
        "kind": "retraining", "corrections": {"all": 60, "new": 50}, "base_data": [], "note": "No base data were here.",
    }  # fmt: skip
    kept(
        upside_down(figures=figures, training=training),
        state="refused", report=REPORT, profile="Eve", reason="every 3 as 8",
    )  # fmt: skip
    shown = run("models", "show", MADE).stdout
    for told in (
        r"from: +" + SHIPPED,
        r"origin: +retrained",
        r"why: +every 3 as 8",
        r"profile: +Eve",
        r"corrections: all 60, new 50; No base data were here\.",
        r"gate: +refused\n  - 3 is read as 8 in 40 of 50.*\n  - It takes twice as long to read\.",
        r"held-out corrections +alphanumeric +1,200 +50\.00 % +75\.00 % +400 +100 +better",
        rf"mnist-test/test/digits +10,000 +90\.00 % +-{_digits(90)}",
    ):
        assert re.search(told, shown), told
    whole = json.loads(run("models", "show", MADE, "--json").stdout)
    assert (whole["state"], whole["report"]) == ("refused", REPORT)
    assert whole["card"]["training"] == training
    refused = run("models", "promote", MADE)
    assert (refused.exit_code, refused.stdout, len(refused.stderr.splitlines())) == (1, "", 1)
    assert "--force" in refused.stderr
    assert read(seven) == ("7", SHIPPED)
    assert run("models", "promote", MADE, "--force").exit_code == 0
    back = run("models", "rollback").stdout.splitlines()
    assert back[-1] == f"To undo: inkling models promote {MADE} --force"
    long = run("models", "promote", MADE, "--force", "--reason", "x" * 501)
    assert (long.exit_code, len(long.stderr.splitlines())) == (1, 1)
    assert run("models", "promote", MADE, "--force").exit_code == 0
    assert read(seven) == ("2", MADE)


@pytest.mark.parametrize("name", ["taken.zip", "taken"])
def test_what_is_exported_is_imported_elsewhere(tmp_path, seven, name, monkeypatch):
    kept(upside_down())
    path = tmp_path / name
    assert run("models", "export", MADE, path).stdout == f"{MADE} is in {path}.\n"
    monkeypatch.setenv("INKLING_DATABASE_URL", f"sqlite:///{tmp_path / 'another.db'}")
    done = run("models", "import", path)
    assert done.stdout == f"{path} is the version {MADE}. To read with it: inkling models promote {MADE}\n"
    assert [(one["version"], one["origin"], one["current"]) for one in listed()] == [
        (MADE, "imported", False), (SHIPPED, "shipped", True),
    ]  # fmt: skip
    assert read(seven) == ("7", SHIPPED)
    again = f"{path} is the version {MADE}, which is here already."
    assert run("models", "import", path).stdout == f"{again} To read with it: inkling models promote {MADE}\n"
    assert run("models", "promote", MADE).exit_code == 0
    assert read(seven) == ("2", MADE)
    assert run("models", "import", path).stdout == f"{again} It reads now.\n"


def test_the_shipped_version_can_be_exported(tmp_path):
    assert run("models", "export", SHIPPED, tmp_path / "mine").exit_code == 0
    assert Bundle.load(tmp_path / "mine").version == SHIPPED


@pytest.mark.parametrize(
    "odd",
    [
        {"figures": {"x": "y", "a/test/digits": {"accuracy": "much"}, "b": {"accuracy": 0.5}, "c": None}},
        {"training": {"data": ["x", {"name": "y"}, {"name": "z", "samples": None}]}},
        {"training": {"data": 3, "note": 4}},
        {"training": {"kind": "retraining", "corrections": {"new": "some", "old": 1000}, "base_data": [1], "note": 5}},
        {"training": {"kind": "retraining", "corrections": ["x"], "base_data": "mnist"}},
    ],
)
def test_what_is_no_figure_in_a_card_from_elsewhere_is_passed_over(odd, tmp_path):
    shipped = Bundle.load()
    card = {name: value for name, value in shipped.card.items() if name != "version"}
    bundle = Bundle.make(shipped.files[NORMALIZER], shipped.files[NETWORK], {**card, **odd, "created": "2026-01-02"})
    bundle.save_zip(tmp_path / "odd.zip")
    assert run("models", "import", str(tmp_path / "odd.zip")).exit_code == 0
    for words in (("show", bundle.version), ("show", bundle.version, "--json"), ("list",), ("list", "--json")):
        done = run("models", *words)
        assert (done.exit_code, done.stderr) == (0, ""), done.output
        assert bundle.version in done.stdout


def test_what_cannot_be_done_is_one_line_on_standard_error(tmp_path, seven):
    (tmp_path / "diary.zip").write_bytes(b"Dear diary")
    for arguments in (
        ("show", "none"),
        ("promote", "none"),
        ("rollback",),
        ("export", "none", tmp_path / "x"),
        ("import", tmp_path / "nowhere.zip"),
        ("import", tmp_path / "diary.zip"),
        ("import", seven),
    ):
        result = run("models", *arguments)
        assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (1, "", 1), arguments


def test_a_pinned_bundle_is_said_when_another_is_promoted(tmp_path, seven, monkeypatch):
    kept(upside_down())
    Bundle.load().save(tmp_path / "pinned")
    monkeypatch.setenv("INKLING_BUNDLE", str(tmp_path / "pinned"))
    refused = run("models", "promote", MADE)
    assert refused.exit_code == 1
    assert "INKLING_BUNDLE" in refused.stderr
    assert read(seven) == ("7", SHIPPED)


@pytest.fixture
def taught(seven):
    run("teach", seven, "2", "--profile", "Eve")


def jobs():
    with closing(Service()) as service:
        return service.store.jobs.find().jobs


class Work:
    """Stands in for a retraining; it ends as it is told to, with what it was given along the way."""

    def __init__(self, monkeypatch, *ends):
        self.ends = list(ends)
        monkeypatch.setattr("inkling.jobs.run_job", self)

    def __call__(self, settings, id, lease="mine", *, told, watch):  # noqa: A002 - as run_job has it
        with closing(Service(settings)) as service:
            job = service.store.jobs.claim(id, lease, 30)
            if job is not None:
                self.ends.pop(0)(service, job, lease, told, watch)


def passes(service, job, lease, told, watch):
    progress = {"phase": "training", "step": 300, "steps": 500, "loss": 0.25, "accuracy": 0.75, "left_s": 61.0}
    watch(progress)
    assert service.store.jobs.beat(job.id, lease, progress)
    report = {**REPORT, "passed": True, "reasons": ["Held-out corrections: 25 % more are read right."]}
    made = service.versions.add(upside_down(), parent=job.parent, origin="retrained", state="passed",
                                report=report, reason=job.reason, profile=job.profile)  # fmt: skip
    service.versions.promote(made.version, expected=job.parent)
    outcome = {"passed": True, "reasons": report["reasons"], "promoted": True, "note": ""}
    service.store.jobs.finish(job.id, lease, made.version, outcome)


def is_refused(service, job, lease, told, watch):
    made = service.versions.add(upside_down(), parent=job.parent, origin="retrained", state="refused",
                                report=REPORT)  # fmt: skip
    outcome = {"passed": False, "reasons": REPORT["reasons"], "promoted": False, "note": ""}
    service.store.jobs.finish(job.id, lease, made.version, outcome)


def fails(service, job, lease, told, watch):
    error = {"code": "out_of_memory", "message": "It found too little memory.", "hint": "End other programs."}
    service.store.jobs.fail(job.id, lease, error)


def is_stopped(service, job, lease, told, watch):
    assert not told()
    os.kill(os.getpid(), signal.SIGINT)  # Ctrl-C
    assert told()
    service.store.jobs.put_back(job.id, lease)


def test_retraining_shows_how_far_it_is_and_what_came_of_it(taught, seven, monkeypatch):
    Work(monkeypatch, passes)
    done = run("retrain")
    assert done.exit_code == 0
    assert re.search(r"training: +60%.*300/500, loss 0\.250, held out 75\.00%, 1:01 left", done.stderr)
    first, reason, *_, last = done.stdout.splitlines()
    assert first == f"{MADE} was retrained from {SHIPPED}. The gate let it pass:"
    assert reason == "  - Held-out corrections: 25 % more are read right."
    assert last == f"{MADE} reads from now on. To go back: inkling models rollback"
    assert read(seven)[1] == MADE


def test_a_refused_retraining_leaves_with_3_and_the_version_before_reads_on(taught, seven, monkeypatch):
    Work(monkeypatch, is_refused)
    done = run("retrain", "--profile", "Eve", "--json")
    answer = json.loads(done.stdout)
    assert done.exit_code == 3
    assert (answer["state"], answer["version"], answer["parent"]) == ("done", MADE, SHIPPED)
    assert (answer["promoted"], answer["decision"]["reasons"]) == (False, REPORT["reasons"])
    assert jobs()[0].profile == "Eve"
    assert read(seven) == ("7", SHIPPED)


def test_a_retraining_beside_a_pinned_bundle_says_that_it_cannot_read(taught, monkeypatch, tmp_path):
    Work(monkeypatch, is_refused, is_refused)
    assert "INKLING_BUNDLE" not in run("retrain").stderr
    Bundle.load().save(tmp_path / "pinned")
    monkeypatch.setenv("INKLING_BUNDLE", str(tmp_path / "pinned"))
    assert "does not read here" in run("retrain").stderr


def test_a_failed_retraining_says_why(taught, monkeypatch):
    Work(monkeypatch, fails)
    done = run("retrain")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "inkling: It found too little memory. End other programs."


def test_what_ctrl_c_stopped_is_resumed_or_given_up(taught, monkeypatch):
    work = Work(monkeypatch, is_stopped, is_stopped, passes)
    for arguments in (("retrain",), ("retrain", "--resume")):
        done = run(*arguments)
        assert done.exit_code == 130
        assert "inkling retrain --resume" in done.stderr
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    another = run("retrain")  # there is one at a time
    assert another.exit_code == 1
    assert "inkling retrain --resume" in another.stderr
    assert jobs()[0].state == "queued"
    assert run("retrain", "--resume").exit_code == 0
    assert len(jobs()) == 1
    nothing = run("retrain", "--resume")
    assert (nothing.exit_code, len(nothing.stderr.splitlines())) == (1, 1)
    work.ends = [is_stopped]
    run("retrain")
    assert run("retrain", "--cancel").stdout == "The retraining is given up (job 2).\n"
    assert jobs()[0].state == "cancelled"
    assert run("retrain", "--cancel").exit_code == 1
    for options in (("--resume", "--cancel"), ("--resume", "--profile", "Eve")):
        assert run("retrain", *options).exit_code == 2


def test_where_a_worker_has_it_the_command_watches_it(taught, monkeypatch):
    Work(monkeypatch, is_stopped)
    run("retrain")
    with closing(Service()) as service:
        jobs_ = service.store.jobs

        def sleep(seconds):
            if worked := states.pop(0):
                worked()

        def give_up():
            assert run("retrain", "--cancel").stdout == "The retraining is told to end (job 1).\n"
            jobs_.stopped(1, "worker's")

        states = [None, lambda: os.kill(os.getpid(), signal.SIGINT), None, give_up]
        monkeypatch.setattr("inkling.cli_retrain.time", SimpleNamespace(sleep=sleep))
        jobs_.claim(1, "worker's", 30)
        left = run("retrain", "--resume")
        assert (left.exit_code, jobs_.get(1).state) == (130, "running")
        assert "A worker goes on with it." in left.stderr
        done = run("retrain", "--resume")
        assert (done.exit_code, done.stdout) == (1, "")
        assert "given up" in done.stderr


def test_with_nothing_taught_there_is_nothing_to_retrain(seven):
    run("teach", seven, "tick")  # the network knows no ticks
    done = run("retrain")
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "tick" in done.stderr


def test_without_the_training_extra_it_is_said_how_to_get_it(taught, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *_: None if name == "torch" else name)
    for arguments in (("retrain",), ("retrain", "--resume"), ("worker",)):
        done = run(*arguments)
        assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (1, "", 1), arguments
        assert way_to_add("train") in done.stderr


def test_a_trained_bundle_becomes_a_version_or_says_why_not(tmp_path, seven, monkeypatch, database):
    monkeypatch.setattr("inkling.training.run.gather", lambda *_: None)
    monkeypatch.setattr("inkling.training.run.train", lambda *_, **__: upside_down())
    said = run("train", "--data", "mine", "--out", tmp_path / "run").stdout.splitlines()
    assert said[-1] == f"It is a version now. To read with it: inkling models promote {MADE}"
    assert [(one["version"], one["origin"], one["current"]) for one in listed()] == [
        (MADE, "trained", False), (SHIPPED, "shipped", True),
    ]  # fmt: skip
    monkeypatch.setenv("INKLING_DATABASE_URL", f"sqlite:///{tmp_path / 'dry.db'}")
    assert run("train", "--data", "mine", "--out", tmp_path / "run", "--dry-run").exit_code == 0
    assert not (tmp_path / "dry.db").exists()
    (tmp_path / "dry.db").write_bytes(b"Dear diary, " * 100)
    warned = run("train", "--data", "mine", "--out", tmp_path / "run")
    assert warned.exit_code == 0
    assert "dry.db" in warned.stderr
    assert f"inkling models import {tmp_path / 'run' / 'bundle'}" in warned.stderr
