"""Retraining: what corrections taught goes into the network itself, and what it knew stays.

It learns beside the network it starts from (:mod:`inkling.training.tutor`). Then as much of the way is taken as does
others no harm (:mod:`inkling.training.temper`).
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ..bundle import NETWORK, NORMALIZER, Bundle
from ..errors import NothingToLearn
from ..temperature import Temperatures
from .export import export_bundle
from .lessons import Lessons
from .replay import replay_of
from .retrain_recipe import Retraining, Step, Stopped
from .temper import temper
from .tutor import Tutor
from .validation import hold

__all__ = ["Retraining", "Step", "Stopped", "retrain"]


def retrain(
    parent: Bundle,
    lessons: Lessons,
    data_folder: Path | None,
    recipe: Retraining | None = None,
    *,
    saved: bytes | None = None,
    save: Callable[[bytes], None] = lambda checkpoint: None,
    report: Callable[[Step], bool] = lambda step: True,
) -> Bundle:
    """Retrain a bundle's network on corrections.

    A fifth of the corrections is never trained on (:meth:`Lessons.held_out`). Corrections of symbols that the network
    does not know are left to memory.

    Args:
        parent: where to start, and the teacher.
        lessons: the corrections.
        data_folder: holds the packs to replay; without any, typefaces stand in for them, and the card says so.
        recipe: how to train.
        saved: a checkpoint that ``save`` was given, to go on from.
        save: is given a checkpoint every 20 s, and when it is stopped.
        report: is told each step; stops the retraining by returning False.

    Returns:
        The candidate. Its card names the parent and how it came to be.

    Raises:
        NothingToLearn: no correction is of a symbol that the network knows, or none is held out to judge by.
        Stopped: ``report`` said so.
        BundleError: the parent cannot be trained further.
        CheckpointError: ``saved`` is damaged, or of another retraining.
    """
    recipe = recipe or Retraining()
    _say(report, Step(0, recipe.steps, None, None, None, "preparing"))
    known = np.isin(lessons.labels, parent.symbols)
    held_out = lessons.held_out()
    taught = lessons.select(known & ~held_out)
    if not len(taught):
        raise NothingToLearn(
            f"Of {len(lessons)} corrections, none can be trained on: {int((~known).sum())} are of symbols that the "
            f"network does not know, and {int((known & held_out).sum())} are kept to judge by.",
            "Teach some more characters, then retrain.",
        )
    judged = lessons.select(known & held_out)
    if not len(judged):
        raise NothingToLearn(
            f"Of {len(lessons)} corrections {int(known.sum())} are of symbols that the network knows; of these none is "
            "kept to judge a retrained network by; every fifth is, by chance.",
            "Teach some more characters, then retrain.",
        )
    replay = replay_of(taught, parent.symbols, data_folder, recipe.seed, judged)
    tutor = Tutor(parent, recipe, replay, judged)
    if saved is not None:
        tutor.restore(saved)
    tutor.run(save, report)
    _say(report, tutor.where("exporting"))
    held = hold(replay.validation, parent.symbols)
    _say(report, tutor.where("exporting"))
    network, share = temper(tutor.teacher, tutor.average, held, parent.symbols)
    _say(report, tutor.where("exporting"))
    counts = {"trained_on": len(taught), "held_out": len(judged), "unknown_symbols": int((~known).sum())}
    training = {
        "kind": "retraining",
        "parent": parent.version,
        "corrections": {"all": len(lessons), "new": int(lessons.new.sum()), **counts},
        "base_data": list(replay.base_names),
        "note": replay.note,
        "recipe": asdict(recipe),
        "share": share,
        "history": tutor.history,
    }
    before = Temperatures.of(parent.card)
    normalizer = parent.files[NORMALIZER]
    # where too few samples tell how sure to be, or what is no character, it is as before
    candidate = export_bundle(network, parent.symbols, training, held, None, before, normalizer)
    card = dict(candidate.card)
    if "acceptance" in parent.card:
        card["acceptance"] = {**parent.card["acceptance"], **candidate.card.get("acceptance", {})}
    return Bundle.make(normalizer, candidate.files[NETWORK], card)


def _say(report: Callable[[Step], bool], step: Step) -> None:
    if not report(step):
        raise Stopped
