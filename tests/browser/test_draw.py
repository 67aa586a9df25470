"""The Draw page as a person uses it: real pointer events in a real browser, and the answer of the running server."""

import itertools

import pytest
from playwright.sync_api import expect

from .drawing import ONE, PHONE, SEVEN, ZERO, draw, expect_strokes, picture, places, press
from .teaching import expect_read


@pytest.mark.parametrize(("text", "strokes"), [("1", ONE), ("7", SEVEN), ("0", ZERO)])
def test_a_digit_that_is_drawn_is_read(open_page, text, strokes):
    page = open_page()
    draw(page, strokes)
    expect(page.get_by_test_id("answer")).to_have_text(text)
    expect(page.get_by_test_id("answer-probability")).to_contain_text("%")
    expect(page.get_by_test_id("answer-status")).not_to_be_empty()
    expect_read(page)
    assert float(page.get_by_test_id(f"bar-{text}").get_attribute("data-probability")) > 0.3
    seen = page.get_by_test_id("seen")
    assert seen.evaluate("image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])") == [28, 28]


def test_the_answer_comes_while_the_pen_is_down_and_at_most_every_half_second(open_page):
    page = open_page()
    begun = []

    def finished(request):
        if request.url.endswith("/api/v1/read"):
            begun.append(request.timing["startTime"])

    page.on("requestfinished", finished)
    press(page, SEVEN[0])
    expect(page.get_by_test_id("answer")).not_to_be_empty()
    for step in itertools.count():
        if len(begun) >= 4:
            break
        page.mouse.move(*places(page, [(180 + step % 60, 330)])[0])
    heard = page.get_by_test_id("answer-heard")
    expect(heard).to_be_empty()  # a screen reader would never come to an end of it
    page.mouse.up()
    expect(heard).to_contain_text("%")
    assert all(later - earlier > 450 for earlier, later in itertools.pairwise(begun[:4]))


def test_digits_stand_in_two_panels_and_sum_to_one(open_page):
    page = open_page()
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    expect_read(page)
    left, right = page.get_by_test_id("panel-left"), page.get_by_test_id("panel-right")
    assert left.locator(".bar-symbol").all_text_contents() == list("01234")
    assert right.locator(".bar-symbol").all_text_contents() == list("56789")
    bars = page.get_by_test_id("bars").locator("[data-probability]")
    total = sum(float(bar.get_attribute("data-probability")) for bar in bars.all())
    assert total == pytest.approx(1, abs=1e-3)
    canvas = page.get_by_test_id("ink").bounding_box()
    assert left.bounding_box()["x"] + left.bounding_box()["width"] <= canvas["x"]
    assert right.bounding_box()["x"] >= canvas["x"] + canvas["width"]


def test_a_larger_alphabet_shows_the_ten_likeliest_then_all_and_is_remembered(open_page):
    page = open_page()
    page.get_by_test_id("alphabet").select_option("alphanumeric")
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).not_to_be_empty()
    expect_read(page)
    bars = page.get_by_test_id("bars").locator("li")
    expect(bars).to_have_count(10)
    shares = [float(bar.get_attribute("data-probability")) for bar in bars.all()]
    assert shares == sorted(shares, reverse=True)
    page.get_by_test_id("show-all").click()
    expect(bars).to_have_count(62)
    page.reload()
    expect(page.get_by_test_id("alphabet")).to_have_value("alphanumeric")


def test_only_symbols_of_the_alphabet_are_answered(open_page):
    page = open_page()
    draw(page, ZERO)
    expect(page.get_by_test_id("answer")).to_have_text("0")
    page.get_by_test_id("alphabet").select_option("uppercase")
    expect(page.get_by_test_id("answer")).to_have_text("O")


def test_undo_redo_and_clear_by_button_and_by_key(open_page):
    page = open_page()
    draw(page, ONE + SEVEN)
    expect_strokes(page, 2)
    page.get_by_test_id("undo").click()
    expect_strokes(page, 1)
    expect(page.get_by_test_id("answer")).to_have_text("1")
    page.get_by_test_id("redo").click()
    expect_strokes(page, 2)
    page.keyboard.press("Control+z")
    expect_strokes(page, 1)
    page.keyboard.press("Control+Shift+Z")
    expect_strokes(page, 2)
    page.keyboard.press("Delete")
    expect_strokes(page, 0)
    expect(page.get_by_test_id("answer")).to_be_empty()
    expect(page.get_by_test_id("clear")).to_be_disabled()
    page.keyboard.press("Control+z")
    expect_strokes(page, 2)
    page.get_by_test_id("clear").click()
    expect_strokes(page, 0)


def test_keys_in_a_field_edit_its_text_and_leave_the_drawing(open_page):
    page = open_page()
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    for name in ("teach-symbol", "new-profile"):
        if name == "new-profile":
            page.get_by_test_id("profile").select_option(label="Someone new…")
        field = page.get_by_test_id(name)
        field.focus()
        page.keyboard.type("abc")
        page.keyboard.press("Home")
        page.keyboard.press("Delete")
        expect(field).to_have_value("bc")
        page.keyboard.press("Control+z")
        expect(field).to_have_value("abc")
        page.keyboard.press("Control+Shift+Z")
        expect(field).to_have_value("bc")
        for key in ("Control+a", "Delete", "Delete", "Backspace", "Control+Shift+Z", "Control+y"):
            page.keyboard.press(key)
        expect(field).to_have_value("")
        expect_strokes(page, 1)
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")
    expect_strokes(page, 0)


def test_a_blank_canvas_gets_a_friendly_word_and_never_a_guess(open_page):
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/read" in request.url else None)
    page.get_by_test_id("predict").click()
    expect(page.get_by_test_id("message")).to_contain_text("Draw something first")
    expect(page.get_by_test_id("answer")).to_be_empty()
    assert not asked
    draw(page, ONE)
    expect(page.get_by_test_id("message")).to_be_empty()
    expect(page.get_by_test_id("answer")).to_have_text("1")


def test_without_live_reading_only_predict_asks(open_page):
    page = open_page()
    page.get_by_test_id("live").uncheck()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/read" in request.url else None)
    draw(page, SEVEN)
    expect_strokes(page, 1)
    expect(page.get_by_test_id("answer")).to_be_empty()
    assert not asked
    page.get_by_test_id("predict").click()
    expect(page.get_by_test_id("answer")).to_have_text("7")
    assert len(asked) == 1


def test_an_answer_that_comes_late_never_overwrites_a_newer_one(open_page):
    page = open_page()
    held = []

    def hold_the_first(route):
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch().body()))

    page.route("**/api/v1/read", hold_the_first)
    with page.expect_request("**/api/v1/read"):
        draw(page, ONE)
    page.get_by_test_id("clear").click()
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    route, body = held[0]
    assert b'"text":"1"' in body
    route.fulfill(body=body, content_type="application/json")
    draw(page, [[(10, 10)]])  # one more answer has come and gone: the late one would have been seen
    expect_strokes(page, 2)
    expect(page.get_by_test_id("answer")).not_to_have_text("1")


def test_one_request_at_a_time_and_the_last_drawing_is_read(open_page):
    page = open_page()
    flying, most = set(), []
    page.route("**/api/v1/read", lambda route: (flying.add(route.request), most.append(len(flying)), route.continue_()))
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda request: flying.discard(request))
    for _ in range(3):
        draw(page, SEVEN)
        page.keyboard.press("Delete")
    draw(page, ZERO)
    expect(page.get_by_test_id("answer")).to_have_text("0")
    assert max(most) == 1


def test_it_says_when_the_server_is_away_and_goes_on_by_itself(open_page):
    page = open_page()
    draw(page, SEVEN)
    expect_read(page)
    page.context.set_offline(True)
    draw(page, ONE)
    message, card = page.get_by_test_id("message"), page.locator("#answer-card")
    expect(message).to_contain_text("away")
    expect(card).to_have_attribute("data-stale", "")  # it answers what was drawn before
    expect(page.get_by_test_id("save-chart")).to_be_disabled()
    page.get_by_test_id("clear").click()
    page.get_by_test_id("predict").click()
    expect(message).to_have_text("Draw something first.")
    draw(page, SEVEN)
    expect(message).to_contain_text("away")
    page.context.set_offline(False)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    expect(message).to_be_empty()


def test_an_answer_is_faint_while_that_to_another_drawing_is_long_in_coming(open_page):
    page = open_page()
    draw(page, SEVEN)
    expect_read(page)
    page.route("**/api/v1/read", lambda route: None)  # no answer ever comes
    card, chart = page.locator("#answer-card"), page.get_by_test_id("save-chart")
    draw(page, ONE)
    expect(card).to_have_attribute("data-stale", "")
    expect(chart).to_be_disabled()
    page.unroute("**/api/v1/read")
    page.get_by_test_id("undo").click()
    expect(card).not_to_have_attribute("data-stale", "")
    expect(chart).to_be_enabled()


def test_the_drawing_survives_a_reload_and_a_resize(open_page):
    page = open_page()
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    before = picture(page)
    page.reload()
    expect(page.get_by_test_id("answer")).to_have_text("7")
    assert picture(page) == before
    page.set_viewport_size({"width": 360, "height": 700})
    expect(page.get_by_test_id("ink")).to_have_js_property("width", 328)
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(page.get_by_test_id("ink")).to_have_js_property("width", 400)
    assert picture(page) == before
    page.get_by_test_id("undo").click()
    expect_strokes(page, 0)


def test_a_phone_draws_by_touch_with_one_finger_and_does_not_scroll(open_page):
    page = open_page(**PHONE)
    touch = page.context.new_cdp_session(page)

    def send(kind, *fingers):
        points = [{"x": x, "y": y, "id": name} for name, (x, y) in fingers]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    corner, elbow, foot = places(page, SEVEN[0])
    palm = places(page, [(350, 380)])[0]
    send("touchStart", (0, corner))
    send("touchMove", (0, elbow))
    send("touchStart", (0, elbow), (1, palm))  # a palm beside it is no stroke
    send("touchMove", (0, foot), (1, palm))
    send("touchEnd")
    expect_strokes(page, 1)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    assert page.evaluate("() => [scrollX, scrollY]") == [0, 0]
    heights = """() => [...document.querySelectorAll("header a, main :is(button, select, label.switch, [type=text])")]
        .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().height)"""
    assert min(page.evaluate(heights)) >= 44  # a finger's breadth


def test_a_dot_is_a_stroke(open_page):
    page = open_page(**PHONE)
    blank = picture(page)
    page.touchscreen.tap(*places(page, [(200, 200)])[0])
    expect_strokes(page, 1)
    expect(page.get_by_test_id("answer")).not_to_be_empty()
    assert picture(page) != blank


def test_a_stroke_that_the_system_cuts_short_is_kept_and_the_next_one_draws(open_page):
    page = open_page()
    press(page, SEVEN[0])
    page.get_by_test_id("ink").dispatch_event("pointercancel", {"pointerId": 1})
    expect_strokes(page, 1)
    page.mouse.up()
    draw(page, ONE)
    expect_strokes(page, 2)


def test_a_wider_pen_is_seen_and_remembered(open_page):
    page = open_page()
    draw(page, ONE)
    thin = picture(page)
    page.get_by_test_id("pen-width").fill("36")
    expect(page.get_by_test_id("answer")).to_have_text("1")
    assert picture(page) != thin
    page.reload()
    expect(page.get_by_test_id("pen-width")).to_have_value("36")
