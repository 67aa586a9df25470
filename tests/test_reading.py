import json

import numpy as np
import pytest

from inkling import Alternative, Character, Reading

GLYPH = np.zeros((28, 28), np.float32)


def a_reading(*probabilities):
    characters = tuple(
        Character("7", p, (1.0, 2.0, 3.5, 4.0), (Alternative("1", 0.02), Alternative("9", 0.01)), GLYPH)
        for p in probabilities
    )
    return Reading("7" * len(characters), "sure", "digits", "v1", 0.80049, characters)


def test_the_json_form_is_the_one_of_the_contract():
    assert a_reading(0.9).to_json() == {
        "text": "7",
        "status": "sure",
        "alphabet": "digits",
        "model": "v1",
        "elapsed_ms": 0.8,
        "characters": [
            {
                "symbol": "7",
                "probability": 0.9,
                "membership": 1.0,
                "reason": None,
                "look_alikes": [],
                "box": [1.0, 2.0, 3.5, 4.0],
                "alternatives": [{"symbol": "1", "probability": 0.02}, {"symbol": "9", "probability": 0.01}],
            }
        ],
    }


def test_why_it_is_unsure_stands_with_the_character():
    ring = Character("O", 0.5, (0, 0, 9, 9), (), GLYPH, membership=0.9, reason="look-alike", look_alikes=("o", "0"))
    said = ring.to_json()
    assert (said["membership"], said["reason"], said["look_alikes"]) == (0.9, "look-alike", ["o", "0"])


def test_the_json_form_can_be_written_as_json():
    reading = a_reading(0.5, 0.25).to_json()
    assert json.loads(json.dumps(reading)) == reading


def test_a_texts_probability_is_that_of_all_its_characters():
    assert a_reading(0.5, 0.5, 0.8).probability == pytest.approx(0.2)
    assert a_reading(0.9).probability == pytest.approx(0.9)


def test_readings_compare_by_what_they_say():
    assert a_reading(0.9) == a_reading(0.9)
    assert a_reading(0.9) != a_reading(0.8)
