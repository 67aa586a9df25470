"""Whose hand it is: named, asked about, refused, and waited for."""

import json

import pytest
from playwright.sync_api import expect

from ..drawings import encoded, picture
from ..serving import serve
from .drawing import ONE, SEVEN, draw
from .teaching import TICK, answer, caught, kept_back, name_somebody, profiles_of, teach, toast


@pytest.fixture(scope="module")
def address():
    """A server of its own: what is taught here must not be read by other tests."""
    with serve("--port", "0") as (_, address):
        yield address


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
    held = kept_back(page, "**/api/v1/corrections?profile=Ad*")
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
