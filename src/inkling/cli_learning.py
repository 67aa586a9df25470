"""The commands that teach: thin ones over the service."""

import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .errors import CorrectionNotFound
from .joiners import in_a_line

if TYPE_CHECKING:
    from .reading import Reading
    from .service import Service
    from .settings import Settings
    from .store import Correction

__all__ = ["corrections", "open_service", "said", "source_of", "teach"]

_PROBLEMS_SHOWN = 20


class _OnStandardError(logging.Handler):
    """Says what the service logs as the commands say what went wrong."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(f"inkling: {record.getMessage()}", err=True)


def open_service(bundle: str | None = None) -> "Service":
    """Make the service that a command works with, until it ends; what it warns of is said on standard error."""
    from .service import Service
    from .settings import Settings

    service = Service(Settings.load(bundle=bundle))
    handler, log = _OnStandardError(logging.WARNING), logging.getLogger("inkling")
    log.addHandler(handler)
    context = click.get_current_context()
    context.call_on_close(lambda: log.removeHandler(handler))
    context.call_on_close(service.close)
    return service


def source_of(file: str, settings: "Settings") -> str | bytes:
    """Give what to read: a file's name as it is, for - the bytes of standard input."""
    if file != "-":
        return file
    if sys.stdin is None:
        raise click.UsageError("Standard input is closed. Pipe a picture in, or name its file.")
    return sys.stdin.buffer.read(settings.max_image_bytes + 1)


@click.command()
@click.argument("file")
@click.argument("symbol")
@click.option("--profile", default="everybody", show_default=True, help="Whose hand it is.")
@click.option("--alphabet", help="What to choose from when reading it.  [default: all that is known]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def teach(file: str, symbol: str, profile: str, alphabet: str | None, as_json: bool) -> None:
    """Say which symbol a picture shows; it is read so from now on. - reads standard input."""
    service = open_service()
    taught = service.correct(source_of(file, service.settings), symbol, alphabet, profile=profile)
    made = taught.correction
    if as_json:
        _print_json({
            "path": file, "correction": _described(made),
            "before": taught.before.to_json(), "reading": taught.reading.to_json(),
        })  # fmt: skip
        return
    click.echo(f"{in_a_line(file)} was read as {_answer(taught.before)}.")
    click.echo(f"Learned that it is {made.symbol} (correction {made.id} of {made.profile}).")
    click.echo(f"Now it is read as {_answer(taught.reading)}. To undo: inkling corrections undo {made.id}")


@click.group()
def corrections() -> None:
    """List, relabel, undo, export and import what was taught."""


@corrections.command("list")
@click.option("--profile", help="Of this profile only.  [default: of all]")
@click.option("--symbol", help="Of this symbol only.")
@click.option("--wrong", is_flag=True, help="Only what was not read as that symbol, or taken for none.")
@click.option(
    "--doubtful", is_flag=True, help="Only what disagrees with others like it, of its profile or everybody's."
)
@click.option("--deleted", is_flag=True, help="What was undone and can be restored.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_(
    profile: str | None, symbol: str | None, wrong: bool, doubtful: bool, deleted: bool, limit: int, as_json: bool
) -> None:
    """List what was taught, newest first: id, symbol, what was read, profile and time."""
    if doubtful and deleted:
        raise click.UsageError("What was undone is not doubtful: leave out --doubtful or --deleted.")
    from .alphabet import parse_symbol
    from .profiles import parse_profile
    from .store import CorrectionQuery

    query = CorrectionQuery(
        profile=parse_profile(profile) if profile is not None else None,
        symbol=parse_symbol(symbol) if symbol is not None else None,
        wrong=True if wrong else None,
        deleted=deleted,
        limit=limit,
    )
    page = open_service().find(query, doubtful)
    for one in page.corrections:
        if as_json:
            _print_json(_described(one))
            continue
        read = one.read or ""
        read += "" if one.read is None or one.probability is None else f" {one.probability:.3f}"
        read = f"? closest: {one.read}" if one.read is not None and one.reason == "unknown" else read
        time = one.created_at.astimezone(UTC)
        click.echo(f"{one.id}\t{one.symbol}\t{read}\t{one.profile}\t{time:%Y-%m-%d %H:%M:%S}")
    if page.total > len(page.corrections):
        click.echo(f"inkling: {page.total - len(page.corrections):,} more; raise --limit to see them.", err=True)


@corrections.command()
@click.argument("symbol")
@click.argument("ids", nargs=-1, required=True, type=click.IntRange(1), metavar="ID...")
def relabel(symbol: str, ids: tuple[int, ...]) -> None:
    """Say that corrections are another symbol. Readings go by it from now on."""
    service = open_service()
    found = [service.store.get(one) for one in dict.fromkeys(ids)]
    service.relabel_several([one.id for one in found], symbol)
    for one in found:
        now = service.store.get(one.id).symbol
        click.echo(f"Relabelled: correction {one.id} of {one.profile} is {now}, no longer {one.symbol}.")


@corrections.command()
@click.argument("ids", nargs=-1, type=click.IntRange(1), metavar="[ID]...")
@click.option("--profile", help="Without ID: the newest of this profile.  [default: of all]")
def undo(ids: tuple[int, ...], profile: str | None) -> None:
    """Take corrections back, without ID the newest. Readings are then what they were before."""
    if ids and profile is not None:
        raise click.UsageError("--profile says whose newest correction is undone: leave it out where there is an ID.")
    from .profiles import parse_profile
    from .store import CorrectionQuery

    service = open_service()
    found: Sequence[Correction]
    if ids:
        found = [service.store.get(one) for one in dict.fromkeys(ids)]
    else:
        query = CorrectionQuery(profile=parse_profile(profile) if profile is not None else None, limit=1)
        found = service.find(query).corrections
        if not found:
            raise CorrectionNotFound("There is no correction to undo.", "Teach one first: inkling teach FILE SYMBOL.")
    service.delete([one.id for one in found])
    for one in found:
        read = f", which was read as {one.read}" if one.read not in (None, one.symbol) else ""
        click.echo(f"Undone: correction {one.id} of {one.profile}, {one.symbol}{read}.")
    if service.settings.keep_deleted_days:
        click.echo(f"To have it back: inkling corrections restore {' '.join(str(one.id) for one in found)}")


@corrections.command()
@click.argument("ids", nargs=-1, required=True, type=click.IntRange(1), metavar="ID...")
def restore(ids: tuple[int, ...]) -> None:
    """Make undone corrections count again."""
    service = open_service()
    for number in service.restore(ids):
        one = service.store.get(number)
        click.echo(f"Restored: correction {one.id} of {one.profile}, {one.symbol}.")


@corrections.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--profile", help="Of this profile only.  [default: of all]")
def export(path: Path, profile: str | None) -> None:
    """Write corrections to a data pack (.npz), a .zip, or else a folder of PNGs with a CSV."""
    from .profiles import parse_profile
    from .store import CorrectionQuery

    query = CorrectionQuery(profile=parse_profile(profile) if profile is not None else None)
    count = open_service().export(path, query)
    click.echo(f"{path}: {count:,} {_plural(count)}")


@corrections.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--profile", help="Whose hand it is.  [default: what the file says, else everybody]")
def import_(path: Path, profile: str | None) -> None:
    """Add what was exported, or any data pack or folder with a sub-folder a symbol. Nothing comes twice."""
    done = open_service().import_(path, profile)
    for problem in done.problems[:_PROBLEMS_SHOWN]:
        click.echo(f"inkling: {problem}", err=True)
    if (more := len(done.problems) - _PROBLEMS_SHOWN) > 0:
        click.echo(f"inkling: and {more:,} more like these.", err=True)
    click.echo(f"{path}: {done.added:,} {_plural(done.added)} added, {done.skipped:,} were there already, "
               f"{len(done.problems):,} could not be taken")  # fmt: skip
    if done.problems:
        sys.exit(1)


def _plural(count: int) -> str:
    return "correction" if count == 1 else "corrections"


def said(reading: "Reading") -> str:
    """Put a reading in a line: text, probability and the next symbols, set apart by tabs, and why it is unsure.

    What is no character of the alphabet has a question mark for a text, and the closest symbol as a hint alone.
    """
    if any(character.reason == "unknown" for character in reading.characters):
        return f"?\t-\tclosest: {reading.text}  (unknown: no character of {reading.alphabet})"
    others = "  ".join(f"{a.symbol} {a.probability:.3f}" for c in reading.characters for a in c.alternatives)
    alike = [" or ".join((c.symbol, *c.look_alikes)) for c in reading.characters if c.reason == "look-alike"]
    why = f"unsure: {', '.join(alike)}, which share one shape" if alike else "unsure"
    note = "" if reading.status == "sure" else f"  ({why})"
    return f"{reading.text}\t{reading.probability:.3f}\t{others}{note}"


def _answer(reading: "Reading") -> str:
    if any(character.reason == "unknown" for character in reading.characters):
        return f"no character of {reading.alphabet}, closest to {reading.text}"
    return f"{reading.text} ({reading.probability:.3f})"


def _described(one: "Correction") -> dict[str, Any]:
    """Give a correction without its ink."""
    read = {"symbol": one.read, "probability": one.probability, "reason": one.reason}
    read |= {"alphabet": one.alphabet, "model": one.model}
    return {
        "id": one.id,
        "profile": one.profile,
        "symbol": one.symbol,
        "created_at": _utc(one.created_at),
        "deleted_at": _utc(one.deleted_at) if one.deleted_at else None,
        "read": None if one.read is None else read,
    }


def _utc(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _print_json(value: dict[str, Any]) -> None:
    import json

    click.echo(json.dumps(value, ensure_ascii=False))
