"""Versions of the model: which there are, which reads, and the ways to change that."""

import zipfile
from datetime import UTC, datetime

import pytest

from inkling.bundle import CARD, NETWORK, NORMALIZER, Bundle
from inkling.errors import (
    BundleDamaged,
    BundleMissing,
    FolderNotWritable,
    ModelError,
    ModelNotFound,
    ModelRefused,
    StoreError,
)
from inkling.ink import Ink
from inkling.service import Service
from inkling.settings import Settings

from .bundles import SHIPPED, other, senseless
from .drawings import placed

SEVEN = Ink.from_strokes(placed("7"), 8)


@pytest.fixture
def settings(tmp_path):
    return Settings.load({}, database_url=f"sqlite:///{tmp_path / 'inkling.db'}", keep_models=2)


@pytest.fixture
def service(settings, recognizer):
    made = Service(settings, recognizer)
    yield made
    made.close()


@pytest.fixture
def versions(service):
    return service.versions


def added(versions, number=1, **more):
    return versions.add(other(number), **{"origin": "retrained", "parent": versions.current(), **more}).version


def names(versions):
    return [one.model.version for one in versions.all()]


def test_at_first_there_is_the_one_that_ships_and_looking_makes_no_database(versions, tmp_path):
    (only,) = versions.all()
    assert (only.model.version, only.model.origin, only.current, only.shipped) == (
        SHIPPED.version,
        "shipped",
        True,
        True,
    )
    assert only == versions.get(SHIPPED.version)
    assert only.model.added_at == datetime.fromisoformat(SHIPPED.card["created"]).astimezone(UTC)
    assert only.model.held
    assert versions.current() == SHIPPED.version
    assert versions.bundle(SHIPPED.version) == SHIPPED
    assert versions.rollback_target() is None
    with pytest.raises(ModelNotFound, match="2026"):
        versions.get("2026-01-01-abcdef01")
    with pytest.raises(ModelNotFound):
        versions.bundle("2026-01-01-abcdef01")
    with pytest.raises(ModelError, match="nothing to roll back to"):
        versions.roll_back()
    assert list(tmp_path.iterdir()) == []


def test_what_is_known_without_the_database_is_what_the_database_says_of_it(versions):
    before = versions.get(SHIPPED.version).model
    added(versions)
    after = versions.get(SHIPPED.version).model
    assert (before.sha256, before.size_bytes, before.card) == (after.sha256, after.size_bytes, after.card)
    assert (before.origin, before.state, before.held) == (after.origin, after.state, after.held)
    assert before.added_at == after.added_at == versions.all()[-1].model.added_at


def test_versions_are_listed_newest_first_and_tell_which_reads(versions):
    first, second = added(versions, 1, reason="50 new corrections", state="passed"), added(versions, 2)
    assert names(versions) == [second, first, SHIPPED.version]
    assert [one.current for one in versions.all()] == [False, False, True]
    versions.promote(first)
    assert names(versions) == [second, first, SHIPPED.version]
    assert [one.current for one in versions.all()] == [False, True, False]
    found = versions.get(first)
    assert (found.current, found.shipped) == (True, False)
    assert (found.model.parent, found.model.reason, found.model.state) == (
        SHIPPED.version,
        "50 new corrections",
        "passed",
    )
    assert versions.bundle(first) == other(1)


def test_rolling_back_twice_goes_two_back_to_the_one_that_ships(service, versions):
    first, second = added(versions, 1), added(versions, 2)
    assert versions.promote(first, "better").previous == SHIPPED.version
    assert versions.promote(second).previous == first
    assert versions.rollback_target() == first
    back = versions.roll_back("it was better")
    assert (back.version, back.previous, back.reason, back.rollback) == (first, second, "it was better", True)
    assert versions.roll_back().version == SHIPPED.version
    assert versions.current() == service.read(SEVEN).model == SHIPPED.version
    with pytest.raises(ModelError, match="nothing to roll back to"):
        versions.roll_back()


def test_a_promotion_in_between_is_not_rolled_back(service, versions, monkeypatch):
    first, second, third = (added(versions, number, parent=SHIPPED.version) for number in (1, 2, 3))
    versions.promote(first)
    versions.promote(second)
    look = versions.rollback_target

    def another_promotes_then():
        found = look()
        versions.promote(third)
        return found

    monkeypatch.setattr(versions, "rollback_target", another_promotes_then)
    with pytest.raises(ModelError):
        versions.roll_back()
    assert versions.current() == third


def test_what_the_gate_refused_reads_by_force_only(service, versions):
    version = added(versions, state="refused", report={"passed": False})
    with pytest.raises(ModelRefused, match=version):
        versions.promote(version)
    assert versions.current() == SHIPPED.version
    assert versions.promote(version, force=True).version == versions.current() == version
    assert service.read(SEVEN, "digits").text == "1"


def test_promoting_what_reads_changes_nothing(service, versions):
    version = added(versions)
    done = versions.promote(version)
    state = service.store.state()
    assert versions.promote(version, "again") == done
    assert service.store.state() == state
    assert versions.rollback_target() == SHIPPED.version


def test_a_promotion_may_expect_which_one_reads(versions):
    first, second = added(versions, 1), added(versions, 2)
    with pytest.raises(ModelError):
        versions.promote(second, expected=first)
    versions.promote(first, expected=SHIPPED.version)
    for wrong in (None, SHIPPED.version):
        with pytest.raises(ModelError):
            versions.promote(second, expected=wrong)
    assert versions.current() == first
    assert versions.promote(second, expected=first).previous == first


def test_what_cannot_read_is_not_promoted(service, versions):
    service.correct(SEVEN, "7")
    version = versions.add(senseless(), origin="retrained", state="passed").version
    state = service.store.state()
    with pytest.raises(BundleDamaged, match="no numbers"):
        versions.promote(version)
    assert service.store.state() == state


@pytest.mark.parametrize("name", ["new/bundle.zip", "new/folder"])
def test_what_is_exported_is_imported_elsewhere_and_reads_there(versions, tmp_path, name, recognizer):
    version = added(versions)
    assert versions.export(version, tmp_path / name) == tmp_path / name
    elsewhere = Service(Settings.load({}, database_url=f"sqlite:///{tmp_path / 'other.db'}"), recognizer)
    came = elsewhere.versions.import_(tmp_path / name)
    model = came.model
    assert (came.new, came.back) == (True, False)
    assert (model.version, model.origin, model.state, model.parent) == (version, "imported", "ungated", None)
    again = elsewhere.versions.import_(tmp_path / name)
    assert (again.model, again.new, again.back) == (model, False, False)
    assert elsewhere.read(SEVEN, "digits").text == "7"
    elsewhere.versions.promote(version)
    assert elsewhere.read(SEVEN, "digits").text == "1"
    assert elsewhere.versions.roll_back().version == SHIPPED.version
    elsewhere.close()


def test_the_one_that_ships_is_exported_without_a_database(versions, tmp_path):
    assert Bundle.load_zip(versions.export(SHIPPED.version, tmp_path / "shipped.ZIP")) == SHIPPED
    assert [path.name for path in tmp_path.iterdir()] == ["shipped.ZIP"]
    with pytest.raises(FolderNotWritable, match="taken"):
        versions.export(SHIPPED.version, tmp_path / "shipped.ZIP" / "taken.zip")


def test_what_is_no_sound_bundle_is_not_imported(versions, tmp_path):
    for name in ("nowhere", "nowhere.zip"):
        with pytest.raises(BundleMissing, match=f"There is no file or folder .*{name}"):
            versions.import_(tmp_path / name)
    with pytest.raises(BundleMissing, match="no card"):
        versions.import_(tmp_path)
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(BundleDamaged) as damaged:
        versions.import_(tmp_path / "text.zip")
    assert "Export" in damaged.value.hint
    assert "Install" not in damaged.value.hint
    for bundle in (senseless(), Bundle.make(b"no", b"network", SHIPPED.card)):
        (tmp_path / "bundle.zip").write_bytes(bundle.to_zip())
        with pytest.raises(BundleDamaged):
            versions.import_(tmp_path / "bundle.zip")
    with zipfile.ZipFile(tmp_path / "large.zip", "w") as archive:
        for name in (CARD, NETWORK, NORMALIZER):
            archive.writestr(name, bytes(2**25))
    with pytest.raises(BundleDamaged, match="64 MiB"):
        versions.import_(tmp_path / "large.zip")
    assert names(versions) == [SHIPPED.version]


def test_nobody_takes_the_name_of_the_one_that_ships(versions, tmp_path):
    card = {**other().card, "version": SHIPPED.version}
    Bundle(card, other().files).save(tmp_path / "false")
    with pytest.raises(ModelError, match="another model"):
        versions.import_(tmp_path / "false")
    assert versions.bundle(SHIPPED.version) == SHIPPED


def test_old_files_are_removed_but_none_that_is_needed(service, versions):
    made = [added(versions, number) for number in range(1, 5)]
    versions.promote(made[0])
    assert set(versions.prune()) == {made[1]}
    assert versions.prune() == []
    assert not versions.get(made[1]).model.held
    with pytest.raises(ModelNotFound, match="no longer kept"):
        versions.promote(made[1])
    assert versions.roll_back().version == SHIPPED.version
    assert versions.get(SHIPPED.version).model.held
    assert added(versions, 2) == made[1]  # it comes back
    assert versions.bundle(made[1]) == other(2)


def test_importing_what_is_here_already_removes_nothing(versions, tmp_path):
    made = [added(versions, number) for number in (1, 2, 3)]
    versions.promote(made[0])
    versions.roll_back()
    held = [one.model.version for one in versions.all() if one.model.held]
    done = versions.import_(versions.export(made[2], tmp_path / "again.zip"))
    assert (done.new, done.back) == (False, False)
    assert [one.model.version for one in versions.all() if one.model.held] == held
    assert versions.promote(made[0]).version == made[0]


@pytest.mark.parametrize("origin", ["imported", "trained"])
def test_what_comes_from_elsewhere_has_old_files_removed_but_never_its_own(versions, tmp_path, origin):
    made = [versions.add(other(number), origin=origin).version for number in range(1, 5)]
    held = [one.model.version for one in versions.all() if one.model.held]
    assert held == [*made[:1:-1], SHIPPED.version]
    old = versions.export(made[2], tmp_path / "old.zip")
    versions.add(other(4), origin="imported")
    back = versions.import_(versions.export(made[3], tmp_path / "bundle.zip"))
    assert (back.new, back.back) == (False, False)
    other(1).save_zip(tmp_path / "first.zip")
    back = versions.import_(tmp_path / "first.zip")
    assert (back.model.version, back.model.held, back.new, back.back) == (made[0], True, False, True)
    assert not versions.get(made[2]).model.held
    versions.promote(made[0])
    versions.import_(old)
    assert versions.get(made[0]).model.held
    assert versions.get(made[2]).model.held


def test_without_the_database_the_versions_cannot_be_told_but_what_reads_can(tmp_path, recognizer):
    (tmp_path / "inkling.db").write_bytes(b"no database at all " * 100)
    service = Service(Settings.load({}, database_url=f"sqlite:///{tmp_path / 'inkling.db'}"), recognizer)
    assert service.versions.current() == SHIPPED.version
    assert service.versions.bundle(SHIPPED.version) == SHIPPED
    for ask in (service.versions.all, service.versions.roll_back):
        with pytest.raises(StoreError):
            ask()
    service.close()
