"""What is written of the API, in OpenAPI, on its page and in the how-to, is true and leaves nothing out."""

import io
import json
from pathlib import Path
from typing import get_args

from jsonschema import Draft202012Validator

from inkling.reading import Reason
from inkling.settings import SETTINGS
from inkling.web.problems import _HTTP_PROBLEMS, STATUS

from .asking import BAR, as_url, png


def test_openapi_describes_what_comes_back(client):
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    reading = {"/api/v1/read", "/api/v1/alphabets", "/api/v1/model", "/api/v1/charts/probabilities.png"}
    learning = {"/api/v1/symbols", "/api/v1/profiles", "/api/v1/corrections"}
    learning |= {
        f"/api/v1/corrections/{part}"
        for part in ("{id}", "{id}/reading", "{id}/picture", "relabel", "delete", "restore", "export", "import")
    }
    versions = {f"/api/v1/models{part}" for part in ("", "/{version}", "/{version}/promote", "/{version}/bundle")}
    jobs = {f"/api/v1/{part}" for part in ("retraining", "retrainings", "jobs", "jobs/{id}", "jobs/{id}/events")}
    versions |= {"/api/v1/models/rollback"} | jobs
    assert set(document["paths"]) == reading | learning | versions | {"/healthz", "/readyz", "/metrics"}

    def conforms(answer, path, method="get"):
        responses = document["paths"][path][method]["responses"]
        schema = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json)

    conforms(client.get("/api/v1/alphabets"), "/api/v1/alphabets")
    conforms(client.get("/api/v1/model"), "/api/v1/model")
    conforms(client.get("/readyz"), "/readyz")
    for body in ({"strokes": BAR, "glyph": True}, {"strokes": []}, {"image": as_url(b"x")}, {}):
        conforms(client.post("/api/v1/read", json=body), "/api/v1/read", "post")
    files = [(io.BytesIO(png()), "a.png"), (io.BytesIO(b"no picture"), "b.png")]
    conforms(client.post("/api/v1/read", data={"image": files}), "/api/v1/read", "post")
    body = document["paths"]["/api/v1/read"]["post"]["requestBody"]["content"]
    assert set(body) == {"application/json", "multipart/form-data"}
    assert "$defs" not in json.dumps(document)
    schema = {**body["application/json"]["schema"], "components": document["components"]}
    Draft202012Validator(schema).validate({"strokes": BAR, "alphabet": ["a", "b"], "alternatives": "all"})
    assert not Draft202012Validator(schema).is_valid({"strokes": BAR, "colour": 1})


def test_openapi_says_what_reasons_there_are(client):
    document = client.get("/api/v1/openapi.json").json
    character = document["components"]["schemas"]["CharacterAnswer"]
    assert {"membership", "reason", "look_alikes"} <= set(character["required"])
    (reasons,) = [part["enum"] for part in character["properties"]["reason"]["anyOf"] if "enum" in part]
    assert reasons == list(get_args(Reason))


def test_the_how_to_names_every_address_limit_and_code(client):
    text = (Path(__file__).parents[2] / "docs" / "how-to" / "api.md").read_text("utf-8")
    for path in client.get("/api/v1/openapi.json").json["paths"]:
        assert path in text
    for name, setting in SETTINGS.items():
        if name.startswith("max_"):
            assert f"| `{setting.variable}` | {setting.default:,}" in text
    codes = {kind.code for base, _ in STATUS for kind in (base, *base.__subclasses__()) if not kind.__subclasses__()}
    for code in codes | {entry[0] for entry in _HTTP_PROBLEMS.values()}:
        assert f"`{code}`" in text, code


def test_the_api_has_a_page_that_names_every_address_and_field(client):
    page = client.get("/api/docs")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    document = client.get("/api/v1/openapi.json").json
    for path in document["paths"]:
        assert path in text
    for name, schema in document["components"]["schemas"].items():
        assert name in text
        assert all(f"<code>{field}</code>" in text for field in schema.get("properties", {}))
    assert "<script" not in text
