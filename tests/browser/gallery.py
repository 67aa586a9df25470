"""The gallery of the Corrections page, and ink to fill it with."""

from playwright.sync_api import expect

SEVEN = [[[110, 90], [290, 90], [180, 330]]]
ONE = [[[200, 70], [200, 330]]]
ZERO = [[[200, 70], [140, 100], [115, 200], [140, 300], [200, 330], [260, 300], [285, 200], [260, 100], [200, 70]]]
THETA = [*ZERO, [[115, 200], [285, 200]]]


def cards(page):
    return page.get_by_test_id("cards").get_by_test_id("card")


def symbols(page):
    return page.get_by_test_id("cards").get_by_test_id("card-symbol")


def press_twice(page, name):
    """Press what lies over cards, and goes away, by a double click: no card is opened."""
    page.get_by_test_id(name).scroll_into_view_if_needed()
    box = page.get_by_test_id(name).bounding_box()
    page.get_by_test_id(name).dblclick()
    centre = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    beneath = "({ x, y }) => document.elementsFromPoint(x, y).some((element) => element.matches('.cards'))"
    page.wait_for_function(beneath, arg=centre)
    expect(page.get_by_test_id("one")).to_be_hidden()


def check(page, index):
    page.get_by_test_id("cards").get_by_test_id("card-check").nth(index).check()


def relabel_selected(page, symbol):
    page.get_by_test_id("relabel-selected").click()
    page.get_by_test_id("many-symbol").fill(symbol)
    page.get_by_test_id("many-symbol").press("Enter")
