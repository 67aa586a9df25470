"""The command line as these tests use it, and a version made for them."""

import json
from contextlib import closing

from click.testing import CliRunner

from inkling.bundle import NETWORK, NORMALIZER, Bundle
from inkling.cli import main
from inkling.service import Service

SHIPPED = Bundle.load().version

#: The version that is made in these tests: of the same files, on another day.
MADE = "2026-01-02-" + SHIPPED[-8:]


#: What a gate says.
REPORT = {
    "passed": False,
    "reasons": ["3 is read as 8 in 40 of 50 samples that were read right before."],
    "notes": ["It takes twice as long to read."],
    "comparisons": [
        {"name": "held-out corrections", "alphabet": "alphanumeric", "samples": 1200, "before": 0.5, "after": 0.75,
         "fixed": 400, "broken": 100, "p_worse": 1.0, "verdict": "better"},
    ],
    "changed": [{"glyph": "data:image/png;base64,AAAA"}],
}  # fmt: skip


def run(*arguments):
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def read(path):
    """What a picture is read as, and by which version."""
    answer = json.loads(run("read", path, "--json", "--alphabet", "digits").stdout)
    return answer["text"], answer["model"]


def listed():
    return [json.loads(line) for line in run("models", "list", "--json").stdout.splitlines()]


def upside_down(**card):
    """A bundle that takes 7 for 2, for it names the digits in another order."""
    shipped = Bundle.load()
    symbols = [*shipped.symbols[9::-1], *shipped.symbols[10:]]
    card = {**shipped.card, "created": "2026-01-02T03:04:05+00:00", "symbols": symbols, **card}
    return Bundle.make(shipped.files[NORMALIZER], shipped.files[NETWORK], card)


def kept(bundle, **about):
    with closing(Service()) as service:
        service.versions.add(bundle, **{"origin": "retrained", "parent": SHIPPED, **about})
