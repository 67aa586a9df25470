"""Run as a program: for each line of input that names a scale, reads a drawn 7 of it and says what with which model.

``readers.py URL``; it says "ready" first. What it says of a reading: its text, the model's version, and all
probabilities.
"""

import json
import sys

from inkling.ink import Ink
from inkling.service import Service
from inkling.settings import Settings

from .drawings import placed


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(url):
    service = Service(Settings.load({}, database_url=url))
    service.reader()
    say("ready")
    for line in sys.stdin:
        reading = service.read(Ink.from_strokes(placed("7", float(line)), 8), "digits", "all")
        first = reading.characters[0]
        chances = {first.symbol: first.probability} | {a.symbol: a.probability for a in first.alternatives}
        say(json.dumps([reading.text, reading.model, chances]))


if __name__ == "__main__":
    main(*sys.argv[1:])
