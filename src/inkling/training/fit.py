"""Training: one loop, on a CPU, a GPU or many, that can stop at any moment and go on."""

import json
import logging
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

import torch
from lightning_fabric import Fabric
from lightning_fabric.utilities.seed import seed_everything
from torch import Tensor
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from ..data.packs import Pack
from ..errors import InvalidSetting
from ..folders import replacing
from .checkpoint import CHECKPOINT, Checkpoint, load_checkpoint, save_checkpoint
from .datasets import Batch, Epochs, Mixture
from .layout import LAYOUT, fit_layout
from .loss import loss_of
from .network import Network, NetworkShape
from .recipes import Recipe
from .validation import Held, accuracies, same_kind

__all__ = ["Progress", "fit", "make_fabric"]

_log = logging.getLogger(__name__)

#: How many directions stand for ink that is none of the symbols.
_STRANGE = 16

#: A line an epoch.
_LOG = "log.jsonl"


@dataclass(frozen=True)
class Progress:
    """Where training stands, told after every step.

    Args:
        epoch, epochs: the one under way, counted from 1, of how many.
        step, steps: over all epochs.
        loss: a running mean.
        accuracy: on validation data after the last whole epoch, in [0, 1]; None before.
        left_s: the time it will still take, seconds.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    accuracy: float | None
    left_s: float


def fit(
    train: Sequence[Pack],
    held: Sequence[Held],
    symbols: Sequence[str],
    folder: Path,
    recipe: Recipe | None = None,
    shape: NetworkShape | None = None,
    resume: bool = False,
    report: Callable[[Progress], None] = lambda progress: None,
    fabric: Fabric | None = None,
    checkpoint_every_s: float = 120.0,
    start: Path | None = None,
) -> tuple[Network, dict[str, Any]]:
    """Train a network, or go on with one.

    Args:
        train: packs to train on.
        held: samples of other writers, to watch by; not trained on.
        symbols: what the network shall tell apart; the packs' other symbols only shape its features.
        folder: where ``checkpoint.safetensors`` and ``log.jsonl`` are kept.
        recipe: how to train.
        shape: what network; its numbers of symbols are set to what there is.
        resume: go on from the folder's checkpoint; its own recipe is used.
        report: called after every step.
        fabric: on what to train; made for this machine if None.
        checkpoint_every_s: a checkpoint is also written that often within an epoch, seconds.
        start: the checkpoint of an earlier training, whose averaged weights this one begins with.

    Returns:
        The network with its averaged weights, on the CPU, and the history: one record an epoch. Its layout is fitted in
        the first process only.

    Raises:
        CheckpointError: ``resume`` and there is no checkpoint, or it is damaged, or of other data.
    """
    saved = load_checkpoint(folder / CHECKPOINT) if resume else None
    recipe = Recipe.from_json(saved.meta["recipe"]) if saved else recipe or Recipe()
    training = _Training(train, symbols, folder, recipe, shape, fabric or make_fabric(), saved, start)
    training.run(held, report, checkpoint_every_s)
    return training.outcome()


class _Training:
    """What a training goes on with from step to step. Arguments as of :func:`fit`; ``saved`` is what it resumes."""

    def __init__(
        self,
        train: Sequence[Pack],
        symbols: Sequence[str],
        folder: Path,
        recipe: Recipe,
        shape: NetworkShape | None,
        fabric: Fabric,
        saved: Checkpoint | None,
        start: Path | None,
    ) -> None:
        seed_everything(recipe.seed, verbose=False)
        self.recipe, self.fabric, self.folder, self.symbols, self.train = recipe, fabric, folder, symbols, train
        mixture = Mixture(
            train,
            symbols,
            recipe.seed,
            recipe.worn_share,
            recipe.strange_share,
            recipe.spared,
            recipe.invented,
            recipe.invented_share,
        )
        self.data = {pack.name: len(pack) for pack in train}
        self.content = [pack.content() for pack in train]
        shape = shape or NetworkShape(strange=_STRANGE, layout=LAYOUT)
        self.shape = replace(shape, symbols=len(symbols), extra_symbols=mixture.extra_symbols)
        if saved:
            saved.check(self.shape, symbols, self.data, self.content)
        self.network = Network(self.shape)
        self.origin = saved.meta.get("started_from") if saved else None
        if start and not saved:
            self.origin = self._begin_with(start)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in torch's stubs
        optimizer = torch.optim.AdamW(_groups(self.network, recipe), lr=recipe.learning_rate, fused=True)
        self.model, self.optimizer = fabric.setup(self.network, optimizer)
        self.batches = batches = Epochs(
            mixture, recipe.batch_size, recipe.seed, fabric.global_rank, fabric.world_size, limit=recipe.limit
        )
        averaging = _running_average(recipe, batches.steps)
        self.averaged = AveragedModel(self.network, multi_avg_fn=averaging, use_buffers=True)
        self.average = cast(Network, self.averaged.module)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: _rate(step, recipe, batches.steps)
        )
        self.done = 0
        self.loss_mean, self.losses = 0.0, 0  # a running mean, and of how many
        self.history: list[dict[str, Any]] = []
        if saved:
            saved.restore(self.network, self.average, self.optimizer, self.schedule)
            self.done, self.history = saved.meta["step"], saved.meta["history"]
            self.loss_mean, self.losses = saved.meta.get("loss", (0.0, 0))  # earlier versions kept none
            self.averaged.n_averaged.fill_(self.done)
        self.loader = DataLoader(mixture, batch_sampler=batches, collate_fn=_whole, num_workers=_workers(fabric))
        self.kinds = same_kind(symbols).to(fabric.device)

    def _begin_with(self, start: Path) -> dict[str, Any]:
        """Take the weights of an earlier training; give how it went."""
        earlier = load_checkpoint(start)
        earlier.begin(self.network, self.symbols)
        origin = {"recipe": earlier.meta["recipe"], "epochs": earlier.meta["history"]}
        before = earlier.meta.get("started_from")
        return origin | ({"started_from": before} if before else {})

    def run(self, held: Sequence[Held], report: Callable[[Progress], None], checkpoint_every_s: float) -> None:
        """Take all steps that are left."""
        if not self.done:
            self._save()  # whatever an earlier run left there is over: what is gone on with from here on is this one
        self._write_down()
        an_epoch, epochs = self.batches.steps, self.recipe.epochs
        started, last_saved, first = time.monotonic(), time.monotonic(), self.done
        for epoch in range(self.done // an_epoch, epochs):
            self.batches.epoch, self.batches.skip = epoch, self.done % an_epoch
            self.model.train()
            for batch in self.loader:
                loss = self._step(batch)
                taken, self.losses = self.done - first, min(self.losses + 1, 100)
                self.loss_mean += (loss - self.loss_mean) / self.losses
                within = self.done % an_epoch > 0  # at its end, an epoch is saved with its figures
                if within and time.monotonic() - last_saved > checkpoint_every_s:
                    self._save()
                    last_saved = time.monotonic()
                left_s = (time.monotonic() - started) / taken * (epochs * an_epoch - self.done)
                accuracy = self.history[-1]["accuracy"] if self.history else None
                report(Progress(epoch + 1, epochs, self.done, epochs * an_epoch, self.loss_mean, accuracy, left_s))
            figures = accuracies(self.average, held, self.symbols)
            self.history.append({"epoch": epoch + 1, "loss": round(self.loss_mean, 4), **figures})
            self._save()
            self._write_down()
            _log.info("epoch %d: %s", epoch + 1, self.history[-1])

    def outcome(self) -> tuple[Network, dict[str, Any]]:
        """Give the averaged network and how it came to be, as :func:`fit` does."""
        average = self.average.cpu().eval()
        if self.fabric.is_global_zero:
            fit_layout(average, self.train, self.symbols, self.recipe.seed)
        told = {"recipe": asdict(self.recipe), "epochs": self.history}
        return average, told | ({"started_from": self.origin} if self.origin else {})

    def _step(self, batch: Batch) -> float:
        """Learn from a batch; give its loss."""
        batch = Batch(*(t.to(self.fabric.device) for t in (batch.glyphs, batch.targets, batch.extras)))
        loss = loss_of(self.network, batch, self.recipe, self.kinds, self.model)
        self.optimizer.zero_grad()
        self.fabric.backward(loss)
        self.optimizer.step()
        self.schedule.step()
        self.averaged.update_parameters(self.network)
        self.done += 1
        return loss.item()

    def _save(self) -> None:
        if self.fabric.is_global_zero:
            meta: dict[str, Any] = {"recipe": asdict(self.recipe), "shape": self.shape.to_json()}
            meta |= {"symbols": list(self.symbols), "data": self.data, "step": self.done, "history": self.history}
            meta |= {"loss": (self.loss_mean, self.losses), "content": self.content}
            meta |= {"started_from": self.origin} if self.origin else {}
            save_checkpoint(self.folder / CHECKPOINT, meta, self.network, self.average, self.optimizer, self.schedule)

    def _write_down(self) -> None:
        """Say how all epochs went, those before a cut included."""
        if self.fabric.is_global_zero:
            with replacing(self.folder / _LOG) as log:
                log.write_text("".join(json.dumps(record) + "\n" for record in self.history))


def make_fabric(accelerator: str = "auto") -> Fabric:
    """Choose where to train: under ``torchrun`` every process it started, else one process; bf16 throughout.

    Raises:
        InvalidSetting: ``gpu``, and there is none.
    """
    if accelerator == "gpu" and not torch.accelerator.is_available():
        raise InvalidSetting("There is no GPU here that torch can use.", "Train with --accelerator cpu, or auto.")
    fabric = Fabric(
        accelerator=accelerator,
        devices=int(os.environ.get("LOCAL_WORLD_SIZE", "1")),
        num_nodes=int(os.environ.get("GROUP_WORLD_SIZE", "1")),
        precision="bf16-mixed",
    )
    fabric.launch()
    return fabric


def _rate(step: int, recipe: Recipe, steps_an_epoch: int) -> float:
    """Give the learning rate of a step, as a share of its peak."""
    falling = recipe.falling_epochs * steps_an_epoch
    if step >= falling:
        return recipe.tail_learning_rate / recipe.learning_rate
    rising = max(falling // 10, 1)
    if step < rising:
        return 0.04 + 0.96 * step / rising
    return max((1 + math.cos(math.pi * (step - rising) / max(falling - rising, 1))) / 2, 1e-4)


def _running_average(recipe: Recipe, steps_an_epoch: int) -> Callable[[Any, Any, Any], None]:
    """Keep a running average that forgets the first, random weights quickly."""
    falling = recipe.falling_epochs * steps_an_epoch

    @torch.no_grad()
    def update(averaged: list[Tensor], current: list[Tensor], count: Tensor | int) -> None:
        most = recipe.averaging if int(count) < falling else recipe.tail_averaging
        kept = min(most, (1 + int(count)) / (10 + int(count)))
        if averaged[0].is_floating_point():
            torch._foreach_lerp_(averaged, current, 1 - kept)
        else:  # counters
            for mine, theirs in zip(averaged, current, strict=True):
                mine.copy_(theirs)

    return update


def _groups(network: Network, recipe: Recipe) -> list[dict[str, Any]]:
    decayed = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    return [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]


def _whole(batch: Any) -> Any:
    return batch  # the mixture makes whole batches


def _workers(fabric: Fabric) -> int:
    # on a CPU one process writes the next batches while the network learns from the last
    return 1 if fabric.device.type == "cpu" else min(8, (os.cpu_count() or 2) - 1)
