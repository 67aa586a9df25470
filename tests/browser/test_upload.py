"""The Upload page as a person uses it: pictures in, a table out, and nothing lost on the way."""

import base64
import csv
import io
import json

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from ..drawings import encoded, picture
from ..serving import until

BROKEN = {"name": "broken.png", "mimeType": "image/png", "buffer": encoded(picture("3"))[:70]}
NO_PICTURE = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture at all"}


def named(symbol):
    return {"name": f"{symbol}.png", "mimeType": "image/png", "buffer": encoded(picture(symbol))}


def give(page, *files):
    page.get_by_test_id("upload-input").set_input_files(list(files))


def rows(page):
    return page.get_by_test_id("result-row")


def texts(page):
    return page.get_by_test_id("result-text")


def saved(page, button):
    with page.expect_download() as download:
        page.get_by_test_id(button).click()
    return download.value.path().read_bytes().decode("utf-8-sig")


def test_several_pictures_are_read_and_a_broken_one_has_its_row_with_the_reason(open_page):
    page = open_page("/upload")
    give(page, named("7"), BROKEN, NO_PICTURE, named("1"))
    expect(texts(page)).to_have_text(["7", "", "", "1"])
    expect(page.get_by_test_id("summary")).to_contain_text("2 not read")
    broken = rows(page).nth(1)
    expect(broken).to_have_attribute("data-state", "failed")
    expect(broken).to_contain_text("broken.png")
    expect(broken.get_by_test_id("result-details")).to_contain_text("cut off or damaged")
    expect(rows(page).nth(2).get_by_test_id("result-details")).to_contain_text("picture")
    seen = rows(page).first.locator("img.glyph")
    assert seen.evaluate("image => image.decode().then(() => image.naturalWidth)") == 28
    shown = rows(page).first.locator(".picture img")
    assert shown.evaluate("image => image.naturalWidth") > 0


def test_results_can_be_had_as_csv_and_json(open_page):
    page = open_page("/upload")
    give(page, named("7"), {**BROKEN, "name": '=1+1, "x".png'})
    expect(texts(page)).to_have_text(["7", ""])
    expect(rows(page).nth(1)).to_have_attribute("data-state", "failed")
    seven, broken = csv.DictReader(io.StringIO(saved(page, "export-csv")))
    assert (seven["file"], seven["text"], seven["alphabet"]) == ("7.png", "7", "digits")
    assert 0 < float(seven["probability"]) <= 1
    assert seven["alternatives"].count(";") == 4
    assert broken["file"] == '\'=1+1, "x".png'  # no spreadsheet takes it for a formula
    assert broken["error"].startswith("not_an_image")
    first, second = json.loads(saved(page, "export-json"))
    assert first["file"] == "7.png"
    assert first["characters"][0]["symbol"] == "7"
    assert second["error"]["code"] == "not_an_image"


def test_results_survive_a_reload_and_go_when_they_are_cleared(open_page):
    page = open_page("/upload")
    give(page, named("7"), BROKEN)
    expect(texts(page)).to_have_text(["7", ""])
    expect(page.get_by_test_id("summary")).to_contain_text("not read")
    page.reload()
    expect(texts(page)).to_have_text(["7", ""])
    expect(page.get_by_test_id("upload-input")).to_have_attribute("data-ready", "")
    rows(page).nth(1).get_by_role("button").click()
    expect(rows(page)).to_have_count(1)
    page.reload()
    expect(texts(page)).to_have_text(["7"])
    page.get_by_test_id("clear").click()
    expect(rows(page)).to_have_count(0)
    page.reload()
    expect(page.get_by_test_id("upload-input")).to_have_attribute("data-ready", "")
    expect(rows(page)).to_have_count(0)


def test_only_what_needs_a_look_can_be_shown(open_page):
    page = open_page("/upload")
    give(page, named("7"), BROKEN)
    expect(texts(page)).to_have_text(["7", ""])
    expect(rows(page).nth(1)).to_have_attribute("data-state", "failed")
    expect(rows(page).nth(0)).to_have_attribute("data-state", "sure")
    page.get_by_test_id("only-unsure").check()
    expect(rows(page).nth(0)).to_be_hidden()
    expect(rows(page).nth(1)).to_be_visible()


def test_pictures_wait_while_the_server_is_away_and_are_read_when_it_is_back(open_page):
    page = open_page("/upload")
    expect(page.get_by_test_id("upload-input")).to_have_attribute("data-ready", "")
    page.context.set_offline(True)
    give(page, named("7"), named("1"))
    expect(page.get_by_test_id("message")).to_contain_text("away")
    page.context.set_offline(False)
    expect(texts(page)).to_have_text(["7", "1"])
    expect(page.get_by_test_id("message")).to_be_empty()


def test_a_server_that_is_asked_too_often_is_asked_again_later(open_page):
    page = open_page("/upload")
    refused = json.dumps({"error": {"code": "too_many_requests", "message": "Too many.", "hint": ""}})
    page.route(
        "**/api/v1/read",
        lambda route: route.fulfill(
            status=429, headers={"Retry-After": "1"}, content_type="application/json", body=refused
        ),
        times=4,
    )
    give(page, named("7"))
    expect(page.get_by_test_id("message")).to_contain_text("Too many.")
    expect(texts(page)).to_have_text(["7"])


def test_pictures_that_wait_are_read_after_a_reload(open_page):
    page = open_page("/upload")
    page.route("**/api/v1/read", lambda route: None)  # no answer ever comes
    with page.expect_request("**/api/v1/read"):
        give(page, named("7"))
    page.unroute("**/api/v1/read")
    page.reload()
    expect(texts(page)).to_have_text(["7"])


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_pictures_are_dropped_and_pasted(open_page, kind):
    page = open_page("/upload")
    expect(page.get_by_test_id("upload-input")).to_have_attribute("data-ready", "")
    page.evaluate(
        """([kind, bytes]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "7.png", { type: "image/png" }));
            const options = { bubbles: true, cancelable: true };
            document.querySelector("#drop").dispatchEvent(kind === "drop"
                ? new DragEvent("drop", { ...options, dataTransfer: data })
                : new ClipboardEvent("paste", { ...options, clipboardData: data }));
        }""",
        [kind, list(encoded(picture("7")))],
    )
    expect(texts(page)).to_have_text(["7"])


def test_what_is_dropped_and_is_no_file_is_refused_with_a_word(open_page):
    page = open_page("/upload")
    expect(page.get_by_test_id("upload-input")).to_have_attribute("data-ready", "")
    lit = page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/plain", "7");
            const drop = document.querySelector("#drop");
            for (const kind of ["dragenter", "drop"]) {
                drop.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
                if (drop.classList.contains("over")) return true;
            }
            return false;
        }"""
    )
    assert not lit
    expect(page.get_by_test_id("toast-text")).to_have_text("That is no picture file.")
    expect(rows(page)).to_have_count(0)


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_cut_off_at_any_width(open_page, width):
    page = open_page("/upload", viewport={"width": width, "height": 740}, has_touch=width == 360)
    give(page, named("7"), {**BROKEN, "name": "a picture whose name is far too long for its column.png"})
    expect(texts(page)).to_have_text(["7", ""])
    expect(rows(page).nth(1)).to_have_attribute("data-state", "failed")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    camera = page.get_by_test_id("camera-input")
    assert camera.get_attribute("capture") == "environment"
    assert camera.evaluate("input => getComputedStyle(input.parentElement).display !== 'none'") == (width == 360)


def test_pictures_are_counted_as_they_are_read(open_page):
    page = open_page("/upload")
    expect(page.get_by_test_id("upload-input")).to_have_attribute("data-ready", "")
    held = []
    page.route("**/api/v1/read", lambda route: held.append(route))
    give(page, named("7"), named("1"), named("3"))
    progress, heard = page.locator("#progress-text"), page.get_by_test_id("heard")
    for n in range(3):
        expect(progress).to_have_text(f"{n} of 3 read")
        expect(heard).to_be_empty()
        until(lambda: page.evaluate("1") and held)  # the page's events are seen while it is asked
        held.pop(0).continue_()
    expect(texts(page)).to_have_text(["7", "1", "3"])
    expect(progress).to_be_empty()
    expect(heard).to_have_text(page.get_by_test_id("summary").inner_text())  # a screen reader is told once


def test_a_picture_that_the_browser_cannot_show_says_its_kind(open_page):
    page = open_page("/upload")
    give(page, {"name": "scan.tiff", "mimeType": "image/tiff", "buffer": encoded(picture("7"), "TIFF")})
    expect(texts(page)).to_have_text(["7"])
    expect(rows(page).locator(".kind")).to_have_text("TIFF")
    expect(rows(page).locator(".picture img")).to_be_hidden()


def test_the_focus_goes_on_to_the_next_row_and_what_was_cleared_comes_back(open_page):
    page = open_page("/upload")
    give(page, named("7"), named("1"), named("3"))
    expect(texts(page)).to_have_text(["7", "1", "3"])
    remove = [rows(page).nth(n).get_by_role("button", name="Remove") for n in range(3)]
    remove[1].press("Enter")
    expect(texts(page)).to_have_text(["7", "3"])
    expect(remove[1]).to_be_focused()
    page.keyboard.press("Enter")
    expect(texts(page)).to_have_text(["7"])
    expect(remove[0]).to_be_focused()
    page.get_by_test_id("clear").press("Enter")
    expect(rows(page)).to_have_count(0)
    expect(page.get_by_test_id("upload-input")).to_be_focused()
    give(page, named("0"))
    expect(texts(page)).to_have_text(["0"])
    page.get_by_test_id("toast-undo").press("Enter")
    expect(texts(page)).to_have_text(["7", "0"])
    expect(page.get_by_test_id("clear")).to_be_focused()
    page.reload()
    expect(texts(page)).to_have_text(["7", "0"])
    remove[0].press("Enter")
    expect(texts(page)).to_have_text(["0"])
    expect(remove[0]).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("upload-input")).to_be_focused()


def test_what_is_cleared_while_it_is_read_and_brought_back_shows_its_own_answer(open_page):
    page = open_page("/upload")
    expect(page.get_by_test_id("upload-input")).to_have_attribute("data-ready", "")
    held = []
    page.route("**/api/v1/read", lambda route: held.append(route) if len(held) < 2 else route.continue_())
    give(page, named("7"), named("1"))
    until(lambda: page.evaluate("1") and len(held) == 2)
    page.get_by_test_id("clear").click()
    page.get_by_test_id("toast-undo").click()
    expect(rows(page)).to_have_count(2)
    for route in held:
        route.fulfill(status=422, json={"error": {"code": "blank_ink", "message": "Of before.", "hint": ""}})
    expect(texts(page)).to_have_text(["7", "1"])
    expect(page.get_by_test_id("summary")).not_to_contain_text("not read")


def test_after_a_reload_a_picture_is_taught_as_it_was_and_a_large_one_by_a_copy(open_as):
    page = open_as("/upload")
    small = named("7")
    noise = np.random.default_rng(1).integers(200, 256, (1200, 1000), np.uint8)
    large = encoded(np.minimum(noise, picture("1", (1000, 1200), 7, (250, 225), 70)))
    give(page, small, {**named("1"), "buffer": large})
    expect(texts(page)).to_have_text(["7", "1"])
    page.reload()
    expect(texts(page)).to_have_text(["7", "1"])
    taught = []
    for n in range(2):
        page.get_by_test_id("teach-open").nth(n).click()
        with page.expect_request(lambda request: request.url.endswith("/corrections")) as asked:
            page.get_by_test_id("teach-right").click()
        taught.append(base64.b64decode(json.loads(asked.value.post_data)["image"].split(",")[1]))
        expect(page.get_by_test_id("toast-text")).to_contain_text(f"Noted: this is {'71'[n]}")
    assert taught[0] == small["buffer"]
    assert len(large) > 64 * 1024
    assert Image.open(io.BytesIO(taught[1])).size == (533, 640)


def test_pictures_stand_there_and_are_kept_while_it_is_asked_whose_hand_it_is(open_as):
    page = open_as("/upload")
    page.route("**/api/v1/corrections?*", lambda route: None)  # no answer ever comes
    page.get_by_test_id("profile").select_option(label="Someone new…")
    page.get_by_test_id("new-profile").fill("Ada")
    page.get_by_test_id("new-profile").press("Enter")
    give(page, named("7"))
    expect(rows(page)).to_have_attribute("data-state", "waiting")
    page.reload()
    expect(texts(page)).to_have_text(["7"])


def test_undo_of_a_lesson_brings_alphabet_and_focus_back_where_other_symbols_were_taught(open_as):
    page = open_as("/upload")
    give(page, named("7"), named("1"))
    expect(texts(page)).to_have_text(["7", "1"])
    for n, symbol in enumerate(["theta", "alpha"]):
        page.get_by_test_id("alphabet").select_option("digits")
        page.get_by_test_id("teach-open").nth(n).click()
        page.get_by_test_id("teach-symbol").fill(symbol)
        page.get_by_test_id("teach").click()
        expect(page.get_by_test_id("alphabet")).to_have_value("digits+taught")
    expect(texts(page)).to_have_text(["theta", "alpha"])
    page.get_by_test_id("toast-undo").press("Enter")
    expect(page.get_by_test_id("alphabet")).to_have_value("digits")
    expect(page.get_by_test_id("teach-open").nth(1)).to_be_focused()
    expect(texts(page)).to_have_text(["theta", "1"])


LINES = """(element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom))).size;
}"""


def test_a_taught_word_stays_whole_and_why_a_file_was_not_read_has_room_beside_it(open_as):
    page = open_as("/upload")
    give(page, named("7"), named("1"), {**BROKEN, "name": "a picture whose name is far too long for its column.png"})
    expect(texts(page)).to_have_text(["7", "1", ""])
    for n, word in enumerate(["seven", "alphabetical"]):
        page.get_by_test_id("teach-open").nth(n).click()
        page.get_by_test_id("teach-symbol").fill(word)
        page.get_by_test_id("teach").click()
        expect(texts(page).nth(n)).to_have_text(word)
    why = rows(page).nth(2).get_by_test_id("result-details").locator("p")
    for width, most in ((1280, 2), (860, 3), (360, 3)):
        page.set_viewport_size({"width": width, "height": 740})
        assert [one.evaluate(LINES) for one in texts(page).all()[:2]] == [1, 1]
        assert why.evaluate(LINES) <= most
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
