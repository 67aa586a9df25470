"""What tests of teaching share: what is drawn and taught, and what the page says of it."""

import json

from playwright.sync_api import expect

from ..serving import until
from .drawing import ZERO

THETA = [*ZERO, [(115, 200), (285, 200)]]
TICK = [[(110, 220), (180, 320), (300, 90)]]


def kept_back(page, address):
    """Keep a page's requests to an address from the server; ``caught`` gives them one by one."""
    held = []
    page.route(address, lambda route: held.append(route))
    return held


def caught(page, held, number=0):
    """A request that was kept back: the page's events are seen while it is asked something."""
    until(lambda: page.evaluate("1") and len(held) > number)
    return held[number]


def answer(page):
    return page.get_by_test_id("answer")


def expect_read(page):
    """Wait until what was drawn is read as it stands, not as it stood on the way: then a key teaches."""
    expect(page.locator("#teach-form")).not_to_have_attribute("inert", "")


def stop_the_clock(page):
    """From now on the page's time goes on by ``page.clock.run_for`` alone, however long the machine takes."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 60_000"))


def toast(page):
    return page.get_by_test_id("toast-text")


def bars(page):
    rows = page.get_by_test_id("bars").locator("[data-testid^=bar-]")
    return {row.get_attribute("data-testid"): row.get_attribute("data-probability") for row in rows.all()}


def teach(page, symbol):
    page.get_by_test_id("teach-symbol").fill(symbol)
    page.get_by_test_id("teach").click()


def name_somebody(page, name):
    page.get_by_test_id("profile").select_option(label="Someone new…")
    page.get_by_test_id("new-profile").fill(name)


def profiles_of(requests):
    return [json.loads(request.post_data).get("profile") for request in requests]
