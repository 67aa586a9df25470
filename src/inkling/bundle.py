"""A bundle: a trained model as files, or as bytes, that can be checked before it is trusted."""

import hashlib
import io
import json
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import BundleDamaged, BundleMissing, BundleTooNew, FolderNotWritable
from .folders import replacing
from .zips import unpacked

__all__ = ["CARD", "FORMAT", "LARGEST_BYTES", "NETWORK", "NORMALIZER", "SHIPPED", "Bundle"]

NORMALIZER, NETWORK, CARD = "normalize.onnx", "network.onnx", "card.json"

#: The newest format that this program reads; the card says which it is in.
FORMAT = 1

#: The largest bundle that is taken from a zip, all its files together.
LARGEST_BYTES = 64 * 2**20

#: Where the bundle that ships with the program lies.
SHIPPED = Path(__file__).parent / "models"

#: What a card must say, and of what type.
_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "version": str,
    "created": str,
    "symbols": list,
    "features": int,
    "temperature": (int, float),
    "training": dict,
    "figures": dict,
    "files": dict,
}

_TEMPERATURES = ("temperature", "look_alike_temperature")

# what zipfile raises on damaged bytes
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)


@dataclass(frozen=True)
class Bundle:
    """A trained model.

    Args:
        card: what it is: version, symbols, input form, training data and recipe, measured figures, hashes.
        files: the content of ``normalize.onnx`` and ``network.onnx``.
    """

    card: Mapping[str, Any]
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def version(self) -> str:
        """The version's name, unique for its weights."""
        return str(self.card["version"])

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of the network, in the order of its logits."""
        return tuple(self.card["symbols"])

    @classmethod
    def make(cls, normalizer: bytes, network: bytes, card: Mapping[str, Any]) -> "Bundle":
        """Put a bundle together; format, version and hashes are written to the card, whatever it says of them.

        The version names what a memory's traces hang on: both graphs, and the temperatures.
        """
        files = {NORMALIZER: normalizer, NETWORK: network}
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        temperatures = [str(card.get(name, "")) for name in _TEMPERATURES]
        both = hashlib.sha256("".join([*hashes.values(), *temperatures]).encode()).hexdigest()
        made = {"format": FORMAT, "version": f"{str(card['created'])[:10]}-{both[:8]}"}
        whole = {**made, **card, **made, "files": hashes}
        return cls.from_files(files | {CARD: json.dumps(whole).encode()})

    @classmethod
    def load(cls, folder: Path | str = SHIPPED) -> "Bundle":
        """Read a bundle from a folder and verify it.

        Raises:
            BundleMissing: there is no card in the folder, or what is there cannot be read.
            BundleDamaged: a file is missing or is not what the card says.
            BundleTooNew: it is in a newer format.
        """
        folder = Path(folder)
        hint = "Name a folder that holds one, or train one: inkling train."
        try:
            if not (folder / CARD).is_file():
                raise BundleMissing(f"There is no bundle in {folder}: it has no {CARD}.", hint)
            names = [name for name in (CARD, NORMALIZER, NETWORK) if (folder / name).is_file()]
            files = {name: (folder / name).read_bytes() for name in names}
        except OSError as error:
            raise BundleMissing(f"The bundle in {folder} cannot be read: {error.strerror or error}.", hint) from error
        return cls.from_files(files)

    @classmethod
    def load_zip(cls, path: Path) -> "Bundle":
        """Read a bundle from a zip file and verify it.

        Raises:
            BundleMissing: the file cannot be read.
            BundleDamaged, BundleTooNew: as :meth:`from_zip` does.
        """
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_BYTES + 1)
        except OSError as error:
            raise BundleMissing(
                f"{path} cannot be read: {error.strerror}.", "Name a file that you may read."
            ) from error
        if len(content) > LARGEST_BYTES:
            raise _damaged(f"{path} is larger than {LARGEST_BYTES >> 20} MiB")
        return cls.from_zip(content)

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> "Bundle":
        """Take a bundle from its files' contents, and verify it.

        Raises:
            BundleDamaged, BundleTooNew: as :meth:`load` does.
        """
        try:
            card = json.loads(files[CARD])
        except (KeyError, ValueError) as error:
            raise _damaged(f"{CARD} is not readable JSON") from error
        if not isinstance(card, dict) or not isinstance(card.get("format"), int):
            raise _damaged(f"{CARD} names no format")
        if card["format"] > FORMAT:
            raise BundleTooNew(
                f"The bundle is in format {card['format']}; this program reads up to {FORMAT}.",
                "Update Inkling, or use an older bundle.",
            )
        for name, kind in _FIELDS.items():
            if not isinstance(card.get(name), kind):
                raise _damaged(f"{CARD} has no proper {name!r}")
        symbols = card["symbols"]
        if not all(isinstance(one, str) and one for one in symbols) or len(set(symbols)) < max(1, len(symbols)):
            raise _damaged(f"the symbols of {CARD} are not all different names")
        for name in _TEMPERATURES:
            value = card.get(name, 1.0)
            if not isinstance(value, int | float) or not 0 < value < math.inf:
                raise _damaged(f"{CARD} has the {name} {value!r}, expected a number above 0")
        for name in (NORMALIZER, NETWORK):
            if name not in files:
                raise _damaged(f"{name} is missing")
            if hashlib.sha256(files[name]).hexdigest() != card["files"].get(name):
                raise _damaged(f"{name} is not the file that the card describes")
        return cls(card, {name: files[name] for name in (NORMALIZER, NETWORK)})

    @classmethod
    def from_zip(cls, content: bytes) -> "Bundle":
        """Take a bundle from the bytes of a zip, and verify it.

        Raises:
            BundleDamaged: it is no zip, holds other files than a bundle's three, more than 64 MiB, or what
                :meth:`load` finds wrong.
            BundleTooNew: as :meth:`load` does.
        """
        names = sorted((CARD, NORMALIZER, NETWORK))
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                entries = archive.infolist()
                if sorted(entry.filename for entry in entries) != names:
                    raise _damaged(f"the zip does not hold {', '.join(names)} and nothing else")
                if sum(entry.file_size for entry in entries) > LARGEST_BYTES:
                    raise _damaged(f"the zip holds more than {LARGEST_BYTES >> 20} MiB")
                return cls.from_files({entry.filename: unpacked(archive, entry) for entry in entries})
        except _UNREADABLE as error:
            raise _damaged(f"the zip cannot be read: {error}") from error

    def to_zip(self) -> bytes:
        """Give the bundle as the bytes of a zip; the same bundle gives the same bytes."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # weights hardly compress
            for name, content in (*self.files.items(), (CARD, self._card_file())):
                entry = zipfile.ZipInfo(name)  # without the hour
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content)
        return file.getvalue()

    def save(self, folder: Path | str) -> None:
        """Write the bundle to a folder, which is made if need be; the card comes last.

        Raises:
            FolderNotWritable: nothing can be written there.
        """
        folder = Path(folder)
        with _writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in (*self.files.items(), (CARD, self._card_file())):
                _replace(folder / name, content)

    def save_zip(self, path: Path) -> None:
        """Write the bundle to a zip file.

        Raises:
            FolderNotWritable: nothing can be written there.
        """
        with _writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, self.to_zip())

    def _card_file(self) -> bytes:
        return (json.dumps(dict(self.card), indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")


@contextmanager
def _writing(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FolderNotWritable(
            f"The bundle cannot be written to {where}: {error.strerror}.", "Name a folder that you may write to."
        ) from error


def _replace(path: Path, content: bytes) -> None:
    with replacing(path) as partial:
        partial.write_bytes(content)


def _damaged(what: str) -> BundleDamaged:
    return BundleDamaged(f"The bundle is damaged: {what}.", "Install Inkling again, or use another bundle.")
