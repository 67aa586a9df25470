"""One door for data in any form that is understood: a pack, a folder of pictures, MNIST's and EMNIST's own files."""

import string
import zipfile
from pathlib import Path

import numpy as np

from ..errors import DataError, DataMissing
from ..folders import expanded
from .emnist import read_emnist, read_emnist_zip
from .idx import read_idx_file
from .packs import Pack, load_pack
from .pictures import read_folder

__all__ = ["load", "mnist_pack"]

_MNIST_NAMES = {"train": "mnist-train", "t10k": "mnist-test"}


def load(source: str | Path) -> Pack:
    """Read labelled handwriting, choosing the form by what ``source`` is.

    ========================================  ====================================================================
    ``pack.npz``                              a data pack
    a folder                                  a sub-folder a class, pictures inside
    ``train-images-idx3-ubyte`` (``.gz``)     MNIST's form; the labels lie beside it
    ``emnist-letters-train-images-idx3-...``  EMNIST's form; labels and mapping lie beside it
    ``gzip.zip``                              EMNIST's archive: the letters of ByClass' training part
    ========================================  ====================================================================

    Raises:
        DataMissing: there is nothing at ``source``, or its labels are missing.
        DataError: it is in no form that is understood, or it is damaged; the message names the file.
    """
    path = expanded(source)
    if path.is_dir():
        return read_folder(path)
    if not path.exists():
        raise DataMissing(
            f"There is no file or folder {path}.", "Give a folder with a sub-folder a class, a pack.npz, or IDX files."
        )
    if path.suffix == ".npz":
        return load_pack(path)
    if "labels-idx1" in path.name:
        raise DataError(f"{path} holds the labels.", "Give the file of pictures (images-idx3), the labels are found.")
    if "images-idx3" in path.name:
        if path.name.startswith("emnist-"):
            return read_emnist(path)
        labels = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
        stem = path.name.split("-images-idx3")[0]
        return mnist_pack(_MNIST_NAMES.get(stem, stem), path, labels)
    if path.suffix == ".zip" and zipfile.is_zipfile(path):
        return read_emnist_zip(path, "byclass", "train", string.ascii_letters)
    raise DataError(
        f"{path} is in no form that is understood.",
        "Give a folder with a sub-folder a class, a pack.npz, or a file named ...-images-idx3-ubyte.gz.",
    )


def mnist_pack(name: str, images_path: Path, labels_path: Path) -> Pack:
    """Make a pack of MNIST's two files, which hold digits, upright.

    Raises:
        DataMissing: a file is not there.
        DataError: a file is damaged, their numbers differ, or a label is no digit.
    """
    images, labels = read_idx_file(images_path, 3), read_idx_file(labels_path, 1)
    if len(images) != len(labels):
        raise DataError(
            f"{images_path} has {len(images):,} pictures, {labels_path} {len(labels):,} labels.",
            "Take both files from the same place.",
        )
    if len(labels) and labels.max() > 9:
        raise DataError(
            f"{labels_path} has the label {labels.max()}; MNIST's form has digits, 0 to 9.",
            "Letters need EMNIST's file names (emnist-SPLIT-...), which say what a label means, or a pack.npz.",
        )
    return Pack(name, labels.astype(np.str_), np.full(len(labels), -1, np.int32), images=images)
