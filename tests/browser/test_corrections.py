"""The Corrections page as a person uses it: found, looked at, changed, taken back and restored."""

import base64
import io
import re
import zipfile
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from ..drawings import encoded, picture
from ..serving import serve
from .gallery import ONE, SEVEN, THETA, ZERO, cards, check, press_twice, relabel_selected, symbols
from .teaching import caught, kept_back


@pytest.fixture(scope="module")
def address():
    """A server of its own: what is taught here must not be read by other tests."""
    with serve("--port", "0") as (_, address):
        yield address


def test_an_empty_page_says_where_to_begin(open_page, api):
    page = open_page("/corrections")
    expect(page.get_by_test_id("empty")).to_contain_text("Nothing was taught yet")
    expect(page.get_by_test_id("empty").get_by_role("link")).to_have_attribute("href", "/")
    page.get_by_role("link", name="Corrections")
    expect(page.get_by_test_id("more")).to_be_hidden()


def test_what_was_taught_stands_there_newest_first_and_is_filtered(open_page, teach):
    teach(SEVEN, "7")
    teach(ONE, "θ", profile="Ada")
    teach(ZERO, "tick")
    page = open_page("/corrections")
    expect(symbols(page)).to_have_text(["tick", "θ", "7"])
    expect(page.get_by_test_id("count")).to_have_text("3 corrections")
    expect(cards(page).nth(1)).to_contain_text("read 1")
    page.get_by_test_id("filter-which").select_option("wrong")
    expect(symbols(page)).to_have_text(["tick", "θ"])
    page.get_by_test_id("filter-profile").select_option("Ada")
    expect(symbols(page)).to_have_text(["θ"])
    page.reload()  # the address keeps the filters
    expect(symbols(page)).to_have_text(["θ"])
    expect(page.get_by_test_id("filter-profile")).to_have_value("Ada")
    page.get_by_test_id("filter-clear").click()
    expect(cards(page)).to_have_count(3)
    page.get_by_test_id("filter-symbol").fill("7")
    page.get_by_test_id("filter-symbol").press("Enter")
    expect(symbols(page)).to_have_text(["7"])
    page.get_by_test_id("filter-symbol").fill("two words")
    page.get_by_test_id("filter-symbol").press("Enter")
    expect(page.get_by_test_id("message")).to_contain_text("two words")
    expect(page.get_by_test_id("filter-symbol")).to_have_attribute("aria-invalid", "true")
    for name in ("card", "empty"):  # what stood there is no answer to this
        expect(page.get_by_test_id(name).locator("visible=true")).to_have_count(0)
    expect(page.get_by_test_id("count")).to_be_empty()
    page.get_by_test_id("filter-clear").click()
    expect(page.get_by_test_id("message")).to_be_empty()
    expect(page.get_by_test_id("filter-symbol")).not_to_have_attribute("aria-invalid", "true")
    page.get_by_test_id("filter-to").fill("2020-01-01")
    expect(page.get_by_test_id("empty")).to_contain_text("None of these")
    page.get_by_test_id("filter-to").fill("2120-01-01")
    page.get_by_test_id("filter-from").fill("2020-01-01")
    expect(cards(page)).to_have_count(3)


def test_one_is_opened_large_with_what_was_read_then_and_now(open_page, teach):
    teach(THETA, "θ")
    page = open_page("/corrections")
    cards(page).get_by_test_id("card-open").click()
    one = page.get_by_test_id("one")
    expect(one).to_be_visible()
    expect(page.get_by_test_id("one-title")).to_have_text("θ")
    expect(page.get_by_test_id("one-then")).to_have_text(re.compile(r"Unknown\. Closest: \d"))  # it was no digit
    expect(page.get_by_test_id("one-now")).to_contain_text("θ")
    expect(one).to_contain_text(re.compile(r"Taught\s*\d{1,2} \w+, \d\d:\d\d"))  # as on the Models page
    glyph = page.get_by_test_id("one-glyph")
    assert glyph.evaluate("image => image.decode().then(() => image.naturalWidth)") == 28
    expect(page.get_by_test_id("one-ink").locator("path")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(one).to_be_hidden()
    expect(cards(page).get_by_test_id("card-open")).to_be_focused()
    expect(cards(page)).to_contain_text("unknown")
    teach(SEVEN, "1")
    page.reload()
    expect(cards(page).first).to_contain_text("read 7")
    cards(page).first.get_by_test_id("card-open").click()
    expect(page.get_by_test_id("one-then")).to_have_text(re.compile(r"7, \d+(\.\d)?\s?%"))


def test_a_picture_is_opened_large_as_it_was_written(open_page, api):
    image = "data:image/png;base64," + base64.b64encode(encoded(picture("7"))).decode()
    api("/corrections", {"image": image, "symbol": "tick"})
    page = open_page("/corrections")
    cards(page).get_by_test_id("card-open").click()
    written = page.get_by_test_id("one-ink").locator("img")
    expect(written).to_be_visible()
    assert written.evaluate("image => image.decode().then(() => image.naturalHeight)") > 100


def test_relabelled_and_back(open_page, teach, api):
    known = teach(ZERO, "8")
    page = open_page("/corrections")
    cards(page).get_by_test_id("card-open").click()
    page.get_by_test_id("one-symbol").fill("two words")
    page.get_by_test_id("relabel").click()
    expect(page.get_by_test_id("one-problem")).to_contain_text("two words")
    page.get_by_test_id("one-symbol").fill("θ")
    page.get_by_test_id("relabel").click()
    expect(page.get_by_test_id("one")).to_be_hidden()
    expect(symbols(page)).to_have_text(["θ"])
    assert api(f"/corrections/{known}")["symbol"] == "θ"
    page.get_by_test_id("toast-undo").click()
    expect(symbols(page)).to_have_text(["8"])
    assert api(f"/corrections/{known}")["symbol"] == "8"


def test_an_undo_does_not_overwrite_what_was_said_in_another_tab_since(open_page, teach, api):
    known = teach(ZERO, "8")
    page = open_page("/corrections")
    cards(page).get_by_test_id("card-open").click()
    page.get_by_test_id("one-symbol").fill("A1")
    page.get_by_test_id("relabel").click()
    expect(symbols(page)).to_have_text(["A1"])
    api(f"/corrections/{known}", {"symbol": "B2"}, "PATCH")
    page.get_by_test_id("toast-undo").click()
    expect(page.get_by_test_id("toast-text")).to_have_text("Not undone: it was changed since, and is B2 now.")
    expect(symbols(page)).to_have_text(["B2"])
    assert api(f"/corrections/{known}")["symbol"] == "B2"


def test_one_is_deleted_from_its_dialog_and_one_that_is_gone_already_is_told(open_page, teach, api):
    gone = teach(SEVEN, "7")
    teach(ONE, "1")
    page = open_page("/corrections")
    cards(page).nth(0).get_by_test_id("card-open").click()
    page.get_by_test_id("one-delete").click()
    expect(symbols(page)).to_have_text(["7"])
    api("/corrections/delete", {"ids": [gone]})  # somebody else was faster
    check(page, 0)
    page.get_by_test_id("delete-selected").click()
    expect(page.get_by_test_id("toast-text")).to_contain_text("Nothing was deleted")
    expect(page.get_by_test_id("empty")).to_be_visible()


def test_a_symbol_is_looked_for_as_soon_as_typing_pauses_once(open_page, teach):
    teach(SEVEN, "7")
    teach(ONE, "tick")
    page = open_page("/corrections")
    expect(cards(page)).to_have_count(2)
    asked = []
    page.on("request", lambda request: asked.append(request) if "corrections?symbol" in request.url else None)
    page.get_by_test_id("filter-symbol").press_sequentially("tick")
    expect(symbols(page)).to_have_text(["tick"])
    expect(page.get_by_test_id("filter-symbol")).to_be_focused()
    page.keyboard.press("Tab")
    page.get_by_test_id("filter-which").select_option("wrong")
    expect(page.locator("#page")).to_have_attribute("data-loaded", "3")
    assert page.url.endswith("symbol=tick&which=wrong")
    assert len(asked) == 2


def test_what_disagrees_with_its_neighbours_is_pointed_out_first(open_page, teach):
    for shift in range(6):
        teach(ZERO, "0", shift=shift)
    teach(ZERO, "4", shift=6)
    page = open_page("/corrections")
    expect(page.get_by_test_id("doubts")).to_contain_text("Worth a second look")
    expect(page.get_by_test_id("doubts").get_by_test_id("card-symbol")).to_have_text(["4"])
    page.get_by_test_id("filter-which").select_option("doubtful")
    expect(symbols(page)).to_have_text(["4"])
    expect(page.get_by_test_id("doubts")).to_be_hidden()


def test_what_is_doubtful_in_any_hand_is_pointed_out_under_anyones(open_page, teach):
    for hand in ("Ada", "Bo"):
        for shift in range(6):
            teach(ZERO, "0", profile=hand, shift=shift)
    teach(ZERO, "4", profile="Ada", shift=6)
    teach(ZERO, "6", profile="Bo", shift=7)
    page = open_page("/corrections")
    doubts = page.get_by_test_id("doubts").get_by_test_id("card-symbol")
    expect(doubts).to_have_text(["6", "4"])
    page.get_by_test_id("filter-which").select_option("doubtful")
    expect(symbols(page)).to_have_text(["6", "4"])
    page.get_by_test_id("filter-profile").select_option("Ada")
    expect(symbols(page)).to_have_text(["4"])
    page.get_by_test_id("filter-which").select_option("")
    expect(doubts).to_have_text(["4"])


def test_more_are_not_shown_of_a_list_that_is_making_way_for_another(open_page, teach):
    ids = [teach(ONE, "17"[shift % 5 == 0], shift=shift) for shift in range(80)]
    page = open_page("/corrections")
    expect(cards(page)).to_have_count(60)
    held = kept_back(page, "**/api/v1/corrections?*symbol=1*")
    page.get_by_test_id("filter-symbol").fill("1")
    caught(page, held)
    page.get_by_test_id("more").click()
    held.pop(0).continue_()
    expect(page.get_by_test_id("count")).to_have_text("64 corrections")
    for early in held:
        early.continue_()
    asked = len(held)
    page.get_by_test_id("more").click()
    caught(page, held, asked).continue_()
    expect(cards(page)).to_have_count(64)
    wanted = [one for shift, one in enumerate(ids) if shift % 5]
    assert [int(one) for one in cards(page).evaluate_all("all => all.map(one => one.dataset.id)")] == wanted[::-1]


def test_many_come_a_page_at_a_time_and_a_double_click_means_one_act(open_page, teach):
    for shift in range(62):
        teach(ONE, "1", shift=shift)
    page = open_page("/corrections")
    expect(page.get_by_test_id("count")).to_have_text("62 corrections")
    expect(cards(page)).to_have_count(60)
    press_twice(page, "more")
    expect(cards(page)).to_have_count(62)
    expect(page.get_by_test_id("more")).to_be_hidden()
    check(page, 61)
    relabel_selected(page, "tick")
    expect(symbols(page).nth(61)).to_have_text("tick")  # as many stand there as before
    check(page, 0)
    check(page, 1)
    press_twice(page, "delete-selected")
    expect(page.get_by_test_id("toast-text")).to_have_text("2 corrections deleted.")
    expect(page.get_by_test_id("count")).to_have_text("60 corrections")
    press_twice(page, "toast-undo")
    expect(page.get_by_test_id("count")).to_have_text("62 corrections")
    cards(page).nth(9).get_by_test_id("card-open").click()
    press_twice(page, "one-delete")
    expect(page.get_by_test_id("count")).to_have_text("61 corrections")


def test_exported_and_imported_again_with_a_report(open_page, teach, api, tmp_path):
    teach(THETA, "θ")
    teach(SEVEN, "7")
    page = open_page("/corrections")
    expect(cards(page)).to_have_count(2)
    files = {}
    for form in ("npz", "zip"):
        with page.expect_download() as download:
            page.get_by_test_id(f"export-{form}").click()
        files[form] = tmp_path / f"corrections.{form}"
        download.value.save_as(files[form])
        assert zipfile.is_zipfile(files[form])
    api("/corrections/delete", {"ids": [one["id"] for one in api("/corrections")["corrections"]]})
    page.reload()
    expect(page.get_by_test_id("empty")).to_be_visible()
    page.get_by_test_id("import").set_input_files(files["npz"])
    expect(page.get_by_test_id("import-report")).to_contain_text("2 added")
    expect(cards(page)).to_have_count(2)
    page.get_by_test_id("import").set_input_files(files["zip"])
    expect(page.get_by_test_id("import-report")).to_contain_text("2 there already")
    broken = {"name": "broken.zip", "mimeType": "application/zip", "buffer": io.BytesIO(b"no zip").getvalue()}
    page.get_by_test_id("import").set_input_files(broken)
    expect(page.get_by_test_id("import-report")).to_contain_text("was not imported")
    page.get_by_test_id("filter-which").select_option("wrong")
    expect(page.get_by_test_id("import-report")).to_be_hidden()  # it is about what was done before


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_cut_off_at_any_width(open_page, teach, width):
    teach(ZERO, "averylongnameofasymbol")
    page = open_page("/corrections", viewport={"width": width, "height": 740})
    check(page, 0)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    for name in ("select-none", "relabel-selected", "delete-selected"):
        expect(page.get_by_test_id(name)).to_be_in_viewport(ratio=1)
    page.get_by_test_id("relabel-selected").click()
    box = page.get_by_test_id("many").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    for word in ("tick", "W" * 80):  # with one that is too long, and is told
        page.get_by_test_id("many-symbol").fill(word)
        if word != "tick":
            page.get_by_test_id("many-relabel").click()
            expect(page.get_by_test_id("many-problem")).to_contain_text("WWW")
            expect(page.get_by_test_id("many-symbol")).to_have_attribute("aria-invalid", "true")
        assert page.get_by_test_id("many").evaluate("many => many.scrollWidth <= many.clientWidth")
    page.get_by_test_id("many-cancel").click()
    expect(page.get_by_test_id("relabel-selected")).to_be_focused()
    cards(page).get_by_test_id("card-open").click()
    box = page.get_by_test_id("one").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.get_by_test_id("one-symbol").fill("W" * 80)
    page.get_by_test_id("relabel").click()
    expect(page.get_by_test_id("one-problem")).to_contain_text("WWW")
    assert page.get_by_test_id("one").evaluate("one => one.scrollWidth <= one.clientWidth")


def test_a_long_name_from_right_to_left_stays_in_its_place(open_page, teach):
    name = "محمد بن عبد الله الأنصاري خط اليد القديم جدا في الدفتر"
    teach(SEVEN, "حرف", profile=name)
    page = open_page(f"/corrections?profile={quote(name)}", viewport={"width": 360, "height": 740})
    expect(cards(page)).to_have_count(1)
    label = page.locator("#import-label")
    expect(label).to_contain_text("…")  # on one line, and whole in its title
    expect(label).to_have_attribute("title", re.compile(name))
    assert [one.bounding_box()["height"] for one in (label, page.get_by_test_id("export-npz"))] == [40, 40]
    expect(page.get_by_test_id("filter-profile").locator("option:checked")).to_have_attribute("dir", "auto")
    assert page.get_by_test_id("card-check").evaluate("box => getComputedStyle(box).opacity") == "1"
    cards(page).get_by_test_id("card-open").click()
    page.get_by_test_id("one-symbol").fill("7")
    page.get_by_test_id("relabel").click()
    expect(page.get_by_test_id("toast-text")).to_have_text("Relabelled: this is 7, no longer \u2068حرف\u2069.")
