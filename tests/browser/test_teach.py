"""Teaching in the Draw and Upload pages: by tap, by name, by key, and taken back again."""

import json
import re

import pytest
from playwright.sync_api import expect

from ..drawings import encoded, picture
from ..serving import serve
from .drawing import ONE, PHONE, SEVEN, ZERO, draw, expect_strokes
from .teaching import THETA, TICK, answer, bars, expect_read, teach, toast


@pytest.fixture(scope="module")
def address():
    """A server of its own: what is taught here must not be read by other tests."""
    with serve("--port", "0") as (_, address):
        yield address


def test_a_new_symbol_is_read_at_once_after_a_reload_and_no_more_after_undo(open_as):
    page = open_as()
    draw(page, THETA)
    expect(answer(page)).not_to_be_empty()
    expect(page.get_by_test_id("predict")).to_have_text("Predict again")
    expect_read(page)
    before = (answer(page).inner_text(), bars(page))
    assert before[0] != "θ"
    teach(page, "θ")
    expect(answer(page)).to_have_text("θ")
    expect(toast(page)).to_contain_text("Learned: this is θ")
    expect(toast(page)).to_contain_text("Alphabet now: Digits 0–9 + taught")
    expect(page.get_by_test_id("alphabet")).to_have_value("digits+taught")
    assert float(page.get_by_test_id("bar-θ").get_attribute("data-probability")) > 0.5
    page.reload()
    expect(answer(page)).to_have_text("θ")
    page.get_by_test_id("predict").click()
    expect(answer(page)).to_have_text("θ")
    teach(page, "8")
    expect(toast(page)).to_contain_text("Learned: this is 8")
    expect(answer(page)).to_have_text("8")
    page.get_by_test_id("toast-undo").click()
    expect(answer(page)).to_have_text("θ")
    expect(toast(page)).to_contain_text("Undone")


def test_undo_gives_the_very_same_reading_and_alphabet_back(open_as):
    page = open_as()
    draw(page, TICK)
    expect(answer(page)).not_to_be_empty()
    expect_read(page)
    before = (answer(page).inner_text(), bars(page))
    teach(page, "tick")
    expect(answer(page)).to_have_text("tick")
    page.get_by_test_id("toast-undo").click()
    expect(page.get_by_test_id("alphabet")).to_have_value("digits")
    expect(answer(page)).to_have_text(before[0])
    expect(page.get_by_test_id("bar-tick")).to_have_count(0)
    assert bars(page) == before[1]
    assert "digits+taught" not in page.get_by_test_id("alphabet").inner_html()


def test_a_tap_on_a_likely_symbol_teaches_it(open_as):
    page = open_as()
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    expect_read(page)
    chip = page.get_by_test_id("teach-chip").first
    symbol = chip.inner_text()
    chip.click()
    expect(answer(page)).to_have_text(symbol)
    expect(toast(page)).to_contain_text(f"Learned: this is {symbol}")


def test_thats_right_is_a_confirmation(open_as):
    page = open_as()
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    with page.expect_response("**/api/v1/corrections") as response:
        page.get_by_test_id("teach-right").click()
    assert response.value.json()["correction"]["wrong"] is False
    expect(toast(page)).to_contain_text("Noted: this is 7")
    expect(answer(page)).to_have_text("7")


def test_the_key_of_a_symbol_teaches_it_but_not_in_a_field_nor_before_an_answer(open_as):
    page = open_as()
    asked = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/corrections") else None)
    page.keyboard.press("4")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    expect_read(page)
    page.get_by_test_id("teach-symbol").press("4")
    expect(page.get_by_test_id("teach-symbol")).to_have_value("4")
    page.get_by_test_id("teach-symbol").press("Escape")
    page.keyboard.press("F2")  # no symbol at all
    expect(page.get_by_test_id("teach-symbol")).not_to_be_focused()
    page.keyboard.press("Control+z")  # still takes the stroke away
    expect_strokes(page, 0)
    page.keyboard.press("4")
    page.keyboard.press("Control+y")
    expect(answer(page)).to_have_text("7")
    expect_read(page)
    assert not asked
    page.keyboard.press("4")
    expect(answer(page)).to_have_text("4")
    assert [json.loads(request.post_data)["symbol"] for request in asked] == ["4"]


def test_ctrl_z_takes_back_what_was_done_last_be_it_a_lesson_or_a_stroke(open_as):
    page = open_as()
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    expect_read(page)
    field = page.get_by_test_id("teach-symbol")
    field.fill("4")
    field.press("Enter")
    expect(toast(page)).to_contain_text("Learned: this is 4")
    expect(page.get_by_test_id("toast-undo")).to_have_attribute("aria-keyshortcuts", "Control+Z")
    page.keyboard.press("Control+z")  # in the field, which is empty
    expect(toast(page)).to_contain_text("Undone")
    expect(answer(page)).to_have_text("7")
    page.keyboard.press("Control+z")
    expect_strokes(page, 1)
    field.press("Escape")
    page.keyboard.press("4")
    expect(toast(page)).to_contain_text("Learned: this is 4")
    draw(page, ONE)
    expect_strokes(page, 2)
    expect(page.get_by_test_id("toast-undo")).not_to_have_attribute("aria-keyshortcuts", "Control+Z")
    page.keyboard.press("Control+z")
    expect_strokes(page, 1)
    expect(page.get_by_test_id("toast-undo")).to_be_visible()
    page.get_by_test_id("toast-undo").click()
    expect(toast(page)).to_contain_text("Undone")


def test_what_a_browser_fills_in_by_itself_is_no_key(open_as):
    page = open_as()
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    page.get_by_test_id("teach-right").click()
    expect(toast(page)).to_contain_text("Noted")
    for place in ("teach-symbol", "alphabet", "ink"):
        page.get_by_test_id(place).evaluate("place => place.dispatchEvent(new Event('keydown', {bubbles: true}))")
    page.keyboard.press("Control+z")  # the fixture says whether a script failed
    expect(toast(page)).to_contain_text("Undone")


def test_a_key_that_is_not_in_the_alphabet_waits_in_the_field_for_enter(open_as):
    page = open_as()
    asked = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/corrections") else None)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    expect_read(page)
    page.keyboard.press("Shift+K")
    field = page.get_by_test_id("teach-symbol")
    expect(field).to_be_focused()
    expect(field).to_have_value("K")
    expect(page.get_by_test_id("teach-row")).to_contain_text("Enter teaches K")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("teach-row")).not_to_contain_text("Enter teaches K")
    expect(answer(page)).to_have_text("7")
    assert not asked
    page.keyboard.press("Shift+K")
    page.keyboard.press("Enter")
    expect(answer(page)).to_have_text("K")
    expect(page.get_by_test_id("alphabet")).not_to_have_value("digits")
    expect(page.get_by_test_id("teach-row")).not_to_contain_text("Enter teaches K")


def test_who_draws_has_left_the_field_so_that_a_key_teaches(open_as):
    page = open_as()
    page.get_by_test_id("alphabet").focus()
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    expect_read(page)
    page.keyboard.press("2")
    expect(answer(page)).to_have_text("2")
    expect(page.get_by_test_id("alphabet")).to_have_value("digits")


def test_a_letter_taught_among_digits_is_read_in_an_alphabet_that_has_it(open_as):
    page = open_as()
    draw(page, ZERO)
    expect(answer(page)).to_have_text("0")
    teach(page, "o")
    expect(page.get_by_test_id("alphabet")).to_have_value("digits+lowercase")
    expect(answer(page)).to_have_text("o")
    expect(page.get_by_test_id("answer-status")).not_to_be_empty()


@pytest.mark.parametrize(("symbol", "words"), [("two words", "word"), ("x" * 60, "name")])
def test_what_is_no_symbol_is_refused_in_words_and_the_drawing_stays(open_as, symbol, words):
    page = open_as()
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    teach(page, symbol)
    field, problem = page.get_by_test_id("teach-symbol"), page.get_by_test_id("teach-problem")
    expect(problem).to_contain_text("Not learned")
    expect(problem).to_contain_text(words)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(page.get_by_test_id("toast")).to_be_hidden()
    expect_strokes(page, 1)
    expect(answer(page)).to_have_text("7")
    field.press("End")
    field.press("Backspace")
    expect(problem).to_be_empty()
    expect(field).not_to_have_attribute("aria-invalid", "true")
    field.press("Enter")
    expect(problem).not_to_be_empty()
    draw(page, ONE)
    expect(problem).to_be_empty()


def test_without_its_database_the_server_reads_and_says_why_it_does_not_learn(browser, tmp_path):
    database = tmp_path / "inkling.db"
    database.write_bytes(b"no database at all" * 99)
    with serve("--port", "0", INKLING_DATABASE_URL=f"sqlite:///{database}") as (_, address):
        page = browser.new_page()
        page.goto(address)
        page.context.set_offline(True)
        draw(page, SEVEN)
        expect(page.get_by_test_id("message")).to_contain_text("away")
        page.context.set_offline(False)
        expect(answer(page)).to_have_text("7")
        page.get_by_test_id("teach-chip").first.click()
        expect(toast(page)).to_contain_text("Not learned. The correction was not kept: the database cannot be used.")
        expect(answer(page)).to_have_text("7")
        page.goto(f"{address}/corrections")
        expect(page.get_by_test_id("message")).to_contain_text("database")
        page.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_predict_has_the_same_name_at_any_width(open_as, width):
    page = open_as(viewport={"width": width, "height": 800})
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    expect(page.get_by_role("button", name="Predict again", exact=True)).to_be_visible()


def test_nothing_is_cut_off_on_a_phone_while_teaching(open_as):
    page = open_as(**{**PHONE, "has_touch": False, "is_mobile": False})
    draw(page, TICK)
    expect(answer(page)).not_to_be_empty()
    teach(page, "checkmark")
    expect(answer(page)).to_have_text("checkmark")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    box = page.get_by_test_id("toast").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


def test_a_picture_that_was_uploaded_is_taught_and_taken_back(open_as):
    page = open_as("/upload")
    page.get_by_test_id("upload-input").set_input_files(
        [{"name": f"{s}.png", "mimeType": "image/png", "buffer": encoded(picture(s))} for s in "71"]
    )
    texts = page.get_by_test_id("result-text")
    expect(texts).to_have_text(["7", "1"])
    opener = page.get_by_test_id("teach-open").first
    opener.click()
    expect(opener).to_have_attribute("aria-expanded", "true")
    teach(page, "θ")
    expect(texts).to_have_text(["θ", "1"])
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_test_id("alphabet")).to_have_value(re.compile(r"\+taught$"))
    page.get_by_test_id("toast-undo").click()
    expect(texts).to_have_text(["7", "1"])
    opener.click()
    expect(page.get_by_test_id("teach-right")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    opener.click()
    page.get_by_test_id("teach-symbol").press("Escape")
    expect(opener).to_be_focused()


def test_a_long_name_fits_the_table_of_pictures_on_a_phone(open_as):
    page = open_as("/upload", viewport={"width": 360, "height": 740})
    upload = {"name": "7.png", "mimeType": "image/png", "buffer": encoded(picture("7"))}
    page.get_by_test_id("upload-input").set_input_files([upload])
    page.get_by_test_id("teach-open").click()
    teach(page, "W" * 32)
    expect(page.get_by_test_id("result-text")).to_have_text("W" * 32)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    text, row = page.get_by_test_id("result-text").bounding_box(), page.get_by_test_id("result-row").bounding_box()
    assert row["y"] <= text["y"]
    assert text["y"] + text["height"] <= row["y"] + row["height"]


def test_a_double_click_on_a_chip_teaches_once_though_other_chips_stand_there_by_then(open_as):
    page = open_as()
    asked = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/corrections") else None)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    expect_read(page)
    chip = page.get_by_test_id("teach-chip").nth(2)
    symbol = chip.inner_text()
    chip.dblclick()
    expect(answer(page)).to_have_text(symbol)
    page.get_by_test_id("toast-undo").click()
    expect(answer(page)).to_have_text("7")
    assert len(asked) == 1
