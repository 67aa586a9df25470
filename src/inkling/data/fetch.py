"""Fetches MNIST and EMNIST from where they are published: download, check, unpack, and write as data packs."""

import logging
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pooch
import requests

from ..errors import DataError, DataMissing, DownloadError, FolderNotWritable
from ..folders import writable_folder
from .download import ResumingDownloader
from .emnist import read_emnist_zip
from .formats import mnist_pack
from .packs import Pack, load_pack, save_pack

__all__ = ["FETCHABLE", "Original", "Published", "emnist_maker", "fetch", "mnist_maker"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Original:
    """A file as published: its name, SHA-256, and the addresses it can be had from, tried in turn."""

    name: str
    sha256: str
    urls: tuple[str, ...]


@dataclass(frozen=True)
class Published:
    """How a data set is published, and what becomes of it.

    Args:
        originals: the files to download.
        packs: what to make of them: pack name → maker, which takes the folder that holds the originals, and counts.
    """

    originals: tuple[Original, ...]
    packs: Mapping[str, Callable[[Path], Pack]]


_MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
)


def mnist_maker(name: str, stem: str, samples: int) -> Callable[[Path], Pack]:
    """Make the maker of one part of MNIST, which must hold so many samples."""

    def make(folder: Path) -> Pack:
        pack = mnist_pack(name, folder / f"{stem}-images-idx3-ubyte.gz", folder / f"{stem}-labels-idx1-ubyte.gz")
        if len(pack) != samples:
            raise DataError(f"{name} must hold {samples:,} samples, it holds {len(pack):,}.", "Fetch it again.")
        return pack

    return make


def emnist_maker(samples: Mapping[str, int]) -> Callable[[Path], Pack]:
    """Make the maker of EMNIST's letters out of ByClass, the split that keeps case.

    Digits are left out: they overlap MNIST, its test split included. The published parts are joined, and
    :func:`inkling.data.packs.split` parts them anew by picture: the published test part was drawn from the writers of
    the training part, and its pictures also stand in other selections of EMNIST that one may train on.

    Args:
        samples: how many samples each published part must hold, digits included: ``train`` and ``test``.
    """

    def make(folder: Path) -> Pack:
        parts = [
            read_emnist_zip(folder / "gzip.zip", "byclass", part, string.ascii_letters, count)
            for part, count in samples.items()
        ]
        images = np.concatenate([part.images for part in parts if part.images is not None])
        labels = np.concatenate([part.labels for part in parts])
        return Pack("emnist-byclass", labels, np.full(len(labels), -1, np.int32), images=images)

    return make


#: What can be fetched, by name.
FETCHABLE: Mapping[str, Published] = {
    "mnist": Published(
        originals=tuple(
            Original(name, sha256, tuple(mirror + name for mirror in _MNIST_MIRRORS))
            for name, sha256 in (
                (
                    "train-images-idx3-ubyte.gz",
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                ),
                (
                    "train-labels-idx1-ubyte.gz",
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                ),
                (
                    "t10k-images-idx3-ubyte.gz",
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                ),
                (
                    "t10k-labels-idx1-ubyte.gz",
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                ),
            )
        ),
        packs={
            "mnist-train": mnist_maker("mnist-train", "train", 60_000),
            "mnist-test": mnist_maker("mnist-test", "t10k", 10_000),
        },
    ),
    "emnist": Published(
        originals=(
            Original(
                "gzip.zip",
                "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
                (
                    "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
                    "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/gzip.zip",
                ),
            ),
        ),
        packs={"emnist-byclass": emnist_maker({"train": 697_932, "test": 116_323})},
    ),
}


def fetch(
    name: str, folder: Path, *, progress: bool = False, fetchable: Mapping[str, Published] = FETCHABLE
) -> list[Path]:
    """Fetch a data set and write its packs. What is there and whole is neither downloaded nor written again.

    The files as published are kept in ``folder/originals/NAME``; they are not needed once the packs are written.

    Args:
        name: a key of ``fetchable``: ``mnist`` or ``emnist``.
        folder: the data folder, made where missing.
        progress: whether to draw progress bars on standard error.
        fetchable: how each is published.

    Returns:
        The paths of its packs.

    Raises:
        DataError: the name is unknown, or what came does not hold what it must.
        DownloadError: it could not be downloaded, or its checksum is wrong.
        FolderNotWritable: nothing can be written to the folder.
    """
    if name not in fetchable:
        raise DataError(f"There is no data set {name!r} to fetch.", f"Known: {', '.join(fetchable)}.")
    published = fetchable[name]
    paths = {pack: folder / f"{pack}.npz" for pack in published.packs}
    missing = [pack for pack, path in paths.items() if not _is_whole(path)]
    if missing:
        originals = writable_folder(folder / "originals" / name)
        writable_folder(folder)
        for original in published.originals:
            _download(original, originals, progress)
        for pack_name in missing:
            pack = published.packs[pack_name](originals)
            save_pack(pack, paths[pack_name])
            _log.info("wrote %s, %d samples", paths[pack_name], len(pack))
    for pack_name in missing:
        load_pack(paths[pack_name])
    return list(paths.values())


def _is_whole(path: Path) -> bool:
    try:
        load_pack(path)
    except DataMissing:
        return False
    except DataError as error:
        _log.warning("%s It is made anew.", error.message)
        return False
    return True


def _download(original: Original, folder: Path, progress: bool) -> None:
    troubles = []
    for url in original.urls:
        for _ in range(2):  # a part file of other bytes is found out by its checksum only: then once more, from zero
            part = folder / f"{original.name}.part"
            resumed = part.exists()
            try:
                pooch.retrieve(
                    url,
                    known_hash=f"sha256:{original.sha256}",
                    fname=original.name,
                    path=folder,
                    downloader=ResumingDownloader(part, progress=progress),
                )
                return
            except requests.RequestException as error:
                troubles.append(f"{url}: {error}")
                break
            except OSError as error:
                raise FolderNotWritable(
                    f"{part} cannot be written: {error.strerror or error}.", "Make room, or choose another folder."
                ) from error
            except ValueError:  # pooch's word for a wrong checksum; it has removed the file
                if not resumed:
                    troubles.append(f"{url}: the file that came has another checksum than the published one")
                    break
    raise DownloadError(
        f"{original.name} could not be downloaded. {'; '.join(troubles)}.",
        f"Run the command again later, it goes on where it stopped; or put the file into {folder} yourself.",
    )
