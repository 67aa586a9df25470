"""Drawings to teach, what a client asks, and looking at the error that comes back."""

from ..drawings import placed

SEVEN, ONE, FOUR = ({"strokes": placed(symbol, 3), "pen_width": 14} for symbol in "714")
THETA = {"strokes": [*placed("0", 3), [[10, 150], [170, 150]]], "pen_width": 14}
CORRECTIONS = "/api/v1/corrections"


def teach(client, ink, symbol, **more):
    answer = client.post(CORRECTIONS, json={**ink, "symbol": symbol, **more})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.json


def read(client, ink, **more):
    answer = client.post("/api/v1/read", json={**ink, "alternatives": "all", **more})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return {name: value for name, value in answer.json.items() if name != "elapsed_ms"}


def listed(client, **query):
    answer = client.get(CORRECTIONS, query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def ids(client, **query):
    return [one["id"] for one in listed(client, **query)["corrections"]]


def error_of(answer, status):
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert set(answer.json) == {"error"}
    assert set(answer.json["error"]) == {"code", "message", "hint"}
    return answer.json["error"]
