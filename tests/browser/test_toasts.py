"""What the page says of a lesson: where it stands, how long, and whose its keys are."""

import json
import re

import pytest
from playwright.sync_api import expect

from ..serving import serve
from .drawing import ONE, SEVEN, draw, expect_strokes
from .teaching import TICK, answer, caught, kept_back, stop_the_clock, teach, toast


@pytest.fixture(scope="module")
def address():
    """A server of its own: what is taught here must not be read by other tests."""
    with serve("--port", "0") as (_, address):
        yield address


def test_a_toast_goes_by_escape_and_stays_while_it_is_pointed_at_or_has_the_focus(open_as):
    page = open_as()
    stop_the_clock(page)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    below = page.get_by_test_id("toast")
    page.get_by_test_id("teach-right").click()
    page.get_by_test_id("toast-undo").hover()
    page.clock.run_for(60_000)
    expect(below).to_be_visible()
    page.get_by_test_id("toast-undo").focus()
    page.mouse.move(640, 20)
    page.clock.run_for(60_000)
    expect(below).to_be_visible()
    page.get_by_test_id("teach-right").focus()
    page.clock.run_for(11_000)
    expect(below).to_be_visible()
    page.clock.run_for(2_000)
    expect(below).to_be_hidden()
    page.get_by_test_id("teach-right").press("Enter")
    expect(toast(page)).to_contain_text("Noted")
    page.keyboard.press("Escape")
    expect(below).to_be_hidden()


def test_ctrl_z_takes_what_was_drawn_since_not_a_lesson_that_was_stored_late(open_as):
    page = open_as()
    held = kept_back(page, "**/api/v1/corrections")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    with page.expect_request("**/api/v1/corrections"):
        page.get_by_test_id("teach-right").click()
    page.get_by_test_id("clear").click()
    draw(page, ONE)
    caught(page, held).continue_()
    expect(toast(page)).to_contain_text("Noted: this is 7")
    page.keyboard.press("Control+z")
    expect_strokes(page, 0)
    expect(toast(page)).to_contain_text("Noted: this is 7")
    expect(page.get_by_test_id("toast-undo")).not_to_have_attribute("aria-keyshortcuts", "Control+Z")


def test_an_answer_to_what_was_taught_is_not_shown_for_another_drawing(open_as):
    page = open_as()
    held = kept_back(page, "**/api/v1/corrections")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    with page.expect_request("**/api/v1/corrections"):
        teach(page, "4")
    page.get_by_test_id("clear").click()
    draw(page, ONE)
    expect(answer(page)).to_have_text("1")
    caught(page, held).continue_()
    expect(toast(page)).to_contain_text("Learned: this is 4")
    expect(answer(page)).to_have_text("1")


def test_an_alphabet_told_late_takes_no_key_and_opens_no_toast_again(open_as):
    page = open_as()
    draw(page, TICK)
    expect(answer(page)).not_to_be_empty()
    held = kept_back(page, "**/api/v1/alphabets*")
    with page.expect_request("**/api/v1/alphabets*"):
        teach(page, "haken")
    expect(toast(page)).to_contain_text("Learned: this is haken")
    draw(page, ONE)
    caught(page, held).continue_()
    expect(toast(page)).to_contain_text("Alphabet now:")
    page.keyboard.press("Control+z")
    expect_strokes(page, 1)
    expect(toast(page)).to_contain_text("Learned: this is haken")
    held.clear()
    with page.expect_request("**/api/v1/alphabets*"):
        teach(page, "zacken")
    expect(toast(page)).to_contain_text("Learned: this is zacken")
    page.get_by_test_id("toast-close").click()
    with page.expect_response("**/api/v1/alphabets*"):
        caught(page, held).continue_()
    expect(page.get_by_test_id("bar-zacken")).to_be_visible()
    expect(page.get_by_test_id("toast")).to_be_hidden()


def test_what_can_be_tried_again_stays_until_it_is_and_a_refused_name_is_told_for_some_seconds(open_as):
    page = open_as()
    stop_the_clock(page)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    page.get_by_test_id("teach-right").click()
    expect(toast(page)).to_contain_text("Noted")
    page.context.set_offline(True)
    page.get_by_test_id("toast-undo").click()
    expect(toast(page)).to_contain_text("Not undone.")
    page.context.set_offline(False)
    draw(page, ONE)
    page.get_by_test_id("clear").click()
    page.clock.run_for(60_000)
    page.get_by_test_id("toast-undo").click()
    expect(toast(page)).to_contain_text("Undone")
    page.get_by_test_id("profile").select_option(label="Someone new…")
    page.get_by_test_id("new-profile").fill("Bo\u200bris")
    draw(page, SEVEN)
    expect(toast(page)).to_contain_text("It stays")
    draw(page, ONE)
    page.clock.run_for(2_000)
    expect(toast(page)).to_contain_text("It stays")
    page.clock.run_for(3_000)
    expect(page.get_by_test_id("toast")).to_be_hidden()


def test_while_a_word_is_stored_it_is_said_and_of_those_that_wait_for_one_drawing_the_last_counts(open_as):
    page = open_as()
    held, asked = [], []
    page.route("**/api/v1/corrections", lambda route: held.append(route) if not held else route.continue_())
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/corrections") else None)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    teach(page, "tick")
    expect(toast(page)).to_have_text("Storing: this is tick …")
    page.get_by_test_id("teach-symbol").press("Enter")  # it is on its way already
    page.get_by_test_id("teach-symbol").press("Escape")
    for key in "123":
        page.keyboard.press(key)
    expect(toast(page)).to_have_text("Storing: this is tick, then 3 …")
    page.get_by_test_id("clear").click()
    draw(page, ONE)
    expect(answer(page)).to_have_text("1")
    page.get_by_test_id("teach-symbol").fill("one")
    page.get_by_test_id("teach-symbol").press("Enter")
    expect(toast(page)).to_have_text("Storing: this is tick, then 3, then one …")
    caught(page, held).continue_()
    expect(answer(page)).to_have_text("one")
    expect(toast(page)).to_contain_text("Learned: this is one")
    expect(page.get_by_test_id("teach-symbol")).to_be_empty()
    assert [json.loads(request.post_data)["symbol"] for request in asked] == ["tick", "3", "one"]


def is_whole(locator):
    return locator.evaluate("element => element.scrollWidth <= element.clientWidth && element.innerText.length > 0")


@pytest.mark.parametrize("width", [360, 768, 1000])
def test_no_toast_lies_over_anything_on_a_small_screen_nor_is_it_cut(open_as, width):
    page = open_as(viewport={"width": width, "height": 740 if width == 360 else 900})
    full = {"code": "store_full", "message": "The disk is full. " * 9, "hint": "Make room."}
    draw(page, TICK)
    expect(answer(page)).not_to_be_empty()
    page.get_by_test_id("profile").select_option(label="Someone new…")
    page.get_by_test_id("new-profile").fill("Maximiliane-Friederike von und zu Hohenstein")
    page.get_by_test_id("new-profile").press("Enter")
    expect(page.get_by_test_id("profile")).to_have_value(re.compile("^Max"))
    learned = "Learned: this is WWWWWWWWWWWWWWWWW… in Maximiliane-Fried…’s hand. Alphabet now:"
    kept_free = ["ink", "alphabet", "live", "predict", "answer", "seen"]
    kept_free += ["teach-chips", "teach-symbol", "teach", "profile"]
    for words in (learned, "Not learned."):
        teach(page, "W" * 32)
        expect(toast(page)).to_contain_text(words)
        over = page.get_by_test_id("toast").bounding_box()
        for place in (page.get_by_role("navigation"), *map(page.get_by_test_id, kept_free)):
            box = place.bounding_box()
            assert over["y"] + over["height"] <= box["y"] or box["y"] + box["height"] <= over["y"]
        assert toast(page).evaluate("text => text.scrollHeight <= text.clientHeight")
        assert over["x"] >= 0
        assert over["x"] + over["width"] <= width
        page.route("**/api/v1/corrections", lambda route: route.fulfill(status=507, json={"error": full}))


def test_above_the_keys_of_a_phone_the_toast_is_seen_beside_the_field(open_as):
    page = open_as(viewport={"width": 360, "height": 400})
    draw(page, TICK)
    expect(answer(page)).not_to_be_empty()
    field = page.get_by_test_id("teach-symbol")
    field.fill("tick")
    field.evaluate("field => field.scrollIntoView({block: 'center'})")
    field.press("Enter")
    expect(toast(page)).to_contain_text("Alphabet now:")
    expect(page.get_by_test_id("toast")).to_be_in_viewport(ratio=1)
    over, row = page.get_by_test_id("toast").bounding_box(), page.get_by_test_id("teach-row").bounding_box()
    assert over["y"] + over["height"] <= row["y"]


@pytest.mark.parametrize("size", [(1280, 800), (360, 740)])
def test_names_are_read_whole_in_the_bars_and_the_toast_covers_no_chip(open_as, size):
    page = open_as(viewport=dict(zip(("width", "height"), size, strict=True)))
    below = page.get_by_test_id("teach-symbol")
    draw(page, TICK)
    expect(answer(page)).not_to_be_empty()
    place = below.evaluate("field => field.getBoundingClientRect().top + scrollY")
    for name in ("square", "שלום", "W" * 32):
        teach(page, name)
        expect(answer(page)).to_have_text(name)
        expect(toast(page)).to_contain_text("Alphabet now:")  # its last words: they may take a line more
        bar = page.get_by_test_id(f"bar-{name}").locator(".bar-symbol")
        expect(bar).to_have_attribute("title", name)
        assert is_whole(bar) == (len(name) <= 6)
        over, row = page.get_by_test_id("toast").bounding_box(), page.get_by_test_id("teach-row").bounding_box()
        pushed = max(0, over["height"] - 64) if size[0] < 1024 else 0  # by the lines that there is no room for
        moved = below.evaluate("field => field.getBoundingClientRect().top + scrollY") - place
        assert moved == pytest.approx(pushed, abs=1)
        beside = over["x"] + over["width"] <= row["x"]
        assert beside or over["y"] + over["height"] <= row["y"]
        page.get_by_test_id("toast-undo").click()
        expect(answer(page)).not_to_have_text(name)


def test_a_full_disk_is_told_and_reading_goes_on(open_as):
    page = open_as()
    stop_the_clock(page)
    full = {"code": "store_full", "message": "The disk is full.", "hint": "Make room."}
    refuse = lambda route: route.fulfill(status=507, json={"error": full})  # noqa: E731
    page.route("**/api/v1/corrections", refuse)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    page.get_by_test_id("teach-right").click()
    expect(toast(page)).to_have_text("Not learned. The disk is full. Make room.")
    draw(page, ONE)
    expect_strokes(page, 2)
    expect(page.get_by_test_id("toast")).to_be_visible()  # time to read it
    page.clock.run_for(5_000)
    expect(page.get_by_test_id("toast")).to_be_hidden()  # it was about what was done before
    expect(answer(page)).not_to_be_empty()
