"""The pages: what they offer, what their headers keep out, and colours that can be told apart."""

import re

import pytest

from inkling.alphabet import NAMED

from ..fakes import CountingRecognizer
from .asking import app


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
