"""Data packs: labelled handwriting, as pictures or as pen strokes, in one ``.npz`` file each."""

import hashlib
import itertools
import os
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import STROKES, UNREADABLE, arrays_of, problem_of, problem_of_samples, unreadable
from ..errors import DataError, DataMissing
from ..folders import replacing, writable_folder
from ..joiners import composed

__all__ = [
    "MISSING_DATA_HINT",
    "SPLITS",
    "Pack",
    "find_packs",
    "in_composed_form",
    "ink_of",
    "load_pack",
    "may_be_measured",
    "save_pack",
    "split",
]

SPLITS = ("train", "validation", "test")

#: What to do where there is no data.
MISSING_DATA_HINT = (
    "Set INKLING_DATA to the folder that holds the packs, or fetch some: inkling data fetch mnist emnist."
)

#: Shares of writers (of pictures, where writers are unknown) that are kept out of training: validation, test.
_SHARES: Mapping[str, tuple[float, float]] = {
    "mnist-train": (0.05, 0.0),
    "mnist-test": (0.0, 1.0),
    "omniglot-latin": (0.0, 1.0),
    "omniglot-background": (0.0, 0.0),
}
_USUAL_SHARES = (0.05, 0.10)

#: The parts of EMNIST that are published for testing.
_EMNIST_TEST = re.compile("emnist-[a-z]+-test")

#: A pack of one's own with fewer known writers is split by picture: of one writer it would be all on one side.
_LEAST_WRITERS = 10
#: Packs that are always split by writer, so that any part of them is split as the whole is.
_OF_MANY_WRITERS = frozenset(
    ("mnist-train", "mnist-test", "unipen-strokes", "sse-uppercase", "omniglot-latin", "omniglot-background")
)

#: Labels that stand in another pack which is for testing only: omniglot-background holds all of omniglot-latin.
_TESTED_ELSEWHERE: Mapping[str, str] = {"omniglot-background": "Latin/"}

#: Packs that go about with writers and without. The bundle that ships was trained by writer, and so has learnt from
#: pictures that the split by picture holds for validation.
_WITH_AND_WITHOUT_WRITERS = {"mnist-train"}


@dataclass(frozen=True, eq=False)
class Pack:
    """Labelled handwriting: either ``images`` or the three stroke arrays are set.

    Args:
        name: the pack's name, such as ``mnist-train``.
        labels: str (N,), the symbol of each sample.
        writers: int32 (N,), who wrote it; -1 = not known.
        images: uint8 (N, H, W), 0 = paper, 255 = ink.
        points: float32 (P, 2), x right, y down, any unit.
        stroke_start: int64 (S + 1,) into ``points``.
        sample_start: int64 (N + 1,) into strokes.
    """

    name: str
    labels: NDArray[np.str_]
    writers: NDArray[np.int32]
    images: NDArray[np.uint8] | None = None
    points: NDArray[np.float32] | None = None
    stroke_start: NDArray[np.int64] | None = None
    sample_start: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """Give the number of samples."""
        return len(self.labels)

    def content(self) -> str:
        """Give the SHA-256 of all labels and ink, in their order."""
        hashed = hashlib.sha256("\0".join(self.labels.tolist()).encode("utf-8", "surrogatepass"))
        for array in (self.images, self.points, self.stroke_start, self.sample_start):
            if array is not None:
                hashed.update(f"{array.dtype}{array.shape}".encode())
                hashed.update(np.ascontiguousarray(array).data)
        return hashed.hexdigest()

    def strokes(self, index: int) -> list[NDArray[np.float32]]:
        """Give the strokes of one sample of a stroke pack, each float32 (P, 2)."""
        if self.points is None or self.stroke_start is None or self.sample_start is None:
            raise DataError(f"The pack {self.name} holds pictures, not strokes.")
        first, last = self.sample_start[index], self.sample_start[index + 1]
        bounds = self.stroke_start[first : last + 1]
        return [self.points[a:b] for a, b in itertools.pairwise(bounds)]

    def select(self, keep: NDArray[Any]) -> "Pack":
        """Give the samples that a boolean mask (N,) or an array of indices picks."""
        index = np.flatnonzero(keep) if keep.dtype == np.bool_ else keep
        chosen = replace(self, labels=self.labels[index], writers=self.writers[index])
        if self.images is not None:
            return replace(chosen, images=self.images[index])
        parts = [self.strokes(int(i)) for i in index]
        strokes = [s for part in parts for s in part]
        return replace(
            chosen,
            points=np.concatenate(strokes) if strokes else np.zeros((0, 2), np.float32),
            stroke_start=np.cumsum([0, *map(len, strokes)], dtype=np.int64),
            sample_start=np.cumsum([0, *map(len, parts)], dtype=np.int64),
        )


def find_packs(folder: Path) -> dict[str, Path]:
    """Name the packs of a folder; none if there is no such folder.

    Raises:
        DataError: it may not be looked into.
    """
    try:
        names = sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        reason = error.strerror or error
        raise DataError(
            f"The data folder {folder} cannot be looked into: {reason}.", "Set INKLING_DATA to another one."
        ) from error
    return {Path(name).stem: folder / name for name in names if name.endswith(".npz")}


def load_pack(path: Path) -> Pack:
    """Read one pack and check its form.

    Raises:
        DataMissing: there is no such file.
        DataError: the file is not a pack of the form above.
    """
    if not path.is_file():
        raise DataMissing(f"There is no data pack at {path}.", MISSING_DATA_HINT)
    try:
        with zipfile.ZipFile(path) as archive:
            kept = ("images",) if "images.npy" in archive.namelist() else STROKES
            arrays = arrays_of(archive, ("labels", "writers", *kept))
    except UNREADABLE as error:
        raise DataError(
            f"{path} is not a readable .npz file: {unreadable(error)}.", "Fetch or make it again."
        ) from error
    if problem := problem_of(arrays) or problem_of_samples(arrays):
        raise DataError(f"{path} is not a data pack: {problem}.", "The form is described in docs/how-to/data.md.")
    writers = arrays.get("writers", np.full(len(arrays["labels"]), -1))
    labels = in_composed_form(arrays["labels"].astype(np.str_))
    return Pack(path.stem, labels, writers.astype(np.int32), **{name: arrays[name] for name in kept})


def in_composed_form(labels: NDArray[np.str_]) -> NDArray[np.str_]:
    """Give labels (N,) as symbols are written (NFC): an é of a letter and a mark is the é of one character."""
    others = {label: composed(label) for label in set(labels.tolist()) if not label.isascii()}
    if all(label == same for label, same in others.items()):
        return labels
    return np.array([others.get(label, label) for label in labels.tolist()])


def save_pack(pack: Pack, path: Path) -> None:
    """Write a pack in the form that :func:`load_pack` reads; a pack that was there is replaced whole or not at all.

    Raises:
        FolderNotWritable: nothing can be written there.
        DataError: what is in ``pack`` is not a pack.
    """
    names = ("labels", "writers", "images", *STROKES)
    arrays = {name: value for name in names if (value := getattr(pack, name)) is not None}
    if problem := problem_of(arrays) or problem_of_samples(arrays):
        raise DataError(f"The pack {pack.name} cannot be written: {problem}.")
    folder = writable_folder(path.parent)
    with replacing(folder / path.name) as partial, partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def split(pack: Pack) -> NDArray[np.str_]:
    """Say which of :data:`SPLITS` each sample is in: str (N,).

    Samples of one writer stand on one side; where writers are unknown, or fewer than ten in a pack of one's own,
    samples with the same picture do. The choice hangs on the writer or the picture alone, so it is the same on every
    machine, and for every subset of the packs that are known by name. Of ``omniglot-background`` the Latin part is for
    testing, whoever wrote it, so that its writers stand on two sides.
    """
    usual = (0.0, 1.0) if _EMNIST_TEST.fullmatch(pack.name) else _USUAL_SHARES
    validation, test = _SHARES.get(pack.name, usual)
    writers = pack.writers
    if pack.name not in _OF_MANY_WRITERS and len(np.unique(writers[writers >= 0])) < _LEAST_WRITERS:
        writers = np.full_like(writers, -1)
    keys = [f"{pack.name}/{writer}".encode() if writer >= 0 else ink_of(pack, i) for i, writer in enumerate(writers)]
    share = {key: int.from_bytes(hashlib.sha256(key).digest()[:6], "big") / 2**48 for key in set(keys)}
    values = np.array([share[key] for key in keys])
    sides = np.where(values < test, "test", np.where(values < test + validation, "validation", "train"))
    if elsewhere := _TESTED_ELSEWHERE.get(pack.name):
        sides[np.char.startswith(pack.labels, elsewhere)] = "test"
    return sides


def may_be_measured(pack: Pack) -> NDArray[np.bool_]:
    """Say of which samples the split is the same wherever the pack comes from: bool (N,).

    MNIST as it is published names no writers. Training on it still holds pictures out, but they are others than those
    that training by writer held out, so that a figure on them would say nothing of a bundle that comes from elsewhere.
    """
    if pack.name in _WITH_AND_WITHOUT_WRITERS:
        return pack.writers >= 0
    return np.ones(len(pack), np.bool_)


def ink_of(pack: Pack, index: int) -> bytes:
    """Give the ink of one sample as bytes: equal ones are of the same picture, or the same strokes."""
    return pack.images[index].tobytes() if pack.images is not None else np.concatenate(pack.strokes(index)).tobytes()
