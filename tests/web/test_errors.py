"""What is not answered with a reading, over HTTP: bad input, limits, failures. Each says why, none says too much."""

import gc
import io

import numpy as np
import pytest
from PIL import Image

from inkling.errors import BundleDamaged, InklingError
from inkling.web.limits import RateLimit
from inkling.web.problems import STATUS, RequestError, status_of

from ..fakes import CountingRecognizer
from .asking import BAR, app, as_url, error_of, png


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


# Werkzeug leaves the files of a form that it gives up to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_form_of_too_many_parts_or_too_much_text_is_told_of_that():
    client = app(max_images=2).test_client()
    parts = {"image": [(io.BytesIO(png()), f"{i}.png") for i in range(20)]}
    text = {"image": (io.BytesIO(png()), "a.png"), "alphabet": "x" * 600_000}
    for data in (parts, text):
        error = error_of(client.post("/api/v1/read", data=data), 413)
        assert error["message"].endswith("at most 18 parts of a form, a text of 500,000 bytes.")
    gc.collect()


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


def test_every_error_has_a_status():
    assert status_of(BundleDamaged("x")) == 503
    assert all(400 <= status < 600 for _, status in STATUS)


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


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"alternatives": "5"}, "alternatives: Input should be a valid integer, or: Input should be 'all'."),
        ({"alphabet": [0]}, "alphabet: Input should be a valid string."),
        ({"strokes": [[["a", 1]]]}, "strokes.0.0.0: Input should be a valid number."),
    ],
)
def test_what_is_wrong_with_a_field_is_said_by_its_own_name(client, fields, said):
    answer = client.post("/api/v1/read", json={"strokes": BAR, **fields})
    assert error_of(answer, 400)["message"] == said
