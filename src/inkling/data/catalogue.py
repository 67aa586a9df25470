"""What is known about each data set: what it is, where it comes from, under which licence, and what it is used for."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ..arrays import UNREADABLE, arrays_of, problem_of_names, unreadable
from .packs import find_packs

__all__ = ["CATALOGUE", "DataSet", "Found", "survey"]


@dataclass(frozen=True)
class DataSet:
    """One data set that Inkling knows by name.

    Args:
        name: the pack's name.
        what: what it is, one line.
        licence: the terms it is under.
        source: whom it is owed to.
        in_training: whether the bundle that ships was trained on its training split.
        fetched_as: the name to fetch it by; empty where it cannot be fetched.
    """

    name: str
    what: str
    licence: str
    source: str
    in_training: bool
    fetched_as: str = ""


_MNIST_SOURCE = "MNIST: LeCun, Cortes, Burges 1998; writers from QMNIST: Yadav, Bottou 2019"
_EMNIST_SOURCE = "NIST Special Database 19; EMNIST: Cohen, Afshar, Tapson, van Schaik 2017"
_NIST_TERMS = "as published by NIST, to be cited"
_OMNIGLOT_SOURCE = "Omniglot: Lake, Salakhutdinov, Tenenbaum 2015"

#: The data sets that Inkling knows, by the name of their pack.
CATALOGUE: Mapping[str, DataSet] = MappingProxyType(
    {
        data_set.name: data_set
        for data_set in (
            DataSet(
                "mnist-train",
                "digits of forms, 28×28, in MNIST's order",
                "no formal licence, to be cited",
                _MNIST_SOURCE,
                in_training=True,
                fetched_as="mnist",
            ),
            DataSet(
                "mnist-test",
                "MNIST's test digits, for reporting only",
                "no formal licence, to be cited",
                _MNIST_SOURCE,
                in_training=False,
                fetched_as="mnist",
            ),
            DataSet(
                "emnist-byclass",
                "letters of forms with true case, 28×28",
                _NIST_TERMS,
                _EMNIST_SOURCE,
                in_training=False,
                fetched_as="emnist",
            ),
            DataSet(
                "emnist-letters",
                "a part of EMNIST's letters with true case, 28×28",
                _NIST_TERMS,
                _EMNIST_SOURCE,
                in_training=True,
            ),
            DataSet(
                "unipen-strokes",
                "pen strokes of digits and letters, 62 classes",
                "CC BY 4.0 (later release)",
                "UNIPEN train_r01_v07: Guyon, Schomaker, Plamondon, Liberman, Janet 1994",
                in_training=True,
            ),
            DataSet(
                "sse-uppercase",
                "15 capitals of photographed forms, 64×64",
                "MIT",
                "SSE, photographed forms of 192 writers",
                in_training=True,
            ),
            DataSet(
                "comnist-uppercase",
                "capitals drawn on touch screens, 139×139",
                "CC BY-SA 4.0",
                "CoMNIST: Vial 2017",
                in_training=True,
            ),
            DataSet(
                "omniglot-latin",
                "small letters drawn online, 105×105; kept out of training",
                "MIT",
                _OMNIGLOT_SOURCE,
                in_training=False,
            ),
            DataSet(
                "omniglot-background",
                "8 alphabets, 105×105; its 7 others than Latin shape the features",
                "MIT",
                _OMNIGLOT_SOURCE,
                in_training=True,
            ),
        )
    }
)


@dataclass(frozen=True)
class Found:
    """A pack that lies in the data folder.

    Args:
        path: its file.
        samples: how many samples it holds.
        classes: how many symbols.
        writers: how many known writers.
        known: what the catalogue says of it; None for a pack of one's own.
        problem: why it cannot be used; empty if it can.
    """

    path: Path
    samples: int
    classes: int
    writers: int
    known: DataSet | None
    problem: str = ""


def survey(folder: Path) -> list[Found]:
    """Look at every pack of a folder, at its labels and writers only, so that large packs are listed at once."""
    return [_look(path) for path in find_packs(folder).values()]


def _look(path: Path) -> Found:
    known = CATALOGUE.get(path.stem)
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = arrays_of(archive, ("labels", "writers"))
        problem = problem_of_names(arrays)
    except UNREADABLE as error:
        problem = unreadable(error)
    if problem:
        return Found(path, 0, 0, 0, known, problem)
    labels, writers = arrays["labels"], arrays.get("writers", np.empty(0, np.int32))
    return Found(path, len(labels), len(np.unique(labels)), len(np.unique(writers[writers >= 0])), known)
