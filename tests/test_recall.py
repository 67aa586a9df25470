"""What reads, and with which memory, while models come and go."""

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import Engine, create_engine, event, text

from inkling import Ink, recall
from inkling.errors import BundleDamaged, ModelPinned
from inkling.recall import tried
from inkling.recognizer import Recognizer
from inkling.service import Service
from inkling.settings import Settings

from .bundles import SHIPPED, other, senseless
from .drawings import placed

RING = [[(50 + 30 * np.cos(a), 60 + 45 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 40)]]


def seven(scale=1.0):
    return Ink.from_strokes(placed("7", scale), 8)


def theta(scale=1.0):
    return Ink.from_strokes([[(x * scale, y * scale) for x, y in s] for s in [*RING, [(22, 60), (78, 60)]]], 6)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'inkling.db'}"


@pytest.fixture
def service(url, recognizer):
    made = Service(Settings.load({}, database_url=url), recognizer)
    yield made
    made.close()


@pytest.fixture
def looks(service):
    """How often the database was asked while something was done."""

    def count(do):
        asked = []

        def ask(connection, cursor, statement, *rest):
            asked.append(statement)

        event.listen(Engine, "before_cursor_execute", ask)
        try:
            do()
        finally:
            event.remove(Engine, "before_cursor_execute", ask)
        return len(asked)

    return count


def promoted(service, bundle):
    service.versions.add(bundle, origin="retrained", parent=SHIPPED.version)
    service.versions.promote(bundle.version)
    return bundle.version


def everything(service, profile="everybody"):
    """All that is read of some ink, to the last bit."""
    inks = [make(scale) for make in (seven, theta) for scale in (0.8, 1.0, 1.3)]
    readings = [service.read(ink, None, "all", profile) for ink in inks]
    return [(r.text, r.status, r.alphabet, r.model, r.characters) for r in readings]


def test_a_promoted_model_reads_and_corrections_count_on(service):
    assert service.correct(theta(), "θ").reading.text == "θ"
    version = promoted(service, other())
    assert service.recognizer.version == version
    reading = service.read(seven(), "digits")
    assert (reading.text, reading.model) == ("1", version)
    assert service.read(theta()).text == "θ"
    assert service.correct(seven(), "7", "digits").reading.text == "7"


def test_after_a_rollback_everything_is_read_bit_for_bit_as_before(service, url, recognizer):
    for n, (ink, symbol) in enumerate([(theta(), "θ"), (theta(1.2), "θ"), (seven(0.8), "1"), (theta(0.9), "Q")]):
        service.correct(ink, symbol, profile="everybody" if n % 2 else "Ann")
    before = everything(service), everything(service, "Ann")
    kept = [change.features for change in service.store.changes(0)]
    version = promoted(service, other())
    assert [reading[3] for reading in everything(service)] == [version] * 6
    assert {change.features_model for change in service.store.changes(0)} == {version}
    assert not any(map(np.array_equal, kept, (change.features for change in service.store.changes(0))))
    service.versions.roll_back()
    assert (everything(service), everything(service, "Ann")) == before
    assert {change.features_model for change in service.store.changes(0)} == {SHIPPED.version}
    anew = Service(Settings.load({}, database_url=url), recognizer)
    assert (everything(anew), everything(anew, "Ann")) == before
    anew.close()


def test_every_process_reads_with_a_promoted_version_from_its_next_reading_on(service, url):
    service.correct(theta(), "θ")
    versions = {SHIPPED.version: "7", promoted(service, other(1)): "1", promoted(service, other(2)): "1"}
    command = [sys.executable, "-m", "tests.readers", url]
    root = Path(__file__).parent.parent
    readers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) for _ in range(3)
    ]
    try:
        assert [reader.stdout.readline() for reader in readers] == ["ready\n"] * 3
        for round_ in range(12):
            if round_ % 4 == 3:
                version = service.versions.roll_back().version
            else:
                version = list(versions)[round_ % 3]
                service.versions.promote(version)
            for reader in readers:
                reader.stdin.write(f"{1 + round_ / 50}\n")
                reader.stdin.flush()
            said = [json.loads(reader.stdout.readline()) for reader in readers]
            assert [one[:2] for one in said] == [[versions[version], version]] * 3
            assert said[0] == said[1] == said[2]
    finally:
        for reader in readers:
            reader.stdin.close()
            assert reader.wait(30) == 0
            reader.stdout.close()


def test_readings_go_on_while_models_change_and_each_is_of_one_model(service):
    service.correct(theta(), "θ")
    expected = {SHIPPED.version: "7", promoted(service, other()): "1"}
    failures, rounds, stop = [], [], threading.Event()

    def work(profile):
        while not stop.is_set():
            try:
                reading = service.read(seven(), "digits", profile=profile)
                first, second = service.reader(profile)
                if reading.text != expected[reading.model] or first.symbols != second.symbols:
                    failures.append(reading)
                rounds.append(reading.model)
            except Exception as error:  # told below, by the thread of the test
                failures.append(error)

    threads = [threading.Thread(target=work, args=(profile,)) for profile in ("everybody", "Ann", "Ben")]
    for thread in threads:
        thread.start()
    for n in range(10):
        version = list(expected)[n % 2]
        service.versions.promote(version)
        assert service.read(seven(), "digits").model == version
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(rounds) == set(expected)


def test_with_nothing_new_a_reading_costs_one_look_at_the_database(service, looks):
    service.correct(theta(), "θ")
    promoted(service, other())
    service.read(seven())
    assert [looks(lambda: service.read(seven())) for _ in range(3)] == [1, 1, 1]


def damage(url, version, how):
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"{how} WHERE model_id = (SELECT id FROM models WHERE version = '{version}')"))
    engine.dispose()


@pytest.mark.parametrize("how", ["UPDATE bundles SET network = normalizer", "DELETE FROM bundles"])
def test_where_the_current_model_cannot_be_used_the_base_reads_until_it_can(
    service, url, recognizer, how, caplog, monkeypatch
):
    service.correct(theta(), "θ")
    before = everything(service)
    version = promoted(service, other())
    assert service.read(seven(), "digits").model == version
    damage(url, version, how)
    anew = Service(Settings.load({}, database_url=url), recognizer)
    with caplog.at_level(logging.ERROR):
        assert everything(anew) == before
        assert anew.correct(seven(1.1), "tick").reading.text == "tick"
        assert anew.read(seven(1.1), profile="Ann").text == "tick"
        assert anew.versions.current() == anew.recognizer.version == SHIPPED.version
    assert [version in message for message in caplog.messages] == [True]
    assert service.read(seven(), "digits").model == version  # who has it goes on
    anew.versions.add(other(), origin="imported")  # its files are there again
    monkeypatch.setattr(recall, "_RETRY_MODEL_S", 0)
    later = Service(Settings.load({}, database_url=url), recognizer)
    assert later.read(seven(), "digits").model == version
    for one in (anew, later):
        one.close()


def test_a_model_that_could_not_be_used_is_tried_again_after_a_while(service, url, recognizer, monkeypatch):
    version = promoted(service, other())
    damage(url, version, "DELETE FROM bundles")
    monkeypatch.setattr(recall, "_RETRY_MODEL_S", 0)
    anew = Service(Settings.load({}, database_url=url), recognizer)
    assert anew.read(seven(), "digits").model == SHIPPED.version
    service.versions.add(other(), origin="imported")
    assert anew.read(seven(), "digits").model == version
    anew.close()


def test_a_bundle_that_the_settings_name_reads_whatever_was_promoted(service, url, tmp_path):
    service.correct(theta(), "θ")
    promoted(service, other(1))
    other(2, swap="38").save(tmp_path / "mine")
    pinned = Service(Settings.load({}, database_url=url, bundle=str(tmp_path / "mine")))
    assert pinned.read(seven(), "digits").text == "7"
    assert pinned.read(Ink.from_strokes(placed("3"), 8), "digits").text == "8"
    assert pinned.read(theta()).text == "θ"
    assert pinned.versions.current() == other(2, swap="38").version
    with pytest.raises(ModelPinned, match="settings"):
        pinned.versions.promote(SHIPPED.version)
    with pytest.raises(ModelPinned, match="settings"):
        pinned.versions.roll_back()
    assert pinned.versions.rollback_target() is None
    pinned.close()


def test_a_version_that_was_promoted_stays_when_another_bundle_ships(service, url):
    version = promoted(service, other(1))
    updated = Service(Settings.load({}, database_url=url), Recognizer(other(2), Settings.load({})))
    assert updated.read(seven(), "digits").model == version
    updated.versions.roll_back()
    assert updated.read(seven(), "digits").model == SHIPPED.version
    updated.close()


def test_where_the_database_is_lost_the_model_that_read_last_reads_on(service, tmp_path):
    service.correct(theta(), "θ")
    version = promoted(service, other())
    assert service.read(seven(), "digits").model == version
    service.close()
    for path in tmp_path.glob("inkling.db*"):
        path.unlink()
    (tmp_path / "inkling.db").mkdir()
    assert service.read(seven(), "digits").model == version
    assert service.read(theta()).text == "θ"
    assert service.recognizer.version == version


def test_a_backup_in_the_databases_place_is_read_however_many_changes_it_has(service, url, tmp_path, recognizer):
    path = tmp_path / "inkling.db"
    service.correct(theta(), "θ")
    service.close()
    shutil.copy(path, tmp_path / "backup.db")
    service.correct(seven(), "Z")
    assert service.read(seven()).text == "Z"
    assert set(service.doubtful(None)) <= {1, 2}
    for rest in ("", "-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
    os.replace(tmp_path / "backup.db", path)
    with closing(Service(Settings.load({}, database_url=url), recognizer)) as another:
        for scale in (0.9, 1.1):  # it has as many changes as the one that is gone, and one more
            another.correct(seven(scale), "7")
            assert service.memory().labels == another.memory().labels
            assert service.doubtful(None) == another.doubtful(None)
        assert everything(service) == everything(another)


def test_what_cannot_be_opened_is_tried_again_however_often_it_is_asked_for_and_each_outage_is_told_once(
    service, url, tmp_path, recognizer, monkeypatch, caplog
):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(recall, "time", SimpleNamespace(monotonic=lambda: clock.now))

    def look(seconds):
        for _ in range(seconds):
            clock.now += 1
            read = service.read(seven()).text
        return read

    path, away = tmp_path / "inkling.db", tmp_path / "away"
    path.mkdir()
    look(5)
    path.rmdir()
    with closing(Service(Settings.load({}, database_url=url), recognizer)) as another:
        another.correct(seven(), "Z")
    assert look(3) == "Z"
    assert len(caplog.records) == 1
    service.close()
    for told in (2, 3):
        assert look(100) == "Z"
        path.rename(away)
        assert look(5) == "Z"
        away.rename(path)
        assert len(caplog.records) == told


def test_a_bundle_is_tried_before_it_reads():
    settings = Settings.load({})
    assert tried(SHIPPED, settings).version == SHIPPED.version
    with pytest.raises(BundleDamaged, match="no numbers"):
        tried(senseless(), settings)
    for name in ("\ud800", "\n"):
        with pytest.raises(BundleDamaged, match="no text"):
            tried(other(symbols=[name, *SHIPPED.symbols[1:]]), settings)


def test_a_profile_that_taught_nothing_shares_what_everybody_taught(service):
    for scale in (0.8, 1.0, 1.2):
        service.correct(theta(scale), "θ")
    for scale in (0.9, 1.1):
        assert service.memory("nobody yet") is service.memory()
        assert service.memory("nobody yet").taught == ("θ",)
        service.correct(theta(scale), "θ")
    service.correct(seven(), "Z", profile="a")
    assert everything(service, "a") != everything(service)
    assert everything(service, "b") == everything(service)


def test_what_was_used_last_stays_known_and_what_everybody_taught_always_does(service, looks, monkeypatch):
    monkeypatch.setattr(recall, "_LOADED_PROFILES", 3)
    service.correct(theta(), "θ")
    for profile in ("a", "b", "a", "c"):
        service.read(seven(), profile=profile)
    assert looks(lambda: service.read(seven(), profile="a")) == 1
    assert looks(lambda: service.read(seven(), profile="b")) > 1
    for profile in "defg":
        service.read(seven(), profile=profile)
    assert looks(lambda: service.read(seven())) == 1
