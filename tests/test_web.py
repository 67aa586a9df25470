"""The API and the page, asked as a client asks: what comes back, and what never does."""

import base64
import io
import json
import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from inkling.alphabet import NAMED
from inkling.errors import BundleDamaged, InklingError
from inkling.ink import Ink
from inkling.reading import Reason
from inkling.recognizer import Recognizer
from inkling.settings import SETTINGS, Settings
from inkling.web import api, create_app
from inkling.web.charts import draw_chart
from inkling.web.limits import RateLimit
from inkling.web.problems import _HTTP_PROBLEMS, STATUS, RequestError, status_of

from .bundles import wary
from .drawings import blot_picture, encoded, picture
from .fakes import CountingRecognizer

BAR = [[[100, 50], [101, 200, 16], [100, 350, 32.5]]]


def app(recognizer=None, **settings):
    made = Settings.load({}, **settings)
    return create_app(made, recognizer or CountingRecognizer(made))


@pytest.fixture
def client():
    return app().test_client()


def png(shade=0, size=(40, 60)):
    grey = np.full(size, 255, np.uint8)
    grey[10:50, 18:24] = shade
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


def as_url(content):
    return "data:image/png;base64," + base64.b64encode(content).decode()


def error_of(response, status):
    """The error of an answer, whose status and shape are checked on the way."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/json"
    assert set(response.json) == {"error"}
    assert set(response.json["error"]) == {"code", "message", "hint"}
    text = response.get_data(as_text=True)
    assert "Traceback" not in text
    assert "/src/" not in text
    return response.json["error"]


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


def offered(client):
    """What the page lets a person choose from: the alphabets and their symbols."""
    return dict(re.findall(r'<option value="(.*?)" data-symbols="(.*?)">', client.get("/").get_data(as_text=True)))


def test_only_alphabets_that_the_model_knows_are_offered(client):
    assert set(offered(client)) == set(NAMED)
    own = app(CountingRecognizer(symbols="0123456789α")).test_client()
    assert [entry["name"] for entry in own.get("/api/v1/alphabets").json["alphabets"]] == ["digits"]
    assert offered(own) == {"digits": "0 1 2 3 4 5 6 7 8 9", "": "0 1 2 3 4 5 6 7 8 9 α"}
    small = app(CountingRecognizer(symbols="abcdefghijklmnopqrstuvwxyz")).test_client()
    assert set(offered(small)) == {"lowercase"}


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


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        ({"strokes": []}, 422, "blank_ink", ""),
        ({"strokes": [[]]}, 422, "blank_ink", ""),
        ({"image": as_url(png(255))}, 422, "blank_ink", ""),
        ({"strokes": BAR, "alphabet": "klingon"}, 422, "unknown_alphabet", "klingon"),
        ({"strokes": BAR, "alphabet": []}, 422, "unknown_alphabet", ""),
        ({"strokes": [[[1e300, 1]]]}, 422, "invalid_ink", "stroke"),
        ({"image": as_url(b"")}, 415, "not_an_image", ""),
        ({"image": as_url(b"hello")}, 415, "not_an_image", ""),
        ({"image": as_url(png()[:60])}, 415, "not_an_image", ""),
        ({"image": "hello"}, 400, "malformed_request", "image"),
        ({"image": "data:image/png;base64,A"}, 400, "malformed_request", "base64"),
        ({"image": "data:image/png;base64,ÄÖÜß"}, 400, "malformed_request", "base64"),
        ({"image": as_url(png()), "pen_width": 3}, 400, "malformed_request", "pen_width"),
        ({"image": as_url(png()), "strokes": BAR}, 400, "malformed_request", "image or strokes"),
        ({}, 400, "malformed_request", "image or strokes"),
        ([], 400, "malformed_request", ""),
        ({"strokes": BAR, "colour": 1, "ink": 2}, 400, "malformed_request", "'colour', 'ink'"),
        ({"strokes": [[["1", 2]]]}, 400, "malformed_request", "strokes.0.0.0"),
        ({"strokes": [[[1]]]}, 400, "malformed_request", "strokes.0.0"),
        ({"strokes": BAR, "pen_width": 0}, 400, "malformed_request", "pen_width"),
        ({"strokes": BAR, "alternatives": -1}, 400, "malformed_request", "alternatives"),
        ({"strokes": BAR, "alternatives": "some"}, 400, "malformed_request", "alternatives"),
    ],
)
def test_what_is_wrong_is_named(client, body, status, code, says):
    error = error_of(client.post("/api/v1/read", json=body), status)
    assert error["code"] == code
    assert says in error["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"strokes": [[[NaN, 1]]]}', b"[" * 100_000])
def test_broken_json_is_malformed(client, body):
    error = error_of(client.post("/api/v1/read", data=body, content_type="application/json"), 400)
    assert error["code"] in ("malformed_json", "malformed_request")


def test_what_stands_in_the_address_is_not_passed_over_in_silence(client):
    error = error_of(client.post("/api/v1/read?alphabet=digits", json={"strokes": BAR}), 400)
    assert "'alphabet'" in error["message"]


def test_a_body_of_another_kind_is_refused(client):
    assert error_of(client.post("/api/v1/read", data=b"x", content_type="text/plain"), 415)
    assert error_of(client.post("/api/v1/read"), 415)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"alphabet": "digits"}, "image"),
        ({"image": "text"}, "image"),
        ({"image": (io.BytesIO(png()), "a.png"), "colour": "red"}, "'colour'"),
        ({"image": (io.BytesIO(png()), "a.png"), "second": (io.BytesIO(png()), "b.png")}, "'second'"),
        ({"image": (io.BytesIO(png()), "a.png"), "alternatives": "x"}, "alternatives"),
    ],
)
def test_a_malformed_form_is_refused(client, data, says):
    answer = client.post("/api/v1/read", data=data, content_type="multipart/form-data")
    assert says in error_of(answer, 400)["message"]


def test_limits_are_kept():
    small = app(max_image_bytes=1000, max_images=2, max_strokes=3, max_points=10, max_request_bytes=20_000)
    client = small.test_client()
    noise = np.random.default_rng(0).integers(0, 255, (60, 60), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    one = {"image": (io.BytesIO(file.getvalue()), "a.png")}
    many = {"image": [(io.BytesIO(png()), f"{i}.png") for i in range(3)]}
    assert error_of(client.post("/api/v1/read", data=one), 413)["code"] == "image_too_large"
    assert error_of(client.post("/api/v1/read", json={"image": as_url(file.getvalue())}), 413)
    assert error_of(client.post("/api/v1/read", data=many), 413)["code"] == "too_many_images"
    assert error_of(client.post("/api/v1/read", json={"strokes": BAR * 4}), 413)["code"] == "image_too_large"
    assert error_of(client.post("/api/v1/read", json={"strokes": [BAR[0] * 4]}), 413)
    assert (
        "20,000"
        in error_of(client.post("/api/v1/read", data=b"[" * 30_000, content_type="application/json"), 413)["message"]
    )


def test_a_picture_of_too_many_pixels_is_refused():
    client = app(max_image_pixels=1000).test_client()
    assert error_of(client.post("/api/v1/read", json={"image": as_url(png())}), 413)["code"] == "image_too_large"


def test_addresses_that_do_not_exist_answer_in_json(client):
    assert error_of(client.get("/api/v1/nothing"), 404)["code"] == "not_found"
    assert error_of(client.get("/api"), 404)
    assert error_of(client.get("/api//v1/read"), 404)
    wrong_method = client.get("/api/v1/read")
    assert error_of(wrong_method, 405)["code"] == "method_not_allowed"
    assert "POST" in wrong_method.headers["Allow"]
    page = client.get("/nothing")
    assert page.status_code == 404
    assert page.mimetype == "text/html"


class Broken(CountingRecognizer):
    def read(self, source, alphabet="alphanumeric", alternatives=5, memory=None):
        raise RuntimeError("/home/somebody/secret")


class Inner(CountingRecognizer):
    def read(self, source, alphabet="alphanumeric", alternatives=5, memory=None):
        raise InklingError("/home/somebody/secret")


@pytest.mark.parametrize("recognizer", [Broken(), Inner()])
def test_a_failure_of_ours_tells_nothing_but_the_request_id(recognizer, caplog):
    answer = app(recognizer).test_client().post("/api/v1/read", json={"strokes": BAR}, headers={"X-Request-ID": "abc"})
    assert error_of(answer, 500)["code"] == "internal_error"
    assert "secret" not in answer.get_data(as_text=True)
    assert "secret" in caplog.text
    assert "abc" in caplog.text


def test_without_a_bundle_it_lives_but_is_not_ready(tmp_path):
    client = create_app(Settings.load({}, bundle=str(tmp_path / "none"))).test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/").status_code == 200
    for answer in (client.get("/readyz"), client.get("/api/v1/model")):
        assert error_of(answer, 503)["code"] == "bundle_missing"
        assert int(answer.headers["Retry-After"]) > 0
        assert str(tmp_path) not in answer.get_data(as_text=True)


def test_probes_card_and_alphabets(client):
    assert client.get("/readyz").json == {"status": "ready", "model": "counting"}
    assert client.get("/api/v1/model").json["version"] == "counting"
    alphabets = client.get("/api/v1/alphabets").json["alphabets"]
    assert [entry["name"] for entry in alphabets] == list(NAMED)
    assert alphabets[0]["symbols"] == list("0123456789")


def test_every_error_has_a_status():
    assert status_of(BundleDamaged("x")) == 503
    assert all(400 <= status < 600 for _, status in STATUS)


def test_the_request_id_is_repeated_in_answer_and_log(client, caplog):
    caplog.set_level("INFO")
    answer = client.get("/healthz", headers={"X-Request-ID": "my-id.7"})
    assert answer.headers["X-Request-ID"] == "my-id.7"
    assert "id=my-id.7" in caplog.text
    forged = client.get("/healthz", headers={"X-Request-ID": "a b<script>"})
    assert "script" not in forged.headers["X-Request-ID"]
    assert forged.headers["X-Request-ID"] != client.get("/healthz").headers["X-Request-ID"]


@pytest.mark.parametrize(
    "path", ["/", "/upload", "/nothing", "/metrics", "/api/v1/alphabets", "/api/v1/nothing", "/static/draw.js"]
)
def test_every_answer_is_guarded(client, path):
    with client.get(path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/", "/upload"])
def test_a_page_has_nothing_inline_and_nothing_from_elsewhere(client, path):
    page = client.get(path).get_data(as_text=True)
    assert 'style="' not in page
    assert "<script>" not in page
    assert "onclick" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_openapi_describes_what_comes_back(client):
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    reading = {"/api/v1/read", "/api/v1/alphabets", "/api/v1/model", "/api/v1/charts/probabilities.png"}
    learning = {"/api/v1/symbols", "/api/v1/profiles", "/api/v1/corrections"}
    learning |= {
        f"/api/v1/corrections/{part}" for part in ("{id}", "{id}/reading", "delete", "restore", "export", "import")
    }
    versions = {f"/api/v1/models{part}" for part in ("", "/{version}", "/{version}/promote", "/{version}/bundle")}
    jobs = {f"/api/v1/{part}" for part in ("retraining", "retrainings", "jobs", "jobs/{id}", "jobs/{id}/events")}
    versions |= {"/api/v1/models/rollback"} | jobs
    assert set(document["paths"]) == reading | learning | versions | {"/healthz", "/readyz", "/metrics"}

    def conforms(answer, path, method="get"):
        responses = document["paths"][path][method]["responses"]
        schema = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json)

    conforms(client.get("/api/v1/alphabets"), "/api/v1/alphabets")
    conforms(client.get("/api/v1/model"), "/api/v1/model")
    conforms(client.get("/readyz"), "/readyz")
    for body in ({"strokes": BAR, "glyph": True}, {"strokes": []}, {"image": as_url(b"x")}, {}):
        conforms(client.post("/api/v1/read", json=body), "/api/v1/read", "post")
    files = [(io.BytesIO(png()), "a.png"), (io.BytesIO(b"no picture"), "b.png")]
    conforms(client.post("/api/v1/read", data={"image": files}), "/api/v1/read", "post")
    body = document["paths"]["/api/v1/read"]["post"]["requestBody"]["content"]
    assert set(body) == {"application/json", "multipart/form-data"}
    assert "$defs" not in json.dumps(document)
    schema = {**body["application/json"]["schema"], "components": document["components"]}
    Draft202012Validator(schema).validate({"strokes": BAR, "alphabet": ["a", "b"], "alternatives": "all"})
    assert not Draft202012Validator(schema).is_valid({"strokes": BAR, "colour": 1})


def chart_of(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "image/png"
    with Image.open(io.BytesIO(answer.data)) as image:
        return np.asarray(image.convert("RGB"))


def test_the_chart_draws_numbers_and_what_is_read(client):
    path = "/api/v1/charts/probabilities.png"
    two = chart_of(client.get(path, query_string={"probability": ["3:0.9", "$:0.1"]}))
    assert two.shape[1] == 1200
    nine, one = ((two == colour).all(2).sum() for colour in ((58, 79, 214), (182, 186, 200)))
    assert nine > 5 * one > 1000  # the bars of 0.9 and 0.1
    strange = chart_of(client.get(path, query_string={"probability": ["\U0001f600:1"]}))
    assert len(strange) < len(two)
    assert len(chart_of(client.post(path, json={"strokes": BAR, "alphabet": "digits"}))) > len(two)


def test_a_chart_of_what_is_no_character_says_so():
    about = [draw_chart([("3", 0.97), ("8", 0.03)], strange).axes[0].get_xlabel() for strange in (False, True)]
    assert about[0] == "Probability"
    assert "does not look like any of these" in about[1]
    client = app(Recognizer(wary(), Settings.load({}))).test_client()
    drawn = {"image": as_url(encoded(blot_picture())), "alphabet": "digits"}
    chart_of(client.post("/api/v1/charts/probabilities.png", json=drawn))


def test_openapi_says_what_reasons_there_are(client):
    document = client.get("/api/v1/openapi.json").json
    character = document["components"]["schemas"]["CharacterAnswer"]
    assert {"membership", "reason", "look_alikes"} <= set(character["required"])
    (reasons,) = [part["enum"] for part in character["properties"]["reason"]["anyOf"] if "enum" in part]
    assert reasons == list(get_args(Reason))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({}, "probability"),
        ({"probability": "3"}, "3:0.97"),
        ({"probability": "3:nan"}, "3:0.97"),
        ({"probability": "3:2"}, "3:0.97"),
        ({"probability": ":1"}, "3:0.97"),
        ({"probability": ["1:0"] * 200}, "probability"),
        ({"probability": "3:1", "colour": "red"}, "'colour'"),
    ],
)
def test_a_chart_of_nonsense_is_refused(client, query, says):
    answer = client.get("/api/v1/charts/probabilities.png", query_string=query)
    assert says in error_of(answer, 400)["message"]


def test_a_chart_of_what_cannot_be_read_is_an_error(client):
    path = "/api/v1/charts/probabilities.png"
    assert error_of(client.post(path, json={"strokes": []}), 422)["code"] == "blank_ink"
    assert error_of(client.post(path, data=b"x"), 415)


def test_metrics_count_requests_and_readings_and_name_the_model(client):
    client.post("/api/v1/read", json={"strokes": BAR})
    client.post("/api/v1/read", json={"strokes": []})
    client.get("/whatever/a/client/writes")
    client.open("/healthz", method="INVENTED")
    answer = client.get("/metrics")
    assert answer.mimetype == "text/plain"
    lines = answer.get_data(as_text=True).splitlines()
    assert 'inkling_requests_total{address="/api/v1/read",method="POST",status="200"} 1.0' in lines
    assert 'inkling_requests_total{address="/api/v1/read",method="POST",status="422"} 1.0' in lines
    assert 'inkling_requests_total{address="none",method="GET",status="404"} 1.0' in lines
    assert any('method="other"' in line for line in lines)
    assert 'inkling_readings_total{status="sure"} 1.0' in lines
    assert 'inkling_readings_total{status="blank_ink"} 1.0' in lines
    assert 'inkling_request_seconds_count{address="/api/v1/read"} 2.0' in lines
    assert 'inkling_model_info{version="counting"} 1.0' in lines
    assert not any("whatever" in line for line in lines)


def test_who_asks_too_often_is_told_when_to_come_back():
    client = app(max_reads_per_minute=2).test_client()
    for _ in range(2):
        assert client.post("/api/v1/read", json={"strokes": BAR}).status_code == 200
    refused = client.post("/api/v1/read", json={"strokes": BAR})
    assert error_of(refused, 429)["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 31
    assert client.get("/healthz").status_code == 200
    elsewhere = client.post("/api/v1/read", json={"strokes": BAR}, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 200


def test_a_rate_limit_fills_again_evenly():
    now = [0.0]
    limit = RateLimit(60, lambda: now[0])
    for _ in range(60):
        limit.take("a")
    with pytest.raises(RequestError):
        limit.take("a")
    now[0] = 1.01
    limit.take("a")
    with pytest.raises(RequestError):
        limit.take("a")


def _tokens(css):
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", block)) for block in blocks]


def _luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one, other):
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_colours_contrast_enough_in_light_and_dark(client):
    with client.get("/static/inkling.css") as answer:
        schemes = _tokens(answer.get_data(as_text=True))
    assert len(schemes) == 2
    pairs = [(text, ground) for text in ("text", "muted", "accent", "warn") for ground in ("ground", "paper")]
    pairs += [("on-accent", "accent"), ("accent", "accent-soft"), ("warn", "warn-soft"), ("ink", "paper")]
    for colours in schemes:
        for text, ground in pairs:
            assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
        for ground in ("ground", "paper"):  # edges of controls: WCAG 1.4.11
            assert _contrast(colours["edge"], colours[ground]) >= 3, ground


def test_the_how_to_names_every_address_limit_and_code(client):
    text = (Path(__file__).parents[1] / "docs" / "how-to" / "api.md").read_text("utf-8")
    for path in client.get("/api/v1/openapi.json").json["paths"]:
        assert path in text
    for name, setting in SETTINGS.items():
        if name.startswith("max_"):
            assert f"| `{setting.variable}` | {setting.default:,}" in text
    codes = {kind.code for base, _ in STATUS for kind in (base, *base.__subclasses__()) if not kind.__subclasses__()}
    for code in codes | {entry[0] for entry in _HTTP_PROBLEMS.values()}:
        assert f"`{code}`" in text, code


def test_the_api_has_a_page_that_names_every_address_and_field(client):
    page = client.get("/api/docs")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    document = client.get("/api/v1/openapi.json").json
    for path in document["paths"]:
        assert path in text
    for name, schema in document["components"]["schemas"].items():
        assert name in text
        assert all(f"<code>{field}</code>" in text for field in schema.get("properties", {}))
    assert "<script" not in text
