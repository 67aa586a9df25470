"""Other bundles than the one that ships, made of it without training."""

import functools

import numpy as np

from inkling.bundle import NETWORK, NORMALIZER, Bundle

SHIPPED = Bundle.load()


def other(number=1, swap="17", **card):
    """A bundle with weights of its own, in which two symbols have changed places; the same number gives the same."""
    places = dict(zip(swap, reversed(swap), strict=True))
    symbols = [places.get(symbol, symbol) for symbol in SHIPPED.symbols]
    network = np.frombuffer(SHIPPED.files[NETWORK], np.uint8).copy()
    middle = len(network) // 2 + 512 * number
    network[middle : middle + 512] ^= 1  # there are weights: some become a little other, a few much
    return Bundle.make(SHIPPED.files[NORMALIZER], network.tobytes(), {**SHIPPED.card, "symbols": symbols, **card})


def senseless():
    """A bundle whose network answers what is no number."""
    network = bytearray(SHIPPED.files[NETWORK])
    middle = len(network) // 2
    network[middle : middle + 4096] = b"\xff" * 4096
    return Bundle.make(SHIPPED.files[NORMALIZER], bytes(network), SHIPPED.card)


#: The acceptance of :func:`wary`.
ACCEPTANCE = {
    **dict.fromkeys(("digits", "lowercase", "uppercase", "digits+lowercase"), 0.5),
    **dict.fromkeys(("letters", "letters-caseless", "alphanumeric"), 0.3),
}


@functools.cache
def _graph(unknown, keepdims=False, steep=100.0):
    """The shipped network, with an output ``unknown`` of our own or without one."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load_from_string(SHIPPED.files[NETWORK])
    graph = model.graph
    for node in graph.node:  # whatever the shipped one says of it is of no interest here
        for names in (node.input, node.output):
            names[:] = [f"{name}_shipped" if name == "unknown" else name for name in names]
    del graph.output[2:]
    if unknown:
        constants = {"thick": [0.3], "steep": [steep], "sides": [1, 2]}
        kinds = {"sides": np.int64}
        for name, values in constants.items():
            array = np.array(values, kinds.get(name, np.float32))
            graph.initializer.append(numpy_helper.from_array(array, f"blot_{name}"))
        graph.node.extend([
            helper.make_node("ReduceMean", ["glyphs", "blot_sides"], ["blot_mean"], keepdims=int(keepdims)),
            helper.make_node("Sub", ["blot_mean", "blot_thick"], ["blot_more"]),
            helper.make_node("Mul", ["blot_more", "blot_steep"], ["unknown"]),
        ])  # fmt: skip
        graph.output.append(
            helper.make_tensor_value_info("unknown", TensorProto.FLOAT, ["N", 1, 1] if keepdims else ["N"])
        )
    return model.SerializeToString()


def wary(keepdims=False, steep=100.0, **card):
    """A bundle that tells what is no symbol: all that has much ink, such as a blot, and nothing else."""
    given = {**SHIPPED.card, "acceptance": ACCEPTANCE, **card}
    return Bundle.make(SHIPPED.files[NORMALIZER], _graph(True, keepdims, steep), given)


def trusting(**card):
    """A bundle from before there was an output ``unknown``."""
    plain = {name: value for name, value in SHIPPED.card.items() if name != "acceptance"}
    return Bundle.make(SHIPPED.files[NORMALIZER], _graph(False), {**plain, **card})
