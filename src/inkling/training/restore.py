"""A bundle's network as a torch module, so that it can be trained further."""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import NodeProto, numpy_helper
from torch import Tensor, nn

from ..bundle import NETWORK, Bundle
from ..errors import BundleError
from .network import Network, NetworkShape

__all__ = ["network_of"]

_LAYERS = (nn.Conv2d, nn.Linear)
_NORMS = (nn.BatchNorm2d, nn.BatchNorm1d)

#: Rounding differs between torch and ONNX Runtime by some millionths; another structure differs by far more.
_AGREEMENT = 1e-3


def network_of(bundle: Bundle) -> Network:
    """Build the torch network that a bundle was exported from.

    The exporter folded every norm into the layer before it, so what stood in the norms is lost: here they change
    nothing but add the folded bias. Such norms hold for evaluation mode only; in training mode they would take each
    batch's own mean and variance away. The directions come with length 1, and there are no symbols of other scripts,
    since a bundle keeps none. The layout comes back as it was fitted.

    Args:
        bundle: one that :func:`inkling.training.export.export_bundle` made.

    Returns:
        The network in evaluation mode; its logits are those of the bundle before they are calibrated.

    Raises:
        BundleError: the bundle holds a network of another structure than :class:`~inkling.training.network.Network`.
    """
    network = Network(_shape(bundle))
    try:
        graph = onnx.load_from_string(bundle.files[NETWORK]).graph
    except Exception as error:  # protobuf's own, whose types mypy does not know
        raise _unlike("it is no ONNX file") from error
    weights = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    made_by = {output: node for node in graph.node for output in node.output}
    layers = [module for module in network.modules() if isinstance(module, _LAYERS)]
    norms = [module for module in network.modules() if isinstance(module, _NORMS)]
    nodes = [node for node in graph.node if node.op_type in ("Conv", "Gemm")]
    if network.shape.layout:
        is_layout = (network.shape.layout, network.shape.widths[-1], 1, 1)
        of_layout = [node for node in nodes if _constants(node, weights)[0].shape == is_layout]
        nodes = [node for node in nodes if node not in of_layout]
        if len(of_layout) != 1:
            raise _unlike(f"it has {len(of_layout)} layers that could be its layout")
    if len(nodes) != len(layers):
        raise _unlike(f"it has {len(nodes)} layers of weights, and its card describes one of {len(layers)}")
    with torch.no_grad():
        for node, layer, norm in zip(nodes, layers, norms, strict=True):
            weight, *bias = _constants(node, weights)
            _fill(layer.weight, weight, node.name)
            _fill(norm.bias, bias[0] if bias else torch.zeros_like(norm.bias), node.name)  # one of zeros is left out
            norm.weight.fill_((1 + norm.eps) ** 0.5)  # takes back what a fresh norm divides by
        if network.shape.layout:
            _fill(network.layout, _constants(of_layout[0], weights)[0][:, :, 0, 0], of_layout[0].name)
        # logits = (scale · features) × directions
        product = _made_by("logits", made_by)
        _fill(network.directions, _constants(product, weights)[0].T, product.name)
        scaling = _made_by(product.input[0], made_by)
        _fill(network.scale, _constants(scaling, weights)[0], scaling.name)
        if network.shape.strange:
            # unknown = log of the sum of exp of (scale · features) × strange directions
            product = _product_before("unknown", made_by, weights)
            _fill(network.strange_directions, _constants(product, weights)[0].T, product.name)
    network.eval()
    _compare(network, bundle)
    return network


def _shape(bundle: Bundle) -> NetworkShape:
    described = bundle.card.get("shape")
    if not isinstance(described, dict):
        raise _unlike("its card does not say its shape")
    try:
        return NetworkShape.from_json({**described, "symbols": len(bundle.symbols), "extra_symbols": 0})
    except TypeError as error:
        raise _unlike(f"its card gives the shape {described}") from error


def _constants(node: NodeProto, weights: Mapping[str, Tensor]) -> Sequence[Tensor]:
    found = [weights[name] for name in node.input if name in weights]
    if not found:
        raise _unlike(f"{node.name} has no weights of its own")
    return found


def _made_by(output: str, made_by: Mapping[str, NodeProto]) -> NodeProto:
    if output not in made_by:
        raise _unlike(f"nothing in it makes {output!r}")
    return made_by[output]


def _product_before(output: str, made_by: Mapping[str, NodeProto], weights: Mapping[str, Tensor]) -> NodeProto:
    """Walk up from an output to the nearest product with a matrix."""
    node = _made_by(output, made_by)
    while node.op_type != "MatMul":
        above = next((name for name in node.input if name in made_by), None)
        if above is None:
            raise _unlike(f"nothing above {output!r} multiplies by directions")
        node = made_by[above]
    return node


def _fill(place: Tensor | None, values: Tensor, name: str) -> None:
    if place is None or place.shape != values.shape:
        expected = None if place is None else tuple(place.shape)
        raise _unlike(f"{name} has weights {tuple(values.shape)}, expected {expected}")
    place.copy_(values)


def _compare(network: Network, bundle: Bundle) -> None:
    """Run both, since graphs of like weights can still compute different things."""
    glyphs = np.random.default_rng(0).random((4, 28, 28), np.float32)
    session = onnxruntime.InferenceSession(bundle.files[NETWORK], providers=["CPUExecutionProvider"])
    names = ["logits", "features", "unknown"][: 3 if network.shape.strange else 2]
    expected = session.run(names, {"glyphs": glyphs})
    with torch.inference_mode():
        found = network.answers(torch.from_numpy(glyphs))
    for name, theirs, ours in zip(names, expected, found, strict=True):
        apart = float(np.abs(theirs - ours.numpy()).max())
        if not apart <= _AGREEMENT * max(1.0, float(np.abs(theirs).max())):
            raise _unlike(f"with the same weights its {name} are {apart:.3g} apart")


def _unlike(what: str) -> BundleError:
    return BundleError(
        f"The bundle's network cannot be trained further: {what}.",
        "Use a bundle made by this version of inkling train.",
    )
