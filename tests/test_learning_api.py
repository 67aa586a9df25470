"""Learning over HTTP: taught at once, found again, taken back exactly, and refused with a reason where it must be."""

import base64
import io
import json
import threading

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from inkling.errors import StoreError, StoreFull, StoreReadOnly, StoreTooNew
from inkling.settings import Settings
from inkling.store import Store
from inkling.web import create_app

from .drawings import encoded, picture, placed

SEVEN, ONE, FOUR = ({"strokes": placed(symbol, 3), "pen_width": 14} for symbol in "714")
THETA = {"strokes": [*placed("0", 3), [[10, 150], [170, 150]]], "pen_width": 14}
CORRECTIONS = "/api/v1/corrections"


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'inkling.db'}"


@pytest.fixture
def app(url, recognizer):
    return create_app(Settings.load({}, database_url=url), recognizer)


@pytest.fixture
def client(app):
    return app.test_client()


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


def test_what_one_profile_teaches_only_that_one_knows_and_what_everybody_does_all(client):
    teach(client, SEVEN, "4", profile="Ada", alphabet="digits")
    assert read(client, SEVEN, profile="Ada", alphabet="digits")["text"] == "4"
    assert read(client, SEVEN, profile="nobody-yet", alphabet="digits") == read(client, SEVEN, alphabet="digits")
    assert read(client, SEVEN, alphabet="digits")["text"] == "7"
    teach(client, ONE, "tick")
    assert read(client, ONE, profile="Ada")["text"] == "tick"
    profiles = [{"name": "everybody", "corrections": 1}, {"name": "Ada", "corrections": 1}]
    assert client.get("/api/v1/profiles").json == {"profiles": profiles}


def test_several_pictures_are_read_with_a_profile(client):
    form = {"image": (io.BytesIO(encoded(picture("7"))), "a.png"), "symbol": "4", "profile": "Ada"}
    client.post(CORRECTIONS, data=form)
    two = {"image": [(io.BytesIO(encoded(picture("7"))), f"{i}.png") for i in range(2)], "profile": "Ada"}
    assert [one["text"] for one in client.post("/api/v1/read", data=two).json] == ["4", "4"]


def test_corrections_are_found_by_what_is_asked_and_come_in_pages(client):
    first = teach(client, SEVEN, "4", profile="Ada", alphabet="digits")["correction"]["id"]
    second = teach(client, ONE, "1", alphabet="digits")["correction"]["id"]
    third = teach(client, FOUR, "4", alphabet="digits")["correction"]["id"]
    assert ids(client) == [third, second, first]
    assert ids(client, profile="Ada") == ids(client, wrong="true") == [first]
    assert ids(client, symbol="4") == [third, first]
    assert ids(client, wrong="false") == [third, second]
    day = listed(client)["corrections"][0]["created_at"][:10]
    assert ids(client, since=day, until=day) == [third, second, first]
    assert ids(client, until="2020-01-01") == ids(client, since="2100-01-01T00:00:00+02:00") == []
    page = listed(client, limit=2)
    assert (page["total"], page["next"], len(page["corrections"])) == (3, second, 2)
    rest = listed(client, limit=2, after=page["next"])
    assert ([one["id"] for one in rest["corrections"]], rest["total"], rest["next"]) == ([first], 3, None)


def test_those_that_disagree_with_others_like_them_are_doubtful(client):
    for _ in range(3):
        teach(client, SEVEN, "7")
    strange = teach(client, SEVEN, "4")["correction"]["id"]
    (found,) = listed(client, doubtful="true")["corrections"]
    assert found["id"] == strange
    assert 0.5 <= found["doubt"] <= 1
    assert "doubt" not in listed(client)["corrections"][0]


def test_a_correction_can_be_relabelled_deleted_and_restored(client):
    address = f"{CORRECTIONS}/{teach(client, SEVEN, '1', alphabet='digits')['correction']['id']}"
    assert client.patch(address, json={"symbol": "4"}).json["symbol"] == "4"
    assert read(client, SEVEN, alphabet="digits")["text"] == "4"
    client.delete(address)
    assert error_of(client.delete(address), 404)["code"] == "correction_not_found"
    assert error_of(client.get(address), 404)
    assert error_of(client.get(f"{address}/reading"), 404)
    assert error_of(client.patch(address, json={"symbol": "5"}), 404)
    assert listed(client)["total"] == 0
    (deleted,) = listed(client, deleted="true")["corrections"]
    assert deleted["deleted_at"]
    assert client.patch(address, json={"deleted": False}).json["symbol"] == "4"
    assert error_of(client.patch(address, json={"deleted": False}), 404)
    assert read(client, SEVEN, alphabet="digits")["text"] == "4"


def test_several_are_deleted_and_restored_all_or_none(client):
    some = [teach(client, SEVEN, symbol)["correction"]["id"] for symbol in "123"]
    assert error_of(client.post(f"{CORRECTIONS}/delete", json={"ids": [*some, 99]}), 404)["message"].endswith("99.")
    assert listed(client)["total"] == 3
    assert client.post(f"{CORRECTIONS}/delete", json={"ids": some[:2]}).json == {"ids": some[:2]}
    assert ids(client) == some[2:]
    assert error_of(client.post(f"{CORRECTIONS}/restore", json={"ids": some}), 404)
    assert client.post(f"{CORRECTIONS}/restore", json={"ids": some[:2]}).status_code == 200
    assert listed(client)["total"] == 3


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


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=501", "limit=x", "after=0", f"after={2**63}", "wrong=maybe", "doubtful=", "colour=red"),
        *("since=yesterday", "until=2026-13-01", "since=0001-01-01T00:00:00%2B14:00", "limit=1&limit=2"),
    ],
)
def test_a_query_of_nonsense_is_refused(client, query):
    error = error_of(client.get(f"{CORRECTIONS}?{query}"), 400)
    assert query.partition("=")[0] in error["message"]


def test_a_query_for_what_cannot_be_says_so(client):
    assert error_of(client.get(CORRECTIONS, query_string={"symbol": "two words"}), 422)["code"] == "bad_symbol"
    for path in (CORRECTIONS, f"{CORRECTIONS}/export", "/api/v1/symbols", "/api/v1/alphabets"):
        error = error_of(client.get(path, query_string={"profile": "a\0b"}), 422)
        assert error["code"] == "invalid_profile"


@pytest.mark.parametrize("body", [{}, {"symbol": "7", "deleted": False}, {"deleted": True}, {"colour": 1}])
def test_a_change_of_nonsense_is_refused(client, body):
    address = f"{CORRECTIONS}/{teach(client, SEVEN, '7')['correction']['id']}"
    assert error_of(client.patch(address, json=body), 400)["code"] == "malformed_request"
    assert error_of(client.patch(address, data="x", content_type="text/plain"), 415)


@pytest.mark.parametrize("body", [{"ids": []}, {"ids": [0]}, {"ids": [2**63]}, {"ids": ["1"]}, {}])
@pytest.mark.parametrize("verb", ["delete", "restore"])
def test_ids_that_are_none_are_refused(client, body, verb):
    assert error_of(client.post(f"{CORRECTIONS}/{verb}", json=body), 400)["code"] == "malformed_request"


@pytest.mark.parametrize("number", [0, 1, 2**63, 10**30])
def test_an_unknown_id_is_not_found(client, number):
    for answer in (client.get(f"{CORRECTIONS}/{number}"), client.delete(f"{CORRECTIONS}/{number}")):
        assert error_of(answer, 404)["code"] == "correction_not_found"


def test_a_read_only_database_is_told_and_reading_goes_on(client):
    teach(client, SEVEN, "4", alphabet="digits")

    def refuse(*_):
        raise StoreReadOnly("Nothing can be written to /home/somebody/inkling.db.")

    with pytest.MonkeyPatch.context() as patched:
        for verb in ("add", "add_many", "delete", "restore", "relabel"):
            patched.setattr(Store, verb, refuse)
        error = error_of(client.post(CORRECTIONS, json={**ONE, "symbol": "7"}), 503)
        assert error["code"] == "store_read_only"
        assert "not kept" in error["message"]
        assert "eading goes on" in error["hint"]
        assert "somebody" not in json.dumps(error)
        assert "Nothing was changed" in error_of(client.delete(f"{CORRECTIONS}/1"), 503)["message"]
        assert read(client, SEVEN, alphabet="digits")["text"] == "4"
    assert listed(client)["total"] == 1


@pytest.mark.parametrize("kind", [StoreError, StoreFull, StoreTooNew])
def test_a_database_that_cannot_be_used_refuses_corrections_only(client, monkeypatch, kind):
    def refuse(*_, **__):
        raise kind("It is at /home/somebody/inkling.db.")

    monkeypatch.setattr(Store, "open", refuse)
    before = read(client, SEVEN)
    answer = client.post(CORRECTIONS, json={**SEVEN, "symbol": "4"})
    assert error_of(answer, 503)["code"] == kind.code
    assert int(answer.headers["Retry-After"]) > 0
    assert error_of(client.get(CORRECTIONS), 503)["message"].startswith("Corrections cannot be looked up")
    assert error_of(client.get("/readyz"), 503)["code"] == kind.code
    assert read(client, SEVEN) == before
    assert client.get("/").status_code == 200
    monkeypatch.undo()
    assert teach(client, SEVEN, "4")["reading"]["text"] == "4"
    assert client.get("/readyz").status_code == 200


def test_a_file_that_is_no_database_is_told(tmp_path, recognizer):
    (tmp_path / "inkling.db").write_bytes(b"no database" * 1000)
    url = f"sqlite:///{tmp_path / 'inkling.db'}"
    client = create_app(Settings.load({}, database_url=url), recognizer).test_client()
    assert read(client, SEVEN)["text"] == "7"
    error = error_of(client.post(CORRECTIONS, json={**SEVEN, "symbol": "4"}), 503)
    assert error["code"] == "store_unusable"
    assert str(tmp_path) not in json.dumps(error)


def test_reading_makes_no_database(client, tmp_path):
    read(client, SEVEN)
    client.get("/api/v1/alphabets")
    assert not list(tmp_path.iterdir())


def test_another_process_knows_it_before_its_next_reading(client, url, recognizer):
    other = create_app(Settings.load({}, database_url=url), recognizer).test_client()
    before = read(other, SEVEN)
    made = teach(client, SEVEN, "4")["correction"]["id"]
    assert read(other, SEVEN)["text"] == "4"
    assert other.delete(f"{CORRECTIONS}/{made}").status_code == 204
    assert read(client, SEVEN) == before


def test_two_who_correct_the_same_at_once_are_both_kept_and_one_of_two_deletes_wins(app):
    answers = []

    def both(work):
        threads = [threading.Thread(target=lambda: answers.append(work(app.test_client()))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    both(lambda client: client.post(CORRECTIONS, json={**SEVEN, "symbol": "4"}).status_code)
    assert answers == [201, 201]
    (first, second), answers[:] = ids(app.test_client()), []
    assert first != second
    both(lambda client: client.delete(f"{CORRECTIONS}/{first}").status_code)
    assert sorted(answers) == [204, 404]


def test_one_that_somebody_takes_back_at_once_was_kept_all_the_same(client, monkeypatch):
    add = Store.add

    def add_and_lose(store, new):
        made = add(store, new)
        store.delete([made.id])
        return made

    monkeypatch.setattr(Store, "add", add_and_lose)
    taught = teach(client, THETA, "θ", alphabet="digits")
    assert taught["reading"]["text"] == read(client, THETA)["text"] != "θ"
    assert ids(client, deleted="true") == [taught["correction"]["id"]]


def test_metrics_count_corrections(client):
    made = teach(client, SEVEN, "4")["correction"]["id"]
    teach(client, ONE, "1", alphabet="digits")
    client.patch(f"{CORRECTIONS}/{made}", json={"symbol": "5"})
    client.delete(f"{CORRECTIONS}/{made}")
    client.post(f"{CORRECTIONS}/restore", json={"ids": [made]})
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    for change in ("taught", "confirmed", "relabelled", "deleted", "restored"):
        assert f'inkling_corrections_total{{change="{change}"}} 1.0' in lines
    assert any('address="/api/v1/corrections/<int:id>"' in line for line in lines)


def test_openapi_describes_what_comes_back(client):
    document = client.get("/api/v1/openapi.json").json

    def conforms(answer, path, method="get"):
        responses = document["paths"][path][method]["responses"]
        schema = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json)

    conforms(client.post(CORRECTIONS, json={**THETA, "symbol": "θ", "glyph": True}), CORRECTIONS, "post")
    conforms(client.post(CORRECTIONS, json={**THETA, "symbol": ""}), CORRECTIONS, "post")
    one = f"{CORRECTIONS}/{{id}}"
    conforms(client.get(f"{CORRECTIONS}/1"), one)
    conforms(client.get(f"{CORRECTIONS}/2"), one)
    conforms(client.get(f"{CORRECTIONS}/1/reading"), f"{one}/reading")
    conforms(client.patch(f"{CORRECTIONS}/1", json={"symbol": "8"}), one, "patch")
    conforms(client.get(CORRECTIONS), CORRECTIONS)
    conforms(client.get(CORRECTIONS, query_string={"doubtful": "true"}), CORRECTIONS)
    conforms(client.post(f"{CORRECTIONS}/delete", json={"ids": [1]}), f"{CORRECTIONS}/delete", "post")
    conforms(client.get("/api/v1/symbols"), "/api/v1/symbols")
    conforms(client.get("/api/v1/profiles"), "/api/v1/profiles")
    names = [parameter["name"] for parameter in document["paths"][CORRECTIONS]["get"]["parameters"]]
    assert names == ["profile", "symbol", "since", "until", "wrong", "doubtful", "deleted", "limit", "after"]
    assert [parameter["in"] for parameter in document["paths"][one]["get"]["parameters"]] == ["path"]
