"""Teaching over HTTP: read from then on, taken back exactly, and refused with a reason where it must be."""

import base64
import io

import pytest
from PIL import Image

from ..drawings import encoded, picture, placed
from .asking import CORRECTIONS, ONE, SEVEN, THETA, error_of, listed, read, teach


def test_what_is_taught_is_read_from_then_on_and_undo_is_exact(client):
    before = read(client, SEVEN, alphabet="digits")
    answer = client.post(CORRECTIONS, json={**SEVEN, "symbol": "4", "alphabet": "digits", "glyph": True})
    taught = answer.json
    assert (before["text"], taught["before"]["text"], taught["reading"]["text"]) == ("7", "7", "4")
    assert taught["reading"]["characters"][0]["glyph"]
    address = answer.headers["Location"]
    assert address == f"{CORRECTIONS}/{taught['correction']['id']}"
    assert read(client, SEVEN, alphabet="digits")["text"] == "4"
    assert client.get(address).json == taught["correction"]
    gone = client.delete(address)
    assert (gone.status_code, gone.data) == (204, b"")
    assert read(client, SEVEN, alphabet="digits") == before


def test_the_same_drawing_is_read_as_it_was_taught_though_one_all_but_equal_was_taught_otherwise(client):
    drawn = [{"strokes": [[[110, 90], [290, 90], [x, 330]]], "pen_width": 18} for x in (180, 180.05, 180.1)]
    for ink, symbol in zip([*drawn, drawn[0]], "8714", strict=True):
        assert teach(client, ink, symbol, alphabet="digits")["reading"]["text"] == symbol
        assert read(client, ink, alphabet="digits")["text"] == symbol


def test_where_letters_have_no_case_the_one_that_the_ink_has_is_taught(client):
    capital = {"strokes": placed("L", 3), "pen_width": 14}
    before = read(client, capital, alphabet="letters")
    confirmed = teach(client, capital, "l", alphabet="letters-caseless")
    assert (confirmed["correction"]["symbol"], confirmed["correction"]["wrong"]) == ("L", False)
    assert confirmed["reading"]["text"] == "l"
    assert before["text"] == read(client, capital, alphabet="letters")["text"] == "L"
    assert teach(client, capital, "L", alphabet="letters-caseless")["correction"]["wrong"] is False
    wrong = teach(client, capital, "r", alphabet="letters-caseless")
    assert wrong["correction"]["symbol"] in ("r", "R")
    assert wrong["correction"]["read"]["symbol"] == "L"
    assert wrong["reading"]["text"] == "r"


def test_what_was_no_character_was_not_read_as_one(client):
    before = read(client, THETA, alphabet="digits")["characters"][0]
    kept = teach(client, THETA, "θ", alphabet="digits")["correction"]["read"]
    assert (kept["symbol"], kept["reason"]) == (before["symbol"], before["reason"]) == (before["symbol"], "unknown")
    assert teach(client, SEVEN, "7", alphabet="digits")["correction"]["read"]["reason"] is None


def test_a_correction_says_what_was_read_and_keeps_the_ink(client):
    timed = [[[x, y, 8.0 * i] for i, (x, y) in enumerate(stroke)] for stroke in SEVEN["strokes"]]
    taught = teach(client, {"strokes": timed, "pen_width": 14}, "1", alphabet="digits")["correction"]
    assert taught["read"]["symbol"] == "7"
    assert taught["read"]["alphabet"] == "digits"
    assert 0.5 < taught["read"]["probability"] <= 1
    assert (taught["wrong"], taught["profile"], taught["pen_width"]) == (True, "everybody", 14)
    assert taught["strokes"] == timed
    assert taught["created_at"].endswith("Z")
    with Image.open(io.BytesIO(base64.b64decode(taught["glyph"]))) as image:
        assert (image.size, image.getpixel((0, 0))) == ((28, 28), 255)
        assert image.getextrema()[0] < 50
    assert teach(client, ONE, "1", alphabet="digits")["correction"]["wrong"] is False


def test_a_symbol_that_nobody_knew_is_read_after_one_drawing(client):
    taught = teach(client, THETA, "θ", alphabet="digits")
    assert taught["reading"]["text"] == "θ"
    assert taught["reading"]["alphabet"] == "digits+taught"
    assert read(client, THETA)["text"] == "θ"
    assert read(client, THETA, alphabet="digits")["text"] != "θ"
    assert read(client, THETA, alphabet=["θ", "7"])["text"] == "θ"
    (entry,) = [one for one in client.get("/api/v1/alphabets").json["alphabets"] if one["name"] == "taught"]
    assert entry["symbols"] == ["θ"]
    assert client.get("/api/v1/symbols").json["symbols"][-1] == {"symbol": "θ", "known": False, "corrections": 1}
    heat = client.post("/api/v1/read", json={**THETA, "heat": True}).json["characters"][0]["heat"]
    assert heat["drop"] > 0
    chart = client.post("/api/v1/charts/probabilities.png", json=THETA)
    assert chart.mimetype == "image/png"


def test_a_picture_can_be_taught_as_a_file_and_as_a_data_url(client):
    content = encoded(picture("7"))
    form = {"image": (io.BytesIO(content), "a.png"), "symbol": "tick", "alphabet": "digits", "profile": "Ada"}
    answer = client.post(CORRECTIONS, data=form)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    assert answer.json["correction"]["strokes"] is None
    assert answer.json["reading"]["text"] == "tick"
    as_url = {"image": "data:image/png;base64," + base64.b64encode(content).decode()}
    assert read(client, as_url, profile="Ada")["text"] == "tick"
    assert read(client, as_url)["text"] == "7"
    assert client.get(f"{CORRECTIONS}/{answer.json['correction']['id']}/reading").json["text"] == "tick"


@pytest.mark.parametrize("drawn", [True, False])
def test_the_ink_of_a_correction_can_be_seen(client, drawn):
    as_url = "data:image/png;base64," + base64.b64encode(encoded(picture("7"))).decode()
    taught = teach(client, SEVEN if drawn else {"image": as_url}, "4", alphabet="digits")["correction"]
    answer = client.get(f"{CORRECTIONS}/{taught['id']}/picture")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    with Image.open(io.BytesIO(answer.data)) as image:
        assert min(image.size) > 28
        assert image.getextrema() == (0, 255)
        again = "data:image/png;base64," + base64.b64encode(answer.data).decode()
    assert read(client, {"image": again}, alphabet="digits")["text"] == "4"
    error_of(client.get(f"{CORRECTIONS}/999/picture"), 404)


def test_what_one_profile_teaches_only_that_one_knows_and_what_everybody_does_all(client):
    teach(client, SEVEN, "4", profile="Ada", alphabet="digits")
    assert read(client, SEVEN, profile="Ada", alphabet="digits")["text"] == "4"
    assert read(client, SEVEN, profile="nobody-yet", alphabet="digits") == read(client, SEVEN, alphabet="digits")
    assert read(client, SEVEN, alphabet="digits")["text"] == "7"
    teach(client, ONE, "tick")
    assert read(client, ONE, profile="Ada")["text"] == "tick"
    profiles = [{"name": "everybody", "corrections": 1}, {"name": "Ada", "corrections": 1}]
    assert client.get("/api/v1/profiles").json == {"profiles": profiles, "total": 2, "next": None}
    teach(client, ONE, "1", profile="Everybody")
    assert client.get("/api/v1/profiles").json["profiles"][0] == {"name": "everybody", "corrections": 2}


def test_several_pictures_are_read_with_a_profile(client):
    form = {"image": (io.BytesIO(encoded(picture("7"))), "a.png"), "symbol": "4", "profile": "Ada"}
    client.post(CORRECTIONS, data=form)
    two = {"image": [(io.BytesIO(encoded(picture("7"))), f"{i}.png") for i in range(2)], "profile": "Ada"}
    assert [one["text"] for one in client.post("/api/v1/read", data=two).json] == ["4", "4"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({**SEVEN, "symbol": ""}, 422, "bad_symbol"),
        ({**SEVEN, "symbol": "two words"}, 422, "bad_symbol"),
        ({**SEVEN, "symbol": "x" * 300}, 422, "bad_symbol"),
        ({**SEVEN, "symbol": "a\x07"}, 422, "bad_symbol"),
        ({**SEVEN, "symbol": "digits"}, 422, "bad_symbol"),
        ({**SEVEN, "symbol": 7}, 400, "malformed_request"),
        (SEVEN, 400, "malformed_request"),
        ({"symbol": "7"}, 400, "malformed_request"),
        ({"strokes": [], "symbol": "7"}, 422, "blank_ink"),
        ({"image": "data:image/png;base64,AAAA", "symbol": "7"}, 415, "not_an_image"),
        ({**SEVEN, "symbol": "7", "profile": ""}, 422, "invalid_profile"),
        ({**SEVEN, "symbol": "7", "profile": "a\nb"}, 422, "invalid_profile"),
        ({**SEVEN, "symbol": "7", "profile": "x" * 65}, 422, "invalid_profile"),
        ({**SEVEN, "symbol": "7", "alphabet": "klingon"}, 422, "unknown_alphabet"),
        ({**SEVEN, "symbol": "7", "colour": "red"}, 400, "malformed_request"),
        ({**SEVEN, "symbol": "7", "alternatives": -1}, 400, "malformed_request"),
    ],
)
def test_what_cannot_be_taught_is_refused_and_nothing_is_kept(client, body, status, code):
    assert error_of(client.post(CORRECTIONS, json=body), status)["code"] == code
    assert listed(client)["total"] == 0


def test_times_of_any_size_do_no_harm(client):
    strokes = [[[x, y, 1e300] for x, y in stroke] for stroke in SEVEN["strokes"]]
    assert teach(client, {"strokes": strokes}, "7")["correction"]["read"]["symbol"] == "7"


def test_forms_that_hold_no_picture_or_two_are_refused(client):
    one = encoded(picture("7"))
    two = {"image": [(io.BytesIO(one), "a.png"), (io.BytesIO(one), "b.png")], "symbol": "7"}
    for data in ({"symbol": "7"}, {"symbol": "7", "image": "text"}, two, {"image": (io.BytesIO(one), "a.png")}):
        answer = client.post(CORRECTIONS, data=data, content_type="multipart/form-data")
        assert error_of(answer, 400)["code"] == "malformed_request"
    assert error_of(client.post(CORRECTIONS, data="x", content_type="text/plain"), 415)
    assert listed(client)["total"] == 0


def test_times_are_kept_of_strokes_of_which_every_point_has_one(client):
    strokes = [[[60, 20, 1], [60, 160, 2]], [[20, 40, 3], [60, 20]]]
    kept = teach(client, {"strokes": strokes}, "1")["correction"]["strokes"]
    assert kept == [strokes[0], [[20, 40], [60, 20]]]
    document = client.get("/api/v1/openapi.json").json
    assert "every point has one" in document["components"]["schemas"]["Teach"]["properties"]["strokes"]["description"]
