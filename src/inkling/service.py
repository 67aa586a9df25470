"""The verbs of Inkling: read, correct, undo. Wiring of recognizer, store and memory, and nothing else."""

import logging
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from .alphabet import TAUGHT, Alphabet, parse_symbol
from .errors import InvalidProfile, StoreError, UnknownAlphabet
from .ink import Ink, Source
from .memory import Memory
from .reading import Reading
from .recognizer import Choice, HowMany, Recognizer, quantized
from .settings import Settings

if TYPE_CHECKING:
    from .store import Change, Correction, CorrectionQuery, NewCorrection, Page, Store

__all__ = ["EVERYBODY", "Imported", "Service", "Taught", "parse_profile"]

#: The default profile: what is taught to it, all profiles know.
EVERYBODY = "everybody"

_LONGEST_PROFILE = 64
_LOADED_PROFILES = 64
_RETRY_S = 2.0
#: A correction from here on disagrees with those like it.
_DOUBTFUL = 0.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taught:
    """What came of a correction.

    Args:
        correction: as the store keeps it.
        before: the reading without it.
        reading: the same ink, read with it.
    """

    correction: "Correction"
    before: Reading
    reading: Reading


@dataclass(frozen=True)
class Imported:
    """What came of an import.

    Args:
        added: how many corrections are new.
        skipped: how many were there already.
        problems: one sentence for each that could not be taken.
    """

    added: int
    skipped: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class _Known:
    memory: Memory
    revision: int


class Service:
    """Reads, and learns from corrections. Many threads may use it at once; any number of processes share a database.

    Args:
        settings: name bundle and database; the environment's by default.
        recognizer: one that is loaded already.
        store: one that is open already; else the settings' database is opened when it is first needed, and made when
            the first correction comes.
    """

    def __init__(
        self, settings: Settings | None = None, recognizer: Recognizer | None = None, store: "Store | None" = None
    ) -> None:
        self.settings = settings or Settings.load()
        self.recognizer = recognizer or Recognizer(self.settings.bundle or None, self.settings)
        self._store = store
        self._refused: tuple[float, StoreError] | None = None
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._opening = threading.Lock()
        self._learning = threading.Lock()

    @property
    def store(self) -> "Store":
        """The database, opened and made where needed.

        Raises:
            StoreError: it cannot be used; the next call tries again.
        """
        if self._store is None:
            from .store import Store

            with self._opening:
                if self._store is None:
                    self._store = Store.open(self.settings.database_url, self.settings.keep_deleted_days)
                    self._refused = None
        return self._store

    def ready(self) -> None:
        """Find out whether corrections can be looked up.

        Raises:
            StoreError: the database cannot be used.
        """
        self.store.revision()

    def close(self) -> None:
        """Let go of the database."""
        if self._store is not None:
            self._store.close()

    def read(
        self,
        source: Source,
        alphabet: Choice = None,
        alternatives: HowMany = 5,
        profile: str = EVERYBODY,
    ) -> Reading:
        """Read one character, as :meth:`Recognizer.read` does, with what the profile taught.

        Where the database cannot be used, it reads with what it knew before.

        Raises:
            InvalidProfile: the profile's name is none.
        """
        return self.recognizer.read(source, alphabet, alternatives, self.memory(profile))

    def read_many(
        self,
        sources: Iterable[Source],
        alphabet: Choice = None,
        alternatives: HowMany = 5,
        profile: str = EVERYBODY,
    ) -> list[Reading]:
        """Read many single characters, as :meth:`Recognizer.read_many` does, with what the profile taught."""
        return self.recognizer.read_many(sources, alphabet, alternatives, self.memory(profile))

    def alphabet(self, spec: Choice = None, profile: str = EVERYBODY) -> Alphabet:
        """Give an alphabet of what the model and the profile know."""
        return self.recognizer.alphabet(spec, self.memory(profile))

    def memory(self, profile: str = EVERYBODY) -> Memory:
        """Give what a profile taught and what everybody did, up to the last correction that any process committed.

        Where the database cannot be used, it is what was known before.
        """
        profile = parse_profile(profile)
        try:
            store = self._readable()
            if store is not None:
                return self._caught_up(store, profile)
        except StoreError as error:
            if self._refused is None:
                _log.error("Reading goes on without new corrections: %s", error)
            self._refused = time.monotonic(), error
        known = self._known.get(profile) or self._known.get(EVERYBODY)
        return known.memory if known else self.recognizer.memory()

    def correct(
        self,
        source: Source,
        symbol: str,
        alphabet: Choice = None,
        alternatives: HowMany = 5,
        profile: str = EVERYBODY,
    ) -> Taught:
        """Learn that some ink is a symbol. What is returned is on the disk, and every later reading knows it.

        Args:
            source: as for :meth:`read`.
            symbol: one character, or a short name; the network need not know it.
            alphabet: what the readings before and after choose from. Where the symbol is not in it, the reading after
                may choose it as well.
            alternatives: how many other symbols to name, or ``"all"``.
            profile: whose hand it is.

        Raises:
            BadSymbol: the symbol is none.
            InvalidProfile: the profile's name is none.
            InkError: the source cannot be read as ink.
            StoreError: nothing was kept.
        """
        from .store import NewCorrection

        symbol, profile = parse_symbol(symbol), parse_profile(profile)
        ink = Ink.of(source, self.settings)
        before = self.read(ink, alphabet, alternatives, profile)
        character = before.characters[0]
        glyph = quantized(character.glyph)
        correction = self.store.add(
            NewCorrection(
                symbol=symbol,
                glyph=glyph,
                features=self.recognizer.traces(glyph[None])[0],
                features_model=self.recognizer.version,
                profile=profile,
                strokes=ink.strokes,
                pen_width=ink.pen_width,
                picture=None if ink.strokes is not None else _picture(ink),
                read=character.symbol,
                probability=character.probability,
                alphabet=before.alphabet,
                model=before.model,
            )
        )
        memory = self.memory(profile)
        after = self._including(alphabet, symbol, memory)
        return Taught(correction, before, self.recognizer.read(ink, after, alternatives, memory))

    def relabel(self, id: int, symbol: str) -> "Correction":  # noqa: A002 - the field's name
        """Say that a correction's ink is another symbol.

        Raises:
            BadSymbol, CorrectionNotFound, StoreError: nothing was changed.
        """
        return self.store.relabel(id, parse_symbol(symbol))

    def delete(self, ids: Sequence[int]) -> list[int]:
        """Undo corrections: readings are then exactly what they were without them. All or none.

        Raises:
            CorrectionNotFound, StoreError: nothing was changed.
        """
        return self.store.delete(ids)

    def restore(self, ids: Sequence[int]) -> list[int]:
        """Take back :meth:`delete`."""
        return self.store.restore(ids)

    def reread(self, id: int) -> Reading:  # noqa: A002
        """Read the ink of a correction as it is read now, in the alphabet it was read in.

        Raises:
            CorrectionNotFound, StoreError: there is nothing to read.
        """
        correction = self.store.get(id)
        memory = self.memory(correction.profile)
        try:
            alphabet = self._including(correction.alphabet or None, correction.symbol, memory)
        except UnknownAlphabet:  # of another model, or of symbols that were forgotten
            alphabet = self.recognizer.alphabet(None, memory)
        return self.recognizer.read(_ink_of(correction), alphabet, memory=memory)

    def find(self, query: "CorrectionQuery", doubtful: bool = False) -> "Page":
        """Look corrections up, newest first.

        Args:
            query: which.
            doubtful: only those that disagree with others like them.
        """
        if doubtful:
            doubts = self.doubts(query.profile or EVERYBODY)
            query = replace(query, ids=tuple(i for i, doubt in doubts.items() if doubt >= _DOUBTFUL))
        return self.store.find(query)

    def doubts(self, profile: str = EVERYBODY) -> dict[int, float]:
        """Say how far each correction that a profile reads with disagrees with those like it: id to [0, 1)."""
        return self.memory(profile).doubts()

    def symbols(self, profile: str = EVERYBODY) -> list[tuple[str, bool, int]]:
        """Give all symbols a profile can be read in: the symbol, whether the network knows it, how many corrections."""
        memory = self.memory(profile)
        counts: dict[str, int] = {}
        for label in memory.labels:
            counts[label] = counts.get(label, 0) + 1
        known = [(symbol, True, counts.get(symbol, 0)) for symbol in self.recognizer.symbols]
        return known + [(symbol, False, counts[symbol]) for symbol in memory.taught]

    def profiles(self) -> list[tuple[str, int]]:
        """Give all profiles that taught something, and everybody: the name, and how many corrections count."""
        store = self._readable()
        found = dict(store.profiles()) if store else {}
        return [(EVERYBODY, found.pop(EVERYBODY, 0)), *sorted(found.items())]

    def export(self, path: Path, query: "CorrectionQuery | None" = None) -> int:
        """Write corrections to a file or folder; see :mod:`inkling.exchange` for the forms. Gives how many."""
        from .exchange import export_corrections
        from .store import CorrectionQuery

        return export_corrections(self._all(query or CorrectionQuery()), path)

    def import_(self, path: Path, profile: str | None = None) -> Imported:
        """Add the corrections of a file or folder; good ones are added, the others reported, none comes twice.

        Args:
            path: in one of the forms of :mod:`inkling.exchange`.
            profile: whose hand they are; the file's own word by default.
        """
        from .exchange import read_exchange
        from .store import CorrectionQuery

        chosen = None if profile is None else parse_profile(profile)
        read, problems = read_exchange(path)
        read = [replace(one, profile=chosen) if chosen else one for one in read]
        there = {_same(one) for one in self._all(CorrectionQuery())}
        fresh = {_same(one): one for one in read if _same(one) not in there}
        self.store.add_many(self._traced(list(fresh.values())))
        return Imported(len(fresh), len(read) - len(fresh), tuple(problems))

    def _traced(self, new: "list[NewCorrection]") -> "list[NewCorrection]":
        if not new:
            return []
        traces = self.recognizer.traces(np.stack([one.glyph for one in new]))
        return [
            replace(one, features=trace, features_model=self.recognizer.version)
            for one, trace in zip(new, traces, strict=True)
        ]

    def _all(self, query: "CorrectionQuery") -> "Iterable[Correction]":
        while True:
            page = self.store.find(query)
            yield from page.corrections
            if page.after is None:
                return
            query = replace(query, after=page.after)

    def _including(self, spec: Choice, symbol: str, memory: Memory) -> Alphabet:
        """Give an alphabet, with this symbol beside its own where it is not among them."""
        if isinstance(spec, str) and TAUGHT in spec.split("+") and not memory.taught:
            spec = [symbol]
        alphabet = self.recognizer.alphabet(spec, memory)
        if any(symbol in members for members in alphabet.members):
            return alphabet
        if isinstance(spec, str) and symbol in memory.taught:
            try:
                return self.recognizer.alphabet(f"{spec.strip()}+{TAUGHT}", memory)
            except UnknownAlphabet:  # an own list of symbols
                pass
        symbols = (*alphabet.symbols, symbol)
        named = Alphabet.parse(symbols, (*self.recognizer.symbols, *memory.taught))
        return replace(named, members=(*alphabet.members, (symbol,)))

    def _readable(self) -> "Store | None":
        """Give the database if there is one; reading makes none.

        Raises:
            StoreError: it cannot be used; for a while it is not tried again.
        """
        if self._store is None:
            if self._refused and time.monotonic() < self._refused[0] + _RETRY_S:
                raise self._refused[1]
            from .store import exists

            if not exists(self.settings.database_url):
                return None
        return self.store

    def _caught_up(self, store: "Store", profile: str) -> Memory:
        revision = store.revision()
        known = self._known.get(profile)
        if known is None or known.revision != revision:
            with self._learning:
                revision = store.revision()  # another thread may have come further meanwhile
                known = self._known.get(profile)
                if known is None or known.revision > revision:  # a backup was put in its place
                    known = _Known(self.recognizer.memory(), 0)
                if known.revision != revision:
                    changes = store.changes(known.revision, (EVERYBODY, profile))
                    known = _Known(self._learned(known.memory, changes), revision)
                    self._known[profile] = known
                    while len(self._known) > _LOADED_PROFILES:
                        self._known.popitem(last=False)
        return known.memory

    def _learned(self, memory: Memory, changes: "Sequence[Change]") -> Memory:
        memory = memory.forget(change.id for change in changes if change.deleted)
        new = [change for change in changes if not change.deleted]
        if not new:
            return memory
        glyphs = np.stack([change.glyph for change in new])
        stale = np.array([change.features_model != self.recognizer.version for change in new])
        width = len(memory.symbols) + memory.size
        traces = np.zeros((len(new), width), np.float32)
        if stale.any():
            traces[stale] = self.recognizer.traces(glyphs[stale])
        for i in np.flatnonzero(~stale):
            traces[i] = new[i].features
        return memory.teach([c.id for c in new], [c.symbol for c in new], glyphs, traces, [c.read for c in new])


def parse_profile(name: object) -> str:
    """Check a profile's name.

    Raises:
        InvalidProfile: it is no text of 1 to 64 characters that can be seen.
    """
    text = unicodedata.normalize("NFC", name.strip()) if isinstance(name, str) else ""
    if not text or len(text) > _LONGEST_PROFILE or not text.isprintable():
        shown = repr(name) if len(repr(name)) < 80 else repr(name)[:80] + "…"
        raise InvalidProfile(
            f"{shown} is no name of a profile.", f"Give 1 to {_LONGEST_PROFILE} characters, or leave it out."
        )
    return text


def _same(one: "NewCorrection") -> tuple[Any, ...]:
    return one.profile, one.symbol, one.glyph.tobytes()


def _picture(ink: Ink) -> bytes:
    file = BytesIO()
    Image.fromarray(255 - np.rint(ink.pixels * 255).astype(np.uint8)).save(file, "PNG", optimize=True)
    return file.getvalue()


def _ink_of(correction: "Correction") -> Ink:
    if correction.strokes is not None:
        return Ink.from_strokes(correction.strokes, correction.pen_width)
    if correction.picture is not None:
        with Image.open(BytesIO(correction.picture)) as picture:
            grey = np.asarray(picture.convert("L"))
    else:
        grey = 255 - correction.glyph
    return Ink((255 - grey).astype(np.float32) / np.float32(255))
