"""Export: a trained network and the normaliser as a bundle that ONNX Runtime reads."""

import datetime
import functools
import logging
import platform
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from ..bundle import Bundle
from .network import Network
from .normalizer import Normalizer
from .validation import Held, logits_of, same_kind

__all__ = ["export_bundle", "fit_temperature"]

# a logit that no temperature makes likely, and whose gradient is a number, as that of minus infinity is not
_NEVER = -1e4


def export_bundle(
    network: Network,
    symbols: Sequence[str],
    training: Mapping[str, Any],
    held: Sequence[Held] = (),
    figures: Mapping[str, float] | None = None,
) -> Bundle:
    """Make a bundle.

    Args:
        network: trained; its extra symbols are left behind.
        symbols: what its logits stand for.
        training: how it was trained: data sets with licences, recipe, history.
        held: validation data, for the temperature of the probabilities.
        figures: what was measured.
    """
    network = network.cpu().eval()
    card = {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "symbols": list(symbols),
        "input": {"ink": "float32 (N, H, W) in [0, 1], 0 = paper", "glyphs": "float32 (N, 28, 28) in [0, 1]"},
        "features": network.shape.features,
        "parameters": sum(p.numel() for n, p in network.named_parameters() if n != "extra_directions"),
        "shape": network.shape.to_json(),
        "temperature": fit_temperature(network, held, symbols) if held else 1.0,
        "training": dict(training),
        "figures": dict(figures or {}),
        "made_with": {"torch": torch.__version__, "onnx": onnx.__version__, "python": platform.python_version()},
    }
    exported = _onnx(network, torch.rand(2, 28, 28), "glyphs", ["logits", "features"], {0: _any("count")})
    return Bundle.make(_normalizer(), exported, card)


def fit_temperature(network: Network, held: Sequence[Held], symbols: Sequence[str]) -> float:
    """Find the temperature that makes probabilities honest on validation data (Guo et al. 2017, section 4.2).

    Each sample counts within the symbols of its own kind and within all, since both are asked for; packs count alike.

    Returns:
        What logits are divided by, above 0.
    """
    same = same_kind(symbols)
    parts: list[tuple[Tensor, Tensor]] = []
    for part in held:
        logits = logits_of(network, part.glyphs).double()
        targets = torch.tensor([symbols.index(label) for label in part.labels])
        parts += [(logits, targets), (logits.masked_fill(~same[targets], _NEVER), targets)]
    log_temperature = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        temperature = log_temperature.exp()
        loss = torch.stack([nn.functional.cross_entropy(logits / temperature, t) for logits, t in parts]).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return round(float(np.exp(log_temperature.item())), 4)


@functools.cache
def _normalizer() -> bytes:
    """Export the normaliser, once: it is the same in every bundle."""
    ink = torch.zeros(2, 40, 30)
    ink[:, 5:30, 7:20] = 1.0
    axes = {0: _any("count"), 1: _any("height"), 2: _any("width")}
    return _onnx(Normalizer(), ink, "ink", ["glyphs", "boxes", "frames"], axes)


def _any(name: str) -> Any:
    return torch.export.Dim(name, min=1, max=1 << 20)


def _onnx(module: nn.Module, example: Tensor, name: str, outputs: list[str], shape: dict[int, Any]) -> bytes:
    """Export a module of one input with dynamic axes; weights within the file."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(
            module.eval(),
            (example,),
            input_names=[name],
            output_names=outputs,
            dynamic_shapes=(shape,),
            dynamo=True,
            verbose=False,
        )
    assert program is not None  # for the type checker; export returns one unless given a file
    model = program.model_proto
    for node in model.graph.node:  # where in the source each node came from: twenty times the graph itself
        del node.metadata_props[:]
    return bytes(model.SerializeToString())
