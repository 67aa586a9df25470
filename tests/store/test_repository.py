from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from inkling.errors import CorrectionNotFound
from inkling.store import CorrectionQuery, Store

from .samples import plain, sample


def ids(page):
    return [correction.id for correction in page.corrections]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"strokes": None, "picture": b"\x89PNG\r\n\x1a\n\0\xff", "pen_width": None},
        {"strokes": (), "features": np.zeros(0, np.float32)},
        {"symbol": "👩‍👩‍👧", "profile": "Zoë ' \" %s :x \\", "read": None, "probability": None},
        {"created_at": datetime(2026, 3, 1, 12, 30, 0, 123456, timezone(timedelta(hours=5, minutes=30)))},
    ],
)
def test_what_is_kept_comes_back_whole_also_after_opening_anew(url, given):
    new = sample(**given)
    with_store = Store.open(url)
    kept = with_store.add(new)
    with_store.close()
    store = Store.open(url)
    back = store.get(kept.id)
    store.close()
    assert plain(back) == plain(kept)
    expected = plain(new)
    if new.created_at is None:
        assert abs(back.created_at - datetime.now(UTC)) < timedelta(minutes=1)
        expected["created_at"] = back.created_at
    assert {name: plain(back)[name] for name in expected} == expected
    assert back.created_at.tzinfo is UTC
    assert back.deleted_at is None
    assert (back.glyph.dtype, back.features.dtype) == (np.uint8, np.float32)


def test_several_are_kept_in_their_order_with_one_revision(store):
    kept = store.add_many([sample(n, symbol=str(n)) for n in range(5)])
    assert [one.symbol for one in kept] == list("01234")
    assert [one.id for one in kept] == sorted({one.id for one in kept})
    assert {one.revision for one in kept} == {1} == {store.revision()}
    assert [plain(store.get(one.id)) for one in kept] == [plain(one) for one in kept]
    assert store.add_many([]) == []
    assert store.revision() == 1


def test_changes_are_what_came_after_a_revision_with_tombstones(store):
    first, second, third = (store.add(sample(n)) for n in range(3))
    start = store.revision()
    assert [change.id for change in store.changes(0)] == [first.id, second.id, third.id]
    assert store.changes(start) == []
    store.relabel(second.id, "θ")
    store.delete([first.id])
    deleted, relabelled = store.changes(start)
    assert (deleted.id, deleted.deleted, deleted.symbol) == (first.id, True, "7")
    assert (relabelled.id, relabelled.deleted, relabelled.symbol) == (second.id, False, "θ")
    assert relabelled.features.tolist() == second.features.tolist()
    assert relabelled.glyph.tolist() == second.glyph.tolist()
    assert (relabelled.read, relabelled.profile, relabelled.features_model) == ("1", "everybody", "v1")
    before = store.revision()
    store.restore([first.id])
    (restored,) = store.changes(before)
    assert (restored.id, restored.deleted) == (first.id, False)


def test_every_change_makes_the_revision_grow_and_a_refused_one_does_not(store):
    seen = [store.revision()]
    kept = store.add(sample())
    seen.append(store.revision())
    store.relabel(kept.id, "1")
    seen.append(store.revision())
    store.delete([kept.id])
    seen.append(store.revision())
    store.restore([kept.id])
    seen.append(store.revision())
    assert seen == [0, 1, 2, 3, 4]
    for refused in (lambda: store.delete([99]), lambda: store.relabel(99, "1"), lambda: store.restore([kept.id])):
        with pytest.raises(CorrectionNotFound):
            refused()
    assert store.revision() == 4


def test_a_deleted_correction_is_gone_until_it_is_restored(store):
    one, other = store.add_many([sample(1), sample(2, profile="ada")])
    assert store.delete([one.id]) == [one.id]
    for refused in (lambda: store.get(one.id), lambda: store.relabel(one.id, "1"), lambda: store.delete([one.id])):
        with pytest.raises(CorrectionNotFound, match=f"no correction {one.id}"):
            refused()
    assert ids(store.find(CorrectionQuery())) == [other.id]
    assert ids(store.find(CorrectionQuery(deleted=True))) == [one.id]
    assert store.find(CorrectionQuery(deleted=True)).corrections[0].deleted_at is not None
    assert store.profiles() == [("ada", 1)]
    assert store.restore([one.id]) == [one.id]
    assert plain(store.get(one.id)) == plain(one) | {"revision": store.revision()}


def test_deleting_and_restoring_is_all_or_none_and_names_what_is_not_there(store):
    one, other = store.add_many([sample(1), sample(2)])
    with pytest.raises(CorrectionNotFound, match=r"no correction 77, 88\.") as caught:
        store.delete([88, one.id, 77])
    assert caught.value.hint
    assert len(ids(store.find(CorrectionQuery()))) == 2
    store.delete([one.id, other.id, one.id])
    with pytest.raises(CorrectionNotFound, match="no deleted correction 77"):
        store.restore([one.id, 77])
    assert store.find(CorrectionQuery()).total == 0
    assert store.delete([]) == store.restore([]) == []
    with pytest.raises(CorrectionNotFound, match=r"1000, .*, 1009, \.\.\."):
        store.delete(range(1000, 60_000))


def test_finding_by_each_filter(store):
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    east = timezone(timedelta(hours=9))
    right, wrong, unread, old, unknown = store.add_many(
        [
            sample(1, symbol="1", read="1", profile="ada", created_at=noon),
            sample(2, symbol="2", read="1", profile="ada", created_at=noon + timedelta(hours=1)),
            sample(3, symbol="θ", read=None, profile="bob", created_at=noon + timedelta(hours=2)),
            sample(4, symbol="1", read="7", profile="bob", created_at=noon - timedelta(days=1)),
            sample(5, symbol="3", read="3", reason="unknown", profile="eve", created_at=noon + timedelta(days=1)),
        ]
    )
    found = {
        (): [unknown, old, unread, wrong, right],
        (("profile", "ada"),): [wrong, right],
        (("profile", "nobody"),): [],
        (("symbol", "1"),): [old, right],
        (("symbol", "1"), ("profile", "bob")): [old],
        (("wrong", True),): [unknown, old, wrong],
        (("wrong", False),): [right],
        (("since", noon),): [unknown, unread, wrong, right],
        (("until", noon),): [old],
        (("since", noon.astimezone(east)), ("until", noon + timedelta(hours=2))): [
            wrong,
            right,
        ],
        (("ids", (right.id, old.id, 999)),): [old, right],
        (("ids", ()),): [],
    }
    for given, expected in found.items():
        page = store.find(CorrectionQuery(**dict(given)))
        assert (ids(page), page.total, page.after) == ([one.id for one in expected], len(expected), None), given


def test_pages_follow_each_other_also_when_something_comes_in_between(store):
    kept = [one.id for one in store.add_many([sample(n) for n in range(5)])]
    first = store.find(CorrectionQuery(limit=2))
    store.add(sample(9))
    second = store.find(CorrectionQuery(limit=2, after=first.after))
    last = store.find(CorrectionQuery(limit=2, after=second.after))
    assert ids(first) + ids(second) + ids(last) == kept[::-1]
    assert (first.total, second.total, last.after) == (5, 6, None)


def test_profiles_and_symbols_are_counted(store):
    store.add_many([sample(n, symbol=s, profile=p) for n, (s, p) in enumerate(["1a", "2a", "1a", "1b"])])
    assert store.profiles() == [("a", 3), ("b", 1)]
    assert store.symbols("a") == [("1", 2), ("2", 1)]
    assert store.symbols(None) == [("1", 3), ("2", 1)]
    assert store.symbols("c") == []


def test_an_id_is_never_given_twice(store):
    first = store.add(sample())
    store.delete([first.id])
    assert store.add(sample()).id > first.id


def test_ink_that_was_deleted_long_ago_is_removed_and_the_others_learn_of_it_still(url):
    store = Store.open(url, keep_deleted_days=0)
    gone, there = store.add_many([sample(1), sample(2)])
    store.delete([gone.id])
    store.close()
    store = Store.open(url, keep_deleted_days=1)
    assert ids(store.find(CorrectionQuery(deleted=True))) == [gone.id]
    store.close()
    store = Store.open(url, keep_deleted_days=0)
    page = store.find(CorrectionQuery(deleted=True))
    assert (page.total, page.corrections) == (0, ())
    tombstone, kept = store.changes(0)
    assert (tombstone.id, tombstone.deleted, tombstone.features.shape) == (gone.id, True, (0,))
    assert not tombstone.glyph.any()
    assert kept.features.tolist() == there.features.tolist()
    with pytest.raises(CorrectionNotFound):
        store.restore([gone.id])
    store.close()


def test_times_that_are_no_numbers_are_left_out_where_they_were_once_kept(store):
    timed, odd, endless = np.array([[1, 2, 3], [4, 5, 6.0]]), np.array([[1, 2, np.nan]]), np.array([[1, 2, np.inf]])
    kept = store.add(sample(strokes=(timed, odd, endless)))
    for back in (store.get(kept.id), store.find(CorrectionQuery()).corrections[0]):
        assert [stroke.tolist() for stroke in back.strokes] == [timed.tolist(), [[1, 2]], [[1, 2]]]


def test_several_are_relabelled_in_one_change_all_or_none(store):
    first, second, third = (store.add(sample(n)).id for n in range(3))
    store.delete([third])
    start = store.revision()
    for missing in (third, 99):
        with pytest.raises(CorrectionNotFound, match=f"correction {missing}"):
            store.relabel_several([first, missing], "θ")
    assert store.revision() == start
    assert store.relabel_several([second, first, second], "θ") == [second, first]
    assert store.revision() == start + 1
    assert [change.symbol for change in store.changes(start)] == ["θ", "θ"]
    assert store.relabel_several([], "θ") == []


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**26, -(10**26)])
def test_what_no_database_takes_for_an_id_is_not_found(store, number):
    kept = store.add(sample()).id
    start = store.revision()
    for ask in (
        *(lambda: store.get(number), lambda: store.relabel(number, "1"), lambda: store.delete([kept, number])),
        *(lambda: store.restore([number]), lambda: store.relabel_several([kept, number], "1")),
    ):
        with pytest.raises(CorrectionNotFound, match=f"correction {number}"):
            ask()
    assert store.revision() == start
    assert ids(store.find(CorrectionQuery(after=number))) == ([kept] if number > 0 else [])
    assert ids(store.find(CorrectionQuery(ids=(kept, number), limit=10**26))) == [kept]
