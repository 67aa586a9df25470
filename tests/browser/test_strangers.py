"""What is no character of the alphabet is not answered as one, on the Draw and the Upload page."""

import csv
import io
import json

import pytest
from playwright.sync_api import expect

from ..bundles import wary
from ..drawings import blot_picture, encoded, picture
from ..serving import serve
from .drawing import PHONE, SEVEN, SMALL, ZERO, draw
from .teaching import expect_read

BLOT = [[(120 + i % 2 * 150, 90 + i * 14) for i in range(16)]]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A server whose model takes a blot for no symbol."""
    folder = tmp_path_factory.mktemp("wary")
    wary().save(folder)
    with serve("--port", "0", "--bundle", str(folder)) as (_, address):
        yield address


def draw_whole(page, strokes):
    """Draw, and have it read once."""
    page.get_by_test_id("live").uncheck()
    draw(page, strokes)
    page.get_by_test_id("live").check()


def draw_blot(page):
    page.get_by_test_id("pen-width").fill("26")
    draw_whole(page, BLOT)


def part(page, name):
    return page.get_by_test_id(name)


def test_a_blot_is_no_digit_and_no_figure_says_otherwise(open_as):
    page = open_as()
    draw_blot(page)
    expect(part(page, "answer-status")).to_have_text("This does not look like a digit.")
    expect(part(page, "answer")).to_have_text("?")
    expect(part(page, "answer-probability")).to_be_empty()
    expect_read(page)
    closest = part(page, "answer-closest").inner_text().removeprefix("Closest: ")
    assert closest.isdigit()
    expect(part(page, f"bar-{closest}")).to_be_visible()
    for value in page.locator(".bar-value").all():
        expect(value).to_be_hidden()
    expect(part(page, "save-chart")).to_be_disabled()
    expect(part(page, "teach-right")).to_have_count(0)
    expect(part(page, "teach-chip")).to_have_count(5)
    part(page, "why").click()
    expect(part(page, "why-note")).to_contain_text(f"what brings it near {closest}")
    part(page, "why").click()
    part(page, "clear").click()
    expect(part(page, "answer-closest")).to_be_empty()
    draw(page, SEVEN)
    expect(part(page, "answer-status")).to_have_text("Sure")
    expect(part(page, "answer-closest")).to_be_empty()
    expect(part(page, "teach-right")).to_be_visible()
    expect(page.locator(".bar-value").first).to_be_visible()


def test_the_alphabet_in_use_is_named(open_as):
    page = open_as()
    draw_blot(page)
    for alphabet, name in (("lowercase", "a small letter"), ("digits+lowercase", "a digit or a small letter")):
        part(page, "alphabet").select_option(alphabet)
        expect(part(page, "answer-status")).to_have_text(f"This does not look like {name}.")


def test_it_can_be_taught_at_once_and_is_then_known(open_as):
    page = open_as()
    draw_blot(page)
    expect(part(page, "answer")).to_have_text("?")
    part(page, "teach-symbol").fill("blot")
    part(page, "teach").click()
    expect(part(page, "toast-text")).to_contain_text("Learned: this is blot")
    expect(part(page, "answer")).to_have_text("blot")
    expect(part(page, "answer-status")).to_have_text("Sure")
    part(page, "toast-undo").click()
    expect(part(page, "answer")).to_have_text("?")


def test_a_digit_that_it_did_not_take_for_one_is_a_tap_away(open_as):
    page = open_as()
    draw_blot(page)
    expect(part(page, "answer")).to_have_text("?")
    expect_read(page)
    closest = part(page, "teach-chip").first.inner_text()
    part(page, "teach-chip").first.click()
    expect(part(page, "toast-text")).to_contain_text(f"Learned: this is {closest}")
    expect(part(page, "answer")).to_have_text(closest)
    expect(part(page, "answer-closest")).to_be_empty()


def test_symbols_of_one_shape_are_named_on_the_page(open_as):
    page = open_as()

    def of_one_shape(route):  # as a model would read that is not sure which
        reading = route.fetch().json() | {"text": "O", "status": "unsure"}
        said = {"symbol": "O", "probability": 0.5, "reason": "look-alike", "look_alikes": ["o", "0"]}
        reading["characters"][0] |= said
        route.fulfill(json=reading)

    page.route("**/api/v1/read", of_one_shape)
    draw_whole(page, ZERO)
    expect(part(page, "answer-status")).to_have_text("O, o or 0: one shape")
    expect(part(page, "answer")).to_have_text("O")
    expect(part(page, "answer-probability")).to_have_text("50 %")


@pytest.mark.parametrize("alphabet", ["digits", "digits+lowercase"])
@pytest.mark.parametrize("options", [{"viewport": {"width": 1280, "height": 800}}, PHONE, SMALL])
def test_it_moves_nothing_and_cuts_nothing_off(open_as, options, alphabet):
    page = open_as(**options)
    part(page, "alphabet").select_option(alphabet)
    names = ("ink", "predict", "seen", "teach-symbol")
    before = [part(page, name).bounding_box() for name in names]
    draw_blot(page)
    expect(part(page, "answer")).to_have_text("?")
    assert [part(page, name).bounding_box() for name in names] == before
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_an_uploaded_blot_has_no_answer_in_the_list_or_in_a_file(open_as):
    page = open_as("/upload")
    shown = {"seven.png": picture("7"), "blot.png": blot_picture(), "T.png": picture("T")}
    files = [{"name": name, "mimeType": "image/png", "buffer": encoded(grey)} for name, grey in shown.items()]
    part(page, "upload-input").set_input_files(files)
    expect(part(page, "summary")).to_have_text("1 sure, 2 unknown")
    blot = part(page, "result-row").nth(1)
    expect(part(blot, "result-text")).to_have_text("?")
    expect(blot.locator(".cell-probability")).to_be_empty()
    expect(blot.locator(".badge")).to_have_text("Unknown")
    expect(part(blot, "result-details")).to_contain_text("This does not look like a digit.")
    expect(part(blot, "result-details")).to_contain_text("Closest: ")
    part(page, "only-unsure").check()
    expect(part(page, "result-row").first).to_be_hidden()
    expect(blot).to_be_visible()

    def saved(name):
        with page.expect_download() as download:
            part(page, name).click()
        return download.value.path().read_bytes().decode("utf-8-sig")

    seven, row, _ = csv.DictReader(io.StringIO(saved("export-csv")))
    assert (seven["text"], seven["status"], seven["reason"]) == ("7", "sure", "")
    assert (row["text"], row["probability"], row["status"], row["reason"]) == ("", "", "unsure", "unknown")
    assert row["alternatives"].count(";") == 5  # the closest is one of them
    assert json.loads(saved("export-json"))[1]["characters"][0]["reason"] == "unknown"
    part(blot, "teach-open").click()
    part(page, "teach-symbol").fill("blot")
    part(page, "teach").click()
    expect(part(blot, "result-text")).to_have_text("blot")
    expect(blot).to_have_attribute("data-state", "sure")
