"""Corrections over HTTP as a file: out, and in again."""

import io
import json

import numpy as np
import pytest

from inkling.settings import Settings
from inkling.web import create_app

from ..drawings import encoded, picture
from .asking import CORRECTIONS, ONE, SEVEN, THETA, error_of, listed, read, teach


@pytest.mark.parametrize("form", ["npz", "zip"])
def test_what_goes_out_as_a_file_comes_in_again_whole(client, form, tmp_path, recognizer):
    for ink, symbol, profile in ((SEVEN, "4", "Ada"), (THETA, "θ", "everybody"), (ONE, "tick", "Ada")):
        teach(client, ink, symbol, profile=profile, alphabet="digits")
    one = client.post(CORRECTIONS, data={"image": (io.BytesIO(encoded(picture("4"))), "a.png"), "symbol": "/"})
    assert one.status_code == 201
    answer = client.get(f"{CORRECTIONS}/export", query_string={"form": form})
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert f'attachment; filename="inkling-corrections.{form}"' in answer.headers["Content-Disposition"]
    settings = Settings.load({}, database_url=f"sqlite:///{tmp_path / 'other.db'}")
    other = create_app(settings, recognizer).test_client()

    def bring(content=answer.data, **fields):
        return other.post(f"{CORRECTIONS}/import", data={"file": (io.BytesIO(content), f"a.{form}"), **fields})

    assert bring().json == {"added": 4, "skipped": 0, "problems": []}
    assert bring().json == {"added": 0, "skipped": 4, "problems": []}
    there, here = (listed(each)["corrections"] for each in (client, other))
    assert [{**one, "id": 0} for one in here] == [{**one, "id": 0} for one in there]
    assert read(other, THETA) == read(client, THETA)
    some = client.get(f"{CORRECTIONS}/export", query_string={"form": form, "profile": "Ada", "symbol": "4"})
    assert bring(some.data, profile="Bo").json["added"] == 1
    assert [one["symbol"] for one in listed(other, profile="Bo")["corrections"]] == ["4"]
    lines = other.get("/metrics").get_data(as_text=True)
    assert 'inkling_corrections_total{change="imported"} 5.0' in lines


def test_the_doubtful_ones_alone_can_go_out(client, tmp_path):
    for symbol in "7774":
        teach(client, SEVEN, symbol)
    answer = client.get(f"{CORRECTIONS}/export", query_string={"doubtful": "true"})
    with np.load(io.BytesIO(answer.data)) as pack:
        assert len(pack["labels"]) == 1


def test_a_file_that_is_none_of_ours_is_refused(client):
    address = f"{CORRECTIONS}/import"

    def send(content=b"hello", name="file", **fields):
        return client.post(address, data={name: (io.BytesIO(content), "a.zip"), **fields})

    error = error_of(send(), 422)
    assert error["code"] == "bad_data"
    assert "inkling-import" not in json.dumps(error)
    assert error_of(send(name="image"), 400)
    assert error_of(client.post(address, data={"profile": "Ada"}, content_type="multipart/form-data"), 400)
    assert error_of(client.post(address, json={}), 415)
    assert error_of(send(profile="a\nb"), 422)["code"] in ("invalid_profile", "bad_data")
    assert error_of(client.get(f"{CORRECTIONS}/export", query_string={"form": "csv"}), 400)
    assert listed(client)["total"] == 0
