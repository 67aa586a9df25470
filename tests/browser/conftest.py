"""A browser on a running server. Where either is missing, CI fails; elsewhere these tests are skipped and say why."""

import json
import os
import shutil
import urllib.request

import pytest

from ..serving import get, serve

#: Only what never comes takes so long; other tests use the cores too.
PATIENCE_MS = 60_000
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--renderer-process-limit=1",
]


def _missing(what):
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(what, pytrace=False)


@pytest.fixture(scope="session")
def browser():
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        _missing("there is no Chromium on this machine (on Debian: apt-get install chromium)")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def address():
    with serve("--port", "0") as (_, address):
        status, body = get(f"{address}/readyz")
        if status != 200:
            _missing(f"the server cannot read: {body.decode()}")
        yield address


@pytest.fixture
def open_page(browser, address):
    """Open the Draw page in a fresh browser profile; at the end no script may have failed."""
    contexts, faults = [], []

    def opened(path="/", **options):
        usual = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
        context = browser.new_context(**usual | options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security" in line.text else None)
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def open_as(open_page, address, request):
    """Open a page as somebody nobody has taught anything yet."""
    kept = [{"name": "inkling.profile", "value": request.node.name[:60]}]

    def opened(path="/", **options):
        return open_page(path, storage_state={"origins": [{"origin": address, "localStorage": kept}]}, **options)

    return opened


@pytest.fixture
def api(address):
    """Ask the API of a server of the test's own; nothing is taught to begin with."""

    def ask(path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{address}/api/v1{path}", data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())

    ids = [one["id"] for one in ask("/corrections?limit=500")["corrections"]]
    if ids:
        ask("/corrections/delete", {"ids": ids})
    return ask


@pytest.fixture
def teach(api):
    """Teach strokes over the API; gives the correction's id."""

    def taught(strokes, symbol, profile="everybody", shift=0):
        moved = [[[x + shift, y] for x, y in stroke] for stroke in strokes]
        body = {
            "strokes": moved,
            "pen_width": 18 + shift % 9,
            "symbol": symbol,
            "profile": profile,
            "alphabet": "digits",
        }
        return api("/corrections", body)["correction"]["id"]

    return taught
