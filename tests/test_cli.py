"""The command line, as a person uses it."""

import json
import os
import re

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner

from inkling.alphabet import NAMED
from inkling.cli import main
from inkling.data.packs import Pack, save_pack

from .bundles import wary
from .drawings import blot_picture, encoded, photograph, picture
from .readings import READING

COMMANDS = ("read", "teach", "corrections", "train", "retrain", "models", "worker", "serve", "data", "evaluate")


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("INKLING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INKLING_DATA", str(tmp_path / "no data"))
    monkeypatch.setenv("INKLING_DATABASE_URL", f"sqlite:///{tmp_path / 'no corrections.db'}")


@pytest.fixture
def files(tmp_path):
    """Pictures to read, by what is on them."""
    paths = {"4": tmp_path / "four.png", "7": tmp_path / "seven.jpg", "3": tmp_path / "three.gif"}
    paths["4"].write_bytes(encoded(picture("4")))
    paths["7"].write_bytes(encoded(photograph(picture("7", (480, 560), 3.2, (110, 100), 36)), "JPEG"))
    paths["3"].write_bytes(encoded(picture("3"), "GIF"))
    return {symbol: str(path) for symbol, path in paths.items()}


def run(*arguments, stdin=None):
    return CliRunner().invoke(main, [str(a) for a in arguments], input=stdin)


def test_reading_prints_one_line_a_file(files):
    result = run("read", *files.values(), "--alphabet", "digits")
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert len(lines) == 3
    for line, (symbol, path) in zip(lines, files.items(), strict=True):
        # path, text, probability, the two next alternatives
        found = re.fullmatch(r"(.+)\t(.)\t([01]\.\d+)\t(.) ([01]\.\d+)  (.) ([01]\.\d+)(  \(unsure\))?", line)
        assert found, line
        assert (found[1], found[2]) == (path, symbol)
        assert 1 >= float(found[3]) >= float(found[5]) >= float(found[7]) >= 0
        assert (found[4] + found[6]).isdigit()


def test_json_prints_one_object_a_line_in_the_form_of_the_api(files):
    result = run("read", "--json", *files.values(), "--alphabet", "digits")
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    assert [o.pop("path") for o in objects] == list(files.values())
    assert [o["text"] for o in objects] == list(files)
    for o in objects:
        jsonschema.validate(o, READING)
        assert len(o["characters"][0]["alternatives"]) == 5


def test_json_names_a_file_that_has_no_name_in_unicode(tmp_path, files):
    path = os.fsencode(tmp_path / "seven") + b"\xff.png"
    with open(path, "wb") as file:
        file.write(encoded(picture("7")))
    result = run("read", "--json", os.fsdecode(path), files["7"], "--alphabet", "digits")
    first, second = (json.loads(line) for line in result.stdout_bytes.splitlines())
    assert os.fsencode(first["path"]) == path
    assert (first["text"], second["text"]) == ("7", "7")


def test_json_names_as_many_alternatives_as_asked_for(files):
    for asked, shown in (("all", 9), ("2", 2), ("0", 0)):
        result = run("read", "--json", files["7"], "--alphabet", "digits", "--alternatives", asked)
        (character,) = json.loads(result.stdout)["characters"]
        assert len(character["alternatives"]) == shown
    result = run("read", files["7"], "--alternatives", "many")
    assert result.exit_code == 2
    assert "neither a number nor 'all'" in result.stderr


def test_what_is_no_character_of_the_alphabet_is_no_answer(tmp_path, files):
    wary().save(tmp_path / "wary")
    (tmp_path / "blot.png").write_bytes(encoded(blot_picture()))
    paths = [str(tmp_path / "blot.png"), files["7"]]
    result = run("read", *paths, "--alphabet", "digits", "--bundle", tmp_path / "wary")
    assert (result.exit_code, result.stderr) == (0, "")
    blot, seven = result.stdout.splitlines()
    assert re.fullmatch(r".+blot\.png\t\?\t-\tclosest: \d  \(unknown: no character of digits\)", blot)
    assert seven.split("\t")[1] == "7"
    result = run("read", "--json", *paths, "--alphabet", "digits", "--bundle", tmp_path / "wary")
    said = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["status"], one["characters"][0]["reason"]) for one in said] == [("unsure", "unknown"), ("sure", None)]


def test_symbols_of_one_shape_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("INKLING_SURE_PROBABILITY", "0.99")
    (tmp_path / "bar.png").write_bytes(encoded(picture("1")))
    line = run("read", tmp_path / "bar.png", "--alphabet", "1lI").stdout.rstrip()
    assert re.search(r"\t([1lI])\t0\.\d+\t.*  \(unsure: \1( or [1lI])+, which share one shape\)$", line), line


def test_a_dash_reads_standard_input(files):
    result = run("read", "-", "--alphabet", "digits", stdin=encoded(picture("4")))
    assert result.exit_code == 0
    assert result.stdout.startswith("-\t4\t")


def test_an_own_alphabet_and_all_that_the_model_knows(files):
    assert json.loads(run("read", "--json", files["7"], "--alphabet", "Y,N").stdout)["text"] in "YN"
    assert json.loads(run("read", "--json", files["4"]).stdout)["alphabet"] == "alphanumeric"


def bad_files(tmp_path):
    whole = encoded(photograph(picture("7")))
    made = {"empty.png": b"", "text.png": b"Dear diary", "cut.png": whole[: len(whole) // 2],
            "blank.png": encoded(np.full((90, 90), 255, np.uint8))}  # fmt: skip
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.png").mkdir()
    return [*made, "folder.png", "not there.png"]


def test_bad_files_are_named_on_standard_error_and_the_others_still_read(tmp_path, files):
    bad = bad_files(tmp_path)
    result = run(
        "read", *[tmp_path / name for name in bad[:3]], files["4"], *[tmp_path / n for n in bad[3:]], files["7"]
    )
    assert result.exit_code == 1
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == [files["4"], files["7"]]
    complaints = result.stderr.splitlines()
    assert len(complaints) == len(bad)
    for name, said, complaint in zip(
        bad, ("empty", "Dear dia", "cut off", "nothing written", "directory", "no file"), complaints, strict=True
    ):
        assert name in complaint
        assert said in complaint.replace(name, "")
        assert complaint.rstrip().endswith(".")  # and what would work


def test_an_unknown_alphabet_lists_the_known_ones(files):
    result = run("read", files["7"], "--alphabet", "greek")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert all(name in result.stderr for name in NAMED)
    assert "Traceback" not in result.stderr


def test_a_missing_bundle_and_an_unknown_setting_are_one_line(files, monkeypatch):
    result = run("read", files["7"], "--bundle", "/nowhere")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "inkling train" in result.stderr
    monkeypatch.setenv("INKLING_COLOUR", "red")
    result = run("read", files["7"])
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "colour" in result.stderr


def every_command(group=main, path=()):
    yield path
    for name, command in sorted(getattr(group, "commands", {}).items()):
        yield from every_command(command, (*path, name))


@pytest.mark.parametrize("command", list(every_command()), ids=" ".join)
def test_every_command_says_what_it_does(command):
    for flag in ("--help", "-h"):
        result = run(*command, flag)
        assert result.exit_code == 0
        assert "Usage:" in result.stdout
        assert result.stdout.split("\n\n")[1].strip().endswith(".")  # a sentence


def test_the_help_names_every_command_and_every_option_has_help():
    text = run("--help").stdout
    assert all(re.search(rf"^  {name} ", text, re.MULTILINE) for name in COMMANDS)
    for path in every_command():
        command = main
        for name in path:
            command = command.commands[name]
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or parameter.help, f"{command.name} {parameter.name}"


def test_the_version_is_printed():
    assert re.search(r"\d+\.\d+", run("--version").stdout)


def test_data_lists_packs_their_licences_and_what_can_be_fetched(tmp_path, monkeypatch):
    folder = tmp_path / "packs"
    digits = np.array(list("0123"))
    save_pack(Pack("sse-uppercase", digits, np.arange(4, dtype=np.int32), np.zeros((4, 9, 9), np.uint8)),
              folder / "sse-uppercase.npz")  # fmt: skip
    (folder / "broken.npz").write_bytes(b"PK no")
    monkeypatch.setenv("INKLING_DATA", str(folder))
    result = run("data")
    assert result.exit_code == 0
    (row,) = [line for line in result.stdout.splitlines() if line.lstrip("| ").startswith("sse-uppercase")]
    assert "MIT" in row
    assert "broken.npz" in result.stderr
    assert "inkling data fetch mnist emnist" in result.stdout


def test_without_data_every_command_that_needs_some_says_how_to_get_it(tmp_path):
    for command in (["train", "--out", tmp_path / "run"], ["evaluate", "--out", tmp_path / "report"]):
        result = run(*command)
        assert result.exit_code == 1
        assert "inkling data fetch mnist emnist" in result.stderr
        assert "INKLING_DATA" in result.stderr
    result = run("data")
    assert result.exit_code == 0
    assert "INKLING_DATA" in result.stdout


def test_data_that_is_not_there_or_no_data_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("no data")
    for source in ("nowhere.npz", "nowhere", "notes.txt"):
        result = run("train", "--data", tmp_path / source, "--out", tmp_path / "run")
        assert result.exit_code == 1
        assert source in result.stderr


def test_an_unknown_data_set_lists_those_that_can_be_fetched(tmp_path):
    result = run("data", "fetch", "imagenet", "--to", tmp_path)
    assert result.exit_code != 0
    assert "mnist" in result.stderr
    assert "emnist" in result.stderr


def test_data_sets_are_fetched_into_the_folder_that_was_named(tmp_path):
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    for folder in (here, elsewhere):  # they are there already, so that nothing is downloaded
        for name in ("mnist-train", "mnist-test"):
            digits = Pack(name, np.array(["1"]), np.zeros(1, np.int32), np.zeros((1, 28, 28), np.uint8))
            save_pack(digits, folder / f"{name}.npz")
    for options, folder in (((), here), (("--to", elsewhere), elsewhere)):
        result = run("data", "--data", here, "fetch", "mnist", *options)
        assert result.exit_code == 0, result.stderr
        assert [line.split(": ")[0] for line in result.stdout.splitlines()] == [
            str(folder / "mnist-train.npz"),
            str(folder / "mnist-test.npz"),
        ]


def test_a_folder_that_cannot_be_written_is_one_line_on_standard_error(tmp_path):
    (tmp_path / "taken").touch()
    data = tmp_path / "packs"
    images = np.random.default_rng(0).integers(0, 255, (40, 28, 28)).astype(np.uint8)
    save_pack(Pack("mine", np.array(list("01") * 20), np.full(40, -1, np.int32), images), data / "mine.npz")
    for command in (
        ["train", "--data", data / "mine.npz", "--out", tmp_path / "taken"],
        ["evaluate", "--data", data, "--out", tmp_path / "taken"],
        ["data", "fetch", "mnist", "--to", tmp_path / "taken"],
    ):
        result = run(*command)
        assert result.exit_code == 1, command
        assert "taken" in result.stderr.splitlines()[-1]
        assert "Traceback" not in result.stderr


def test_a_training_that_cannot_begin_draws_no_bar_and_takes_a_home_for_what_it_stands_for(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    data = tmp_path / "mine.npz"
    images = np.random.default_rng(0).integers(0, 255, (40, 28, 28)).astype(np.uint8)
    save_pack(Pack("mine", np.array(list("01") * 20), np.full(40, -1, np.int32), images), data)
    result = run("train", "--data", data, "--out", tmp_path / "run", "--from", "~/earlier")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert f"no checkpoint at {tmp_path / 'earlier'}" in line


def test_a_seed_that_is_too_large_is_a_wrong_call(tmp_path):
    result = run("train", "--out", tmp_path / "run", "--seed", "9" * 23)
    assert result.exit_code == 2
    assert "--seed" in result.stderr


def test_resuming_where_nothing_was_started_says_so(tmp_path):
    data = tmp_path / "mine.npz"
    images = np.random.default_rng(0).integers(0, 255, (40, 28, 28)).astype(np.uint8)
    save_pack(Pack("mine", np.array(list("01") * 20), np.full(40, -1, np.int32), images), data)
    result = run("train", "--data", data, "--out", tmp_path / "run", "--resume")
    assert result.exit_code == 1
    assert "no checkpoint" in result.stderr


@pytest.mark.parametrize(
    ("variable", "command"),
    [
        *(("DATABASE_URL", ["corrections", "list"]), ("DATA", ["data"]), ("DATA", ["evaluate"])),
        ("BUNDLE", ["read", "x.png"]),
    ],
)
def test_a_home_that_nobody_has_is_named(monkeypatch, tmp_path, variable, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INKLING_DATABASE_URL", f"sqlite:///{tmp_path}/inkling.db")
    place = "~nobody-of-that-name/x"
    monkeypatch.setenv(f"INKLING_{variable}", f"sqlite:///{place}" if variable == "DATABASE_URL" else place)
    done = CliRunner().invoke(main, command)
    assert (done.exit_code, "Write the whole path" in done.stderr) == (1, True)
    assert not list(tmp_path.glob("~*"))
