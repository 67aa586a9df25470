"""What reading loses where a character is moved, made smaller, turned or spoilt; on the same samples each time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..data.packs import MISSING_DATA_HINT, Pack
from ..errors import DataError, DataMissing
from ..folders import writable_folder
from .corruptions import CORRUPTIONS, corrupt
from .distortions import PERTURBATIONS, UNTOUCHED, Placing, placed_picture, placed_strokes
from .findings import Section
from .findings_report import FindingsReport
from .machine import describe_machine
from .pictures import held_out, infer_pictures, right, some
from .robustness_tables import DRAWN, PLACED, Correct, Steps, corrupted_section, perturbed_section

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["RobustnessEffort", "evaluate_robustness"]

#: Which packs of pictures are measured, by the split; and of strokes.
PICTURES, STROKES = {"test": "mnist-test", "validation": "mnist-train"}, "unipen-strokes"
_KINDS = ("digits", "lowercase", "uppercase")


@dataclass(frozen=True)
class RobustnessEffort:
    """How much is measured: drawn characters a kind, pictures, and the seed that chooses and spoils them."""

    drawn: int = 600
    pictures: int = 2000
    seed: int = 0


def evaluate_robustness(
    recognizer: "Recognizer",
    data_folder: Path,
    out: Path | None = None,
    *,
    side: str = "test",
    effort: RobustnessEffort | None = None,
    progress: bool = False,
) -> FindingsReport:
    """Measure robustness on drawn characters of writers kept out of training, and on MNIST's pictures.

    Args:
        recognizer: reads with the bundle to measure.
        data_folder: holds the data packs; what is missing is left out.
        out: where to write ``robustness.json``, ``robustness.md`` and ``robustness.png``; nothing is written if None.
        side: ``test`` or ``validation``.
        effort: how much is measured.
        progress: whether to draw progress bars on standard error.

    Raises:
        DataMissing: neither the strokes nor the pictures are there.
        DataError: there is no such split.
        FolderNotWritable: nothing can be written to ``out``; found out before the work.
    """
    if side not in PICTURES:
        raise DataError(f"There is no split {side!r} to measure robustness on.", f"Known: {', '.join(PICTURES)}.")
    if out is not None:
        out = writable_folder(out)
    effort = effort or RobustnessEffort()
    strokes, pictures = held_out(data_folder, STROKES, side), held_out(data_folder, PICTURES[side], side)
    sections: list[Section] = []
    drawn = {} if strokes is None else _drawn(recognizer, strokes, effort, progress)
    if drawn:
        sections.append(perturbed_section(f"Drawn characters, {side} writers", DRAWN, drawn))
    spoilt: dict[str, tuple[Correct, int]] = {}
    if pictures is not None:
        few = some(pictures, "digits", effort.pictures, effort.seed)
        placed = _perturbed(recognizer, few, "digits", lambda i, how: placed_picture(_image(few, i), how), progress)
        sections.append(perturbed_section(f"Pictures of {few.name}", PLACED, {"digits": placed}))
        spoilt = dict(_corrupted(recognizer, few, effort.seed, progress))
        sections.append(corrupted_section(few.name, spoilt))
    if not sections:
        raise DataMissing(
            f"Robustness takes {STROKES} or {PICTURES[side]}; {data_folder} has neither.", MISSING_DATA_HINT
        )
    from .robustness_plots import robustness_plot

    report = FindingsReport(
        "robustness",
        "What reading loses where characters are moved, turned and spoilt",
        f"inkling evaluate --robustness --split {side}",
        "Each picture is read by the product's own path: a uint8 picture becomes ink, ink a glyph. Every row reads the "
        f"same samples, chosen with seed {effort.seed}, each in its own alphabet.",
        recognizer.version,
        describe_machine(),
        tuple(sections),
        partial(robustness_plot, drawn, {kind: right for kind, (right, _) in spoilt.items()}, recognizer.version),
        "Accuracy by step of each perturbation, and by kind of corruption",
    )
    if out is not None:
        report.write(out)
    return report


def _drawn(recognizer: "Recognizer", pack: Pack, effort: RobustnessEffort, progress: bool) -> dict[str, Steps]:
    found = {}
    for kind in _KINDS:
        few = some(pack, kind, effort.drawn, effort.seed)
        if len(few) and set(few.labels.tolist()) <= set(recognizer.symbols):
            found[kind] = _perturbed(recognizer, few, kind, partial(_draw, few), progress)
    return found


def _draw(pack: Pack, index: int, how: Placing) -> NDArray[np.uint8]:
    return placed_strokes(pack.strokes(index), how)


def _image(pack: Pack, index: int) -> NDArray[np.uint8]:
    if pack.images is None:
        raise DataError(f"The pack {pack.name} holds strokes, not pictures.")
    image: NDArray[np.uint8] = pack.images[index]
    return image


def _perturbed(
    recognizer: "Recognizer",
    pack: Pack,
    alphabet: str,
    draw: Callable[[int, Placing], NDArray[np.uint8]],
    progress: bool,
) -> Steps:
    plan = {("untouched", ""): UNTOUCHED}
    plan |= {(name, step): how for name, steps in PERTURBATIONS.items() for step, how in steps.items()}
    chosen, found = recognizer.alphabet(alphabet), {}
    for (name, step), how in plan.items():
        pictures = (draw(i, how) for i in range(len(pack)))
        inferred = infer_pictures(recognizer, pictures, f"{alphabet}, {name} {step}", progress)
        found[(name, step)] = right(recognizer, inferred, chosen, pack.labels)
    return found


def _corrupted(
    recognizer: "Recognizer", pack: Pack, seed: int, progress: bool
) -> Iterator[tuple[str, tuple[Correct, int]]]:
    chosen, images = recognizer.alphabet("digits"), np.stack([_image(pack, i) for i in range(len(pack))])
    for place, kind in enumerate(["untouched", *CORRUPTIONS]):
        rng = np.random.default_rng((seed, place))
        inferred = infer_pictures(recognizer, corrupt(kind, images, rng) if place else images, kind, progress)
        yield kind, (right(recognizer, inferred, chosen, pack.labels), int((~inferred.read).sum()))
