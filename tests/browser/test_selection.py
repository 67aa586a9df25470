"""Several corrections at once, and where a person is among them."""

import pytest
from playwright.sync_api import expect

from ..serving import serve
from .gallery import ONE, SEVEN, ZERO, cards, check, relabel_selected, symbols


@pytest.fixture(scope="module")
def address():
    """A server of its own: what is taught here must not be read by other tests."""
    with serve("--port", "0") as (_, address):
        yield address


def test_several_are_deleted_and_restored(open_page, teach, api):
    for symbol, ink in (("7", SEVEN), ("1", ONE), ("0", ZERO)):
        teach(ink, symbol)
    page = open_page("/corrections")
    expect(symbols(page)).to_have_text(["0", "1", "7"])
    check(page, 0)
    check(page, 2)
    expect(page.get_by_test_id("selection")).to_contain_text("2 selected")
    page.get_by_test_id("delete-selected").click()
    expect(symbols(page)).to_have_text(["1"])
    expect(page.get_by_test_id("selection")).to_be_hidden()
    assert api("/corrections")["total"] == 1
    page.get_by_test_id("toast-undo").click()
    expect(symbols(page)).to_have_text(["0", "1", "7"])
    assert api("/corrections")["total"] == 3


def test_a_selection_outlives_a_delete_that_failed_and_what_is_still_there_is_deleted(open_page, teach, api):
    gone, _, _ = [teach(ink, symbol) for symbol, ink in (("7", SEVEN), ("1", ONE), ("0", ZERO))]
    page = open_page("/corrections")
    check(page, 0)
    check(page, 2)
    page.context.set_offline(True)
    page.get_by_test_id("delete-selected").click()
    expect(page.get_by_test_id("toast-text")).to_contain_text("Nothing was deleted. The server is away.")
    expect(page.get_by_test_id("selection")).to_contain_text("2 selected")
    page.context.set_offline(False)
    api("/corrections/delete", {"ids": [gone]})  # somebody else was faster
    page.get_by_test_id("delete-selected").click()
    expect(page.get_by_test_id("toast-text")).to_have_text("1 correction deleted; 1 was gone already.")
    expect(symbols(page)).to_have_text(["1"])
    expect(page.get_by_test_id("selection")).to_be_hidden()
    page.get_by_test_id("toast-undo").click()
    expect(symbols(page)).to_have_text(["0", "1"])


def expect_card_focused(page, symbol):
    focused = page.locator(":focus")
    expect(focused).to_have_attribute("data-testid", "card-open")
    expect(focused.get_by_test_id("card-symbol")).to_have_text(symbol)


def test_who_deletes_stays_where_they_are_and_goes_on_at_the_next_card(open_page, teach):
    for index in range(40):
        teach(ONE, f"s{index}", shift=index)
    page = open_page("/corrections", viewport={"width": 600, "height": 500})
    expect(cards(page)).to_have_count(40)  # from s39 to s0
    for left, part in ((39, "card-open"), (38, "card-check")):
        symbol = symbols(page).nth(30).inner_text()
        cards(page).nth(30).get_by_test_id(part).click()
        at = page.evaluate("() => scrollY")
        assert at > 100
        page.get_by_test_id("one-delete" if part == "card-open" else "delete-selected").click()
        expect(page.get_by_test_id("toast-text")).to_contain_text("1 correction deleted.")
        expect(cards(page)).to_have_count(left)
        expect_card_focused(page, f"s{int(symbol[1:]) - 1}")
        assert page.evaluate("() => scrollY") == pytest.approx(at, abs=1)
    cards(page).nth(20).get_by_test_id("card-open").click()
    at = page.evaluate("() => scrollY")
    page.get_by_test_id("one-symbol").fill("tick")
    page.get_by_test_id("one-symbol").press("Enter")
    expect(symbols(page).nth(20)).to_have_text("tick")
    expect_card_focused(page, "tick")
    page.get_by_test_id("toast-undo").click()
    expect(symbols(page).nth(20)).to_have_text("s19")
    expect_card_focused(page, "s19")
    assert page.evaluate("() => scrollY") == pytest.approx(at, abs=1)
    cards(page).nth(1).get_by_test_id("card-check").check()
    page.evaluate("() => scrollTo(0, 1e6)")
    at = page.evaluate("() => scrollY")
    assert at > 1000
    page.get_by_test_id("select-none").click()
    expect(cards(page).nth(1).get_by_test_id("card-check")).to_be_focused()
    assert page.evaluate("() => scrollY") == at
    check(page, 37)  # the last one
    page.get_by_test_id("delete-selected").click()
    expect_card_focused(page, "s1")


def test_the_focus_goes_back_to_the_card_behind_which_the_bar_stood(open_page, teach):
    for index in range(3):
        teach(ONE, f"s{index}", shift=index)
    page = open_page("/corrections")
    cards(page).nth(0).get_by_test_id("card-check").check()
    cards(page).nth(1).get_by_test_id("card-open").click()
    page.get_by_test_id("one-delete").click()
    expect(cards(page)).to_have_count(2)
    page.get_by_test_id("select-none").press("Enter")
    expect(cards(page).nth(0).get_by_test_id("card-check")).to_be_focused()


def test_when_the_last_card_is_gone_the_count_is_where_to_go_on(open_page, teach):
    teach(SEVEN, "7")
    page = open_page("/corrections")
    check(page, 0)
    page.get_by_test_id("delete-selected").click()
    expect(page.get_by_test_id("empty")).to_be_visible()
    expect(page.get_by_test_id("count")).to_be_focused()
    page.get_by_test_id("toast-undo").click()
    expect_card_focused(page, "7")


def test_all_of_it_by_key_what_can_be_done_comes_next_by_tab(open_page, teach, api):
    for symbol, ink in (("7", SEVEN), ("1", ONE), ("0", ZERO)):
        teach(ink, symbol)
    page = open_page("/corrections")
    expect(symbols(page)).to_have_text(["0", "1", "7"])
    for index in (0, 1):
        cards(page).nth(index).get_by_test_id("card-check").focus()
        page.keyboard.press("Space")
    for name in ("select-none", "relabel-selected", "delete-selected"):
        page.keyboard.press("Tab")
        expect(page.get_by_test_id(name)).to_be_focused()
    page.keyboard.press("Enter")
    expect(symbols(page)).to_have_text(["7"])
    expect_card_focused(page, "7")
    page.keyboard.press("Control+z")
    expect(symbols(page)).to_have_text(["0", "1", "7"])
    expect(page.get_by_test_id("toast-text")).to_have_text("2 corrections restored.")
    expect_card_focused(page, "7")
    page.keyboard.press("Control+z")  # nothing is offered to be undone
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("toast")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type("tick")
    page.keyboard.press("Enter")
    expect(symbols(page)).to_have_text(["0", "1", "tick"])
    expect_card_focused(page, "tick")
    page.get_by_test_id("filter-symbol").focus()
    page.keyboard.type("x")
    expect(page.get_by_test_id("empty")).to_contain_text("None of these")
    page.keyboard.press("Control+z")  # edits the field
    expect(symbols(page)).to_have_text(["0", "1", "tick"])
    page.keyboard.press("Tab")
    page.keyboard.press("Control+z")
    expect(symbols(page)).to_have_text(["0", "1", "7"])
    check(page, 1)
    page.get_by_test_id("select-none").press("Enter")
    expect(page.get_by_test_id("selection")).to_be_hidden()
    expect(cards(page).nth(1).get_by_test_id("card-check")).to_be_focused()
    assert api("/corrections")["total"] == 3


def test_a_word_is_compared_as_the_server_keeps_it(open_page, teach):
    for symbol, ink in (("7", SEVEN), ("tick", ONE)):
        teach(ink, symbol)
    page = open_page("/corrections")
    check(page, 0)
    check(page, 1)
    relabel_selected(page, "  ti\u200dck ")
    expect(page.get_by_test_id("toast-text")).to_have_text("1 correction relabelled: tick now.")
    page.get_by_test_id("toast-undo").click()
    expect(page.get_by_test_id("toast-text")).to_have_text("1 correction as before again.")
    expect(symbols(page)).to_have_text(["tick", "7"])
    cards(page).nth(0).get_by_test_id("card-open").click()
    page.get_by_test_id("one-symbol").fill("ti\u200dck")
    page.get_by_test_id("relabel").click()
    expect(page.get_by_test_id("one")).to_be_hidden()
    expect(page.get_by_test_id("toast-text")).to_have_text("1 correction as before again.")


def test_what_the_filters_hide_is_not_selected_any_longer(open_page, teach, api):
    teach(SEVEN, "7", profile="Ada")
    for ink, symbol in ((ONE, "1"), (ZERO, "0")):
        teach(ink, symbol)
    page = open_page("/corrections")
    expect(symbols(page)).to_have_text(["0", "1", "7"])
    for index in range(3):
        check(page, index)
    page.get_by_test_id("filter-profile").select_option("Ada")
    expect(symbols(page)).to_have_text(["7"])
    expect(page.get_by_test_id("selection")).to_contain_text("1 selected")
    page.get_by_test_id("filter-symbol").fill("two words")
    page.get_by_test_id("filter-symbol").press("Enter")
    expect(page.get_by_test_id("selection")).to_be_hidden()
    page.get_by_test_id("filter-clear").click()
    expect(symbols(page)).to_have_text(["0", "1", "7"])
    expect(page.get_by_test_id("selection")).to_be_hidden()
    assert api("/corrections")["total"] == 3


def test_several_are_relabelled_and_each_is_as_before_again(open_page, teach):
    for symbol, ink in (("7", SEVEN), ("1", ONE), ("0", ZERO)):
        teach(ink, symbol)
    page = open_page("/corrections")
    check(page, 0)
    check(page, 2)
    relabel_selected(page, "two words")
    expect(page.get_by_test_id("many-title")).to_have_text("Relabel 2 corrections")
    expect(page.get_by_test_id("many-now")).to_have_text("Now 0, 7")
    expect(page.get_by_test_id("many-problem")).to_contain_text("two words")
    expect(symbols(page)).to_have_text(["0", "1", "7"])
    page.get_by_test_id("many-symbol").fill("θ")
    page.get_by_test_id("many-relabel").click()
    expect(page.get_by_test_id("many")).to_be_hidden()
    expect(symbols(page)).to_have_text(["θ", "1", "θ"])
    expect(page.get_by_test_id("toast-text")).to_have_text("2 corrections relabelled: θ now.")
    expect(page.get_by_test_id("selection")).to_be_hidden()
    page.get_by_test_id("toast-undo").click()
    expect(symbols(page)).to_have_text(["0", "1", "7"])
    expect(page.get_by_test_id("toast-text")).to_have_text("2 corrections as before again.")


def test_of_several_relabelled_what_was_gone_or_changed_since_is_told(open_page, teach, api):
    gone, changed, _ = [teach(ink, symbol) for symbol, ink in (("7", SEVEN), ("1", ONE), ("0", ZERO))]
    page = open_page("/corrections")
    expect(cards(page)).to_have_count(3)
    for index in range(3):
        check(page, index)
    page.context.set_offline(True)
    relabel_selected(page, "tick")
    expect(page.get_by_test_id("many-problem")).to_contain_text("The server is away")
    page.context.set_offline(False)
    api("/corrections/delete", {"ids": [gone]})  # somebody else was faster
    page.get_by_test_id("many-relabel").click()
    expect(page.get_by_test_id("toast-text")).to_have_text(
        "2 corrections relabelled: tick now; 1 correction was gone already."
    )
    expect(symbols(page)).to_have_text(["tick", "tick"])
    api(f"/corrections/{changed}", {"symbol": "B2"}, "PATCH")
    page.get_by_test_id("toast-undo").click()
    expect(page.get_by_test_id("toast-text")).to_have_text(
        "1 correction as before again; 1 correction not, changed since."
    )
    expect(symbols(page)).to_have_text(["0", "B2"])
