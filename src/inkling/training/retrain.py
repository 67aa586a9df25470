"""Retraining: what corrections taught goes into the network itself, and what it knew stays.

Fine-tuning with experience replay: every batch mixes new corrections, earlier ones and base data (Rolnick et al. 2019,
"Experience Replay for Continual Learning"). The network it starts from goes along as a teacher, so that answers and
features stay where nothing was corrected (Li and Hoiem 2016, "Learning without Forgetting"; Hinton et al. 2015). Then
as much of the way is taken as does others no harm (:mod:`inkling.training.temper`).
"""

import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from ..bundle import NETWORK, NORMALIZER, Bundle
from ..errors import CheckpointError, NothingToLearn
from ..temperature import Temperatures
from .export import export_bundle
from .lessons import Lessons
from .network import Network
from .replay import Replay, ReplayBatch, replay_of
from .restore import network_of
from .temper import temper
from .validation import hold, logits_of, same_kind

__all__ = ["Retraining", "Step", "Stopped", "retrain"]

_log = logging.getLogger(__name__)

_ACCURACY_EVERY = 25
_SAVE_EVERY_S = 20.0


class Stopped(Exception):
    """Someone asked a retraining to stop; what it had reached was saved."""


@dataclass(frozen=True)
class Retraining:
    """How a network is retrained.

    Args:
        steps: how many batches.
        batch_size: samples a batch.
        lessons_share: how much of each batch corrections are.
        new_share: how much of these are new, where there are earlier ones.
        learning_rate: its peak; it rises for the first tenth and falls along a cosine.
        weight_decay: of AdamW.
        label_smoothing: share of belief that is spread over all symbols.
        misread_weight: weight of the loss among all symbols for corrections that the teacher reads otherwise; that of
            the others is 1. Such are taught far more often than they come, so that what is the same shape as capital
            and as small letter would be taken for whatever it was not taken for before.
        within_weight: weight of the loss among the symbols of the same kind (digits, capitals, small letters).
        base_weight: weight of the loss over base data's own labels; that of the corrections' is 1.
        answers_weight: weight of staying with the teacher's answers, on all that is no correction.
        features_weight: weight of staying with the teacher's features, which memory votes by.
        averaging: how much of the weights' running average is kept each step.
        seed: of order and variation.
    """

    steps: int = 400
    batch_size: int = 192
    lessons_share: float = 0.5
    new_share: float = 0.6
    learning_rate: float = 3e-4
    weight_decay: float = 0.01
    label_smoothing: float = 0.05
    misread_weight: float = 0.5
    within_weight: float = 0.5
    base_weight: float = 0.5
    answers_weight: float = 3.0
    features_weight: float = 1.0
    averaging: float = 0.98
    seed: int = 1

    def quick(self) -> "Retraining":
        """Give a recipe that goes through all of it in seconds; nothing is learned by it."""
        return replace(self, steps=6, batch_size=16)


@dataclass(frozen=True)
class Step:
    """Where a retraining stands.

    Args:
        step, steps: of how many.
        loss: a running mean; None before the first step.
        accuracy: on held-out corrections, in [0, 1]; None where there are none, or none was measured yet.
        left_s: the time it will still take, seconds.
        phase: ``preparing``, ``training`` or ``exporting``.
    """

    step: int
    steps: int
    loss: float | None
    accuracy: float | None
    left_s: float | None
    phase: str


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
            f"Of {len(lessons)} corrections none is kept to judge a retrained network by; every fifth is, by chance.",
            "Teach some more characters, then retrain.",
        )
    replay = replay_of(taught, parent.symbols, data_folder, recipe.seed)
    tutor = _Tutor(parent, recipe, replay, judged)
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
    candidate = export_bundle(network, parent.symbols, training, held, look_alike=before.look_alike)
    # where too few samples tell how sure to be, or what is no character, it is as before
    card = dict(candidate.card) if held else {**candidate.card, **before.to_json()}
    if "acceptance" in parent.card:
        card["acceptance"] = {**parent.card["acceptance"], **candidate.card.get("acceptance", {})}
    return Bundle.make(candidate.files[NORMALIZER], candidate.files[NETWORK], card)


class _Tutor:
    """Network, teacher, running average and optimizer, and how far they have come."""

    def __init__(self, parent: Bundle, recipe: Retraining, replay: Replay, judged: Lessons) -> None:
        self.recipe, self.replay, self.judged = recipe, replay, judged
        self.symbols = parent.symbols
        self.teacher = network_of(parent).requires_grad_(False)
        # norms hold for evaluation mode only, so it trains in that
        self.network = deepcopy(self.teacher).requires_grad_(True)
        self.average = deepcopy(self.teacher)
        for network in (self.teacher, self.network, self.average):
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in torch's stubs
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self.kinds = same_kind(self.symbols)
        self.done = 0
        self.history: list[dict[str, Any]] = []
        self.loss: float | None = None
        self.left_s: float | None = None
        self.identity = {"parent": parent.version, "recipe": asdict(recipe), "lessons": replay.fingerprint}

    def run(self, save: Callable[[bytes], None], report: Callable[[Step], bool]) -> None:
        started, first, last_saved = time.monotonic(), self.done, time.monotonic()
        while self.done < self.recipe.steps:
            loss = self._step()
            self.loss = loss if self.loss is None else self.loss + (loss - self.loss) * 0.05
            self.done += 1
            now = time.monotonic()
            self.left_s = (now - started) / (self.done - first) * (self.recipe.steps - self.done)
            if self.done % _ACCURACY_EVERY == 0 or self.done == self.recipe.steps:
                accuracy = self._accuracy()
                self.history.append({"step": self.done, "loss": round(self.loss, 4), "accuracy": accuracy})
            if now - last_saved > _SAVE_EVERY_S or self.done == self.recipe.steps:
                save(self.checkpoint())
                last_saved = now
            if not report(self.where("training")):
                save(self.checkpoint())
                raise Stopped

    def where(self, phase: str) -> Step:
        accuracy = self.history[-1]["accuracy"] if self.history else None
        return Step(self.done, self.recipe.steps, self.loss, accuracy, self.left_s, phase)

    def _step(self) -> float:
        recipe = self.recipe
        for group in self.optimizer.param_groups:
            group["lr"] = recipe.learning_rate * _rate(self.done, recipe.steps)
        batch = self.replay.batch(self.done, recipe.batch_size, recipe.lessons_share, recipe.new_share)
        with torch.autocast("cpu", torch.bfloat16):
            logits, features = self.network(batch.glyphs)
            with torch.no_grad():
                before, features_before = self.teacher(batch.glyphs)
                answers_before = _answers(self.teacher, before, features_before)
        loss = self._loss(batch, logits, before)
        # what it took for none of its symbols before, it shall take for none again
        others = ~batch.lessons
        loss = loss + recipe.answers_weight * _apart(
            F.log_softmax(_answers(self.network, logits, features)[others], 1),
            F.log_softmax(answers_before[others], 1),
        )
        loss = loss + recipe.features_weight * (1 - (features * features_before).sum(1)).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        kept = min(recipe.averaging, (1 + self.done) / (10 + self.done))
        with torch.no_grad():
            for mine, theirs in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mine.lerp_(theirs, 1 - kept)
        return float(loss.detach())

    def _loss(self, batch: ReplayBatch, logits: Tensor, before: Tensor) -> Tensor:
        recipe, lessons = self.recipe, batch.lessons
        misread = before[lessons].argmax(1) != batch.targets[lessons]
        across = torch.where(misread, recipe.misread_weight, 1.0)
        loss = self._errors(logits[lessons], batch, lessons, across)
        named = ~lessons & (batch.targets >= 0)
        if recipe.base_weight and named.any():
            loss = loss + recipe.base_weight * self._errors(logits[named], batch, named)
        return loss

    def _errors(self, logits: Tensor, batch: ReplayBatch, rows: Tensor, across_weights: Tensor | float = 1.0) -> Tensor:
        targets, weights = batch.targets[rows], batch.weights[rows]
        across = F.cross_entropy(logits, targets, label_smoothing=self.recipe.label_smoothing, reduction="none")
        within = F.cross_entropy(logits.masked_fill(~self.kinds[targets], -torch.inf), targets, reduction="none")
        each = across_weights * across + self.recipe.within_weight * within
        return (each * weights).sum() / weights.sum()

    def _accuracy(self) -> float | None:
        if not len(self.judged):
            return None
        logits = logits_of(self.average, torch.from_numpy(self.judged.glyphs).float() / 255)
        read = np.array(self.symbols)[logits.argmax(1).numpy()]
        return round(float((read == self.judged.labels).mean()), 4)

    def checkpoint(self) -> bytes:
        """Give all that is needed to go on, as safetensors."""
        tensors = {f"network.{name}": t for name, t in self.network.state_dict().items()}
        tensors |= {f"average.{name}": t for name, t in self.average.state_dict().items()}
        for number, values in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{number}.{key}": torch.as_tensor(value) for key, value in values.items()}
        meta = {**self.identity, "step": self.done, "history": self.history, "loss": self.loss}
        tensors = {name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}
        tensors["meta"] = torch.tensor(list(json.dumps(meta).encode()), dtype=torch.uint8)
        return save_tensors(tensors)

    def restore(self, saved: bytes) -> None:
        """Put everything back where :meth:`checkpoint` found it."""
        try:
            tensors = load_tensors(saved)
            meta = json.loads(bytes(tensors.pop("meta").tolist()))
            if any(meta.get(name) != value for name, value in json.loads(json.dumps(self.identity)).items()):
                raise CheckpointError("The checkpoint is of another retraining.", "Start the retraining afresh.")
            self.network.load_state_dict(_part(tensors, "network"))
            self.average.load_state_dict(_part(tensors, "average"))
            state: dict[int, dict[str, Tensor]] = {}
            for name, tensor in _part(tensors, "optimizer").items():
                number, key = name.split(".", 1)
                state.setdefault(int(number), {})[key] = tensor
            self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": state})
            self.done, self.history, self.loss = int(meta["step"]), list(meta["history"]), meta["loss"]
        except (SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise CheckpointError(
                f"The checkpoint of the retraining is damaged: {error}.", "Start the retraining afresh."
            ) from error


def _say(report: Callable[[Step], bool], step: Step) -> None:
    if not report(step):
        raise Stopped


def _rate(step: int, steps: int) -> float:
    """Give the learning rate of a step, as a share of its peak."""
    rising = max(steps // 10, 1)
    if step < rising:
        return (step + 1) / rising
    return max((1 + math.cos(math.pi * (step - rising) / max(steps - rising, 1))) / 2, 1e-3)


def _answers(network: Network, logits: Tensor, features: Tensor) -> Tensor:
    """Give logits (N, S) with that of being none of the symbols beside them, where the network was taught any."""
    return torch.cat((logits, network.unknown(features)[:, None]), 1) if network.shape.strange else logits


def _apart(ours: Tensor, theirs: Tensor) -> Tensor:
    """Give how far two rows of log probabilities are apart: the mean Kullback-Leibler divergence."""
    return F.kl_div(ours, theirs, reduction="batchmean", log_target=True)


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {n.removeprefix(prefix + "."): t for n, t in tensors.items() if n.startswith(prefix + ".")}
