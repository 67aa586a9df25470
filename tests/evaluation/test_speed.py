"""How fast it reads, in a table, in JSON and in a plot."""

import json

import pytest
from PIL import Image

from inkling.evaluation import plots
from inkling.evaluation.speed import Timings, time_calls, time_readings


def test_a_call_is_timed_by_itself():
    calls = []
    timing = time_calls("counting", lambda: calls.append(1), calls=50, warm_up=3, aim_ms=5.0)
    assert len(calls) == 53
    assert timing.calls == len(timing.spans_ms) == 50
    assert list(timing.spans_ms) == sorted(timing.spans_ms)
    assert timing.spans_ms[0] <= timing.median_ms <= timing.p99_ms <= timing.spans_ms[-1]
    assert timing.cells()[3] == "5 ms"


def test_readings_are_timed_told_and_drawn(recognizer, tmp_path):
    timings = time_readings(recognizer, calls=8)
    assert [row.what.split(",")[0] for row in timings.rows] == ["normaliser and network", "read", "read_many"]
    assert timings.rows[0].median_ms == pytest.approx(timings.rows[0].spans_ms[3], rel=1)
    told = json.loads(json.dumps(timings.to_json()))
    assert told[0].keys() == {"what", "median_ms", "p99_ms", "calls", "aim_ms"}
    plots.speed(timings, tmp_path / "speed.png", "v")
    with Image.open(tmp_path / "speed.png") as image:
        assert image.size == (902, 484)
    assert Timings(()).cells() == []
