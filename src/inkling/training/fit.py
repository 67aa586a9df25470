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
from .checkpoint import CHECKPOINT, load_checkpoint, save_checkpoint
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
    fabric = fabric or make_fabric()
    checkpoint = folder / CHECKPOINT
    saved = load_checkpoint(checkpoint) if resume else None
    recipe = Recipe.from_json(saved.meta["recipe"]) if saved else recipe or Recipe()
    seed_everything(recipe.seed, verbose=False)
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
    data = {pack.name: len(pack) for pack in train}
    shape = shape or NetworkShape(strange=_STRANGE, layout=LAYOUT)
    shape = replace(shape, symbols=len(symbols), extra_symbols=mixture.extra_symbols)
    if saved:
        saved.check(shape, symbols, data)
    network = Network(shape)
    origin = saved.meta.get("started_from") if saved else None
    if start and not saved:
        earlier = load_checkpoint(start)
        earlier.begin(network, symbols)
        origin = {"recipe": earlier.meta["recipe"], "epochs": earlier.meta["history"]}
        origin |= {"started_from": before} if (before := earlier.meta.get("started_from")) else {}
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in torch's stubs
    optimizer = torch.optim.AdamW(_groups(network, recipe), lr=recipe.learning_rate, fused=True)
    model, optimizer = fabric.setup(network, optimizer)
    batches = Epochs(mixture, recipe.batch_size, recipe.seed, fabric.global_rank, fabric.world_size, limit=recipe.limit)
    averaged = AveragedModel(network, multi_avg_fn=_running_average(recipe, batches.steps), use_buffers=True)
    average = cast(Network, averaged.module)
    steps = recipe.epochs * batches.steps
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, recipe, batches.steps))
    done, history = 0, []
    if saved:
        saved.restore(network, average, optimizer, schedule)
        done, history = saved.meta["step"], saved.meta["history"]
        averaged.n_averaged.fill_(done)
    elif fabric.is_global_zero:
        (folder / "log.jsonl").write_text("")
    loader = DataLoader(mixture, batch_sampler=batches, collate_fn=_whole, num_workers=_workers(fabric))
    kinds = same_kind(symbols).to(fabric.device)
    started, loss_mean, last_saved = time.monotonic(), 0.0, time.monotonic()
    first_step = done

    def save() -> None:
        if fabric.is_global_zero:
            meta: dict[str, Any] = {"recipe": asdict(recipe), "shape": shape.to_json(), "symbols": list(symbols)}
            meta |= {"data": data, "step": done, "history": history}
            meta |= {"started_from": origin} if origin else {}
            save_checkpoint(checkpoint, meta, network, average, optimizer, schedule)

    for epoch in range(done // batches.steps, recipe.epochs):
        batches.epoch, batches.skip = epoch, done % batches.steps
        model.train()
        for batch in loader:
            batch = Batch(*(t.to(fabric.device) for t in (batch.glyphs, batch.targets, batch.extras)))
            loss = loss_of(network, batch, recipe, kinds, model)
            optimizer.zero_grad()
            fabric.backward(loss)
            optimizer.step()
            schedule.step()
            averaged.update_parameters(network)
            done += 1
            loss_mean += (loss.item() - loss_mean) / min(done - first_step, 100)
            within = done % batches.steps > 0  # at its end, an epoch is saved with its figures
            if within and time.monotonic() - last_saved > checkpoint_every_s:
                save()
                last_saved = time.monotonic()
            left_s = (time.monotonic() - started) / (done - first_step) * (steps - done)
            accuracy = history[-1]["accuracy"] if history else None
            report(Progress(epoch + 1, recipe.epochs, done, steps, loss_mean, accuracy, left_s))
        figures = accuracies(average, held, symbols)
        history.append({"epoch": epoch + 1, "loss": round(loss_mean, 4), **figures})
        save()
        if fabric.is_global_zero:
            with (folder / "log.jsonl").open("a") as log:
                log.write(json.dumps(history[-1]) + "\n")
            _log.info("epoch %d: %s", epoch + 1, history[-1])
    told = {"recipe": asdict(recipe), "epochs": history}
    average = average.cpu().eval()
    if fabric.is_global_zero:
        fit_layout(average, train, symbols, recipe.seed)
    return average, told | ({"started_from": origin} if origin else {})


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
