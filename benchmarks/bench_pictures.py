"""Which pictures of a character are read: crops, scans, ruled sheets, boxes, photographs, of validation writers.

Run: python benchmarks/bench_pictures.py [--samples N] [--bundle DIR] [--out DIR]
It needs the data packs in INKLING_DATA, and writes docs/results/pictures.md.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from inkling import Ink, Recognizer, Settings
from inkling.data.packs import Pack, load_pack, split
from inkling.errors import InkError
from inkling.evaluation.machine import describe_machine, machine_in_words
from inkling.evaluation.tables import markdown_table, text_table
from picture_kinds import Make, of_pictures, of_strokes

RESULTS = Path(__file__).parents[1] / "docs" / "results"
HEADERS = ("picture", "digits, %", "letters, %", "nothing found", "unknown", "surely wrong")
DIGITS, LETTERS = "0123456789", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABETS = {"digits": DIGITS, "letters-caseless": LETTERS}
SEED = 7

#: A sample, its symbol, and the alphabet it is read in.
Sample = tuple[Any, str, str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=40, help="digits, and letters, of each kind of picture")
    parser.add_argument("--bundle", help="the folder of the bundle; the one that ships by default")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the report")
    options = parser.parse_args()
    folder = Path(os.environ.get("INKLING_DATA") or "/nowhere")
    wanted = {name: folder / f"{name}.npz" for name in ("mnist-train", "emnist-letters", "unipen-strokes")}
    if missing := [name for name, path in wanted.items() if not path.is_file()]:
        print(f"{', '.join(missing)} not found in INKLING_DATA: nothing is measured")
        return 0
    recognizer = Recognizer(settings=Settings.load({}, bundle=options.bundle))
    digits, letters, strokes = (held_out(path) for path in wanted.values())
    rng = np.random.default_rng(SEED)
    pictures = [
        *taken(recognizer, digits, "digits", options.samples, rng),
        *taken(recognizer, letters, "letters-caseless", options.samples, rng),
    ]
    drawings = [sample for name in ALPHABETS for sample in taken(recognizer, strokes, name, options.samples, rng)]
    rows = [row(recognizer, *kind, pictures) for kind in of_pictures().items()]
    rows += [row(recognizer, *kind, drawings) for kind in of_strokes().items()]
    mean = tuple(f"{np.mean([float(one[column]) for one in rows]):.1f}" for column in (1, 2))
    total = tuple(f"{sum(int(one[column]) for one in rows)}" for column in (3, 4, 5))
    rows.append((f"all {len(rows)} kinds", *mean, *total))
    print(text_table(HEADERS, rows))
    said = (
        f"Of each kind {options.samples} digits and {options.samples} letters of validation writers of MNIST, EMNIST "
        "and UNIPEN that are read right as they are, made into pictures; in `digits` and `letters-caseless`.\n"
        f"Bundle {recognizer.bundle.version}, seed {SEED}, by `python benchmarks/bench_pictures.py` on "
        f"{machine_in_words(describe_machine())}"
    )
    options.out.mkdir(parents=True, exist_ok=True)
    text = f"# Pictures\n\n{said}\n\n{markdown_table(HEADERS, rows)}\n"
    (options.out / "pictures.md").write_text(text, encoding="utf-8")
    return 0


def held_out(path: Path) -> Pack:
    pack = load_pack(path)
    return pack.select(split(pack) == "validation")


def taken(recognizer: Recognizer, pack: Pack, alphabet: str, count: int, rng: np.random.Generator) -> Iterator[Sample]:
    """Samples that are read right as they are, as many of each symbol as there are."""
    symbols = ALPHABETS[alphabet]
    left = dict.fromkeys(symbols, -(-count // len(symbols)))
    for index in rng.permutation(len(pack)).tolist():
        symbol = str(pack.labels[index])
        if not count or not left.get(symbol):
            continue
        source = pack.strokes(index) if pack.images is None else pack.images[index]
        named = symbol.lower() if alphabet == "letters-caseless" else symbol
        if read(recognizer, Ink.from_strokes(source) if pack.images is None else source, alphabet)[0] == named:
            left[symbol] -= 1
            count -= 1
            yield source, named, alphabet


def read(recognizer: Recognizer, source: Any, alphabet: str) -> tuple[str, str, str | None]:
    """What it is read as, how surely, and why not surely; nothing for what is refused as blank."""
    try:
        reading = recognizer.read(source, alphabet=alphabet)
    except InkError:
        return "", "", None
    return reading.text, reading.status, reading.characters[0].reason


def row(recognizer: Recognizer, name: str, make: Make, samples: list[Sample]) -> tuple[str, ...]:
    found = [
        (*read(recognizer, make(source, np.random.default_rng(number)), alphabet), symbol, alphabet)
        for number, (source, symbol, alphabet) in enumerate(samples)
    ]
    shares = [100 * np.mean([one[0] == one[3] for one in found if one[4] == alphabet]) for alphabet in ALPHABETS]
    counts = (
        sum(one[0] == "" for one in found),
        sum(one[2] == "unknown" for one in found),
        sum(one[0] != one[3] and one[1] == "sure" for one in found),
    )
    return name, *(f"{share:.1f}" for share in shares), *map(str, counts)


if __name__ == "__main__":
    raise SystemExit(main())
