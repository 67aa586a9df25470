"""The command line: thin commands over the library."""

import errno
import os
import sys
from pathlib import Path
from typing import Any, Literal

import click

from .cli_learning import corrections, open_service, said, source_of, teach
from .cli_models import models
from .cli_retrain import retrain, worker
from .cli_train import train
from .errors import InkError, InklingError
from .joiners import in_a_line

#: What is wrong with a path that no file can have, or that leads through a folder that may not be looked into.
_NO_PLACE = (errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.ELOOP)


class _Group(click.Group):
    """Turns our errors into one line on standard error and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InklingError as error:
            click.echo(f"inkling: {error}", err=True)
            sys.exit(1)
        except OSError as error:
            if error.filename is None or error.errno not in _NO_PLACE:
                raise
            name = in_a_line(os.fsdecode(error.filename))
            click.echo(f"inkling: {name}: {error.strerror}. Name a file or folder that can be used.", err=True)
            sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="inkling")
def main() -> None:
    """Inkling reads handwriting and learns yours."""


main.add_command(teach)
main.add_command(corrections)
main.add_command(models)
main.add_command(retrain)
main.add_command(worker)
main.add_command(train)


@main.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--alphabet", help="A name, or symbols such as 0123456789ABCDEF or Y,N.  [default: all that the model knows]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--alternatives", help="How many other symbols, or all.  [default: 2, with --json 5]")
@click.option("--profile", default="everybody", show_default=True, help="Whose hand it is.")
@click.option("--bundle", help="The folder of the bundle to read with.  [default: the current version]")
def read(
    files: tuple[str, ...],
    alphabet: str | None,
    as_json: bool,
    alternatives: str | None,
    profile: str,
    bundle: str | None,
) -> None:
    """Read the character in each picture; - reads standard input. What was taught counts."""
    alternatives = alternatives or ("5" if as_json else "2")
    if alternatives != "all" and not (alternatives.isdecimal() and len(alternatives) < 10):
        raise click.BadParameter(f"{alternatives!r} is neither a number nor 'all'.", param_hint="--alternatives")
    shown: int | Literal["all"] = "all" if alternatives == "all" else int(alternatives)
    service = open_service(bundle)
    chosen = service.alphabet(alphabet, profile)
    failed = False
    for file in files:
        try:
            reading = service.read(source_of(file, service.settings), chosen, shown, profile)
        except InkError as error:
            click.echo(f"inkling: {in_a_line(file)}: {error}", err=True)
            failed = True
            continue
        if as_json:
            click.echo(_json_line({"path": file, **reading.to_json()}))
        else:
            click.echo(f"{in_a_line(file)}\t{said(reading)}")
    if failed:
        sys.exit(1)


def _json_line(value: dict[str, Any]) -> str:
    """Give JSON in one line, in ASCII where a file's name has no other form."""
    import json

    line = json.dumps(value, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return line


@main.command()
@click.option("--host", help="The address to listen on.  [default: 127.0.0.1, this machine alone]")
@click.option("--port", type=int, help="The port to listen on; 0 takes any.  [default: 5000, or the next free one]")
@click.option("--workers", type=int, help="How many processes answer.  [default: 1]")
@click.option(
    "--bundle", help="The folder of the bundle to read with, whatever is promoted.  [default: the current version]"
)
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
        context.obj = folder
        return
    from .data.catalogue import CATALOGUE, survey
    from .evaluation.tables import text_table
    from .folders import expanded
    from .settings import Settings

    path = expanded(Settings.load(data=folder).data)
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
@click.option("--to", "folder", help="The folder to put them in.  [default: that of data --data, or the setting]")
@click.pass_obj
def fetch(data_folder: str | None, names: tuple[str, ...], folder: str | None) -> None:
    """Download data sets (mnist, emnist), check them, and write them as packs. Goes on where it was stopped."""
    from .data.fetch import fetch as fetch_data
    from .data.packs import load_pack
    from .folders import expanded
    from .settings import Settings

    path = expanded(Settings.load(data=folder or data_folder).data)
    for name in names:
        for pack in fetch_data(name, path, progress=True):
            click.echo(f"{pack}: {len(load_pack(pack)):,} samples")


@main.command()
@click.option("--bundle", help="The folder of the bundle to evaluate.  [default: the one that ships]")
@click.option("--data", "folder", help="The folder that holds the data sets.  [default: the setting data]")
@click.option("--out", default="reports", show_default=True, help="The folder to write the report and its plots to.")
@click.option(
    "--split",
    type=click.Choice(["test", "validation", "all"]),
    default="all",
    show_default=True,
    help="What to measure on.",
)
@click.option("--speed", is_flag=True, help="Time readings as well.")
@click.option("--learning", is_flag=True, help="Measure learning from corrections instead; all is then test.")
@click.option("--robustness", is_flag=True, help="Measure shifts, turns, pens and corruptions instead; as above.")
@click.option("--refusal", is_flag=True, help="Measure how ink that is no digit is told from digits instead; as above.")
@click.option("--few-shot", is_flag=True, help="Measure learning new symbols instead; as above.")
@click.option(
    "--few-shot-bundle",
    multiple=True,
    help="With --learning or --few-shot: a bundle that left scripts out of training.",
)
@click.option(
    "--samples",
    type=click.IntRange(1),
    help="With --robustness or --refusal: how many of a kind.  [default: 2000; 600 of each kind drawn]",
)
def evaluate(
    bundle: str | None,
    folder: str | None,
    out: str,
    split: str,
    speed: bool,
    learning: bool,
    robustness: bool,
    refusal: bool,
    few_shot: bool,
    few_shot_bundle: tuple[str, ...],
    samples: int | None,
) -> None:
    """Measure what a bundle reaches on every test and validation split that is here."""
    if sum((learning, robustness, refusal, few_shot)) > 1:
        raise click.UsageError("--learning, --robustness, --refusal and --few-shot go one at a time.")
    if speed and (learning or robustness or refusal or few_shot):
        raise click.UsageError("--speed goes with the table of accuracy alone; --learning times readings by itself.")
    if few_shot_bundle and not (learning or few_shot):
        raise click.UsageError("--few-shot-bundle goes with --learning or --few-shot.")
    if samples is not None and not (robustness or refusal):
        raise click.UsageError("--samples goes with --robustness or --refusal.")
    from .folders import expanded
    from .recognizer import Recognizer
    from .settings import Settings

    settings = Settings.load(bundle=bundle, data=folder)
    path, to, progress = expanded(settings.data), Path(out), sys.stderr.isatty()
    recognizer = Recognizer(settings.bundle or None)
    side, others = "test" if split == "all" else split, [Recognizer(other) for other in few_shot_bundle]
    if learning:
        from .evaluation.learning import evaluate_learning

        text = evaluate_learning(recognizer, path, to, side=side, few_shot=others, progress=progress).to_text()
    elif robustness:
        from .evaluation.robustness import RobustnessEffort, evaluate_robustness

        much = RobustnessEffort() if samples is None else RobustnessEffort(samples, samples)
        text = evaluate_robustness(recognizer, path, to, side=side, effort=much, progress=progress).to_text()
    elif refusal:
        from .evaluation.refusal import RefusalEffort, evaluate_refusal

        many = RefusalEffort() if samples is None else RefusalEffort(samples)
        text = evaluate_refusal(recognizer, path, to, side=side, effort=many, progress=progress).to_text()
    elif few_shot:
        from .evaluation.symbols import evaluate_few_shot

        text = evaluate_few_shot(recognizer, path, to, side=side, others=others, progress=progress).to_text()
    else:
        from .evaluation.evaluate import EVALUATED
        from .evaluation.evaluate import evaluate as evaluate_bundle

        splits = EVALUATED if split == "all" else (split,)
        text = evaluate_bundle(recognizer, path, to, splits=splits, speed=speed, progress=progress).to_text()
    click.echo(text)
    click.echo(f"\nThe report and its plots are in {out}{os.sep}.")


if __name__ == "__main__":
    main()
