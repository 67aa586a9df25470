"""From data to a bundle: what ``inkling train`` does."""

import dataclasses
import json
import logging
import re
import string
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..alphabet import SYMBOLS, parse_symbol
from ..bundle import CARD, NETWORK, NORMALIZER, Bundle
from ..data.catalogue import CATALOGUE
from ..data.formats import load
from ..data.packs import MISSING_DATA_HINT, Pack, find_packs, load_pack
from ..data.sides import sides_of
from ..errors import BadSymbol, CheckpointError, DataError, DataMissing
from ..folders import writable_folder
from .checkpoint import CHECKPOINT, load_checkpoint
from .export import export_bundle
from .fit import Progress, fit, make_fabric
from .recipes import Recipe
from .validation import hold

__all__ = ["BUNDLE", "Material", "gather", "train"]

# labels such as Greek/07
_OF_ANOTHER_SCRIPT = re.compile(r"[^/]+/\d+")

_log = logging.getLogger(__name__)

#: The folder of the bundle within a run's folder.
BUNDLE = "bundle"

#: A dry run takes at most so many samples of a pack, and so few and small steps.
_DRY_SAMPLES = 400
_DRY: dict[str, Any] = {"epochs": 2, "batch_size": 64, "limit": 640}


@dataclass(frozen=True)
class Material:
    """What is trained on and watched by.

    Args:
        train, validation: packs, split by writer where writers are known.
        symbols: what the network shall tell apart.
        described: one record a pack: name, samples trained on, licence, source.
        left_out: scripts that were kept out, to measure how symbols never seen are learned.
    """

    train: tuple[Pack, ...]
    validation: tuple[Pack, ...]
    symbols: tuple[str, ...]
    described: tuple[dict[str, Any], ...]
    left_out: tuple[str, ...] = ()


def gather(
    sources: Sequence[str | Path], folder: Path, dry_run: bool = False, seed: int = 0, leave_out: Sequence[str] = ()
) -> Material:
    """Collect what to train on.

    Args:
        sources: packs, folders with a sub-folder a class, or IDX files; all packs of ``folder`` where none is named.
        folder: the folder that holds the data sets.
        dry_run: take a little of each.
        seed: of what is taken.
        leave_out: scripts, such as ``Greek`` for all labels ``Greek/...``, that shall not be trained on.

    Raises:
        DataMissing: there is nothing to train on.
        DataError: a source is damaged, has a label that is no symbol, holds fewer than two symbols, or has no script of
            a name in ``leave_out``.
    """
    packs = [load(source) for source in sources] or [load_pack(path) for path in find_packs(folder).values()]
    packs = [_named(pack) for pack in packs]
    left_out = _left_out(packs, leave_out)
    rng = np.random.default_rng(seed)
    train: list[Pack] = []
    validation: list[Pack] = []
    for pack, sides, out in zip(packs, sides_of(packs), left_out, strict=True):
        for side, parts in (("train", train), ("validation", validation)):
            chosen = np.flatnonzero((sides == side) & ~out)
            if dry_run:
                chosen = np.sort(rng.permutation(chosen)[:_DRY_SAMPLES])
            if len(chosen):
                parts.append(pack.select(chosen))
    if not train:
        held_out = sum(map(len, packs))
        raise DataMissing(
            f"There is nothing to train on in {', '.join(map(str, sources)) or folder}"
            + (f": of {held_out:,} samples each is held out or blank." if held_out else "."),
            "Name other data by --data, or none for every pack of the data folder." if sources else MISSING_DATA_HINT,
        )
    for pack in train:
        _warn_of_test_digits(pack)
    # symbols of other scripts shape the features only
    labels = {label for pack in train for label in pack.labels.tolist() if not _OF_ANOTHER_SCRIPT.fullmatch(label)}
    symbols = tuple(s for s in SYMBOLS if s in labels) + tuple(sorted(labels - set(SYMBOLS)))
    if len(symbols) < 2:
        raise DataError(f"The data hold the symbols {list(symbols)}; a network tells two apart at least.", "Add data.")
    described = tuple(_describe(pack) for pack in train)
    return Material(tuple(train), tuple(validation), symbols, described, tuple(leave_out))


def train(
    material: Material,
    folder: Path,
    recipe: Recipe | None = None,
    *,
    dry_run: bool = False,
    resume: bool = False,
    accelerator: str = "auto",
    start: Path | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
    measure: Callable[[Bundle], dict[str, Any]] = lambda bundle: {},
) -> Bundle | None:
    """Train a network and make a bundle of it, in ``folder/bundle``.

    Args:
        material: what :func:`gather` gave.
        folder: where checkpoint, log and bundle are kept.
        recipe: how to train; the default one if None.
        dry_run: go through all of it in seconds.
        resume: go on from the folder's checkpoint.
        accelerator: ``cpu``, ``gpu`` or ``auto``.
        start: the checkpoint of an earlier training, whose averaged weights this one begins with.
        report: called after every step, by the first process only.
        measure: gives the figures that the bundle's card shall quote.

    Returns:
        The bundle; None in every process but the first.

    Raises:
        CheckpointError: ``resume`` and there is no fitting checkpoint, or ``dry_run`` and ``folder`` holds what is of
            no dry run.
        FolderNotWritable: nothing can be written to ``folder``.
    """
    folder = writable_folder(folder)
    recipe = recipe or Recipe()
    if dry_run:
        recipe = dataclasses.replace(recipe, **_DRY)
        _refuse_to_replace_more(folder)
    fabric = make_fabric(accelerator)
    held = hold(material.validation, material.symbols)
    network, history = fit(
        material.train,
        held,
        material.symbols,
        folder,
        recipe,
        resume=resume,
        report=report if fabric.is_global_zero else lambda progress: None,
        fabric=fabric,
        start=start,
    )
    if not fabric.is_global_zero:
        return None
    training = {"data": list(material.described), "dry_run": dry_run, **history}
    if material.left_out:
        training["left_out"] = list(material.left_out)
    bundle = export_bundle(network, material.symbols, training, held)
    bundle = _measured(bundle, measure)
    bundle.save(folder / BUNDLE)
    _log.info("the bundle %s is in %s", bundle.version, folder / BUNDLE)
    return bundle


def _refuse_to_replace_more(folder: Path) -> None:
    """Keep what took an hour from a dry run."""
    whole = []
    with suppress(CheckpointError):  # what cannot be gone on with is nothing to keep
        whole.append(load_checkpoint(folder / CHECKPOINT).meta["recipe"].get("limit") is None)
    with suppress(OSError, ValueError, KeyError):
        whole.append(not json.loads((folder / BUNDLE / CARD).read_bytes())["training"]["dry_run"])
    if any(whole):
        raise CheckpointError(
            f"{folder} holds a training that is no dry run; a dry run there would replace it.",
            "Name another folder: --out runs/dry.",
        )


def _measured(bundle: Bundle, measure: Callable[[Bundle], dict[str, Any]]) -> Bundle:
    """Write on the card what a bundle reaches, as far as there is anything to measure it by."""
    try:
        figures = measure(bundle)
    except DataError as error:
        _log.warning("The bundle's card quotes no figures. %s", error)
        return bundle
    if not figures:
        return bundle
    return Bundle.make(bundle.files[NORMALIZER], bundle.files[NETWORK], {**bundle.card, "figures": figures})


def _named(pack: Pack) -> Pack:
    """Give a pack's labels the form of symbols that can be taught; labels of other scripts stay as they are."""
    labels = pack.labels.tolist()
    symbols = {label: label for label in set(labels) if _OF_ANOTHER_SCRIPT.fullmatch(label)}
    for label in set(labels) - set(symbols):
        try:
            symbols[label] = parse_symbol(label)
        except BadSymbol as error:
            raise DataError(
                f"{pack.name} cannot be trained on: sample {labels.index(label):,} has a label that is no symbol. "
                f"{error.message}",
                error.hint,
            ) from error
    if all(label == symbol for label, symbol in symbols.items()):
        return pack
    return dataclasses.replace(pack, labels=np.array([symbols[label] for label in labels]))


def _warn_of_test_digits(pack: Pack) -> None:
    if pack.name.startswith("emnist-") and np.isin(pack.labels, list(string.digits)).any():
        _log.warning(
            "%s holds digits; among EMNIST's are MNIST's test digits, so mnist-test says nothing of what learns them.",
            pack.name,
        )


def _left_out(packs: Sequence[Pack], scripts: Sequence[str]) -> list[NDArray[np.bool_]]:
    """Say which samples of each pack are of scripts that shall not be trained on: bool (N,) each."""
    prefixes = tuple(f"{script}/" for script in scripts)
    there = {label.split("/")[0] for pack in packs for label in set(pack.labels.tolist()) if "/" in label}
    if unknown := sorted(set(scripts) - there):
        raise DataError(
            f"There is no script {unknown[0]!r} in the data to leave out.",
            f"There are: {', '.join(sorted(there)) or 'none'}.",
        )
    return [np.array([label.startswith(prefixes) for label in pack.labels.tolist()], np.bool_) for pack in packs]


def _describe(pack: Pack) -> dict[str, Any]:
    known = CATALOGUE.get(pack.name)
    about = {"licence": known.licence, "source": known.source} if known else {"licence": "unknown", "source": "own"}
    writers = set(pack.writers.tolist()) - {-1}
    return {"name": pack.name, "samples": len(pack), "writers": len(writers) or None, **about}
