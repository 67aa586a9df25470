"""The command line: thin commands over the library."""

import os
import sys
from typing import Any

import click

from .errors import InklingError


class _Group(click.Group):
    """Turns our errors into one line on standard error and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InklingError as error:
            click.echo(f"inkling: {error}", err=True)
            sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="inkling")
def main() -> None:
    """Inkling reads handwriting and learns yours."""


@main.command()
@click.option("--host", help="The address to listen on.  [default: 127.0.0.1, this machine alone]")
@click.option("--port", type=int, help="The port to listen on; 0 takes any.  [default: 5000, or the next free one]")
@click.option("--workers", type=int, help="How many processes answer.  [default: 1]")
@click.option("--bundle", help="The folder of the bundle to read with.  [default: the one that ships]")
def serve(host: str | None, port: int | None, workers: int | None, bundle: str | None) -> None:
    """Serve the page to draw on, and the API."""
    from .settings import Settings
    from .web.server import run

    settings = Settings.load(host=host, port=port, workers=workers, bundle=bundle)
    # A port that was asked for is the only one that will do; otherwise the next free one is as good.
    asked = port is not None or bool(os.environ.get("INKLING_PORT"))
    run(settings, any_port=not asked, announce=click.echo)


@main.group(invoke_without_command=True)
@click.option("--data", "folder", help="The folder that holds the data sets.  [default: the setting data]")
@click.pass_context
def data(context: click.Context, folder: str | None) -> None:
    """List the data sets on this machine, and those that can be fetched."""
    if context.invoked_subcommand:
        return
    from pathlib import Path

    from .data.catalogue import CATALOGUE, survey
    from .evaluation.tables import text_table
    from .settings import Settings

    path = Path(Settings.load(data=folder).data).expanduser()
    found = survey(path)
    if found:
        rows = [
            (f.path.stem, f"{f.samples:,}", f"{f.classes:,}", f"{f.writers:,}" if f.writers else "–")
            + ((f.known.licence, f.known.what) if f.known else ("–", "your own"))
            for f in found
            if not f.problem
        ]
        click.echo(
            f"In {path}:\n\n" + text_table(("data set", "samples", "classes", "writers", "licence", "what"), rows)
        )
    else:
        click.echo(f"No data sets in {path}. To read from another folder, set INKLING_DATA.")
    for f in (f for f in found if f.problem):
        click.echo(f"inkling: {f.path} cannot be read: {f.problem}. Fetch or make it again.", err=True)
    fetchable = [
        known for known in CATALOGUE.values() if known.fetched_as and not (path / f"{known.name}.npz").exists()
    ]
    if fetchable:
        offers = [(known.fetched_as, known.name, known.licence, known.what) for known in fetchable]
        click.echo("\nCan be fetched:\n\n" + text_table(("fetch", "data set", "licence", "what"), offers))
        click.echo(f"\nGet them by: inkling data fetch {' '.join(dict.fromkeys(offer[0] for offer in offers))}")


@data.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--to", "folder", help="The folder to put them in.  [default: the setting data]")
def fetch(names: tuple[str, ...], folder: str | None) -> None:
    """Download data sets (mnist, emnist), check them, and write them as packs. Goes on where it was stopped."""
    from pathlib import Path

    from .data.fetch import fetch as fetch_data
    from .data.packs import load_pack
    from .settings import Settings

    path = Path(Settings.load(data=folder).data).expanduser()
    for name in names:
        for pack in fetch_data(name, path, progress=True):
            click.echo(f"{pack}: {len(load_pack(pack)):,} samples")


@main.command()
@click.option("--bundle", help="The folder of the bundle to evaluate.  [default: the one that ships]")
@click.option("--data", "folder", help="The folder that holds the data sets.  [default: the setting data]")
@click.option("--out", default="reports", show_default=True, help="The folder to write the report and its plots to.")
@click.option("--split", type=click.Choice(["test", "validation", "all"]), default="all", show_default=True)
@click.option("--speed", is_flag=True, help="Time readings as well.")
def evaluate(bundle: str | None, folder: str | None, out: str, split: str, speed: bool) -> None:
    """Measure what a bundle reaches on every test and validation split that is here."""
    from pathlib import Path

    from .evaluation.evaluate import EVALUATED
    from .evaluation.evaluate import evaluate as evaluate_bundle
    from .recognizer import Recognizer
    from .settings import Settings

    settings = Settings.load(bundle=bundle, data=folder)
    splits = EVALUATED if split == "all" else (split,)
    path = Path(settings.data).expanduser()
    recognizer = Recognizer(settings.bundle or None)
    report = evaluate_bundle(recognizer, path, Path(out), splits=splits, speed=speed, progress=sys.stderr.isatty())
    click.echo(report.to_text())
    click.echo(f"\nThe report and its plots are in {out}{os.sep}.")


if __name__ == "__main__":
    main()
