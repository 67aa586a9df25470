"""The versions of the model from the command line, as a person sees them."""

import json
import re

import pytest

from inkling.bundle import NETWORK, NORMALIZER, Bundle

from .using import MADE, REPORT, SHIPPED, kept, listed, read, run, upside_down


def _digits(less=0):
    """How many percent of MNIST's test the bundle that ships reads right, as a pattern."""
    share = 100 * Bundle.load().card["figures"]["mnist-test/test/digits"]["accuracy"] - less
    return re.escape(f"{share:.2f}")


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
