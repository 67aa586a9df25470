"""The verbs of Inkling: read, correct, undo. Wiring of recognizer, store, memory and versions, and nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .alphabet import Alphabet, parse_symbol
from .doubts import Doubts
from .ink import Ink, Source
from .joiners import composed
from .kept import correction_of, ink_as_written, ink_of, picture_of, traced
from .memory import Memory
from .outcomes import Imported, Taught
from .profiles import EVERYBODY, parse_profile
from .reader import Reader
from .reading import Reading
from .recall import Recall
from .recognizer import Choice, HowMany, Recognizer
from .settings import Settings
from .versions import Versions

if TYPE_CHECKING:
    from .store import Correction, CorrectionQuery, Page, Store

__all__ = ["EVERYBODY", "Service", "parse_profile"]


class Service:
    """Reads, and learns from corrections. Many threads may use it at once; any number of processes share a database.

    Args:
        settings: name bundle and database; the environment's by default.
        recognizer: one that is loaded already. It reads until a version of the model is promoted.
        store: one that is open already; else the settings' database is opened when it is first needed, and made when
            the first correction comes.
    """

    def __init__(
        self, settings: Settings | None = None, recognizer: Recognizer | None = None, store: "Store | None" = None
    ) -> None:
        self.settings = settings or Settings.load()
        base = recognizer or Recognizer(self.settings.bundle or None, self.settings)
        self._recall = Recall(self.settings, base, store)
        self._doubts = Doubts(self._recall)
        self.versions = Versions(self.settings, self._recall)

    @property
    def recognizer(self) -> Recognizer:
        """The model that reads now. For a memory beside it, take both from :meth:`reader`."""
        return self._recall.recognizer()

    @property
    def store(self) -> "Store":
        """The database, opened and made where needed.

        Raises:
            StoreError: it cannot be used; the next call tries again.
        """
        return self._recall.store

    def ready(self) -> None:
        """Find out whether corrections can be looked up.

        Raises:
            StoreError: the database cannot be used.
        """
        self.store.revision()

    def close(self) -> None:
        """Let go of the database."""
        self._recall.close()

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
        reader = self.reader(profile)
        return reader.recognizer.read(source, alphabet, alternatives, reader.memory)

    def read_many(
        self,
        sources: Iterable[Source],
        alphabet: Choice = None,
        alternatives: HowMany = 5,
        profile: str = EVERYBODY,
    ) -> list[Reading]:
        """Read many single characters, as :meth:`Recognizer.read_many` does, with what the profile taught."""
        reader = self.reader(profile)
        return reader.recognizer.read_many(sources, alphabet, alternatives, reader.memory)

    def alphabet(self, spec: Choice = None, profile: str = EVERYBODY) -> Alphabet:
        """Give an alphabet of what the model and the profile know."""
        reader = self.reader(profile)
        return reader.recognizer.alphabet(spec, reader.memory)

    def reader(self, profile: str = EVERYBODY) -> Reader:
        """Give the model that reads now, with what a profile taught and what everybody did.

        Both are as of the last correction or promotion that any process committed; where the database cannot be used,
        as of what was known before.

        Raises:
            InvalidProfile: the profile's name is none.
        """
        return self._recall.reader(parse_profile(profile))

    def memory(self, profile: str = EVERYBODY) -> Memory:
        """Give the memory of :meth:`reader`."""
        return self.reader(profile).memory

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
            symbol: one character, or a short name; the network need not know it. Where the alphabet has no case, ``a``
                is kept as the one of ``a`` and ``A`` that the ink is likelier to be.
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
        symbol, profile = parse_symbol(symbol), parse_profile(profile)
        ink = Ink.of(source, self.settings)
        reader = self.reader(profile)
        before = reader.recognizer.read(ink, alphabet, alternatives, reader.memory)
        symbol, read = reader.with_case(ink, alphabet, symbol, before.text)
        correction = self.store.add(correction_of(ink, symbol, before, reader.recognizer, profile, read))
        reader = self.reader(profile)  # with it, and perhaps of a version that was promoted meanwhile
        after = reader.including_if_known(alphabet, symbol)
        return Taught(correction, before, reader.recognizer.read(ink, after, alternatives, reader.memory))

    def relabel(self, id: int, symbol: str) -> "Correction":  # noqa: A002 - the field's name
        """Say that a correction's ink is another symbol.

        Raises:
            BadSymbol, CorrectionNotFound, StoreError: nothing was changed.
        """
        return self.store.relabel(id, parse_symbol(symbol))

    def relabel_several(self, ids: Sequence[int], symbol: str) -> list[int]:
        """Say that the ink of corrections is another symbol, all or none.

        Raises:
            BadSymbol, CorrectionNotFound, StoreError: nothing was changed.
        """
        return self.store.relabel_several(ids, parse_symbol(symbol))

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
        reader = self.reader(correction.profile)
        alphabet = reader.including_if_known(correction.alphabet or None, correction.symbol)
        ink = ink_as_written(correction, reader.recognizer)
        return reader.recognizer.read(ink, alphabet, memory=reader.memory)

    def picture(self, id: int) -> bytes:  # noqa: A002
        """Give the ink of a correction as a PNG, black on white: as it was cut out, 640 px a side at most, or drawn.

        Raises:
            CorrectionNotFound, StoreError: there is nothing to show.
        """
        correction = self.store.get(id)
        return correction.picture or picture_of(ink_of(correction))

    def find(self, query: "CorrectionQuery", doubtful: bool = False) -> "Page":
        """Look corrections up, newest first.

        Args:
            query: which.
            doubtful: only those that disagree with others like them, among what their profile reads with.
        """
        query = _as_kept(query)
        if doubtful:
            query = replace(query, ids=tuple(self.doubtful(query.profile)))
        return self.store.find(query)

    def doubtful(self, profile: str | None = None) -> dict[int, float]:
        """Give the corrections, of a profile or of all, that disagree with others like them: id to a share from 0.5.

        Each is judged among what its profile reads with.
        """
        return self._doubts.of(None if profile is None else parse_profile(profile))

    def doubts(self, profile: str = EVERYBODY) -> dict[int, float]:
        """Say how far each correction that a profile reads with disagrees with those like it: id to [0, 1)."""
        return self.memory(profile).doubts()

    def symbols(self, profile: str = EVERYBODY) -> list[tuple[str, bool, int]]:
        """Give all symbols a profile can be read in: the symbol, whether the network knows it, how many corrections."""
        recognizer, memory = self.reader(profile)
        counts: dict[str, int] = {}
        for label in memory.labels:
            counts[label] = counts.get(label, 0) + 1
        known = [(symbol, True, counts.get(symbol, 0)) for symbol in recognizer.symbols]
        return known + [(symbol, False, counts[symbol]) for symbol in memory.taught]

    def profiles(self) -> list[tuple[str, int]]:
        """Give all profiles that taught something, and everybody: the name, and how many corrections count."""
        store = self._recall.readable()
        found = dict(store.profiles()) if store else {}
        return [(EVERYBODY, found.pop(EVERYBODY, 0)), *sorted(found.items())]

    def export(self, path: Path, query: "CorrectionQuery | None" = None) -> int:
        """Write corrections to a file or folder; see :mod:`inkling.exchange` for the forms. Gives how many."""
        from .exchange import export_corrections
        from .store import CorrectionQuery

        return export_corrections(self._all(_as_kept(query or CorrectionQuery())), path)

    def import_(self, path: Path, profile: str | None = None) -> Imported:
        """Add the corrections of a file or folder; good ones are added, the others reported, none comes twice.

        Args:
            path: in one of the forms of :mod:`inkling.exchange`.
            profile: whose hand they are; the file's own word by default.
        """
        from .exchange import already_there, read_exchange
        from .store import CorrectionQuery

        chosen = None if profile is None else parse_profile(profile)
        read, problems = read_exchange(path, self.recognizer)
        read = [replace(one, profile=chosen) if chosen else one for one in read]
        since = self.store.revision()
        known = (one for one in self._all(CorrectionQuery()) if one.revision <= since)
        present = ((one.glyph, one.symbol, one.profile) for one in known)
        fresh = traced(already_there(read, present), self.recognizer)
        # somebody else may have imported the same meanwhile
        added = self.store.add_many(fresh, lambda meanwhile: already_there(fresh, meanwhile), since)
        return Imported(len(added), len(read) - len(added), tuple(problems))

    def _all(self, query: "CorrectionQuery") -> "Iterable[Correction]":
        while True:
            page = self.store.find(query)
            yield from page.corrections
            if page.after is None:
                return
            query = replace(query, after=page.after)


def _as_kept(query: "CorrectionQuery") -> "CorrectionQuery":
    """Give a query with its names in the form in which they are kept."""
    profile = None if query.profile is None else parse_profile(query.profile)
    return replace(query, profile=profile, symbol=None if query.symbol is None else composed(query.symbol).strip())
