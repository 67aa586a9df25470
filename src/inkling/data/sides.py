"""Packs beside each other: nothing that is held out in one of them is trained on in another."""

import hashlib
import logging
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from .packs import Pack, ink_of, split

__all__ = ["sides_of"]

_log = logging.getLogger(__name__)


def sides_of(packs: Sequence[Pack], judged: NDArray[np.uint8] | None = None) -> list[NDArray[np.str_]]:
    """Say of each pack which of the splits its samples are in, by :func:`inkling.data.packs.split`, or that in none.

    What any pack holds for a test is neither trained on nor watched by in another one, and what any holds for
    validation is not trained on. Pictures with nothing on them are in no split. A warning says how many these are.

    Args:
        packs: all that may be learned from together.
        judged: further pictures that are held out, such as corrections, uint8 (M, H, W).

    Returns:
        For each pack, str (N,): ``train``, ``validation``, ``test``, or empty.
    """
    sides = [_of_ink(pack) for pack in packs]
    contents = [_hashes(ink_of(pack, i) for i in range(len(pack))) for pack in packs]  # uint64 (N,) each
    kept = [_hashes(picture.tobytes() for picture in (() if judged is None else judged))]
    for side, others in (("test", ("train", "validation")), ("validation", ("train",))):
        kept += [content[mine == side] for content, mine in zip(contents, sides, strict=True)]
        held_out = np.concatenate(kept)
        for pack, mine, content in zip(packs, sides, contents, strict=True):
            twice = np.isin(mine, others) & np.isin(content, held_out)
            if twice.any():
                mine[twice] = ""
                _log.warning("%s: %d samples are left out, as the same ink is held out.", pack.name, int(twice.sum()))
    return sides


def _of_ink(pack: Pack) -> NDArray[np.str_]:
    sides = split(pack)
    if pack.images is not None:
        blank = ~pack.images.any((1, 2))
        if blank.any():
            sides[blank] = ""
            _log.warning("%s: %d pictures are left out, as nothing is written on them.", pack.name, int(blank.sum()))
    return sides


def _hashes(inks: Iterable[bytes]) -> NDArray[np.uint64]:
    """Hash each ink, so that equal ones are found among many: uint64 (N,)."""
    return np.frombuffer(b"".join(hashlib.blake2b(ink, digest_size=8).digest() for ink in inks), np.uint64)
