"""The command line: thin commands over the library."""

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


if __name__ == "__main__":
    main()
