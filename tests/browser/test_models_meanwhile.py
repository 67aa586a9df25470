"""The Models page while others change things too: pressed twice, taken back late, listed meanwhile, run by nobody."""

import contextlib
import sqlite3

import pytest
from playwright.sync_api import expect

from inkling.service import Service
from inkling.settings import Settings

from ..bundles import SHIPPED, other
from ..serving import serve
from .teaching import caught, kept_back

LONG_AGO = "2026-01-01 00:00:00.000000"


@pytest.fixture
def database(tmp_path):
    return tmp_path / "inkling.db"


@pytest.fixture
def address(database):
    with serve("--port", "0", INKLING_DATABASE_URL=f"sqlite:///{database}") as (_, address):
        yield address


@pytest.fixture
def service(database, address):
    with contextlib.closing(Service(Settings.load({}, database_url=f"sqlite:///{database}"))) as service:
        yield service


@pytest.fixture
def versions(service):
    """Three versions beside the one that ships, which reads; the names of all four."""
    names = [service.versions.add(other(number), origin="retrained", state="passed").version for number in (1, 2, 3)]
    return [SHIPPED.version, *names]


@pytest.fixture
def page(open_page, versions):
    return open_page("/models")


def promote(page, version):
    page.locator(f"[data-testid=version][data-version='{version}']").get_by_test_id("promote").click()


def expect_current(page, version):
    expect(page.get_by_test_id("current")).to_have_text(version)


def test_a_double_click_goes_back_one_version(open_page, service, versions):
    for version in versions[1:]:
        service.versions.promote(version)
    page = open_page("/models")
    expect_current(page, versions[3])
    asked = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/rollback") else None)
    page.get_by_test_id("roll-back").dblclick()
    expect(page.get_by_test_id("toast-text")).to_have_text(f"{versions[2]} reads again.")
    expect_current(page, versions[2])
    assert len(asked) == 1


def test_undo_gives_back_what_read_before_and_the_way_back(page, service, versions):
    shipped, one, two, three = versions
    expect_current(page, shipped)
    with page.expect_request("**/promote"):
        service.versions.promote(one)  # elsewhere; the page may not know yet
        promote(page, two)
    expect_current(page, two)
    page.get_by_test_id("toast-undo").click()
    expect(page.get_by_test_id("toast-text")).to_have_text(f"{one} reads again.")
    expect_current(page, one)
    assert service.versions.rollback_target() == shipped
    promote(page, two)
    expect_current(page, two)
    service.versions.promote(three)
    page.get_by_test_id("toast-undo").click()
    expect(page.get_by_test_id("toast-text")).to_contain_text(f"Not undone. {three} reads by now.")
    assert service.versions.current() == three


def test_a_list_that_comes_while_another_version_is_looked_at_is_shown(page, service, versions):
    rows = page.get_by_test_id("version")
    expect(rows).to_have_count(4)
    held = kept_back(page, "**/api/v1/models")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    caught(page, held)
    added = service.versions.add(other(4), origin="retrained", state="refused").version
    page.locator(f"[data-version='{versions[1]}']").get_by_test_id("version-open").click()
    expect(page.get_by_test_id("detail-title")).to_have_text(versions[1])
    held[0].continue_()
    expect(rows).to_have_count(5)
    expect(rows.first).to_have_attribute("data-version", added)
    expect(page.get_by_test_id("detail-title")).to_have_text(versions[1])


def test_a_cancelled_retraining_that_nobody_runs_any_more_can_be_ended(open_page, service, database):
    page = open_page("/models")
    page.clock.install()
    job = service.store.jobs.add("retraining", parent=SHIPPED.version)
    service.store.jobs.claim(job.id, "gone", 60)
    page.reload()
    cancel = page.get_by_test_id("cancel")
    cancel.click()
    expect(cancel).to_have_text("Cancelling …")
    expect(cancel).to_be_disabled()
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE jobs SET beat_at = ?", (LONG_AGO,))
    page.clock.run_for(40_000)
    expect(cancel).to_have_text("End it")
    cancel.click()
    expect(page.get_by_test_id("last")).to_contain_text("cancelled")
    assert service.store.jobs.get(job.id).state == "cancelled"
