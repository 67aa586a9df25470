"""Teaching in the Draw and Upload pages: by tap, by name, by key, and taken back again."""

import json
import re

import pytest
from playwright.sync_api import expect

from ..drawings import encoded, picture
from ..serving import serve, until
from .test_draw import ONE, PHONE, SEVEN, ZERO, draw, expect_strokes

THETA = [*ZERO, [(115, 200), (285, 200)]]
TICK = [[(110, 220), (180, 320), (300, 90)]]


@pytest.fixture(scope="module")
def address():
    """A server of its own: what is taught here must not be read by other tests."""
    with serve("--port", "0") as (_, address):
        yield address


def caught(page, held, number=0):
    """The request that a route keeps: the page's events are seen while it is asked something."""
    until(lambda: page.evaluate("1") and len(held) > number)
    return held[number]


def answer(page):
    return page.get_by_test_id("answer")


def toast(page):
    return page.get_by_test_id("toast-text")


def bars(page):
    rows = page.get_by_test_id("bars").locator("[data-testid^=bar-]")
    return {row.get_attribute("data-testid"): row.get_attribute("data-probability") for row in rows.all()}


def teach(page, symbol):
    page.get_by_test_id("teach-symbol").fill(symbol)
    page.get_by_test_id("teach").click()


def test_a_new_symbol_is_read_at_once_after_a_reload_and_no_more_after_undo(open_as):
    page = open_as()
    draw(page, THETA)
    expect(answer(page)).not_to_be_empty()
    expect(page.get_by_test_id("predict")).to_have_text("Predict again")
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
    assert not asked
    page.keyboard.press("4")
    expect(answer(page)).to_have_text("4")
    assert [json.loads(request.post_data)["symbol"] for request in asked] == ["4"]


def test_ctrl_z_takes_back_what_was_done_last_be_it_a_lesson_or_a_stroke(open_as):
    page = open_as()
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
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


def test_a_toast_goes_by_escape_and_stays_while_it_is_pointed_at_or_has_the_focus(open_as):
    page = open_as()
    page.clock.install()
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


def test_a_key_that_is_not_in_the_alphabet_waits_in_the_field_for_enter(open_as):
    page = open_as()
    asked = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/corrections") else None)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
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


def test_what_one_hand_taught_another_does_not_read(open_as):
    page = open_as()
    page.get_by_test_id("profile").select_option(label="Someone new…")
    page.get_by_test_id("new-profile").fill(" Ada  B ")
    page.get_by_test_id("new-profile").press("Enter")
    expect(page.get_by_test_id("profile")).to_have_value("Ada B")
    draw(page, ONE)
    expect(answer(page)).to_have_text("1")
    teach(page, "7")
    expect(toast(page)).to_contain_text("in Ada B’s hand")
    expect(answer(page)).to_have_text("7")
    page.get_by_test_id("profile").select_option("everybody")
    expect(answer(page)).to_have_text("1")
    page.reload()
    expect(page.get_by_test_id("profile")).to_have_value("everybody")
    page.get_by_test_id("profile").select_option("Ada B")
    expect(answer(page)).to_have_text("7")


@pytest.mark.parametrize("name", ["Bo\u200bris", "Bo\aris"])
def test_a_name_that_the_server_refuses_is_not_chosen_and_its_words_stand_at_the_field(open_as, name):
    page = open_as()
    former = page.get_by_test_id("profile").input_value()
    page.get_by_test_id("profile").select_option(label="Someone new…")
    field = page.get_by_test_id("new-profile")
    field.fill(name)
    field.press("Enter")
    expect(page.get_by_test_id("profile-problem")).to_contain_text("is no name of a profile")
    expect(field).to_be_focused()
    draw(page, SEVEN)  # which leaves the field
    expect(answer(page)).to_have_text("7")
    expect(toast(page)).to_contain_text("is no name of a profile")
    expect(page.get_by_test_id("profile")).to_have_value(former)
    assert page.evaluate("() => localStorage.getItem('inkling.profile')") == former
    page.get_by_test_id("profile").select_option(label="Someone new…")
    field.fill(name)
    field.press("Enter")
    expect(page.get_by_test_id("profile-problem")).not_to_be_empty()
    field.fill("Boris")
    expect(page.get_by_test_id("profile-problem")).to_be_empty()
    field.press("Enter")
    expect(page.get_by_test_id("profile")).to_have_value("Boris")
    expect(page.get_by_test_id("profile")).to_be_focused()


@pytest.mark.parametrize("name", ["Opa", "O\u200bpa"])
def test_nothing_is_taught_or_read_until_it_is_known_whose_hand_it_is(open_as, name):
    page = open_as()
    former = page.get_by_test_id("profile").input_value()
    draw(page, ONE)
    expect(answer(page)).to_have_text("1")
    held, asked = [], []
    page.route("**/api/v1/corrections?profile=O*", lambda route: held.append(route))
    page.on("request", lambda request: asked.append(request) if request.method == "POST" else None)
    page.get_by_test_id("profile").select_option(label="Someone new…")
    page.get_by_test_id("new-profile").fill(name)
    with page.expect_request("**/api/v1/corrections?profile=O*"):
        page.get_by_test_id("teach-right").click()
    page.get_by_test_id("predict").click()
    expect(toast(page)).to_have_text("Storing: this is 1 …")
    assert not asked
    caught(page, held).continue_()
    if name == "Opa":
        expect(toast(page)).to_have_text("Noted: this is 1 in Opa’s hand.")
    else:
        expect(toast(page)).to_contain_text(f"Not learned. It stays {former[:17]}")
        expect(toast(page)).to_contain_text("is no name of a profile")
    taught = "corrections" if name == "Opa" else "read"
    expect(page.get_by_test_id("profile")).to_have_value("Opa" if name == "Opa" else former)
    page.wait_for_load_state("networkidle")
    assert {request.url.rpartition("/")[2] for request in asked} == {taught, "read"}
    assert {json.loads(request.post_data).get("profile") for request in asked} == {"Opa" if name == "Opa" else former}


def test_a_picture_is_read_and_taught_in_the_hand_that_was_named_just_before(open_as):
    page = open_as("/upload")
    held, asked = [], []
    page.route("**/api/v1/corrections?profile=Opa*", lambda route: held.append(route))
    page.on("request", lambda request: asked.append(request) if request.method == "POST" else None)
    page.get_by_test_id("profile").select_option(label="Someone new…")
    page.get_by_test_id("new-profile").fill("Opa")
    upload = {"name": "7.png", "mimeType": "image/png", "buffer": encoded(picture("7"))}
    with page.expect_request("**/api/v1/corrections?profile=Opa*"):
        page.get_by_test_id("upload-input").set_input_files([upload])
    assert not asked
    caught(page, held).continue_()
    expect(page.get_by_test_id("result-text")).to_have_text("7")
    expect(page.get_by_test_id("profile")).to_have_value("Opa")
    assert b'name="profile"\r\n\r\nOpa' in asked[0].post_data_buffer
    page.get_by_test_id("teach-open").click()
    page.get_by_test_id("teach-right").click()
    expect(toast(page)).to_have_text("Noted: this is 7 in Opa’s hand.")


def name_somebody(page, name):
    page.get_by_test_id("profile").select_option(label="Someone new…")
    page.get_by_test_id("new-profile").fill(name)


def profiles_of(requests):
    return [json.loads(request.post_data).get("profile") for request in requests]


@pytest.mark.parametrize("way", ["time", "Escape"])
def test_a_name_that_gets_no_answer_is_asked_about_in_words_and_given_up(open_as, way):
    page = open_as()
    former = page.get_by_test_id("profile").input_value()
    draw(page, ONE)
    expect(answer(page)).to_have_text("1")
    page.clock.install()
    held, asked, taught = [], [], []
    page.route("**/api/v1/corrections?profile=Opa*", lambda route: held.append(route))
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/read") else None)
    page.on("request", lambda request: taught.append(request) if request.url.endswith("/corrections") else None)
    name_somebody(page, "Opa")
    field = page.get_by_test_id("new-profile")
    with page.expect_request("**/api/v1/corrections?profile=Opa*"):
        field.press("Enter")
    page.clock.run_for(500)
    expect(toast(page)).to_have_text("Asking about the name Opa …")
    page.get_by_test_id("teach-right").click()
    page.clock.run_for(500)
    expect(toast(page)).to_have_text("Storing: this is 1 …")
    with page.expect_request("**/api/v1/read"):  # what waited is read in the former hand
        if way == "time":
            draw(page, SEVEN)
            page.clock.run_for(15_000)
        else:
            page.get_by_test_id("predict").click()
            field.press("Escape")
    expect(toast(page)).to_contain_text(f"Not learned. It stays {former[:17]}")
    expect(page.get_by_test_id("profile")).to_have_value(former)
    assert set(profiles_of(asked)) == {former}
    page.get_by_test_id("profile").select_option("everybody")
    expect(answer(page)).not_to_be_empty()
    page.wait_for_load_state("networkidle")
    assert not taught


def test_a_lesson_waits_for_a_name_that_is_mended_meanwhile(open_as):
    page = open_as()
    draw(page, ONE)
    expect(answer(page)).to_have_text("1")
    held = []
    page.route("**/api/v1/corrections?profile=Ad*", lambda route: held.append(route))
    name_somebody(page, "Adx")
    field = page.get_by_test_id("new-profile")
    with page.expect_request("**/api/v1/corrections?profile=Adx*"):
        field.press("Enter")
    page.get_by_test_id("teach-right").click()
    field.press("End")
    field.press("Backspace")
    field.press("a")
    caught(page, held).fulfill(json={"profile": "Adx", "corrections": []})
    expect(toast(page)).to_have_text("Storing: this is 1 …")
    with page.expect_request("**/api/v1/corrections?profile=Ada*"):
        field.press("Enter")
    with page.expect_request(lambda request: request.url.endswith("/corrections")) as stored:
        caught(page, held, 1).continue_()
    assert profiles_of([stored.value]) == ["Ada"]
    expect(toast(page)).to_have_text("Noted: this is 1 in Ada’s hand.")
    expect(page.get_by_test_id("profile")).to_have_value("Ada")


@pytest.mark.parametrize("name", ["Oma", "O\u200bma"])
def test_however_much_is_drawn_while_a_name_is_asked_about_it_is_read_once_after(open_as, name):
    page = open_as()
    former = page.get_by_test_id("profile").input_value()
    held, asked = [], []
    page.route("**/api/v1/corrections?profile=O*", lambda route: held.append(route))
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/read") else None)
    name_somebody(page, name)
    with page.expect_request("**/api/v1/corrections?profile=O*"):
        draw(page, TICK)
    for _ in range(4):
        draw(page, ONE)
    assert not asked
    with page.expect_request("**/api/v1/read"):
        caught(page, held).continue_()
    expect(answer(page)).not_to_be_empty()
    page.wait_for_load_state("networkidle")
    assert profiles_of(asked) == ["Oma" if name == "Oma" else former]


def test_a_name_is_kept_as_the_server_has_it(open_as):
    page = open_as()
    page.get_by_test_id("profile").select_option(label="Someone new…")
    page.get_by_test_id("new-profile").fill(" Jose\u0301\u3000 R\u200da ")
    page.get_by_test_id("new-profile").press("Enter")
    expect(page.get_by_test_id("profile")).to_have_value("Jos\u00e9 Ra")
    page.get_by_test_id("profile").select_option(label="Someone new…")
    page.get_by_test_id("new-profile").fill("x" * 70)
    expect(page.get_by_test_id("new-profile")).to_have_value("x" * 64)
    page.get_by_test_id("new-profile").press("Enter")
    expect(page.get_by_test_id("profile")).to_have_value("x" * 64)
    page.evaluate("() => localStorage.setItem('inkling.profile', 'R\u200da')")  # from before
    page.reload()
    expect(page.get_by_test_id("profile")).to_have_value("Ra")
    assert page.evaluate("() => localStorage.getItem('inkling.profile')") == "Ra"


def test_while_the_server_is_away_a_new_name_waits_in_its_field(open_as):
    page = open_as()
    page.get_by_test_id("profile").select_option(label="Someone new…")
    field = page.get_by_test_id("new-profile")
    field.fill("Ada")
    page.context.set_offline(True)
    field.press("Enter")
    expect(page.get_by_test_id("profile-problem")).to_contain_text("away")
    page.context.set_offline(False)
    field.press("Enter")
    expect(page.get_by_test_id("profile")).to_have_value("Ada")


@pytest.mark.parametrize("path", ["/", "/upload", "/corrections"])
def test_a_name_from_before_that_the_server_refuses_makes_way_for_everybody(open_page, path):
    page = open_page(path)
    if path == "/":
        draw(page, SEVEN)
        expect(answer(page)).to_have_text("7")
    missed = []  # the server is away when it is asked first
    page.route("**/corrections?profile=*", lambda route: route.continue_() if missed else missed.append(route.abort()))
    page.evaluate("() => localStorage.setItem('inkling.profile', 'Bo\u200bris')")
    page.reload()
    expect(toast(page)).to_contain_text("is no name of a profile. It is everybody’s now.")
    assert page.evaluate("() => localStorage.getItem('inkling.profile')") == "everybody"
    if path == "/corrections":
        expect(page.get_by_test_id("message")).to_be_empty()
        return
    expect(page.get_by_test_id("profile")).to_have_value("everybody")
    if path == "/":
        expect(answer(page)).to_have_text("7")  # what was drawn before is read after all
        expect(page.get_by_test_id("message")).to_be_empty()
        expect(page.get_by_test_id("teach-right")).to_be_enabled()


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


def test_a_full_disk_is_told_and_reading_goes_on(open_as):
    page = open_as()
    page.clock.install()
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


def test_an_answer_to_what_was_taught_is_not_shown_for_another_drawing(open_as):
    page = open_as()
    held = []
    page.route("**/api/v1/corrections", lambda route: held.append(route))
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


def test_ctrl_z_takes_what_was_drawn_since_not_a_lesson_that_was_stored_late(open_as):
    page = open_as()
    held = []
    page.route("**/api/v1/corrections", lambda route: held.append(route))
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


def test_an_alphabet_told_late_takes_no_key_and_opens_no_toast_again(open_as):
    page = open_as()
    draw(page, TICK)
    expect(answer(page)).not_to_be_empty()
    held = []
    page.route("**/api/v1/alphabets*", lambda route: held.append(route))
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
    page.clock.install()
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


def test_a_double_click_on_a_chip_teaches_once_though_other_chips_stand_there_by_then(open_as):
    page = open_as()
    asked = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/corrections") else None)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    chip = page.get_by_test_id("teach-chip").nth(2)
    symbol = chip.inner_text()
    chip.dblclick()
    expect(answer(page)).to_have_text(symbol)
    page.get_by_test_id("toast-undo").click()
    expect(answer(page)).to_have_text("7")
    assert len(asked) == 1


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
    expect(toast(page)).to_contain_text("Learned: this is tick")
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
