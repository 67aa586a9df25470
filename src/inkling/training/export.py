"""Export: a trained network and the normaliser as a bundle that ONNX Runtime reads."""

import datetime
import functools
import logging
import platform
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..alphabet import NAMED, Alphabet
from ..bundle import Bundle
from ..errors import UnknownAlphabet
from ..judge import Judge
from ..temperature import LEAST, Temperatures, shared_shapes
from .network import Network
from .normalizer import Normalizer
from .validation import Held, beliefs_of, logits_of, same_kind

__all__ = ["export_bundle", "fit_acceptance", "fit_temperatures"]

#: The share of real characters that may be taken for none, and sets with fewer of them tell too little of it.
_REFUSED, _LEAST_REAL = 0.01, 200
#: The most membership that is asked for.
_MOST_ASKED = 0.5

#: With fewer samples no temperature is fitted, and none is beyond these.
_LEAST_FITTED, _COLDEST, _HOTTEST = 100, 0.1, 50.0

_log = logging.getLogger(__name__)

# a logit that no temperature makes likely, and whose gradient is a number, as that of minus infinity is not
_NEVER = -1e4


def export_bundle(
    network: Network,
    symbols: Sequence[str],
    training: Mapping[str, Any],
    held: Sequence[Held] = (),
    figures: Mapping[str, float] | None = None,
    before: Temperatures | None = None,
    normalizer: bytes | None = None,
) -> Bundle:
    """Make a bundle.

    Args:
        network: trained; its extra symbols are left behind.
        symbols: what its logits stand for.
        training: how it was trained: data sets with licences, recipe, history.
        held: validation data, for the temperature of the probabilities.
        figures: what was measured.
        before: the temperatures that are kept where validation data tell too little; 1.0 each by default.
        normalizer: the file of the bundle that the network comes from, whose glyphs it knows; today's by default.
    """
    network = network.cpu().eval()
    with torch.inference_mode():
        features = network.answers(torch.zeros(1, 28, 28))[1].shape[1]
    temperatures = fit_temperatures(network, held, symbols, before)
    card = {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "symbols": list(symbols),
        "input": {"ink": "float32 (N, H, W) in [0, 1], 0 = paper", "glyphs": "float32 (N, 28, 28) in [0, 1]"},
        "features": features,
        "parameters": sum(p.numel() for n, p in network.named_parameters() if n != "extra_directions")
        + network.layout.numel(),
        "shape": network.shape.to_json(),
        **temperatures.to_json(),
        **(
            {"acceptance": fit_acceptance(network, held, symbols, temperatures)}
            if network.shape.strange and held
            else {}
        ),
        "training": dict(training),
        "figures": dict(figures or {}),
        "made_with": {"torch": torch.__version__, "onnx": onnx.__version__, "python": platform.python_version()},
    }
    outputs = ["logits", "features", "unknown"] if network.shape.strange else ["logits", "features"]
    exported = _onnx(_Answers(network), torch.rand(2, 28, 28), "glyphs", outputs, {0: _any("count")})
    return Bundle.make(_normalizer() if normalizer is None else normalizer, exported, card)


class _Answers(nn.Module):
    """A network that gives all that a bundle does."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, glyphs: Tensor) -> tuple[Tensor, ...]:
        return self.network.answers(glyphs)


def fit_acceptance(
    network: Network, held: Sequence[Held], symbols: Sequence[str], temperatures: Temperatures
) -> dict[str, float]:
    """Find the membership that all but a hundredth of real characters reach, for each named alphabet.

    Every set of validation data counts alike, whatever its size. It is never more than a half: what more likely is a
    character than none is not refused, however seldom real characters are so doubtful.

    Returns:
        For each named alphabet that the network knows, and for the one of all its symbols, a share in [0, 1].
    """
    judge = Judge(tuple(symbols), {}, 1.0)
    memberships: dict[str, list[tuple[NDArray[np.float32], float]]] = {}
    for part in held:
        found, none = (beliefs.numpy() for beliefs in beliefs_of(network, part.glyphs))
        logits, unknown = temperatures.calibrated(found), temperatures.calibrated_unknown(none)
        for alphabet in _alphabets(symbols):
            among = {member for members in alphabet.members for member in members}
            mine = np.array([label in among for label in part.labels.tolist()])
            if mine.sum() >= _LEAST_REAL:
                reached = judge.membership(logits[mine], unknown[mine], alphabet)
                memberships.setdefault(alphabet.name, []).append((reached, 1 / len(reached)))
    return {name: min(_weighted_quantile(found, _REFUSED), _MOST_ASKED) for name, found in memberships.items()}


def _alphabets(symbols: Sequence[str]) -> Iterator[Alphabet]:
    everything = Alphabet.all_of(symbols)
    if everything.name not in NAMED:
        yield everything
    for name in NAMED:
        with suppress(UnknownAlphabet):  # a model of fewer symbols
            yield Alphabet.parse(name, symbols)


def _weighted_quantile(parts: Sequence[tuple[NDArray[np.float32], float]], share: float) -> float:
    values = np.concatenate([found for found, _ in parts])
    weights = np.concatenate([np.full(len(found), weight) for found, weight in parts])
    order = np.argsort(values)
    below = np.cumsum(weights[order]) / weights.sum()
    return round(float(values[order][np.searchsorted(below, share)]), 6)


def fit_temperatures(
    network: Network, held: Sequence[Held], symbols: Sequence[str], before: Temperatures | None = None
) -> Temperatures:
    """Find the temperatures that make probabilities honest on validation data (Guo et al. 2017, section 4.2).

    Each sample counts within the symbols of its own kind and, where its set has several kinds, within all: a set of one
    kind says nothing of how often each of the symbols of one shape is meant. Sets count alike, and both ways to ask do.
    Few samples may all be read right, or most of them wrong, by chance: that makes no network as sure, or as unsure.

    Args:
        network: whose logits are to be made honest.
        held: validation data.
        symbols: what the logits stand for.
        before: what is kept where there are too few samples, 1.0 each by default; and whose second one is where no set
            has several kinds, by default the first.
    """
    samples = sum(len(part.labels) for part in held)
    if samples < _LEAST_FITTED:
        if before is None:
            _log.warning(
                "Probabilities are as the network gives them: making them honest takes %d samples that are held out "
                "of training; there are %d.",
                _LEAST_FITTED,
                samples,
            )
        return before or Temperatures(symbols, 1.0, 1.0)
    same = same_kind(symbols)
    alike = torch.from_numpy(shared_shapes(symbols)).double()
    parts: list[tuple[Tensor, Tensor]] = []
    for part in held:
        logits = logits_of(network, part.glyphs).double()
        targets = torch.tensor([symbols.index(label) for label in part.labels])
        parts.append((logits, targets))
    of_several = [not bool(same[targets][:, targets[0]].all()) for _, targets in parts]
    logs = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([logs], max_iter=60, line_search_fn="strong_wolfe")

    def both() -> tuple[Tensor, Tensor]:
        shape, among = logs.exp()
        if any(of_several):
            return shape, among
        return shape, shape if before is None else torch.tensor(before.look_alike, dtype=torch.float64)

    def closure() -> Tensor:
        optimizer.zero_grad()
        shape, among = both()
        calibrated = [(_calibrated(logits, shape, among, alike), targets) for logits, targets in parts]
        own = [nn.functional.cross_entropy(z.masked_fill(~same[t], _NEVER), t) for z, t in calibrated]
        every = [
            nn.functional.cross_entropy(z, t) for (z, t), several in zip(calibrated, of_several, strict=True) if several
        ]
        loss = sum((torch.stack(losses).mean() for losses in (own, every) if losses), torch.zeros(()))
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    shape, among = (round(min(max(value.item(), _COLDEST), _HOTTEST), 4) for value in both())
    return Temperatures(symbols, shape, among)


def _calibrated(logits: Tensor, shape: Tensor, look_alike: Tensor, alike: Tensor) -> Tensor:
    """Do what :class:`Temperatures` does, so that gradients flow; up to a number that all logits of a row share."""
    below = logits - logits.amax(1, keepdim=True)
    of_shape, among = ((below / temperature).clamp(min=LEAST) for temperature in (shape, look_alike))
    return torch.log(torch.exp(of_shape) @ alike) + among - torch.log(torch.exp(among) @ alike)


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
