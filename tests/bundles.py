"""Other bundles than the one that ships, made of it without training."""

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
