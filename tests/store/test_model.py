"""Any order of adding, relabelling, deleting and restoring, against a model that a page of Python can be."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from inkling.errors import CorrectionNotFound
from inkling.store import CorrectionQuery, Store

from .samples import plain, sample

# what a database can keep as text: whole characters, none of them NUL
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=4)
_PROFILES = st.sampled_from(["everybody", "ada", "bob"])


class Corrections(RuleBasedStateMachine):
    """The store beside a dict of what it should hold, and a copy that follows its changes as a memory does."""

    ids = Bundle("ids")

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory(prefix="inkling-")
        self.url = f"sqlite:///{Path(self.folder.name) / 'inkling.db'}"
        self.store = Store.open(self.url)
        self.live, self.dead = {}, {}
        self.revision = 0
        self.copy, self.copy_revision = {}, 0

    def teardown(self):
        self.store.close()
        self.folder.cleanup()

    def refused(self, call, *arguments):
        with pytest.raises(CorrectionNotFound):
            call(*arguments)

    @rule(target=ids, symbols=st.lists(_TEXT, min_size=1, max_size=3), profile=_PROFILES, seed=st.integers(0, 2**32))
    def add(self, symbols, profile, seed):
        new = [sample(seed, symbol=symbol, profile=profile) for symbol in symbols]
        kept = self.store.add_many(new) if len(new) > 1 else [self.store.add(new[0])]
        self.revision += 1
        assert all(one.id not in self.live and one.id not in self.dead for one in kept)
        self.live |= {one.id: plain(one) for one in kept}
        return multiple(*(one.id for one in kept))

    @rule(correction=ids, symbol=_TEXT)
    def relabel(self, correction, symbol):
        if correction not in self.live:
            self.refused(self.store.relabel, correction, symbol)
            return
        changed = self.store.relabel(correction, symbol)
        self.revision += 1
        self.live[correction] |= {"symbol": symbol, "revision": self.revision}
        assert plain(changed) == self.live[correction]

    @rule(corrections=st.lists(ids, max_size=4))
    def delete(self, corrections):
        if not set(corrections) <= set(self.live):
            self.refused(self.store.delete, corrections)
            return
        assert self.store.delete(corrections) == list(dict.fromkeys(corrections))
        self.revision += bool(corrections)
        for correction in set(corrections):
            self.dead[correction] = self.live.pop(correction) | {"revision": self.revision}

    @rule(corrections=st.lists(ids, max_size=4))
    def restore(self, corrections):
        if not set(corrections) <= set(self.dead):
            self.refused(self.store.restore, corrections)
            return
        assert self.store.restore(corrections) == list(dict.fromkeys(corrections))
        self.revision += bool(corrections)
        for correction in set(corrections):
            self.live[correction] = self.dead.pop(correction) | {"revision": self.revision}

    @rule()
    def open_anew(self):
        self.store.close()
        self.store = Store.open(self.url)

    @rule()
    def follow(self):
        now = self.store.revision()
        for change in self.store.changes(self.copy_revision):
            self.copy.pop(change.id, None)
            if not change.deleted:
                self.copy[change.id] = (change.profile, change.symbol, change.features.tolist())
        self.copy_revision = now
        assert self.copy == {
            number: (meant["profile"], meant["symbol"], meant["features"][1]) for number, meant in self.live.items()
        }

    @rule(profile=st.none() | _PROFILES, limit=st.integers(1, 3))
    def find(self, profile, limit):
        found, after, total = [], None, None
        while total is None or after is not None:
            page = self.store.find(CorrectionQuery(profile=profile, limit=limit, after=after))
            found += [plain(one) for one in page.corrections]
            after, total = page.after, page.total
        mine = [meant for meant in self.live.values() if profile in (None, meant["profile"])]
        assert found == sorted(mine, key=lambda meant: -meant["id"])
        assert total == len(mine)
        symbols = [meant["symbol"] for meant in mine]
        assert self.store.symbols(profile) == [(symbol, symbols.count(symbol)) for symbol in sorted(set(symbols))]

    @invariant()
    def nothing_else_counts(self):
        assert self.store.revision() == self.revision


Corrections.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestCorrections = Corrections.TestCase
