"""The versions of the model over HTTP: looked at, promoted for everyone, gone back from, taken out and in."""

import io
import json
import zipfile

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import create_engine, text
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from inkling.bundle import CARD, NETWORK, NORMALIZER, Bundle
from inkling.settings import Settings
from inkling.web import create_app

from .drawings import placed

MODELS = "/api/v1/models"
SEVEN = {"strokes": placed("7", 3), "pen_width": 14, "alphabet": "digits"}
SHIPPED = Bundle.load()
REPORT = {
    "passed": True,
    "reasons": ["Better on corrections: 9 more of 40 are right."],
    "comparisons": [{"name": "corrections", "samples": 40, "before": 0.5, "after": 0.725, "p_worse": float("nan")}],
    "confusion": {"symbols": ["1", "7"], "before": [[1, 0], [0, 1]], "after": [[1, 0], [0, 1]]},
}


def version(number, **card):
    """A bundle that reads 7 as 1 and 1 as 7, of a version of its own."""
    swapped = [{"1": "7", "7": "1"}.get(symbol, symbol) for symbol in SHIPPED.symbols]
    kept = {k: v for k, v in SHIPPED.card.items() if k not in ("format", "version", "files")}
    name = f"version {number}".encode()
    network = SHIPPED.files[NETWORK] + bytes([0x32, len(name)]) + name  # ONNX's doc_string, which changes the hash
    return Bundle.make(SHIPPED.files[NORMALIZER], network, {**kept, "symbols": swapped, **card})


def zipped(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'inkling.db'}"


@pytest.fixture
def app(url, recognizer):
    return create_app(Settings.load({}, database_url=url))


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def versions(app):
    return app.extensions["inkling"].service().versions


@pytest.fixture
def schemas(client):
    return client.get("/api/v1/openapi.json").json["components"]


def retrained(versions, number=1, **more):
    return versions.add(
        version(number),
        **{"parent": SHIPPED.version, "origin": "retrained", "reason": "50 new corrections", "state": "passed", **more},
    ).version


def read(client):
    answer = client.post("/api/v1/read", json=SEVEN).json
    return answer["text"], answer["model"]


def error_of(answer, status):
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert set(answer.json["error"]) == {"code", "message", "hint"}
    return answer.json["error"]


def is_a(name, value, schemas):
    Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": schemas}).validate(value)


def take_in(client, content, **more):
    boundary, body = encode_multipart({"bundle": FileStorage(io.BytesIO(content), "bundle.zip"), **more})
    return client.post(MODELS, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_the_model_that_ships_is_the_first_version(client, schemas):
    answer = client.get(MODELS).json
    is_a("ModelList", answer, schemas)
    assert (answer["current"], answer["rollback"], answer["pinned"]) == (SHIPPED.version, None, False)
    (one,) = answer["models"]
    assert (one["version"], one["origin"], one["state"], one["parent"]) == (SHIPPED.version, "shipped", "ungated", None)
    assert one["current"] is one["shipped"] is one["held"] is True
    assert one["figures"]["mnist-test/test/digits"]["accuracy"] > 0.99
    assert "mnist-train" in one["training"]["base_data"]
    assert (one["training"]["corrections"], one["decision"]) == ({}, None)
    details = client.get(f"{MODELS}/{SHIPPED.version}").json
    is_a("ModelDetails", details, schemas)
    assert {name: details[name] for name in one} == one
    assert details["card"]["symbols"] == list(SHIPPED.symbols)
    assert [look["step"] for look in details["history"]] == list(range(1, 1 + len(SHIPPED.card["training"]["epochs"])))


def test_a_promoted_version_reads_at_once_everywhere_and_rolling_back_brings_the_old_one(
    client, versions, url, recognizer, schemas
):
    other = create_app(Settings.load({}, database_url=url)).test_client()
    assert read(client) == read(other) == ("7", SHIPPED.version)
    new = retrained(versions)
    assert read(client) == ("7", SHIPPED.version)
    promoted = client.post(f"{MODELS}/{new}/promote", json={"reason": "I like it"})
    assert promoted.status_code == 200
    is_a("Promotion", promoted.json, schemas)
    assert {**promoted.json, "at": ""} == {
        "version": new, "previous": SHIPPED.version, "at": "", "reason": "I like it", "rollback": False
    }  # fmt: skip
    assert read(other) == read(client) == ("1", new)
    assert client.get("/api/v1/model").json["version"] == new
    answer = client.get(MODELS).json
    is_a("ModelList", answer, schemas)
    assert (answer["current"], answer["rollback"]) == (new, SHIPPED.version)
    assert [(one["version"], one["current"], one["parent"]) for one in answer["models"]] == [
        (new, True, SHIPPED.version),
        (SHIPPED.version, False, None),
    ]
    back = client.post(f"{MODELS}/rollback")
    assert (back.status_code, back.json["version"], back.json["rollback"]) == (200, SHIPPED.version, True)
    assert read(other) == read(client) == ("7", SHIPPED.version)
    assert error_of(client.post(f"{MODELS}/rollback", json={}), 409)["code"] == "bad_model"


def test_what_the_gate_refused_is_promoted_by_insisting_only(client, versions):
    new = retrained(versions, state="refused", report={**REPORT, "passed": False})
    error = error_of(client.post(f"{MODELS}/{new}/promote", json={}), 409)
    assert error["code"] == "model_refused"
    assert read(client)[1] == SHIPPED.version
    assert client.post(f"{MODELS}/{new}/promote", json={"force": True}).status_code == 200
    assert read(client)[1] == new
    for wrong in ({"force": 1}, {"reason": "x" * 501}, {"colour": "red"}):
        assert error_of(client.post(f"{MODELS}/{new}/promote", json=wrong), 400)["code"] == "malformed_request"


def test_the_list_is_short_and_a_version_tells_all_that_the_gate_looked_at(client, versions, schemas):
    new = retrained(versions, report=json.loads(json.dumps(REPORT).replace("NaN", "null")))
    listed = client.get(MODELS).json["models"][0]
    is_a("Model", listed, schemas)
    assert (listed["decision"]["passed"], listed["decision"]["reasons"]) == (True, REPORT["reasons"])
    (compared,) = listed["decision"]["comparisons"]
    assert (compared["name"], compared["after"], compared["p_worse"], compared["verdict"]) == (
        "corrections", 0.725, None, None
    )  # fmt: skip
    assert "confusion" not in json.dumps(listed)
    details = client.get(f"{MODELS}/{new}").json
    is_a("ModelDetails", details, schemas)
    assert details["report"]["confusion"] == REPORT["confusion"]


def test_where_the_settings_name_the_bundle_nothing_is_promoted(url, tmp_path):
    SHIPPED.save(tmp_path / "mine")
    pinned = create_app(Settings.load({}, database_url=url, bundle=str(tmp_path / "mine")))
    client, new = pinned.test_client(), retrained(pinned.extensions["inkling"].service().versions)
    answer = client.get(MODELS).json
    assert (answer["pinned"], answer["rollback"], answer["current"]) == (True, None, SHIPPED.version)
    for path in (f"{new}/promote", "rollback"):
        error = error_of(client.post(f"{MODELS}/{path}"), 409)
        assert error["code"] == "model_pinned"
        assert str(tmp_path) not in json.dumps(error)


def test_a_version_goes_out_as_a_file_and_in_again_elsewhere(client, versions, tmp_path):
    new = retrained(versions)
    sent = client.get(f"{MODELS}/{new}/bundle")
    assert (sent.status_code, sent.mimetype) == (200, "application/zip")
    assert sent.headers["Content-Disposition"] == f"attachment; filename=inkling-{new}.zip"
    assert Bundle.from_zip(sent.data) == version(1)
    assert Bundle.from_zip(client.get(f"{MODELS}/{SHIPPED.version}/bundle").data) == SHIPPED
    elsewhere = create_app(Settings.load({}, database_url=f"sqlite:///{tmp_path / 'other.db'}")).test_client()
    came = take_in(elsewhere, sent.data)
    assert came.status_code == 201, came.get_data(as_text=True)
    assert came.headers["Location"] == f"{MODELS}/{new}"
    assert (came.json["version"], came.json["origin"], came.json["current"]) == (new, "imported", False)
    again = take_in(elsewhere, sent.data)
    assert (again.status_code, again.json) == (200, came.json)  # it is here already
    assert elsewhere.post(f"{MODELS}/{new}/promote").status_code == 200
    assert read(elsewhere) == ("1", new)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no zip",
        zipped({"a.txt": b"x"}),
        zipped({"../card.json": b"{}", NETWORK: b"", NORMALIZER: b""}),
        zipped({**SHIPPED.files, CARD: json.dumps(dict(SHIPPED.card)).encode(), NETWORK: b"x"}),
        zipped({**SHIPPED.files, CARD: json.dumps({**SHIPPED.card, "format": 99}).encode()}),
    ],
)
def test_what_is_no_sound_bundle_is_refused_and_names_no_folder_of_ours(client, content):
    error = error_of(take_in(client, content), 422)
    assert error["code"].startswith("bundle_")
    assert "/" not in error["message"] + error["hint"]
    assert len(client.get(MODELS).json["models"]) == 1


def test_a_body_that_is_no_form_with_one_file_is_refused(client):
    assert error_of(client.post(MODELS, json={}), 415)
    assert error_of(client.post(MODELS, data={}, content_type="multipart/form-data"), 400)
    assert error_of(take_in(client, b"x", colour="red"), 400)


def test_a_card_from_elsewhere_may_say_anything_and_the_list_stays_sound(client, schemas):
    strange = {
        "kind": 7,
        "corrections": [1],
        "base_data": "all",
        "data": [{"name": None}, 3],
        "history": [{"step": "x"}],
    }
    deep = json.loads("[" * 500 + "]" * 500)
    bundle = version(
        1,
        deep=deep,
        training=strange,
        figures={"a": 3, "b": {"accuracy": "high"}, "c": {"accuracy": float("inf")}, "d": {"accuracy": 1.0}},
    )
    assert take_in(client, bundle.to_zip()).status_code == 201
    answer = client.get(MODELS)
    is_a("ModelList", json.loads(answer.data, parse_constant=pytest.fail), schemas)
    assert answer.json["models"][0]["figures"] == {}
    details = client.get(f"{MODELS}/{bundle.version}")
    is_a("ModelDetails", json.loads(details.data, parse_constant=pytest.fail), schemas)
    assert client.post(f"{MODELS}/{bundle.version}/promote").status_code == 200
    json.loads(client.get("/api/v1/model").data, parse_constant=pytest.fail)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_other_sites_change_nothing(client, versions, site):
    new = retrained(versions)
    for path in (f"{new}/promote", "rollback"):
        answer = client.post(f"{MODELS}/{path}", headers={"Sec-Fetch-Site": site})
        assert error_of(answer, 403)["code"] == "cross_site_request"
    assert read(client)[1] == SHIPPED.version
    assert client.get(MODELS, headers={"Sec-Fetch-Site": site}).status_code == 200
    assert client.post(f"{MODELS}/{new}/promote", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("name", ["nothing", "..", "a%20b", "x" * 200, "a%00b", "<b>"])
def test_an_unknown_version_is_not_found(client, name):
    for answer in (
        client.get(f"{MODELS}/{name}"),
        client.get(f"{MODELS}/{name}/bundle"),
        client.post(f"{MODELS}/{name}/promote", json={}),
    ):
        assert error_of(answer, 404)["code"] == "model_not_found"


def test_a_version_whose_files_are_gone_or_damaged_is_not_promoted_and_reading_goes_on(client, versions, url):
    gone, damaged = retrained(versions, 1), retrained(versions, 2)
    database = create_engine(url)
    with database.begin() as connection:
        ids = dict(connection.execute(text("SELECT version, id FROM models")).all())
        connection.execute(text("DELETE FROM bundles WHERE model_id = :id"), {"id": ids[gone]})
        connection.execute(text("UPDATE bundles SET network = x'00' WHERE model_id = :id"), {"id": ids[damaged]})
    database.dispose()
    assert [one["held"] for one in client.get(MODELS).json["models"]] == [True, False, True]
    assert error_of(client.get(f"{MODELS}/{gone}/bundle"), 404)["code"] == "model_not_found"
    assert error_of(client.post(f"{MODELS}/{gone}/promote"), 404)["code"] == "model_not_found"
    assert error_of(client.get(f"{MODELS}/{damaged}/bundle"), 409)["code"] == "bundle_damaged"
    error = error_of(client.post(f"{MODELS}/{damaged}/promote"), 409)
    assert error["code"] == "bundle_damaged"
    assert "read" not in error["message"]
    assert read(client) == ("7", SHIPPED.version)
