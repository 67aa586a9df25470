"""Checkpoints: all that training needs to go on, as safetensors with what built it in the header. Never a pickle."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ..errors import CheckpointError
from ..folders import replacing
from .network import NetworkShape

__all__ = ["CHECKPOINT", "Checkpoint", "load_checkpoint", "save_checkpoint"]

#: The file's name in a run's folder.
CHECKPOINT = "checkpoint.safetensors"

_NONE_HINT = "With --from, name the folder of a run that has one; with --resume, start afresh without it."
_RESUME = "Resume with the data it was started with, or start afresh without --resume."


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint in memory: its tensors by name, and what they belong to."""

    tensors: dict[str, Tensor]
    meta: dict[str, Any]

    def check(
        self, shape: NetworkShape, symbols: Sequence[str], data: Mapping[str, int], content: Sequence[str]
    ) -> None:
        """Make sure that the checkpoint fits.

        Args:
            shape: of the network to go on with.
            symbols: what its logits stand for.
            data: the packs to go on with, by name, and how many samples each has.
            content: the SHA-256 of each one's labels and ink; checkpoints of earlier versions say nothing of it.

        Raises:
            CheckpointError: it is of other data, or of a network of another shape.
        """
        if self.meta["symbols"] != list(symbols):
            raise CheckpointError(
                f"The checkpoint is of the symbols {self.meta['symbols']}, but these data hold {list(symbols)}.",
                _RESUME,
            )
        # the layout is fitted after the last step, so a run from before there was one can end with it
        held = replace(NetworkShape.from_json(self.meta["shape"]), layout=shape.layout)
        if held != shape:
            raise CheckpointError(
                f"The checkpoint is of a network {held.to_json()}, but these data ask for {shape.to_json()}.",
                _RESUME,
            )
        if self.meta.get("data") != data:
            raise CheckpointError(f"The checkpoint is of the data {self.meta.get('data')}, got {data}.", _RESUME)
        if self.meta.get("content", list(content)) != list(content):
            raise CheckpointError(
                f"The checkpoint is of other samples than these, which are as many: {data}.",
                _RESUME,
            )

    def restore(self, network: nn.Module, average: nn.Module, optimizer: Any, schedule: Any) -> None:
        """Put everything back where it was."""
        network.load_state_dict(self._part("network"))
        average.load_state_dict(self._part("average"))
        state = optimizer.state_dict()
        state["state"] = {}
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        for name, tensor in self._part("optimizer").items():
            number, key = name.split(".", 1)
            parameter = parameters[int(number)]
            if tensor.shape == parameter.shape:
                # fused optimizers walk through memory, so a mean must lie in it as its parameter does (channels last)
                tensor = torch.empty_like(parameter).copy_(tensor)
            state["state"].setdefault(int(number), {})[key] = tensor
        state["param_groups"] = self.meta["param_groups"]
        optimizer.load_state_dict(state)
        schedule.load_state_dict(self.meta["schedule"])

    def begin(self, network: nn.Module, symbols: Sequence[str]) -> None:
        """Give a network the averaged weights; what this training had no place for stays as it is.

        What stands for symbols that only shape the features stays behind: they may be others now.

        Raises:
            CheckpointError: it is of other symbols, or of a network of another shape.
        """
        mine = network.state_dict()
        weights = {name: t for name, t in self.average().items() if name != "extra_directions" and t.numel()}
        unlike = [name for name, tensor in weights.items() if name in mine and tensor.shape != mine[name].shape]
        if self.meta["symbols"] != list(symbols) or unlike or set(weights) - set(mine):
            raise CheckpointError(
                f"The checkpoint to start from is of another network: {self.meta['shape']}.",
                "Start from a run of the same data and the same network.",
            )
        network.load_state_dict({**mine, **weights})

    def average(self) -> dict[str, Tensor]:
        """Give the weights' running average, by the names of the network's own."""
        return self._part("average")

    def _part(self, prefix: str) -> dict[str, Tensor]:
        return {n.removeprefix(prefix + "."): t for n, t in self.tensors.items() if n.startswith(prefix + ".")}


def save_checkpoint(
    path: Path, meta: dict[str, Any], network: nn.Module, average: nn.Module, optimizer: Any, schedule: Any
) -> None:
    """Write a checkpoint; the one before stays whole until the new one is.

    Raises:
        FolderNotWritable: it cannot be written, or the disk is full.
    """
    state = optimizer.state_dict()
    tensors = {f"network.{n}": t for n, t in network.state_dict().items()}
    tensors |= {f"average.{n}": t for n, t in average.state_dict().items()}
    tensors |= {
        f"optimizer.{parameter}.{key}": value
        for parameter, values in state["state"].items()
        for key, value in values.items()
    }
    tensors = {name: torch.as_tensor(t).detach().cpu().contiguous().clone() for name, t in tensors.items()}
    plain = {k: v for k, v in schedule.state_dict().items() if isinstance(v, int | float | str | bool | list)}
    meta = meta | {"param_groups": state["param_groups"], "schedule": plain}
    with replacing(path) as partial:
        partial.write_bytes(save(tensors, {"inkling": json.dumps(meta)}))


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        CheckpointError: there is none, or it is damaged.
    """
    if not path.is_file():
        raise CheckpointError(f"There is no checkpoint at {path}.", _NONE_HINT)
    try:
        with safe_open(path, "pt") as file:
            meta = json.loads(file.metadata()["inkling"])
            return Checkpoint({name: file.get_tensor(name) for name in file.keys()}, meta)  # noqa: SIM118 - no mapping
    except (SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
        raise CheckpointError(
            f"The checkpoint {path} is damaged: {error}.",
            "With --from, name the folder of another run; with --resume, start afresh without it.",
        ) from error
