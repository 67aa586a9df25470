"""Reading over HTTP, asked as a client asks: strokes and pictures in, readings out."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from werkzeug.datastructures import MultiDict

from inkling.ink import Ink
from inkling.recognizer import Recognizer
from inkling.settings import Settings
from inkling.web import api

from ..bundles import wary
from ..drawings import blot_picture, encoded, picture
from ..fakes import CountingRecognizer
from .asking import BAR, app, as_url, error_of, png


def test_strokes_are_read(client):
    answer = client.post("/api/v1/read", json={"strokes": BAR, "width": 400, "height": 400, "pen_width": 18})
    assert answer.status_code == 200
    reading = answer.json
    assert list(reading) == ["text", "status", "alphabet", "model", "elapsed_ms", "characters"]
    assert reading["text"] == "1"
    assert reading["alphabet"] == "alphanumeric"
    assert "glyph" not in reading["characters"][0]
    assert len(reading["characters"][0]["alternatives"]) == 5


def test_a_picture_is_read_from_a_data_url_and_from_a_form(client):
    in_json = client.post("/api/v1/read", json={"image": as_url(png()), "alphabet": "digits"})
    in_form = client.post("/api/v1/read", data={"image": (io.BytesIO(png()), "a.png"), "alphabet": "digits"})
    assert in_json.status_code == in_form.status_code == 200
    assert in_json.json == {**in_form.json, "elapsed_ms": in_json.json["elapsed_ms"]}


def test_a_data_url_may_be_broken_into_lines_and_its_scheme_be_in_capitals(client):
    head, content = as_url(png()).split(",")
    lines = "\r\n".join(content[first : first + 76] for first in range(0, len(content), 76))
    answer = client.post("/api/v1/read", json={"image": f"{head.upper()},{lines}\n"})
    assert answer.status_code == 200


def test_alternatives_can_all_be_had_and_then_sum_to_one(client):
    answer = client.post("/api/v1/read", json={"strokes": BAR, "alphabet": "digits", "alternatives": "all"}).json
    character = answer["characters"][0]
    others = [a["probability"] for a in character["alternatives"]]
    assert len(others) == 9
    assert sum(others) + character["probability"] == pytest.approx(1)


def test_an_own_alphabet_is_a_list_or_a_string(client):
    for alphabet in (["Y", "N"], "Y,N"):
        answer = client.post("/api/v1/read", json={"strokes": BAR, "alphabet": alphabet})
        assert answer.json["text"] == "N"


def test_a_model_of_other_symbols_is_read_with_all_that_it_knows():
    client = app(CountingRecognizer(symbols="01ßα")).test_client()
    for nothing in ({}, {"alphabet": None}, {"alphabet": ""}):
        assert client.post("/api/v1/read", json={"strokes": BAR, **nothing}).json["alphabet"] == "01ßα"
    pictures = {"image": [(io.BytesIO(png()), "a.png"), (io.BytesIO(png()), "b.png")]}
    assert [reading["alphabet"] for reading in client.post("/api/v1/read", data=pictures).json] == ["01ßα"] * 2
    pictures = {"image": [(io.BytesIO(png()), "a.png"), (io.BytesIO(png()), "b.png")], "alphabet": "alphanumeric"}
    assert error_of(client.post("/api/v1/read", data=pictures), 422)["code"] == "unknown_alphabet"
    assert client.post("/api/v1/charts/probabilities.png", json={"strokes": BAR}).status_code == 200


def test_the_time_it_took_holds_the_drawing_of_strokes(client, monkeypatch):
    from_strokes, now = Ink.from_strokes, [100.0]

    def slow(*given):
        now[0] += 0.25
        return from_strokes(*given)

    monkeypatch.setattr(api, "perf_counter", lambda: now[0])
    monkeypatch.setattr(Ink, "from_strokes", slow)
    assert client.post("/api/v1/read", json={"strokes": BAR}).json["elapsed_ms"] == 250


def test_the_glyph_comes_as_a_png_with_black_ink_on_white_paper(client):
    answer = client.post("/api/v1/read", json={"strokes": BAR, "glyph": True}).json
    image = Image.open(io.BytesIO(base64.b64decode(answer["characters"][0]["glyph"])))
    pixels = np.asarray(image)
    assert image.format == "PNG"
    assert pixels.shape == (28, 28)
    assert pixels[0, 0] == 255
    assert pixels[10, 13] == 0


def test_ink_that_is_no_character_is_not_answered_as_one():
    client = app(Recognizer(wary(), Settings.load({}))).test_client()
    blot = as_url(encoded(blot_picture()))
    reading = client.post("/api/v1/read", json={"image": blot, "alphabet": "digits"}).json
    (character,) = reading["characters"]
    assert (reading["status"], character["reason"], character["look_alikes"]) == ("unsure", "unknown", [])
    assert 0 <= character["membership"] < 0.01
    seven = client.post("/api/v1/read", json={"image": as_url(encoded(picture("7"))), "alphabet": "digits"}).json
    assert (seven["status"], seven["characters"][0]["reason"]) == ("sure", None)


def test_symbols_of_one_shape_are_named():
    client = app(Recognizer(settings=Settings.load({}, sure_probability=0.99))).test_client()
    bar = client.post("/api/v1/read", json={"strokes": BAR, "alphabet": "1lI"}).json["characters"][0]
    assert bar["reason"] == "look-alike"
    assert bar["look_alikes"]
    assert {bar["symbol"], *bar["look_alikes"]} <= set("1lI")


def test_the_heat_map_comes_with_the_box_that_it_covers(recognizer):
    answer = (
        app(recognizer).test_client().post("/api/v1/read", json={"strokes": BAR, "alphabet": "digits", "heat": True})
    )
    heat = answer.json["characters"][0]["heat"]
    with Image.open(io.BytesIO(base64.b64decode(heat["image"]))) as image:
        assert (image.size, image.mode) == ((28, 28), "L")
        assert image.getextrema()[1] == 255
    x, y, width, height = heat["box"]
    assert x < 100 < x + width
    assert y < 50 < 350 < y + height
    assert 0 < heat["drop"] <= 1


def test_several_pictures_give_a_list_and_a_bad_one_spoils_nothing(client):
    files = [(io.BytesIO(png()), "a.png"), (io.BytesIO(b"no picture"), "b.png"), (io.BytesIO(png(255)), "c.png")]
    answer = client.post("/api/v1/read", data={"image": files, "alphabet": "digits", "glyph": "true"})
    assert answer.status_code == 200
    good, no_picture, blank = answer.json
    assert good["characters"][0]["glyph"]
    assert no_picture["error"]["code"] == "not_an_image"
    assert blank["error"]["code"] == "blank_ink"


def test_a_field_of_a_form_is_given_once(client):
    parts = [("alphabet", "digits"), ("alphabet", "letters"), ("image", (io.BytesIO(png()), "a.png"))]
    answer = client.post("/api/v1/read", data=MultiDict(parts))
    assert "'alphabet' stands more than once" in error_of(answer, 400)["message"]
