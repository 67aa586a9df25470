"""The Models page as a person uses it: versions looked at, promoted and gone back from; retraining watched and ended.

The tests play the worker: they say in the database how far a job is.
"""

import base64
import contextlib
import io
import json
import re
import urllib.request

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from inkling.service import Service
from inkling.settings import Settings

from ..bundles import SHIPPED, other
from ..drawings import placed
from ..serving import serve, until
from .spacing import set_wider

SYMBOLS = SHIPPED.symbols
STEP = {
    "step": 340,
    "steps": 1200,
    "loss": 0.4123,
    "accuracy": 0.915,
    "left_s": 130.0,
    "done": 0.25,
    "phase": "training",
}
STALE_S = 60


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('models') / 'inkling.db'}"


@pytest.fixture(scope="module")
def address(url):
    with serve("--port", "0", INKLING_DATABASE_URL=url) as (_, address):
        yield address


@pytest.fixture(scope="module")
def service(url, address):
    with contextlib.closing(Service(Settings.load({}, database_url=url))) as service:
        yield service


@pytest.fixture(scope="module")
def names(service):
    """The versions: one that passed, and one of it that the gate refused."""
    versions = service.versions
    good = added(versions, 1, parent=SHIPPED.version, state="passed", report=report(True, 0.02))
    bad = added(versions, 2, parent=good, state="refused", report=report(False, -0.05), reason="50 new corrections")
    return {"good": good, "bad": bad, "shipped": SHIPPED.version}


@pytest.fixture
def page(open_page, service, names):
    """The page, with the shipped version reading."""
    if service.versions.current() != SHIPPED.version:
        service.versions.promote(SHIPPED.version)
    page = open_page("/models")
    page.get_by_test_id("detail-title").wait_for()
    return page


@pytest.fixture
def read(address):
    """Read a 1, which the other bundles take for a 7."""

    def answer():
        said = {"strokes": placed("1", 3), "pen_width": 14, "alphabet": "digits"}
        return post(f"{address}/api/v1/read", said)["text"]

    return answer


def added(versions, number, **more):
    training = {
        "kind": "retraining",
        "corrections": {"all": 412, "new": 55, "trained_on": 325, "held_out": 87},
        "base_data": ["mnist-train", "unipen-strokes"],
        "note": "",
        "recipe": {"steps": 1200, "learning_rate": 0.0015},
        "share": 0.5,
        "history": [{"step": s, "loss": 1 / (1 + s), "accuracy": 0.8 + s / 10000} for s in range(0, 1001, 100)],
    }
    bundle = other(number, training=training, figures={})
    return versions.add(bundle, **{"origin": "retrained", "reason": "asked for", **more}).version


def report(passed, gain):
    """A decision as the gate gives it, with everything in it that the page draws."""
    compared = {"alphabet": "digits", "samples": 2000, "before": 0.9, "after": 0.9 + gain, "p_worse": 0.5}
    counts = np.diag(np.full(len(SYMBOLS), 40))
    counts[1, 7] = 9
    counts[SYMBOLS.index("I"), SYMBOLS.index("l")] = 5
    bins = [
        {"low": b / 10, "high": (b + 1) / 10, "samples": 50, "confidence": b / 10, "accuracy": b / 10}
        for b in range(10)
    ]
    side = {"symbols": list(SYMBOLS), "counts": counts.tolist()}
    file = io.BytesIO()
    Image.fromarray(np.full((28, 28), 255, np.uint8)).save(file, "PNG")
    glyph = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    verdict = "better" if gain > 0 else "worse"
    return {
        "passed": passed,
        "reasons": ["It reads held-out corrections better."] if passed else ["It reads the symbol 3 worse."],
        "notes": [],
        "batch": {"corrections": 412, "disagreeing": 131, "impossible": 4, "doubtful": []},
        "comparisons": [
            {
                **compared,
                "name": "corrections",
                "alphabet": "alphanumeric",
                "samples": 80,
                "before": 0.7778,
                "after": 1.0 if passed else 0.6667,
                "fixed": 19,
                "broken": 2,
                "verdict": verdict,
            },
            {**compared, "name": "mnist-train", "fixed": 60, "broken": 20, "verdict": verdict},
            {
                **compared,
                "name": "corrections of others",
                "alphabet": "alphanumeric",
                "fixed": 9,
                "broken": 8,
                "verdict": "same",
            },
        ],
        "symbols": [{"symbol": s, "samples": 40, "fixed": i % 3, "broken": i % 2} for i, s in enumerate(SYMBOLS)],
        "confusion": {"before": side, "after": side},
        "reliability": {"before": bins, "after": bins, "ece_before": 0.03, "ece_after": 0.01},
        "changed": [
            {"set": "corrections", "truth": "7", "before": "1", "after": "7", "turned": "right", "glyph": glyph},
            {"set": "mnist-train", "truth": "3", "before": "3", "after": "8", "turned": "wrong", "glyph": glyph},
        ],
    }


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def row(page, name):
    return page.locator(f"[data-testid=version][data-version='{name}']")


def test_versions_stand_in_a_line_of_descent_with_their_figures(page, names):
    rows = page.get_by_test_id("version")
    assert [one.get_attribute("data-version") for one in rows.all()] == [names["bad"], names["good"], names["shipped"]]
    expect(page.get_by_test_id("standing")).to_have_text(["Refused", "Passed", "Reads now"])
    expect(row(page, names["bad"])).to_contain_text("50 new corrections")
    expect(row(page, names["bad"])).to_contain_text("412 corrections")
    expect(row(page, names["bad"]).locator("[data-measure=digits]")).to_have_text("85.00−5.00")
    expect(row(page, names["good"]).locator("[data-measure=digits]")).to_have_text("92.00+2.00")
    expect(page.locator(".lineage path")).to_have_count(2)


def test_one_version_tells_what_was_decided_and_why_and_what_changed(page, names):
    row(page, names["good"]).get_by_test_id("version-open").click()
    expect(page.get_by_test_id("detail-title")).to_have_text(names["good"])
    expect(page.get_by_test_id("decision")).to_contain_text("It passed the gate")
    expect(page.get_by_test_id("reasons")).to_have_text("It reads held-out corrections better.")
    expect(page.get_by_test_id("comparison").nth(1)).to_contain_text("MNIST train (validation), digits")
    expect(page.get_by_test_id("turned-right").get_by_role("img")).to_have_attribute(
        "alt", "7, read 1 before and 7 now"
    )
    expect(page.get_by_test_id("turned-wrong").get_by_test_id("glyph")).to_have_count(1)
    for plot in ("learning", "reliability", "confusion"):
        expect(page.get_by_test_id(f"plot-{plot}").locator("svg").first).to_be_visible()
    expect(page.get_by_test_id("plot-learning")).to_contain_text("on the 87 corrections kept to judge by")
    expect(page.get_by_test_id("plot-learning")).to_contain_text("50 % was taken")
    expect(page.get_by_test_id("recipe")).to_contain_text("share of the way taken")
    expect(page.get_by_test_id("decision")).to_contain_text("80 of the 87 corrections kept to judge by are samples")
    expect(page.get_by_test_id("comparison").nth(2)).to_contain_text(
        "Held-out corrections of other people, all symbols"
    )
    expect(page.locator(".verdict-cell")).to_have_text(["", "better", "better", "within chance"])
    expect(page.locator(".comparisons .difference")).to_have_class(
        [re.compile(kind) for kind in ("better", "better", "same")]
    )
    expect(page.get_by_test_id("confusions")).to_contain_text("1 as 7")
    expect(page.get_by_test_id("confusions")).to_contain_text("capital I as small l")
    page.get_by_test_id("confusion-difference").click()
    expect(page.get_by_test_id("confusions")).to_have_text("None")
    page.reload()  # the address keeps which is shown
    expect(page.get_by_test_id("detail-title")).to_have_text(names["good"])
    page.get_by_test_id("parent").click()
    expect(page.get_by_test_id("detail-title")).to_have_text(names["shipped"])
    expect(page.get_by_test_id("own-figures")).to_contain_text("MNIST test")
    page.go_back()
    expect(page.get_by_test_id("detail-title")).to_have_text(names["good"])


def test_promoted_with_one_click_and_gone_back_from_with_another(page, names, read):
    assert read() == "1"
    row(page, names["good"]).get_by_test_id("promote").click()
    expect(page.get_by_test_id("current")).to_have_text(names["good"])
    assert read() == "7"
    page.get_by_test_id("roll-back").click()
    expect(page.get_by_test_id("current")).to_have_text(names["shipped"])
    assert read() == "1"
    page.get_by_test_id("toast-undo").click()
    expect(page.get_by_test_id("current")).to_have_text(names["good"])
    expect(row(page, names["good"]).get_by_test_id("promote")).to_have_count(0)


def test_a_refused_one_is_asked_about_once_more(page, names):
    row(page, names["bad"]).get_by_test_id("promote").click()
    expect(page.get_by_test_id("sure")).to_contain_text("It reads the symbol 3 worse.")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("sure")).to_be_hidden()
    expect(page.get_by_test_id("current")).to_have_text(names["shipped"])
    row(page, names["bad"]).get_by_test_id("promote").click()
    page.get_by_test_id("sure-yes").click()
    expect(page.get_by_test_id("current")).to_have_text(names["bad"])


def test_a_retraining_is_watched_over_a_reload_and_told_of_at_its_end(page, names, service, address):
    pytest.importorskip("torch")
    full = []
    page.on("console", lambda line: full.append(line.text) if "503" in line.text else None)
    page.clock.install()
    page.reload()
    page.get_by_test_id("retrain").click()
    expect(page.get_by_test_id("last")).to_contain_text("no correction")
    post(f"{address}/api/v1/corrections", {"strokes": placed("7", 3), "pen_width": 14, "symbol": "7"})
    page.get_by_test_id("retrain").click()
    expect(page.get_by_test_id("phase")).to_have_text("Waiting for a worker")
    page.clock.run_for(25_000)  # nobody takes it up
    expect(page.get_by_test_id("stuck")).to_contain_text("inkling worker")
    job = until(lambda: service.store.jobs.latest("retraining", ("queued",)))
    service.store.jobs.claim(job.id, "test", STALE_S)
    service.store.jobs.beat(job.id, "test", STEP)
    page.reload()
    expect(page.get_by_test_id("phase")).to_have_text("Learning")
    expect(page.get_by_test_id("step")).to_have_text("340 of 1,200")
    expect(page.get_by_test_id("loss")).to_have_text("0.412")
    expect(page.get_by_test_id("accuracy")).to_have_text("91.5 %")
    expect(page.get_by_test_id("left")).to_have_text("2 minutes")
    expect(page.get_by_test_id("bar")).to_have_js_property("value", 0.25)
    service.store.jobs.finish(
        job.id, "test", names["bad"], {"passed": False, "promoted": False, "reasons": ["3 is worse."]}
    )
    expect(page.get_by_test_id("last")).to_contain_text("refused by the gate, so nothing changed. 3 is worse.")
    page.reload()
    expect(page.get_by_test_id("last")).to_contain_text("was refused by the gate")
    assert not full, "its stream was not let go before the next was asked for"


def test_why_a_retraining_failed_is_told_to_whoever_comes_later(page, service, address):
    error = {"code": "x", "message": "It found too little memory.", "hint": "Run: pip install 'inkling[more]'."}
    service.store.jobs.fail(service.store.jobs.add("retraining").id, None, error)
    post(f"{address}/api/v1/corrections", {"strokes": placed("7", 5), "pen_width": 14, "symbol": "7"})
    page.reload()
    last = page.get_by_test_id("last")
    expect(last).to_contain_text("The retraining failed. It found too little memory. Run: pip install")
    expect(last.locator("code")).to_have_text("pip install 'inkling[more]'")
    expect(page.get_by_test_id("fresh")).to_contain_text("1 new correction since the last retraining, which failed.")


def test_what_another_page_or_command_lets_read_is_shown_soon(page, names, service):
    page.clock.install()
    page.reload()
    expect(page.get_by_test_id("current")).to_have_text(names["shipped"])
    service.versions.promote(names["good"])
    page.clock.run_for(6_000)
    expect(page.get_by_test_id("current")).to_have_text(names["good"])
    expect(row(page, names["good"]).get_by_test_id("standing")).to_have_text("Reads now")


EDGE = "(one) => one.getBoundingClientRect()"


def test_the_lines_of_descent_leave_room_for_what_is_written(page, names):
    known = page.request.get(page.url.replace("/models", "/api/v1/models")).json()
    first, *_, last = known["models"]
    refused = [{**first, "version": f"2026-11-24-{n:08}", "parent": last["version"]} for n in range(4)]
    passed = {**first, "version": "2026-11-22-a", "parent": last["version"], "state": "passed"}
    later = [{**first, "version": f"2026-11-23-{n}", "parent": passed["version"]} for n in range(2)]
    known["models"] = [*refused, *later, passed, last]
    page.route("**/api/v1/models", lambda route: route.fulfill(json=known))
    page.reload()
    expect(page.get_by_test_id("version")).to_have_count(8)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 740})

        def clear():
            ends = page.evaluate(f"() => [...document.querySelectorAll('.lineage circle')].map({EDGE}.right)")
            starts = page.evaluate(f"() => [...document.querySelectorAll('.version-line')].map({EDGE}.left)")
            return len(ends) == 8 and max(ends) < min(starts)

        until(clear)
    lanes = page.evaluate(
        """async (models) => {
      const { lanesOf } = await import("/static/lineage.js");
      return Object.fromEntries(lanesOf(models).lanes);
    }""",
        known["models"],
    )
    assert [{lanes[one["version"]] for one in some} for some in (refused, later)] == [{1}, {2}]  # those alike share one


def test_a_retraining_is_cancelled_also_where_no_stream_can_be_had(page, service, address):
    pytest.importorskip("torch")
    post(f"{address}/api/v1/corrections", {"strokes": placed("7", 4), "pen_width": 14, "symbol": "7"})
    page.route("**/events", lambda route: route.fulfill(status=503, json={"error": {}}))
    page.get_by_test_id("retrain").click()
    job = until(lambda: service.store.jobs.latest("retraining", ("queued",)))
    service.store.jobs.claim(job.id, "test", STALE_S)
    expect(page.get_by_test_id("phase")).to_have_text("Beginning")
    page.get_by_test_id("cancel").click()
    expect(page.get_by_test_id("cancel")).to_be_disabled()
    assert service.store.jobs.get(job.id).cancelling
    service.store.jobs.stopped(job.id, "test")
    expect(page.get_by_test_id("last")).to_contain_text("cancelled")
    expect(page.get_by_test_id("retrain")).to_be_focused()


def test_the_switch_stays_and_a_missing_extra_and_a_pinned_model_are_said(page, names):
    expect(page.get_by_test_id("rule")).to_contain_text("after 50 new corrections")
    page.get_by_test_id("automatic").uncheck()
    expect(page.get_by_test_id("rule")).to_have_text("It retrains only when asked.")
    page.reload()
    expect(page.get_by_test_id("automatic")).not_to_be_checked()
    page.get_by_test_id("automatic").check()
    expect(page.get_by_test_id("rule")).to_contain_text("after 50 new corrections")
    state = page.request.get(page.url.replace("/models", "/api/v1/retraining")).json()
    missing = {"available": False, "why_not": "Torch is not installed. Run: pip install 'inkling[train]'."}
    page.route("**/api/v1/retraining", lambda route: route.fulfill(json={**state, **missing}))
    known = page.request.get(page.url.replace("/models", "/api/v1/models")).json()
    page.route("**/api/v1/models", lambda route: route.fulfill(json={**known, "pinned": True}))
    page.reload()
    expect(page.get_by_test_id("missing")).to_contain_text("pip install 'inkling[train]'")
    expect(page.get_by_test_id("automatic")).not_to_be_checked()
    expect(page.get_by_test_id("retrain")).to_be_disabled()
    expect(page.get_by_test_id("pinned")).to_be_visible()
    expect(row(page, names["good"]).get_by_test_id("promote")).to_be_disabled()
    expect(page.get_by_test_id("roll-back")).to_be_disabled()


def test_a_version_goes_out_as_a_file_and_in_again(page, names, tmp_path):
    row(page, names["good"]).get_by_test_id("version-open").click()
    expect(page.get_by_test_id("detail-title")).to_have_text(names["good"])
    with page.expect_download() as download:
        page.get_by_test_id("export").click()
    file = tmp_path / "bundle.zip"
    download.value.save_as(file)
    page.get_by_test_id("import").set_input_files(file)
    expect(page.get_by_test_id("toast-text")).to_contain_text(f"{names['good']} is here already. It reads when")
    page.get_by_test_id("import").set_input_files({"name": "no.zip", "mimeType": "application/zip", "buffer": b"no"})
    expect(page.get_by_test_id("toast-text")).to_contain_text("no.zip was not imported")


def test_nothing_is_cut_off_at_any_width(page, names):
    row(page, names["good"]).get_by_test_id("version-open").click()
    expect(page.get_by_test_id("detail-title")).to_have_text(names["good"])
    page.get_by_test_id("plot-confusion").locator("svg").first.wait_for()
    for width in (768, 360):
        page.set_viewport_size({"width": width, "height": 740})
        # plots are drawn anew a moment after
        until(lambda width=width: page.evaluate("() => document.documentElement.scrollWidth") <= width)
    gaps = page.get_by_test_id("comparison").evaluate_all(
        """(rows) => rows.flatMap((row) => {
      const boxes = [...row.querySelectorAll(".number")].map((cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return range.getBoundingClientRect();
      });
      return boxes.slice(1).map((box, n) => box.left - boxes[n].right);
    })"""
    )
    assert len(gaps) == 12
    assert min(gaps) >= 4, "figures run together"
    page.set_viewport_size({"width": 640, "height": 740})
    set_wider(page)
    until(lambda: page.evaluate("() => document.documentElement.scrollWidth") <= 640)
