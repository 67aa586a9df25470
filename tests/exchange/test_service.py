"""From one service into another: nothing twice, and the other reads as the one does."""

from dataclasses import fields, replace

import numpy as np
import pytest

from inkling import Ink
from inkling.exchange import already_there
from inkling.kept import traced
from inkling.service import Service
from inkling.settings import Settings
from inkling.store import NewCorrection

from ..drawings import picture
from .samples import FORMS, correction


@pytest.fixture
def service(tmp_path, recognizer):
    made = Service(Settings.load({}, database_url=f"sqlite:///{tmp_path / 'one.db'}"), recognizer)
    yield made
    made.close()


def test_what_is_there_as_often_is_left_out():
    one, other = correction(1), correction(2)
    twins = [one, one, other, replace(one, symbol="9"), replace(one, profile="Eve")]
    present = [(one.glyph.copy(), one.symbol, one.profile)]
    fresh = already_there(twins, present)
    assert fresh == twins[1:]
    assert already_there(twins, [(t.glyph, t.symbol, t.profile) for t in twins]) == []


@pytest.mark.parametrize("form", FORMS)
def test_another_machine_reads_as_this_one_does(tmp_path, service, recognizer, form):
    ink = picture("7", scale=1.2)
    service.correct(ink, "θ")
    service.correct(picture("4"), "tick", profile="Eve")
    service.correct(ink, "θ")  # said twice counts twice
    assert service.export(tmp_path / form) == 3
    other = Service(Settings.load({}, database_url=f"sqlite:///{tmp_path / 'other.db'}"), recognizer)
    for added, skipped in ((3, 0), (0, 3)):
        done = other.import_(tmp_path / form)
        assert (done.added, done.skipped, done.problems) == (added, skipped, ())
    for profile in ("everybody", "Eve"):
        for seen in (ink, picture("4"), picture("1")):
            here, there = (s.read(seen, alternatives="all", profile=profile) for s in (service, other))
            assert here.characters == there.characters
    other.close()


def test_an_import_can_be_given_to_a_profile(tmp_path, service):
    service.correct(picture("7"), "θ", profile="Eve")
    service.export(tmp_path / "eve.npz")
    assert service.import_(tmp_path / "eve.npz", "Bob").added == 1
    assert dict(service.profiles()) == {"everybody": 0, "Bob": 1, "Eve": 1}
    assert service.import_(tmp_path / "eve.npz", "Bob").skipped == 1


def test_of_two_who_import_the_same_at_once_one_adds_it(tmp_path, service, recognizer, monkeypatch):
    for name in "714":
        service.correct(picture(name), "θ", profile="Eve")
    service.export(tmp_path / "eve.npz")
    other = Service(service.settings, recognizer)
    theirs = []

    def while_another_imports(new, recognizer):
        monkeypatch.undo()
        theirs.append(other.import_(tmp_path / "eve.npz", "Bob"))
        return traced(new, recognizer)

    monkeypatch.setattr("inkling.service.traced", while_another_imports)
    mine = service.import_(tmp_path / "eve.npz", "Bob")
    other.close()
    assert [(one.added, one.skipped) for one in (*theirs, mine)] == [(3, 0), (0, 3)]
    assert dict(service.profiles())["Bob"] == 3


def test_ink_of_any_size_goes_out_and_in(tmp_path, service):
    pixels = np.zeros((2000, 1500), np.float32)
    pixels[200:1800, 700:800] = 1
    service.correct(Ink(pixels), "1", profile="Eve")
    service.export(tmp_path / "eve.npz")
    done = service.import_(tmp_path / "eve.npz", "Bob")
    assert (done.added, done.problems) == (1, ())


def test_what_comes_between_two_looks_is_counted_once(tmp_path, service, monkeypatch):
    for _ in range(2):
        service.correct(picture("7"), "θ", profile="Eve")
    service.export(tmp_path / "eve.npz")
    look, once = service.store.revision, service.store.get(1)
    values = {field.name: getattr(once, field.name) for field in fields(NewCorrection)}

    def another_teaches_then():
        found = look()
        service.store.add(NewCorrection(**values | {"profile": "Bob"}))
        return found

    monkeypatch.setattr(service.store, "revision", another_teaches_then)
    done = service.import_(tmp_path / "eve.npz", "Bob")
    assert (done.added, done.skipped, dict(service.profiles())["Bob"]) == (1, 1, 2)
