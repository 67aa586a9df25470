"""The commands for the versions of the model: thin ones over the service."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .cli_learning import open_service
from .errors import InklingError, ModelNotFound, ModelRefused

if TYPE_CHECKING:
    from .bundle import Bundle
    from .versions import Version, Versions

__all__ = ["decision_lines", "keep_trained", "models"]

#: What a state of the gate is called.
_DECISIONS = {"passed": "passed", "refused": "refused", "ungated": "–"}

_ASKED = "asked for on the command line"


@click.group()
def models() -> None:
    """List, show, promote, export and import the versions of the model."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_(as_json: bool) -> None:
    """List all versions, newest first; * marks the one that reads."""
    from .evaluation.tables import text_table

    found = open_service().versions.all()
    if as_json:
        for one in found:
            click.echo(json.dumps(_described(one), ensure_ascii=False))
        return
    rows = [
        (
            "*" if one.current else "",
            one.model.version,
            _utc(one.model.added_at),
            one.model.parent or "–",
            one.model.origin,
            _DECISIONS[one.model.state],
            _mebibytes(one.model.size_bytes) if one.model.held or one.shipped else "pruned",
            one.model.reason,
        )
        for one in found
    ]
    click.echo(text_table(("", "version", "added (UTC)", "from", "origin", "gate", "size", "why"), rows))


@models.command()
@click.argument("version", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with card and the gate's whole report.")
def show(version: str | None, as_json: bool) -> None:
    """Tell all about a version, without VERSION about the one that reads."""
    from .evaluation.tables import text_table

    versions = open_service().versions
    one = versions.get(version or versions.current())
    model = one.model
    if as_json:
        more = {"card": dict(model.card), "report": model.report and dict(model.report)}
        click.echo(json.dumps(_described(one) | more, ensure_ascii=False))
        return
    files = "" if model.held or one.shipped else "; its files were pruned"
    facts = {
        "version": model.version + (" (the one that reads)" if one.current else ""),
        "from": model.parent or "–",
        "origin": model.origin + (", comes with Inkling" if one.shipped and model.origin != "shipped" else ""),
        "why": model.reason,
        "profile": model.profile or "",
        "added": f"{_utc(model.added_at)} UTC",
        "size": f"{_mebibytes(model.size_bytes)}{files}",
        "SHA-256": model.sha256,
        "learned from": _learned_from(model.card),
        "gate": _DECISIONS[model.state],
    }
    for name, value in facts.items():
        if value:
            click.echo(f"{name + ':':<14}{value}")
    for line in decision_lines(model.report):
        click.echo(line)
    rows = _figures(model.card, {} if model.parent is None else _card_of(versions, model.parent))
    if rows:
        columns = 4 if any(row[3] for row in rows) else 3
        click.echo("\nMeasured when it was made:\n")
        headers = ("data set", "samples", "right", "to its parent")
        click.echo(text_table(headers[:columns], [row[:columns] for row in rows]))


@models.command()
@click.argument("version")
@click.option("--force", is_flag=True, help="Promote it though the gate refused it.")
@click.option("--reason", default="", help="Why, to be kept with it.")
def promote(version: str, force: bool, reason: str) -> None:
    """Let a version read from now on, in every process."""
    versions = open_service().versions
    if version == versions.current():
        click.echo(f"{version} reads already.")
        return
    try:
        promotion = versions.promote(version, reason or _ASKED, force)
    except ModelRefused as error:
        raise ModelRefused(
            error.message, f"To see why: inkling models show {version}. To promote it all the same: --force."
        ) from error
    click.echo(f"{version} reads from now on, in place of {promotion.previous}.")
    click.echo("To go back: inkling models rollback")


@models.command()
@click.option("--reason", default="", help="Why, to be kept with it.")
def rollback(reason: str) -> None:
    """Go back to the version that read before; once more goes one further back."""
    versions = open_service().versions
    promotion = versions.roll_back(reason or _ASKED)
    left = str(promotion.previous)  # there was one, or there would be nothing to go back from
    refused = versions.get(left).model.state == "refused"
    click.echo(f"{promotion.version} reads again, in place of {left}.")
    click.echo(f"To undo: inkling models promote {left}{' --force' if refused else ''}")


@models.command()
@click.argument("version")
@click.argument("path", type=click.Path(path_type=Path))
def export(version: str, path: Path) -> None:
    """Write a version's bundle to a folder, or to a .zip."""
    click.echo(f"{version} is in {open_service().versions.export(version, path)}.")


@models.command("import")
@click.argument("path", type=click.Path(path_type=Path))
def import_(path: Path) -> None:
    """Add a bundle from a folder or a .zip as a version. It does not read until it is promoted."""
    versions = open_service().versions
    done = versions.import_(path)
    version = done.model.version
    there = "" if done.new else ", which is here already" + (", and its files are back" if done.back else "")
    reads = version == versions.current()
    way = "It reads now." if reads else f"To read with it: inkling models promote {version}"
    click.echo(f"{path} is the version {version}{there}. {way}")


def keep_trained(bundle: "Bundle", where: Path) -> None:
    """Add a bundle that was trained as a version; where the database cannot be used, a warning says so."""
    try:
        version = open_service().versions.add(bundle, origin="trained", reason="inkling train").version
    except InklingError as error:
        click.echo(f"inkling: it is not among the versions: {error}", err=True)
        click.echo(f"inkling: once that is put right: inkling models import {where}", err=True)
        return
    click.echo(f"It is a version now. To read with it: inkling models promote {version}")


def decision_lines(report: Mapping[str, Any] | None) -> list[str]:
    """Lay out what the gate said: its reasons and notes, and what was compared."""
    from .evaluation.tables import text_table

    if not report:
        return []
    lines = [f"  - {said}" for said in (*report.get("reasons", ()), *report.get("notes", ()))]
    rows = [
        (
            str(one["name"]),
            str(one["alphabet"]),
            f"{one['samples']:,}",
            _percent(one["before"]),
            _percent(one["after"]),
            f"{one['fixed']:,}",
            f"{one['broken']:,}",
            str(one["verdict"]),
        )
        for one in report.get("comparisons", ())
    ]
    if rows:
        headers = ("held out", "alphabet", "samples", "before", "after", "turned right", "turned wrong", "verdict")
        lines += ["", *text_table(headers, rows).splitlines()]
    return lines


def _utc(time: "datetime") -> str:
    """Write a time as people read it, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _described(one: "Version") -> dict[str, Any]:
    model = one.model
    return {
        "version": model.version,
        "current": one.current,
        "shipped": one.shipped,
        "parent": model.parent,
        "origin": model.origin,
        "reason": model.reason,
        "profile": model.profile,
        "state": model.state,
        "added_at": model.added_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "held": model.held,
        "size_bytes": model.size_bytes,
        "sha256": model.sha256,
        "figures": model.card.get("figures", {}),
    }


def _card_of(versions: "Versions", version: str) -> Mapping[str, Any]:
    try:
        return versions.get(version).model.card
    except ModelNotFound:  # made on another machine
        return {}


def _figures(card: Mapping[str, Any], parent: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Lay out the measured figures of a card beside those of its parent's."""
    mine, before = (_measured(one) for one in (card, parent))
    return [
        (
            name,
            f"{samples:,}",
            _percent(accuracy),
            f"{(accuracy - before[name][1]) * 100:+.2f}" if name in before else "",
        )
        for name, (samples, accuracy) in mine.items()
    ]


def _measured(card: Mapping[str, Any]) -> dict[str, tuple[int, float]]:
    """Give samples and accuracy by data set; what is no figure is passed over, since anybody may write a card."""
    figures = {name: _mapping(figure) for name, figure in _mapping(card.get("figures")).items()}
    numbers = {name: (one.get("samples"), one.get("accuracy")) for name, one in figures.items()}
    return {
        name: (samples, float(accuracy))
        for name, (samples, accuracy) in numbers.items()
        if isinstance(samples, int) and isinstance(accuracy, int | float)
    }


def _learned_from(card: Mapping[str, Any]) -> str:
    """Say in a line what a card's training was done with, as far as it says so."""
    training = _mapping(card.get("training"))
    if training.get("kind") != "retraining":
        packs = [(one.get("name"), one.get("samples")) for one in map(_mapping, _list(training.get("data")))]
        return ", ".join(f"{name} ({samples:,})" for name, samples in packs if isinstance(samples, int))
    corrections = _mapping(training.get("corrections"))
    counts = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in corrections.items() if isinstance(n, int))
    data = ", ".join(map(str, _list(training.get("base_data"))))
    note = training.get("note")
    return "; ".join(filter(None, (f"corrections: {counts}", data, str(note or ""))))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _mebibytes(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:.1f} MiB"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.2f} %"
