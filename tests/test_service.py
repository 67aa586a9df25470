import os
import threading
from dataclasses import fields, replace

import numpy as np
import pytest

from inkling import Ink
from inkling.errors import BadSymbol, BlankInk, CorrectionNotFound, InvalidProfile, StoreError, UnknownAlphabet
from inkling.service import EVERYBODY, Service
from inkling.settings import Settings
from inkling.store import CorrectionQuery, NewCorrection
from tests.drawings import picture, placed

THETA = [
    [(50 + 30 * np.cos(a), 60 + 45 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 40)],
    [(22, 60), (78, 60)],
]


def theta(scale: float = 1.0) -> Ink:
    return Ink.from_strokes([[(x * scale, y * scale) for x, y in stroke] for stroke in THETA], 6 * scale)


def seven() -> Ink:
    return Ink.from_strokes(placed("7"), 8)


@pytest.fixture
def named(tmp_path):
    return Settings.load({}, database_url=f"sqlite:///{tmp_path}/inkling.db")


@pytest.fixture
def service(named, recognizer):
    made = Service(named, recognizer)
    yield made
    made.close()


def everything(reading):
    return reading.text, reading.status, reading.alphabet, reading.characters


def test_reading_alone_makes_no_database(service, tmp_path):
    assert service.read(seven(), "digits").text == "7"
    assert service.profiles() == [(EVERYBODY, 0)]
    assert os.listdir(tmp_path) == []


def test_a_new_symbol_is_read_from_the_next_reading_on(service):
    taught = service.correct(theta(), "θ")
    assert (taught.before.text, taught.reading.text) != ("θ", "")
    assert taught.reading.text == "θ"
    assert taught.reading.characters[0].probability > 0.9
    assert service.read(theta()).text == "θ"
    assert service.read(theta(1.2)).text == "θ"
    assert service.read(theta(), "taught").text == "θ"
    assert service.read(theta(), ["θ", "7"]).text == "θ"
    assert service.read(theta(), "digits").text != "θ"
    assert service.alphabet().symbols[-1] == "θ"
    assert service.symbols()[-1] == ("θ", False, 1)
    assert service.read(seven()).text == "7"


@pytest.mark.parametrize("symbol", ["é", "✓", "你", "👩\u200d🔬", "tick", "x²"[1]])
def test_any_symbol_can_be_taught(service, symbol):
    assert service.correct(theta(), symbol).reading.text == symbol


@pytest.mark.parametrize(
    ("alphabet", "after"), [("digits", "digits+taught"), (["7", "8"], "7,8,tick"), ("78", "7,8,tick"), ("taught", None)]
)
def test_a_symbol_outside_the_alphabet_is_taken_into_the_reading_after(service, alphabet, after):
    if after is None:
        service.correct(theta(), "θ")
    taught = service.correct(theta(), "tick", alphabet)
    assert taught.reading.text == "tick"
    assert after is None or taught.reading.alphabet == after


def test_undo_is_exact_and_can_be_undone(service):
    before = service.read(theta(), alternatives="all")
    correction = service.correct(theta(), "θ").correction
    with_it = service.read(theta(), alternatives="all")
    assert service.delete([correction.id]) == [correction.id]
    assert everything(service.read(theta(), alternatives="all")) == everything(before)
    with pytest.raises(UnknownAlphabet, match="taught"):
        service.read(theta(), "taught")
    with pytest.raises(CorrectionNotFound):
        service.delete([correction.id])
    service.restore([correction.id])
    assert everything(service.read(theta(), alternatives="all")) == everything(with_it)


def test_relabelling_changes_the_next_reading(service):
    correction = service.correct(theta(), "θ").correction
    assert service.relabel(correction.id, "Q").symbol == "Q"
    assert service.read(theta()).text == "Q"
    assert service.memory().taught == ()


def test_profiles_learn_from_everybody_but_not_from_each_other(service):
    service.correct(theta(), "θ", profile="Ann")
    service.correct(seven(), "tick")
    assert service.read(theta(), profile="Ann").text == "θ"
    assert service.read(theta(), profile="Ben").text == service.read(theta()).text != "θ"
    for profile in (EVERYBODY, "Ann", "Ben"):
        assert service.read(seven(), profile=profile).text == "tick"
    assert service.profiles() == [(EVERYBODY, 1), ("Ann", 1)]


def test_every_process_knows_before_its_next_reading(service, named, recognizer):
    other = Service(named, recognizer)
    assert other.read(theta()).text != "θ"
    correction = service.correct(theta(), "θ").correction
    assert other.read(theta()).text == "θ"
    other.delete([correction.id])
    assert service.read(theta()).text != "θ"
    assert everything(Service(named, recognizer).read(theta())) == everything(service.read(theta()))
    other.close()


def test_what_was_corrected_is_kept_as_it_was(service):
    drawn = service.correct(Ink.from_strokes([[(0, 0, 1.5), (60, 0, 9), (20, 95, 30)]], 8), "7", "digits").correction
    assert drawn.strokes[0].shape == (3, 3)
    assert drawn.pen_width == 8
    kept = service.store.get(service.correct(picture("4"), "4", "digits").correction.id)
    assert (kept.read, kept.alphabet, kept.model) == ("4", "digits", service.recognizer.version)
    assert kept.picture.startswith(b"\x89PNG")
    for one in (drawn, kept):
        assert service.reread(one.id).text == one.symbol


def test_large_ink_is_read_again_as_large_as_it_was(service):
    """It is kept smaller, and size tells symbols of one shape apart."""
    for scale in (1.0, 4.0, 5.3):
        taught = service.correct(
            picture("4", size=(int(200 * scale), int(240 * scale)), scale=1.4 * scale, pen=int(14 * scale)),
            "4",
            "digits",
        )
        written = max(taught.before.characters[0].box[2:])
        again = max(service.reread(taught.correction.id).characters[0].box[2:])
        assert again == pytest.approx(written, rel=0.02)


def test_a_pen_that_an_earlier_version_took_is_no_reason_not_to_read(service):
    drawn = service.correct(Ink.from_strokes([[(0, 0), (60, 0), (20, 95)]], 8), "7").correction
    values = {field.name: getattr(drawn, field.name) for field in fields(NewCorrection)}
    (kept,) = service.store.add_many([NewCorrection(**values | {"pen_width": 1e7})])
    assert service.reread(kept.id).text == "7"
    assert service.picture(kept.id).startswith(b"\x89PNG")


def test_corrections_that_another_model_read_are_read_anew_from_their_glyphs(service, named, recognizer):
    correction = service.correct(theta(), "θ").correction
    service.store.delete([correction.id])
    stale = replace(
        correction, features=np.append(np.zeros(3, np.float32), correction.features[-1]), features_model="x"
    )
    fields = {
        f: getattr(stale, f) for f in correction.__dataclass_fields__ if f not in ("id", "revision", "deleted_at")
    }
    service.store.add(NewCorrection(**fields))
    assert Service(named, recognizer).read(theta()).text == "θ"


def test_doubtful_corrections_are_found(service):
    for scale in (1.0, 1.02, 1.04, 1.06):
        service.correct(theta(scale), "8", profile="Ann")
    odd = service.correct(theta(1.03), "3", profile="Ann").correction
    page = service.find(CorrectionQuery(profile="Ann"), doubtful=True)
    assert [one.id for one in page.corrections] == [odd.id]


def test_doubtful_corrections_of_all_are_found_each_among_what_its_profile_reads_with(service):
    def doubtful(profile=None):
        query = CorrectionQuery(profile=profile, limit=1)
        page = service.find(query, doubtful=True)
        found = [one.id for one in page.corrections]
        while page.after is not None:
            page = service.find(replace(query, after=page.after), doubtful=True)
            found += [one.id for one in page.corrections]
        assert page.total == len(found)
        return found

    assert doubtful() == []
    for scale in (1.0, 1.02, 1.04, 1.06):
        service.correct(theta(scale), "8")
    ann, ben = (service.correct(theta(1.03), "3", profile=name).correction.id for name in ("Ann", "Ben"))
    service.correct(theta(1.01), "8", profile="Ann")
    assert doubtful() == [ben, ann]
    assert (doubtful("Ann"), doubtful("Ben"), doubtful(EVERYBODY), doubtful("Eve")) == ([ann], [ben], [], [])
    assert service.doubtful() == {i: service.doubts(name)[i] for i, name in ((ann, "Ann"), (ben, "Ben"))}
    service.relabel(ben, "8")
    assert doubtful() == [ann]
    service.delete([ann])
    assert doubtful() == []
    service.restore([ann])
    alone = service.doubtful()[ann]
    everybody = service.correct(theta(1.03), "3").correction.id  # everybody's counts for each
    assert doubtful() == sorted({everybody, *service.doubtful("Ann")}, reverse=True)
    assert service.doubtful()[ann] < alone


@pytest.mark.parametrize("symbol", ["", " ", "two words", "x" * 300, "a\x07", "\u200b", "digits", "taught", 7, "a\nb"])
def test_what_is_no_symbol_is_refused_and_nothing_is_kept(service, symbol):
    with pytest.raises(BadSymbol):
        service.correct(theta(), symbol)
    assert service.profiles() == [(EVERYBODY, 0)]


@pytest.mark.parametrize("profile", ["", "x" * 65, "a\tb", None])
def test_what_is_no_profile_is_refused(service, profile):
    with pytest.raises(InvalidProfile):
        service.correct(theta(), "7", profile=profile)


def test_blank_ink_is_refused(service):
    with pytest.raises(BlankInk):
        service.correct(np.full((50, 50), 255, np.uint8), "7")
    assert service.profiles() == [(EVERYBODY, 0)]


def test_reading_goes_on_without_a_database(tmp_path, recognizer):
    (tmp_path / "inkling.db").write_bytes(b"no database at all " * 100)
    service = Service(Settings.load({}, database_url=f"sqlite:///{tmp_path}/inkling.db"), recognizer)
    assert service.read(seven(), "digits").text == "7"
    with pytest.raises(StoreError):
        service.correct(seven(), "7")
    with pytest.raises(StoreError):
        service.ready()


def test_many_threads_teach_and_read_at_once(service):
    failures = []

    def work(number: int) -> None:
        try:
            for i in range(4):
                scale = 1 + number / 10 + i / 50
                service.correct(theta(scale), f"sign-{number}", profile=f"p{number}")
                assert service.read(theta(scale), profile=f"p{number}").text == f"sign-{number}"
        except Exception as error:  # told below, by the thread of the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(count for _, count in service.profiles()) == 24


def test_names_in_a_query_are_taken_as_they_are_everywhere(service, tmp_path):
    service.correct(seven(), "e\u0301", profile="Ada")
    service.correct(seven(), "7")
    asked = [CorrectionQuery(profile=" Ada "), CorrectionQuery(profile="EveryBody"), CorrectionQuery(symbol="e\u0301")]
    assert [service.find(query).total for query in asked] == [1, 1, 1]
    assert [service.export(tmp_path / f"{i}.npz", query) for i, query in enumerate(asked)] == [1, 1, 1]
    with pytest.raises(InvalidProfile):
        service.find(CorrectionQuery(profile="a\tb"))
