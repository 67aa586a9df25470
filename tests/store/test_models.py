import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from inkling.bundle import Bundle
from inkling.errors import BundleDamaged, JobNotFound, ModelError, ModelNotFound, StoreFull, StoreReadOnly
from inkling.store import Finish, State, Store
from inkling.store.tables import bundles, inks, models

from .samples import bundle, sample


def add(store, number, **given):
    return store.models.add(bundle(number), **{"origin": "retrained"} | given).version


def features_of(store):
    def work(connection):
        rows = connection.execute(select(inks.c.correction_id, inks.c.features_model, inks.c.features))
        return {row[0]: (row[1], np.frombuffer(row[2], "<f4").tolist()) for row in rows}

    return store._database.read(work)


def spoil(store, version, **values):
    mine = select(models.c.id).where(models.c.version == version).scalar_subquery()
    change = update(bundles).values(values) if values else delete(bundles)
    store._database.write(lambda connection: connection.execute(change.where(bundles.c.model_id == mine)))


def test_a_version_comes_back_whole_also_after_opening_anew(url):
    made = bundle(symbols=["0", "👩‍👩‍👧"])
    given = {"parent": "before", "origin": "retrained", "reason": "50 new corrections", "profile": "Zoë"}
    report = {"passed": True, "p": np.float32(0.5), "confusion": np.eye(2, dtype=int)}
    store = Store.open(url)
    kept = store.models.add(made, **given, state="passed", report=report)
    store.close()
    store = Store.open(url)
    assert store.models.get(made.version) == kept
    assert store.models.all() == [kept]
    assert store.models.bundle(made.version) == made
    store.close()
    assert {name: getattr(kept, name) for name in given} == given
    assert (kept.version, kept.state, kept.held, len(kept.sha256)) == (made.version, "passed", True, 64)
    assert kept.card == made.card
    assert kept.report == {"passed": True, "p": 0.5, "confusion": [[1, 0], [0, 1]]}
    assert kept.size_bytes == len(json.dumps(made.card)) + sum(map(len, made.files.values()))
    assert kept.added_at.utcoffset().total_seconds() == 0


def test_versions_are_listed_newest_first_and_adding_changes_nothing_that_reads(store):
    versions = [add(store, n) for n in range(3)]
    assert [one.version for one in store.models.all()] == versions[::-1]
    assert store.state() == State(0, None)
    assert store.models.promotions() == []


def test_a_version_that_is_there_stays_as_it_is_and_its_lost_or_damaged_bytes_are_put_back(store):
    first = store.models.add(bundle(), origin="trained", reason="first")
    assert store.models.add(bundle(), origin="imported", reason="second", state="refused") == first
    spoil(store, first.version)
    assert store.models.get(first.version) == replace(first, held=False)
    with pytest.raises(ModelNotFound, match="no longer kept"):
        store.models.bundle(first.version)
    assert store.models.add(bundle(), origin="imported") == first
    spoil(store, first.version, network=b"network 7")
    assert store.models.add(bundle(), origin="imported") == first
    assert store.models.bundle(first.version) == bundle()


def test_another_model_of_the_same_name_and_a_name_that_is_none_are_refused(store):
    first = store.models.add(bundle(1, version="v1"), origin="trained")
    with pytest.raises(ModelError, match="another model that is called version v1"):
        store.models.add(bundle(2, version="v1"), origin="imported")
    for name in ("", "../v1", "a b", ".v1", "x" * 101, "v\0"):
        with pytest.raises(ModelError, match="expected letters") as caught:
            store.models.add(bundle(version=name), origin="imported")
        assert caught.value.hint
    assert store.models.all() == [first]
    assert store.models.bundle("v1") == bundle(1, version="v1")


@pytest.mark.parametrize("part", ["normalizer", "network"])
def test_a_damaged_bundle_is_found_out(store, part):
    version = add(store, 1)
    spoil(store, version, **{part: b"other"})
    with pytest.raises(BundleDamaged, match=f"version {version} in the database is damaged"):
        store.models.bundle(version)


def test_what_is_not_there_is_named(store):
    for use in (store.models.get, store.models.bundle, store.models.promote):
        with pytest.raises(ModelNotFound, match="no version 'v9'") as caught:
            use("v9")
        assert caught.value.hint
        for name in ("v\0", "\udc80", "v" * 1_000, "../v1", ""):
            with pytest.raises(ModelNotFound):
                use(name)
    pruned = add(store, 1)
    spoil(store, pruned)
    with pytest.raises(ModelNotFound, match="no longer kept"):
        store.models.promote(pruned)
    assert store.state() == State(0, None)


def test_a_promotion_is_one_change_with_its_features(store):
    one, gone, other = store.add_many([sample(n) for n in range(3)])
    store.delete([gone.id])
    version = add(store, 1)
    before = store.state()
    features = {one.id: np.array([1, 2.5], ">f4"), gone.id: np.zeros(2, np.float32), 99: np.zeros(2, np.float32)}
    promoted = store.models.promote(version, "better by 3", features=features)
    assert store.state() == State(before.revision + 1, version)
    assert (promoted.version, promoted.previous, promoted.reason, promoted.rollback) == (
        version,
        None,
        "better by 3",
        False,
    )
    assert store.models.promotions() == [promoted]
    found = features_of(store)
    assert found[one.id] == (version, [1, 2.5])
    assert found[other.id] == ("v1", other.features.tolist())
    (change,) = [change for change in store.changes(0) if change.id == one.id]
    assert (change.features_model, change.features.tolist()) == (version, [1, 2.5])
    assert store.changes(before.revision) == []  # nobody said anything of the corrections themselves


def test_a_reason_is_kept_whatever_a_person_wrote(store):
    store.models.promote(add(store, 1, reason="Zoë's 👍 %s"), "a\0b\ud800c")
    store.jobs.add("retraining", reason="\udc80 ' \"")
    assert [one.reason for one in store.models.all()] == ["Zoë's 👍 %s"]
    assert [one.reason for one in store.models.promotions()] == ["a?b?c"]
    assert store.jobs.find().jobs[0].reason == "? ' \""


def test_promoting_what_reads_already_changes_nothing(store):
    one = add(store, 1)
    promoted = store.models.promote(one)
    before = store.state()
    assert store.models.promote(one, "again", expected="another") == promoted
    assert store.state() == before
    assert store.models.promotions() == [promoted]


def test_a_promotion_that_expects_another_version_changes_nothing(store):
    kept = store.add(sample())
    one, other, third = (add(store, n) for n in range(3))
    store.models.promote(one, expected=None)
    before, features = store.state(), features_of(store)
    for expected in (None, third):
        with pytest.raises(ModelError, match=f"Version {one} reads by now"):
            store.models.promote(other, expected=expected, features={kept.id: np.zeros(3, np.float32)})
    assert (store.state(), features_of(store)) == (before, features)
    assert store.models.promote(other, expected=one).previous == one


def test_the_base_bundle_counts_as_the_version_before_the_first_promotion(store):
    base, one, other = (add(store, n) for n in range(3))
    with pytest.raises(ModelError, match="that ships reads by now"):
        store.models.promote(one, expected=base)
    assert store.models.promote(one, expected=base, base=base).previous == base
    assert store.models.rollback_target() == base
    assert store.models.promote(other, expected=one, base=base).previous == one


def test_a_promotion_ends_the_job_it_came_of_or_does_not_happen(store):
    one, other = add(store, 1), add(store, 2)
    job = store.jobs.add("retraining")
    with pytest.raises(JobNotFound):
        store.models.promote(one, job=Finish(99, "mine", {}))
    store.jobs.claim(job.id, "mine", 60)
    for finish in (Finish(job.id, "theirs", {}), Finish(job.id, "", None)):
        with pytest.raises(ModelError, match=f"job {job.id}, of which it came, was cancelled, taken over or ended"):
            store.models.promote(one, job=finish)
    assert (store.state(), store.jobs.get(job.id).state) == (State(0, None), "running")
    with pytest.raises(ModelError, match="reads by now"):
        store.models.promote(one, job=Finish(job.id, "mine", {}), expected=other)
    assert store.jobs.get(job.id).state == "running"
    store.models.promote(one, job=Finish(job.id, "mine", {"passed": True}))
    done = store.jobs.get(job.id)
    assert (done.state, done.version, done.outcome) == ("done", one, {"passed": True})
    assert store.state() == State(1, one)
    with pytest.raises(ModelError, match="or ended"):
        store.models.promote(other, job=Finish(job.id, "mine", {}))
    assert store.state() == State(1, one)


def test_what_was_cancelled_is_not_promoted(store):
    one = add(store, 1)
    job = store.jobs.add("retraining")
    store.jobs.claim(job.id, "mine", 60)
    store.jobs.cancel(job.id)
    with pytest.raises(ModelError, match="was cancelled"):
        store.models.promote(one, job=Finish(job.id, "mine", {}))
    assert store.jobs.finish(job.id, "mine", one, {}) is None
    assert store.jobs.stopped(job.id, "mine").state == "cancelled"
    assert store.state() == State(0, None)


def test_a_version_that_is_made_again_has_its_newest_decision(store):
    made = bundle(1)
    first = store.models.add(made, origin="retrained", reason="asked for", state="passed", report={"job": 1})
    again = store.models.add(made, origin="retrained", reason="it is past 03:30", state="refused", report={"job": 2})
    assert (again.state, again.report) == ("refused", {"job": 2})
    assert (again.reason, again.added_at) == ("asked for", first.added_at)  # when and why it came stay
    assert store.models.add(made, origin="imported").state == "refused"  # an import judges nothing


def step_back(store):
    target = store.models.rollback_target()
    if target is not None:
        store.models.promote(target, rollback=True)
    return target


def test_rolling_back_goes_back_one_version_at_a_time(store):
    assert store.models.rollback_target() is None
    base, one, other, third = (add(store, n) for n in range(4))
    store.models.promote(one)
    assert store.models.rollback_target() is None  # the database does not know what read before
    store.models.promote(other)
    store.models.promote(third)
    assert [step_back(store), step_back(store), step_back(store)] == [other, one, None]
    store.models.promote(third)
    store.models.promote(base)
    assert step_back(store) == third
    store.models.promote(other)
    store.models.promote(third)  # the same version a second time
    assert [step_back(store) for _ in range(5)] == [other, third, one, None, None]
    assert store.state().current == one


def test_rolling_back_goes_past_what_is_no_longer_kept(store):
    one, other, third = (add(store, n) for n in range(3))
    for version in (one, other, third):
        store.models.promote(version)
    spoil(store, other)
    assert store.models.rollback_target() == one
    spoil(store, one)
    assert store.models.rollback_target() is None


def test_pruning_keeps_the_newest_and_what_is_needed(store):
    ships = add(store, 0, origin="shipped")
    versions = [add(store, n, parent=ships) for n in range(1, 9)]
    parent, before, current, asked = versions[:4]
    store.models.promote(before)
    store.models.promote(store.models.add(bundle(9), origin="retrained", parent=parent).version)
    job = store.jobs.add("retraining", parent=asked)
    revision = store.revision()
    assert store.models.prune(20) == []
    assert store.models.prune(3) == [versions[5], versions[4], current]
    held = {one.version for one in store.models.all() if one.held}
    assert held == {ships, parent, before, asked, *versions[6:], bundle(9).version}
    assert len(store.models.all()) == 10
    assert store.revision() == revision
    store.jobs.cancel(job.id)
    assert store.models.prune(3) == [asked]
    store.models.add(bundle(3), origin="imported")  # somebody wants it back: it is the newest now
    assert store.models.prune(3) == [versions[6]]


def test_pruning_before_any_promotion_keeps_the_newest(store):
    versions = [add(store, n) for n in range(4)]
    assert store.models.prune(2) == [versions[1], versions[0]]


def test_of_many_who_expect_the_same_version_at_once_one_promotes(url):
    stores = [Store.open(url) for _ in range(4)]
    base, *others = (add(stores[0], n) for n in range(13))
    stores[0].models.promote(base)

    def promote(number):
        try:
            return stores[number % 4].models.promote(others[number], expected=base).version
        except ModelError:
            return None

    with ThreadPoolExecutor(6) as pool:
        said = [version for version in pool.map(promote, range(12)) if version]
    assert stores[1].state() == State(2, *said)
    for one in stores:
        one.close()


def test_many_who_add_the_same_version_at_once_add_it_once(url):
    stores = [Store.open(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda n: stores[n].models.add(bundle(), origin="imported"), range(4)))
    assert said == [stores[0].models.get(bundle().version)] * 4
    for one in stores:
        one.close()


def test_where_nothing_can_be_written_versions_are_read(postgresql):
    import psycopg

    with psycopg.connect(postgresql, autocommit=True) as admin:
        admin.execute("CREATE SCHEMA models_reader")
    url = f"{postgresql}&options=-csearch_path%3Dmodels_reader"
    store = Store.open(url)
    version = add(store, 1)
    store.close()
    store = Store.open(f"{url}%20-cdefault_transaction_read_only%3Don")
    assert store.models.bundle(version) == bundle(1)
    for change in (lambda: store.models.promote(version), lambda: add(store, 2), lambda: store.jobs.add("retraining")):
        with pytest.raises(StoreReadOnly):
            change()
    store.close()


def test_where_there_is_no_space_left_nothing_is_half_kept(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'inkling.db'}")
    kept, version = store.add(sample()), add(store, 1)
    job = store.jobs.claim(store.jobs.add("retraining").id, "mine", 60)
    store.jobs.save_checkpoint(job.id, "mine", b"small")
    pages = store._database.read(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    store._database.read(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}"))
    big = bytes(100_000)
    for change in (
        lambda: store.models.add(Bundle.make(b"normalizer", big, bundle().card), origin="imported"),
        lambda: store.models.promote(version, features={kept.id: np.frombuffer(big, np.float32)}),
        lambda: store.jobs.save_checkpoint(job.id, "mine", big),
    ):
        with pytest.raises(StoreFull):
            change()
    assert [one.version for one in store.models.all()] == [version]
    assert (store.state(), store.models.promotions()) == (State(1, None), [])
    assert features_of(store)[kept.id] == ("v1", kept.features.tolist())
    assert store.jobs.checkpoint(job.id) == b"small"
    assert store.models.promote(version).version == store.state().current
    store.close()


def test_preferences_are_kept_for_all_and_raise_no_revision(url):
    store, other = Store.open(url), Store.open(url)
    assert store.preference("automatic") is None
    store.prefer("automatic", "1")
    store.prefer("automatic", "")
    store.prefer("other", "Zoë")
    assert (other.preference("automatic"), other.preference("other")) == ("", "Zoë")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: (store, other)[n % 2].prefer("automatic", str(n)), range(12)))
    assert store.preference("automatic") in map(str, range(12))
    assert store.state() == State(0, None)
    store.close()
    other.close()
