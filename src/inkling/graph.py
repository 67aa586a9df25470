"""A bundle's graphs, opened to be run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .bundle import NETWORK, NORMALIZER, Bundle
from .errors import BundleDamaged

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["open_network", "open_normalizer"]

#: What the network gives. A bundle that was made before there was ``unknown`` gives the first two.
_OUTPUTS = ["logits", "features", "unknown"]


def open_normalizer(bundle: Bundle) -> "InferenceSession":
    """Open the graph that makes glyphs of ink.

    Raises:
        BundleDamaged: it cannot be run, or gives something else.
    """
    return _opened(bundle, NORMALIZER, [["glyphs", "boxes", "frames"]])


def open_network(bundle: Bundle) -> "InferenceSession":
    """Open the graph that makes logits and features of glyphs, and perhaps the logit of what is no symbol.

    Raises:
        BundleDamaged: it cannot be run, or gives something else.
    """
    network = _opened(bundle, NETWORK, [_OUTPUTS, _OUTPUTS[:2]])
    told_apart = network.get_outputs()[0].shape[-1]
    if told_apart != len(bundle.symbols):
        raise _damaged(f"its card names {len(bundle.symbols)} symbols, its network tells {told_apart} apart")
    for unknown in network.get_outputs()[2:]:
        if len(unknown.shape) != 1:
            raise _damaged(f"unknown has the shape {unknown.shape}, expected one number a glyph")
    return network


def _opened(bundle: Bundle, name: str, known: Sequence[list[str]]) -> "InferenceSession":
    # importing it starts a thread, which a server's processes must not inherit through a fork: they could not end
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(bundle.files[name], options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has no narrower common base
        raise BundleDamaged(
            f"{name} cannot be run: {error}.", "Install Inkling again, or use another bundle."
        ) from error
    given = [output.name for output in session.get_outputs()]
    if given not in known:
        raise _damaged(f"{name} gives {given}, expected {' or '.join(map(str, known))}")
    return session


def _damaged(what: str) -> BundleDamaged:
    return BundleDamaged(f"The bundle is damaged: {what}.", "Install Inkling again, or use another bundle.")
