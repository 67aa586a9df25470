"""The tutor: takes a network through the steps of a retraining, and can go on where it was interrupted.

Fine-tuning with experience replay: every batch mixes new corrections, earlier ones and base data (Rolnick et al. 2019,
"Experience Replay for Continual Learning"). The network it starts from goes along as a teacher, so that answers and
features stay where nothing was corrected (Li and Hoiem 2016, "Learning without Forgetting"; Hinton et al. 2015).
"""

import json
import math
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from ..bundle import Bundle
from ..errors import CheckpointError
from .lessons import Lessons
from .network import Network
from .replay import Replay, ReplayBatch
from .restore import network_of
from .retrain_recipe import Retraining, Step, Stopped
from .validation import logits_of, same_kind

__all__ = ["Tutor"]

_ACCURACY_EVERY = 25
_SAVE_EVERY_S = 20.0


class Tutor:
    """Network, teacher, running average and optimizer, and how far they have come.

    Args:
        parent: the bundle to start from, and the teacher.
        recipe: how to train.
        replay: gives the batches.
        judged: held-out corrections, to measure the accuracy on.

    Raises:
        BundleError: the parent cannot be trained further.
    """

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
        """Take all steps that are left, as :func:`inkling.training.retrain.retrain` says.

        Raises:
            Stopped: ``report`` said so.
        """
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
        """Say how far it has come."""
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
        """Put everything back where :meth:`checkpoint` found it.

        Raises:
            CheckpointError: it is damaged, or of another retraining.
        """
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
