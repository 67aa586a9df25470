"""Pages where there is little room: a small phone, or a window enlarged four times."""

from playwright.sync_api import expect

from ..drawings import encoded, picture
from .drawing import SEVEN, SMALL, draw
from .spacing import set_wider
from .teaching import expect_read

#: By how much the page, and what ends last of what can be pressed in it, run past their edges.
PAST = """() => {
    const edge = document.documentElement.clientWidth;
    const ends = [...document.querySelectorAll("main :is(button, input, select, a)")]
        .filter((one) => one.checkVisibility() && !one.closest(".unseen, .scroll, pre"))
        .map((one) => one.getBoundingClientRect().right);
    return [document.documentElement.scrollWidth - edge, Math.max(0, ...ends.map((end) => end - (edge - 16)))];
}"""


def test_no_page_runs_past_the_edge_of_a_small_phone(open_as, address):
    page = open_as(**SMALL)
    draw(page, SEVEN)
    expect_read(page)
    expect(page.get_by_test_id("teach-right")).to_be_visible()
    assert page.evaluate(PAST) == [0, 0]
    assert page.get_by_test_id("pen-width").bounding_box()["width"] > 50
    for path in ("/corrections", "/models", "/api/docs", "/upload"):
        page.goto(address + path)
        assert page.evaluate(PAST) == [0, 0], path
    sheet = {"name": "7.png", "mimeType": "image/png", "buffer": encoded(picture("7"))}
    page.get_by_test_id("upload-input").set_input_files(sheet)
    expect(page.get_by_test_id("result-text")).to_have_text("7")
    assert page.evaluate(PAST) == [0, 0]
    text = page.get_by_test_id("result-text").bounding_box()
    assert text["y"] + text["height"] <= page.locator(".cell-probability").bounding_box()["y"]
    for width in (360, 420, 450, 550, 620, 640):
        page.set_viewport_size({"width": width, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("nav").bounding_box()["height"] < 48
    set_wider(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 640  # the head's links go on in a second line
