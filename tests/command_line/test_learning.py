"""Teaching from the command line, as a person does."""

import json
import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from inkling.cli import main

from ..drawings import blot_picture, encoded, picture


@pytest.fixture
def four(tmp_path):
    path = tmp_path / "four.png"
    path.write_bytes(encoded(picture("4")))
    return str(path)


def run(*arguments, stdin=None):
    result = CliRunner().invoke(main, [str(a) for a in arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def read(*arguments):
    """What a picture is read as, or comes closest to."""
    return json.loads(run("read", "--json", *arguments).stdout)["text"]


def listed(*options):
    return [json.loads(line) for line in run("corrections", "list", "--json", *options).stdout.splitlines()]


def test_a_new_symbol_is_read_from_the_next_reading_on_and_undone_exactly(seven):
    before = run("read", seven, "--alternatives", "all").stdout
    said = run("teach", seven, "θ")
    assert (said.exit_code, said.stderr) == (0, "")
    was, learned, now = said.stdout.splitlines()
    assert re.fullmatch(re.escape(seven) + r" was read as 7 \(0\.\d+\)\.", was)
    assert learned == "Learned that it is θ (correction 1 of everybody)."
    assert re.fullmatch(r"Now it is read as θ \([01]\.\d+\)\. To undo: inkling corrections undo 1", now)
    assert read(seven) == "θ"
    assert read(seven, "--alphabet", "digits") == "7"
    assert read(seven, "--alphabet", "digits+taught") == "θ"
    undone = run("corrections", "undo")
    assert undone.stdout.splitlines() == [
        "Undone: correction 1 of everybody, θ, which was read as 7.",
        "To have it back: inkling corrections restore 1",
    ]
    assert run("read", seven, "--alternatives", "all").stdout == before
    assert run("corrections", "restore", 1).stdout == "Restored: correction 1 of everybody, θ.\n"
    assert read(seven) == "θ"


def test_teaching_from_standard_input_and_as_json(seven):
    content = encoded(picture("7"))
    said = run("teach", "-", "tick", "--json", "--alphabet", "digits", stdin=content)
    answer = json.loads(said.stdout)
    assert (answer["path"], answer["before"]["text"], answer["before"]["alphabet"]) == ("-", "7", "digits")
    assert answer["reading"]["text"] == "tick"
    assert answer["correction"]["read"] | {"probability": 0} == {
        "symbol": "7", "probability": 0, "reason": None, "alphabet": "digits", "model": answer["before"]["model"],
    }  # fmt: skip
    assert answer["correction"]["symbol"] == "tick"
    assert answer["correction"]["created_at"].endswith("Z")
    assert read(seven) == "tick"


def test_profiles_read_by_what_they_and_everybody_taught(seven, four):
    run("teach", seven, "θ", "--profile", "Eve")
    run("teach", four, "✓")
    assert read(seven) == "7"
    assert read(seven, "--profile", "Bob") == "7"
    assert read(seven, "--profile", "Eve") == "θ"
    assert [read(four, "--profile", name) for name in ("Eve", "Bob", "everybody")] == ["✓"] * 3
    assert run("read", seven, "--profile", "x" * 65).exit_code == 1


def test_what_cannot_be_taught_is_one_line_on_standard_error_and_nothing_is_kept(tmp_path, seven, database):
    (tmp_path / "blank.png").write_bytes(encoded(picture("7", paper=0)))
    (tmp_path / "text.png").write_bytes(b"Dear diary")
    for arguments, word in (
        ((seven, "two words"), "two words"),
        ((seven, ""), "no symbol"),
        ((seven, "digits"), "alphabet"),
        ((tmp_path / "none.png", "7"), "none.png"),
        ((tmp_path / "text.png", "7"), "not a picture"),
        ((tmp_path / "blank.png", "7"), "nothing written"),
        ((seven, "7", "--profile", " "), "profile"),
        ((seven, "7", "--alphabet", "greek"), "greek"),
    ):
        result = run("teach", *arguments)
        assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (1, "", 1), arguments
        assert word in result.stderr
    assert not database.exists()


def test_of_what_was_no_character_the_list_says_so(tmp_path):
    (tmp_path / "blot.png").write_bytes(encoded(blot_picture()))
    run("teach", tmp_path / "blot.png", "blot", "--alphabet", "digits")
    assert run("corrections", "list").stdout.split("\t")[2].startswith("? closest: ")


def test_corrections_are_listed_newest_first_and_chosen_by_what_they_are(seven, four):
    run("teach", seven, "7")
    run("teach", four, "✓", "--profile", "Eve")
    run("teach", seven, "T")
    rows = [line.split("\t") for line in run("corrections", "list").stdout.splitlines()]
    assert [(row[0], row[1], row[2][0], row[3]) for row in rows] == [
        ("3", "T", "7", "everybody"), ("2", "✓", "4", "Eve"), ("1", "7", "7", "everybody"),
    ]  # fmt: skip
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row[4]) for row in rows)
    assert [one["id"] for one in listed("--profile", "Eve")] == [2]
    assert [one["id"] for one in listed("--symbol", "7")] == [1]
    assert [one["id"] for one in listed("--wrong")] == [3, 2]
    assert {one["id"] for one in listed("--doubtful")} <= {1, 3}
    assert listed("--doubtful")
    run("teach", seven, "0", "--profile", "Bob")
    assert 4 in {one["id"] for one in listed("--doubtful")}
    run("corrections", "undo", 4)
    some = run("corrections", "list", "--limit", 1)
    assert len(some.stdout.splitlines()) == 1
    assert "2 more" in some.stderr
    run("corrections", "undo", 1, 2)
    assert [one["id"] for one in listed()] == [3]
    assert [one["id"] for one in listed("--deleted")] == [4, 2, 1]
    assert all(one["deleted_at"] for one in listed("--deleted"))


def test_relabel_changes_all_of_the_ids_or_none(seven):
    for symbol in ("7", "T", "θ"):
        run("teach", seven, symbol, "--profile", "Eve")
    for arguments, word in (((1, 99), "99"), (("two words", 1), "two words")):
        refused = run("corrections", "relabel", *(("7",) if arguments[0] == 1 else ()), *arguments)
        assert (refused.exit_code, refused.stdout, len(refused.stderr.splitlines())) == (1, "", 1)
        assert word in refused.stderr
    assert [one["symbol"] for one in listed()] == ["θ", "T", "7"]
    assert run("corrections", "relabel", "tick", 3, 1, 3).stdout.splitlines() == [
        "Relabelled: correction 3 of Eve is tick, no longer θ.",
        "Relabelled: correction 1 of Eve is tick, no longer 7.",
    ]
    assert [one["symbol"] for one in listed()] == ["tick", "T", "tick"]
    assert run("corrections", "relabel", "tick").exit_code == 2


def test_an_id_that_no_database_takes_is_not_found(seven):
    run("teach", seven, "7")
    for command in (("undo",), ("restore",), ("relabel", "T")):
        refused = run("corrections", *command, 10**26)
        assert (refused.exit_code, refused.stdout, len(refused.stderr.splitlines())) == (1, "", 1)
        assert f"correction {10**26}" in refused.stderr
    assert len(listed("--limit", 10**26)) == 1


def test_undo_takes_all_of_the_ids_or_none(seven):
    for symbol in ("7", "T", "θ"):
        run("teach", seven, symbol, "--profile", "Eve")
    refused = run("corrections", "undo", 1, 99)
    assert (refused.exit_code, refused.stdout, len(refused.stderr.splitlines())) == (1, "", 1)
    assert "99" in refused.stderr
    assert len(listed()) == 3
    assert run("corrections", "undo", "--profile", "Bob").exit_code == 1
    assert run("corrections", "undo", 1, "--profile", "Eve").exit_code == 2
    assert "correction 3 of Eve" in run("corrections", "undo", "--profile", "Eve").stdout
    assert run("corrections", "undo", 1, 2, 1).stdout.splitlines()[-1].endswith("restore 1 2")
    assert run("corrections", "undo", 1).exit_code == 1  # twice
    nothing = run("corrections", "undo")
    assert nothing.exit_code == 1
    assert "no correction to undo" in nothing.stderr
    assert run("corrections", "restore", 1, 99).exit_code == 1
    assert run("corrections", "restore", 2, 1).exit_code == 0
    assert [one["id"] for one in listed()] == [2, 1]


@pytest.mark.parametrize("name", ["mine.npz", "mine.zip", "mine"])
def test_what_is_exported_is_imported_once(tmp_path, seven, four, name, monkeypatch):
    run("teach", seven, "θ")
    run("teach", four, "/", "--profile", "Eve")
    path = tmp_path / name
    assert run("corrections", "export", path).stdout == f"{path}: 2 corrections\n"
    monkeypatch.setenv("INKLING_DATABASE_URL", f"sqlite:///{tmp_path / 'another.db'}")
    for added, skipped in (("2 corrections", 0), ("0 corrections", 2)):
        done = run("corrections", "import", path)
        assert done.exit_code == 0
        assert done.stdout == f"{path}: {added} added, {skipped} were there already, 0 could not be taken\n"
    assert (read(seven), read(four, "--profile", "Eve")) == ("θ", "/")
    of_eve = tmp_path / f"eve-{name}"
    assert run("corrections", "export", of_eve, "--profile", "Eve").stdout == f"{of_eve}: 1 correction\n"
    assert "1 correction added" in run("corrections", "import", of_eve, "--profile", "Bob").stdout
    assert read(four, "--profile", "Bob") == "/"


@pytest.mark.parametrize("name", ["a.npz", "a.zip"])
def test_an_export_of_nothing_replaces_no_file(tmp_path, seven, name):
    path = tmp_path / name
    run("teach", seven, "θ")
    run("corrections", "export", path)
    before = path.read_bytes()
    said = run("corrections", "export", path, "--profile", "Typo")
    assert (said.exit_code, said.stdout) == (1, "")
    assert "nothing to export" in said.stderr
    assert path.read_bytes() == before
    assert run("corrections", "export", tmp_path / f"new-{name}", "--profile", "Typo").exit_code == 0


@pytest.mark.parametrize(
    "command",
    [
        ["corrections", "import"],
        ["corrections", "export"],
        ["models", "import"],
        ["data", "--data"],
        ["evaluate", "--data"],
        ["read", "--bundle"],
        ["read"],
    ],
)
def test_a_path_that_no_file_can_have_is_one_line(seven, command):
    said = run(*command, "x" * 300, *([seven] if "--bundle" in command else []))
    assert said.exit_code == 1
    assert re.fullmatch(r"inkling: [^\n]*xxx[^\n]*\n", said.stderr)


def test_standard_input_that_is_closed_is_said(seven):
    command = [sys.executable, "-c", "import sys; sys.stdin = None; from inkling.cli import main; main(['read', '-'])"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Standard input is closed" in done.stderr


def test_what_is_undone_for_good_is_not_said_to_come_back(seven, monkeypatch):
    run("teach", seven, "θ")
    monkeypatch.setenv("INKLING_KEEP_DELETED_DAYS", "0")
    assert run("corrections", "undo").stdout.splitlines() == [
        "Undone: correction 1 of everybody, θ, which was read as 7."
    ]


def test_an_import_says_what_it_could_not_take(tmp_path, seven):
    folder = tmp_path / "mine"
    for name, content in {"θ": encoded(picture("7")), "two words": encoded(picture("4"))}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "a.png").write_bytes(content)
    for n in range(30):
        (folder / "θ" / f"bad {n}.png").write_bytes(b"?")
    done = run("corrections", "import", folder)
    assert done.exit_code == 1
    assert done.stdout == f"{folder}: 1 correction added, 0 were there already, 31 could not be taken\n"
    *problems, more = done.stderr.splitlines()
    assert len(problems) == 20
    assert all(problem.startswith("inkling: θ/bad") or "two words" in problem for problem in problems)
    assert "11 more" in more
    assert read(seven) == "θ"
    for missing in (tmp_path / "nowhere", seven):
        refused = run("corrections", "import", missing)
        assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1)


def test_reading_makes_no_database_and_needs_none(seven, database):
    assert read(seven) == "7"
    assert not database.parent.exists()


def test_reading_goes_on_without_a_database_that_cannot_be_used(seven, four, database, monkeypatch):
    database.parent.mkdir()
    database.write_bytes(b"Dear diary, " * 100)
    result = run("read", seven, four)
    assert result.exit_code == 0
    assert [line.split("\t")[1] for line in result.stdout.splitlines()] == ["7", "4"]
    assert len(result.stderr.splitlines()) == 1  # said once
    assert str(database) in result.stderr
    refused = run("teach", seven, "θ")
    assert refused.exit_code == 1
    assert str(database) in refused.stderr
    monkeypatch.setenv("INKLING_DATABASE_URL", "no url")
    assert read(seven) == "7"


def test_a_database_that_cannot_even_be_looked_for_is_said_and_reading_goes_on(seven, tmp_path, monkeypatch):
    monkeypatch.setenv("INKLING_DATABASE_URL", f"sqlite:///{tmp_path / ('x' * 300)}")
    result = run("read", seven)
    assert (result.exit_code, result.stdout.split("\t")[1]) == (0, "7")
    assert "too long" in result.stderr


def test_reading_with_nothing_taught_loads_no_database_library(seven):
    code = (
        "import sys; from inkling.cli import main\n"
        f"main(['read', {seven!r}], standalone_mode=False)\n"
        "print(sorted({'sqlalchemy', 'alembic', 'torch', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_what_is_not_known_is_not_made_up_and_a_name_stays_in_its_line(tmp_path, seven):
    folder = tmp_path / "mine"
    folder.mkdir()
    os.link(seven, folder / "7.png")
    (folder / "corrections.csv").write_text("file,symbol,read\n7.png,7,1\n", "utf-8")
    runner = CliRunner()
    assert runner.invoke(main, ["corrections", "import", str(folder)]).exit_code == 0
    assert runner.invoke(main, ["corrections", "list"]).stdout.split("\t")[1:4] == ["7", "1", "everybody"]
    odd = tmp_path / "a\nb\tc.png"
    os.link(seven, odd)
    (line,) = runner.invoke(main, ["read", str(odd), "--alphabet", "digits"]).stdout.splitlines()
    assert line.split("\t")[0].endswith(r"a\nb\tc.png'")
    many = runner.invoke(main, ["read", "--alternatives", "9" * 5000, seven])
    assert (many.exit_code, "neither a number" in many.stderr) == (2, True)
