"""The chart of probabilities: of numbers, and of what is read."""

import io

import numpy as np
import pytest
from PIL import Image

from inkling.recognizer import Recognizer
from inkling.settings import Settings
from inkling.web.charts import draw_chart

from ..bundles import wary
from ..drawings import blot_picture, encoded
from .asking import BAR, app, as_url, error_of


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
    taught = {"probability": ["multiplication:0.6", "👩\u200d🎨:0.4"]}
    assert len(chart_of(client.get(path, query_string=taught))) == len(two)
    assert len(chart_of(client.post(path, json={"strokes": BAR, "alphabet": "digits"}))) > len(two)


def test_a_chart_of_what_is_no_character_says_so():
    about = [draw_chart([("3", 0.97), ("8", 0.03)], strange).axes[0].get_xlabel() for strange in (False, True)]
    assert about[0] == "Probability"
    assert "does not look like any of these" in about[1]
    client = app(Recognizer(wary(), Settings.load({}))).test_client()
    drawn = {"image": as_url(encoded(blot_picture())), "alphabet": "digits"}
    chart_of(client.post("/api/v1/charts/probabilities.png", json=drawn))


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
