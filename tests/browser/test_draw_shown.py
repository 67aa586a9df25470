"""What the Draw page shows: at every width, in the dark, by keyboard, why it reads so, and what can be saved of it."""

import io
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import expect

from .drawing import ONE, SEVEN, draw, expect_strokes
from .teaching import expect_read


@pytest.mark.parametrize("alphabet", ["digits", "alphanumeric"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_cut_off_at_any_width(open_page, width, alphabet):
    page = open_page(viewport={"width": width, "height": 740})
    page.get_by_test_id("alphabet").select_option(alphabet)
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).not_to_be_empty()
    if alphabet != "digits":
        page.get_by_test_id("show-all").click()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    box = page.get_by_test_id("ink").bounding_box()
    assert box["width"] == box["height"] == (328 if width in {360, 1280} else 400)


def test_canvas_answer_and_chips_are_seen_without_scrolling(open_as):
    page = open_as()
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    for width, height in ((1280, 800), (360, 740), (667, 375), (844, 390), (740, 360)):
        page.set_viewport_size({"width": width, "height": height})
        for name in ("ink", "answer", "seen", "teach-right"):
            expect(page.get_by_test_id(name)).to_be_in_viewport(ratio=1)
        assert page.locator(".tools").bounding_box()["height"] <= 48  # in a line
    chip = page.get_by_test_id("teach-right")
    before = chip.bounding_box()
    chip.click()
    expect(page.get_by_test_id("toast-text")).to_contain_text(
        "Noted"
    )  # a phone on its side: it moves nothing, covers nothing
    assert chip.bounding_box() == before
    said = page.get_by_test_id("toast").bounding_box()
    assert said["y"] + said["height"] <= page.get_by_test_id("answer").bounding_box()["y"]


def test_an_answer_moves_nothing_on_the_page(open_page):
    page = open_page()
    names = ("ink", "predict", "seen", "panel-left", "panel-right")
    before = [page.get_by_test_id(name).bounding_box() for name in names]
    page.get_by_test_id("predict").click()
    expect(page.get_by_test_id("message")).not_to_be_empty()
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    assert [page.get_by_test_id(name).bounding_box() for name in names] == before


def test_in_the_dark_the_ink_is_light_on_dark_paper(open_page):
    shades = {}
    for scheme in ("light", "dark"):
        page = open_page(color_scheme=scheme)
        draw(page, ONE)
        expect(page.get_by_test_id("answer")).to_have_text("1")
        ink = "canvas => canvas.getContext('2d').getImageData(200, 200, 1, 1).data[1]"
        paper = "canvas => Number(getComputedStyle(canvas.parentElement).backgroundColor.match(/\\d+/g)[1])"
        shades[scheme] = [page.get_by_test_id("ink").evaluate(shade) for shade in (ink, paper)]
    assert shades["light"][0] < 100 < 200 < shades["light"][1]
    assert shades["dark"][1] < 100 < 200 < shades["dark"][0]


def test_in_forced_colours_what_a_background_tells_is_seen(open_page):
    page = open_page(forced_colors="active")
    draw(page, SEVEN)
    expect_read(page)

    def style(selector, name):
        return page.locator(selector).first.evaluate("(one, name) => getComputedStyle(one)[name]", name)

    for edged in (".paper", "#live", ".bar-track"):
        assert style(edged, "borderTopStyle") == "solid", edged
        assert style(edged, "borderTopColor") != style("body", "backgroundColor"), edged
    for filled in ("nav [aria-current]", "#live", "#predict", ".likeliest .bar-fill"):
        assert style(filled, "backgroundColor") not in {style("body", "backgroundColor"), "rgba(0, 0, 0, 0)"}, filled
    assert style("nav [aria-current]", "backgroundColor") != style("nav a:not([aria-current])", "backgroundColor")
    assert style("#ink", "color") == style("body", "color")


def test_everything_but_the_drawing_itself_works_by_keyboard(open_page):
    page = open_page()
    draw(page, SEVEN)
    expect_read(page)
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => document.activeElement.dataset.testid"))
    shown = ("alphabet", "live", "undo", "clear", "pen-width", "predict", "teach", "profile", "why", "save-png")
    for name in (*shown, "save-chart"):
        assert name in reached
    page.get_by_test_id("clear").focus()
    page.keyboard.press("Enter")
    expect_strokes(page, 0)


def test_why_lays_a_heat_map_over_the_drawing_until_it_changes(open_page):
    page = open_page()
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    heat = page.get_by_test_id("heat")
    assert heat.get_attribute("data-shown") is None
    page.get_by_test_id("why").click()
    expect(heat).to_have_attribute("data-shown", "")
    expect(page.get_by_test_id("why-note")).to_contain_text("what makes it 7")
    # warm where the ink is, nothing in the corner far from it
    warmth = """canvas => {
        const image = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const at = (x, y) => image.data[4 * (y * canvas.width + x) + 3];
        let most = 0;
        for (let i = 3; i < image.data.length; i += 4) most = Math.max(most, image.data[i]);
        return [most, at(390, 390)];
    }"""
    most, corner = heat.evaluate(warmth)
    assert most > 150
    assert corner == 0
    page.get_by_test_id("undo").click()
    expect(heat).not_to_have_attribute("data-shown", "")
    page.get_by_test_id("redo").click()
    expect(heat).to_have_attribute("data-shown", "")
    page.get_by_test_id("why").click()
    expect(heat).not_to_have_attribute("data-shown", "")


def saved(page, button):
    with page.expect_download() as download:
        page.get_by_test_id(button).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_drawing_and_chart_can_be_saved(open_page):
    page = open_page(color_scheme="dark")
    for button in ("save-png", "save-svg", "save-chart"):
        expect(page.get_by_test_id(button)).to_be_disabled()
    draw(page, [*SEVEN, [(300, 300)]])
    expect(page.get_by_test_id("answer")).not_to_be_empty()
    name, content = saved(page, "save-png")
    assert name == "drawing.png"
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (800, 800)
        grey = image.convert("L")
        assert grey.getpixel((5, 5)) == 255
        assert grey.getpixel((400, 180)) < 40
        assert grey.getpixel((600, 600)) < 40
    name, content = saved(page, "save-svg")
    assert name == "drawing.svg"
    paths = ElementTree.fromstring(content).findall(".//{http://www.w3.org/2000/svg}path")
    assert len(paths) == 2
    assert paths[1].get("d") == "M300 300L300 300"
    name, content = saved(page, "save-chart")
    assert name == "probabilities.png"
    with Image.open(io.BytesIO(content)) as image:
        assert image.width == 1200
