"""Drawing on the Draw page with real pointer events."""

from playwright.sync_api import expect

ONE = [[(200, 70), (200, 330)]]
SEVEN = [[(110, 90), (290, 90), (180, 330)]]
ZERO = [[(200, 70), (140, 100), (115, 200), (140, 300), (200, 330), (260, 300), (285, 200), (260, 100), (200, 70)]]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 3}
SMALL = {"viewport": {"width": 320, "height": 640}}


def places(page, stroke):
    """Where a stroke, given in the canvas's own 400 by 400, lies in the window."""
    box = page.get_by_test_id("ink").bounding_box()
    return [(box["x"] + x * box["width"] / 400, box["y"] + y * box["height"] / 400) for x, y in stroke]


def press(page, stroke):
    first, *others = places(page, stroke)
    page.mouse.move(*first)
    page.mouse.down()
    for place in others:
        page.mouse.move(*place, steps=8)


def draw(page, strokes):
    for stroke in strokes:
        press(page, stroke)
        page.mouse.up()


def picture(page):
    return page.get_by_test_id("ink").evaluate("canvas => canvas.toDataURL()")


def expect_strokes(page, count):
    label = {0: "The drawing, empty", 1: "The drawing, 1 stroke"}.get(count, f"The drawing, {count} strokes")
    expect(page.get_by_test_id("ink")).to_have_attribute("aria-label", label)
