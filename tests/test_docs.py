"""The reference and the house agree: nothing undocumented, nothing that is no more; and the examples run."""

import re
from pathlib import Path

import click
import pytest

from inkling.cli import main
from inkling.settings import SETTINGS, Settings
from inkling.web import create_app

from .drawings import encoded, picture

DOCS = Path(__file__).parents[1] / "docs"


def row_of(setting):
    """The row that docs/reference/settings.md must have for a setting."""
    default = "" if setting.default == "" else f"`{setting.default}`"
    bounds = [f"{bound:.15g}" for bound in (setting.least, setting.most) if bound is not None]
    numbers = {0: "", 1: f"from {bounds[0]}" if bounds else "", 2: " to ".join(bounds)}[len(bounds)]
    return f"| `{setting.name}` | `{setting.variable}` | {default} | {numbers} | {setting.help} |"


def test_every_setting_is_documented_as_it_is():
    page = (DOCS / "reference" / "settings.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [row_of(setting) for setting in SETTINGS.values()]


def commands(command=main, name="inkling"):
    yield name, command
    for part, child in getattr(command, "commands", {}).items():
        yield from commands(child, f"{name} {part}")


def section_of(name):
    page = (DOCS / "reference" / "cli.md").read_text("utf-8")
    sections = dict(re.findall(r"^## `(.*?)`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    return sections[name]


def test_every_command_is_documented():
    page = (DOCS / "reference" / "cli.md").read_text("utf-8")
    assert sorted(re.findall(r"^## `(.*?)`$", page, re.MULTILINE)) == sorted(name for name, _ in commands())


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda given: given if isinstance(given, str) else ""
)
def test_every_option_is_documented(name, command):
    text = section_of(name)
    documented = set(re.findall(r"^\| `(-[\w-]+)", text, re.MULTILINE))
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert documented == {max(option.opts, key=len) for option in options}
    for option in options:
        (row,) = [line for line in text.splitlines() if re.match(rf"\| `{max(option.opts, key=len)}[ `]", line)]
        if isinstance(option.type, click.Choice):
            assert all(f"`{choice}`" in row for choice in option.type.choices)
        if option.show_default:
            assert f"`{option.default}`" in row.split("|")[-2]
    for argument in command.params:
        if isinstance(argument, click.Argument):
            assert argument.human_readable_name.upper() in text


def test_the_example_that_makes_a_pack_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-letters" / "7").mkdir(parents=True)
    (tmp_path / "my-letters" / "7" / "any.png").write_bytes(encoded(picture("7")))
    (example,) = re.findall(r"```python\n(.*?)```", (DOCS / "how-to" / "data.md").read_text("utf-8"), re.DOTALL)
    exec(example, {})
    assert (tmp_path / "data" / "my-letters.npz").exists()


def test_the_example_that_teaches_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INKLING_DATABASE_URL", f"sqlite:///{tmp_path / 'inkling.db'}")
    (tmp_path / "seven.png").write_bytes(encoded(picture("7")))
    (example,) = re.findall(r"```python\n(.*?)```", (DOCS / "how-to" / "teach.md").read_text("utf-8"), re.DOTALL)
    made = {}
    exec(example, made)
    assert (made["taught"].before.text, made["taught"].reading.text) == ("7", "θ")
    assert capsys.readouterr().out == "1 θ 7\n"


def test_every_address_is_documented_as_it_is():
    page = (DOCS / "reference" / "api.md").read_text("utf-8")
    rows = re.findall(r"^\| `[A-Z]+` \| `/.*$", page, re.MULTILINE)
    assert sorted(rows) == sorted(
        f"| `{method.upper()}` | `{path}` | {one['summary']} | {', '.join(sorted(one['responses']))} |"
        for path, methods in create_app(Settings.load({})).api_doc["paths"].items()
        for method, one in methods.items()
    )
