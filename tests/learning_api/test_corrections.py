"""Corrections over HTTP: found, changed, deleted and restored; counted and described; nonsense refused."""

import pytest
from jsonschema import Draft202012Validator

from .asking import CORRECTIONS, FOUR, ONE, SEVEN, THETA, error_of, ids, listed, read, teach


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


def test_the_server_tells_the_name_and_the_symbol_that_it_keeps(client):
    made = teach(client, SEVEN, "4", profile=" Jose\u0301  R\u200da")["correction"]["id"]
    for asked in ("Jos\u00e9 Ra", "Jose\u0301\u3000Ra "):
        found = listed(client, profile=asked)
        assert (found["profile"], [one["id"] for one in found["corrections"]]) == ("Jos\u00e9 Ra", [made])
    assert listed(client, profile="EVERYBODY", limit=1)["profile"] == "everybody"
    assert listed(client)["profile"] is None
    relabelled = client.post(f"{CORRECTIONS}/relabel", json={"ids": [made], "symbol": " e\u0301 "}).json
    assert relabelled == {"ids": [made], "symbol": "\u00e9"}


def test_those_that_disagree_with_others_like_them_are_doubtful(client):
    for _ in range(3):
        teach(client, SEVEN, "7")
    strange = teach(client, SEVEN, "4")["correction"]["id"]
    (found,) = listed(client, doubtful="true")["corrections"]
    assert found["id"] == strange
    assert 0.5 <= found["doubt"] <= 1
    assert "doubt" not in listed(client)["corrections"][0]
    of_ada = teach(client, SEVEN, "1", profile="Ada")["correction"]["id"]
    found = listed(client, doubtful="true")
    assert ([one["id"] for one in found["corrections"]], found["total"]) == ([of_ada, strange], 2)
    assert all(0.5 <= one["doubt"] <= 1 for one in found["corrections"])
    page = listed(client, doubtful="true", limit=1)
    assert (page["total"], page["next"]) == (2, of_ada)
    assert ids(client, doubtful="true", after=of_ada) == ids(client, doubtful="true", profile="everybody") == [strange]
    assert ids(client, doubtful="true", profile="Ada") == [of_ada]


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


def test_several_are_relabelled_all_or_none(client):
    some = [teach(client, SEVEN, symbol)["correction"]["id"] for symbol in "123"]
    address = f"{CORRECTIONS}/relabel"
    assert error_of(client.post(address, json={"ids": [*some, 99], "symbol": "4"}), 404)["message"].endswith("99.")
    assert error_of(client.post(address, json={"ids": some, "symbol": "two words"}), 422)["code"] == "bad_symbol"
    assert [one["symbol"] for one in listed(client)["corrections"]] == list("321")
    assert client.post(address, json={"ids": [*some[:2], some[0]], "symbol": " 4 "}).json == {
        "ids": some[:2],
        "symbol": "4",
    }
    assert [one["symbol"] for one in listed(client)["corrections"]] == list("344")
    client.delete(f"{CORRECTIONS}/{some[2]}")
    assert read(client, SEVEN, alphabet="digits")["text"] == "4"
    assert error_of(client.post(address, json={"ids": some, "symbol": "5"}), 404)["code"] == "correction_not_found"
    for body in ({"ids": some}, {"symbol": "5"}, {"ids": [], "symbol": "5"}, {"ids": some, "symbol": 5}):
        assert error_of(client.post(address, json=body), 400)["code"] == "malformed_request"


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


@pytest.mark.parametrize(
    "path",
    [
        *("corrections/1", "corrections/1/reading", "corrections/1/picture", "model", "models", "models/x"),
        *("models/x/bundle", "jobs/1", "jobs/1/events", "retraining"),
    ],
)
def test_an_address_without_options_takes_none(client, path):
    assert "'alphabet'" in error_of(client.get(f"/api/v1/{path}?alphabet=digits"), 400)["message"]
    if path in ("corrections/1", "jobs/1"):
        assert "'x'" in error_of(client.delete(f"/api/v1/{path}?x=1"), 400)["message"]


def test_a_query_for_what_cannot_be_says_so(client):
    assert error_of(client.get(CORRECTIONS, query_string={"symbol": "two words"}), 422)["code"] == "bad_symbol"
    for path in (CORRECTIONS, f"{CORRECTIONS}/export", "/api/v1/symbols", "/api/v1/alphabets"):
        error = error_of(client.get(path, query_string={"profile": "a\0b"}), 422)
        assert error["code"] == "invalid_profile"


@pytest.mark.parametrize(
    "body", [{}, {"symbol": "7", "deleted": False}, {"deleted": True}, {"deleted": 0}, {"colour": 1}]
)
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
    bulk = f"{CORRECTIONS}/relabel"
    conforms(client.post(bulk, json={"ids": [1], "symbol": "8"}), bulk, "post")
    conforms(client.post(f"{CORRECTIONS}/delete", json={"ids": [1]}), f"{CORRECTIONS}/delete", "post")
    conforms(client.get("/api/v1/symbols"), "/api/v1/symbols")
    conforms(client.get("/api/v1/profiles"), "/api/v1/profiles")
    names = [parameter["name"] for parameter in document["paths"][CORRECTIONS]["get"]["parameters"]]
    assert names == ["profile", "symbol", "since", "until", "wrong", "doubtful", "deleted", "limit", "after"]
    assert [parameter["in"] for parameter in document["paths"][one]["get"]["parameters"]] == ["path"]


def test_symbols_and_profiles_come_a_page_at_a_time_where_that_is_asked_for(client):
    teach(client, ONE, "tick", profile="Ada")
    for what, last, query in (("symbols", "tick", {"profile": "Ada"}), ("profiles", "Ada", {})):
        path, found, after = f"/api/v1/{what}", [], {}
        whole = client.get(path, query_string=query).json
        while after is not None:
            page = client.get(path, query_string={**query, "limit": len(whole[what]) // 2, **after}).json
            assert page["total"] == len(whole[what])
            found += page[what]
            after = None if page["next"] is None else {"after": page["next"]}
        assert found == whole[what]
        assert last in found[-1].values()
    error = error_of(client.get("/api/v1/symbols?after=tick"), 400)  # nobody but Ada knows it
    assert "'tick' is not in the list" in error["message"]
