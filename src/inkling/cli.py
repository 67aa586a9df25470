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


if __name__ == "__main__":
    main()
