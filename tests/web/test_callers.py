"""Pages of other sites change nothing, and who asks by a strange name is not answered."""

import pytest

from ..drawings import STROKES
from .asking import app, error_of

READ, BODY = "/api/v1/read", {"strokes": STROKES["7"]}


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:81", "http://[", "", "https://"])
def test_where_a_browser_does_not_name_the_site_the_origin_tells(origin):
    client = app().test_client()
    answer = client.post(READ, json=BODY, headers={"Origin": origin})
    assert error_of(answer, 403)["code"] == "cross_site_request"
    assert client.get("/healthz", headers={"Origin": origin}).status_code == 200
    assert client.post(READ, json=BODY, headers={"Origin": "http://localhost"}).status_code == 200
    assert client.post(READ, json=BODY).status_code == 200


def test_the_site_that_a_browser_names_counts_before_the_origin():
    """A proxy may ask by another name than the page was asked by."""
    headers = {"Origin": "https://inkling.example", "Sec-Fetch-Site": "same-origin"}
    assert app().test_client().post(READ, json=BODY, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "name", ["evil.example", "evil.example:5000", "localhost.evil.example", "127.0.0.1.evil.example"]
)
def test_on_this_machine_a_strange_name_is_not_answered(name):
    for path in ("/", "/healthz", "/api/v1/model"):
        answer = app().test_client().get(path, headers={"Host": name})
        assert answer.status_code == 400
        assert "INKLING_TRUSTED_HOSTS" in answer.get_data(as_text=True)
    assert error_of(answer, 400)["code"] == "untrusted_host"


@pytest.mark.parametrize(
    "name", ["localhost", "localhost:5000", "LOCALHOST.", "a.localhost", "127.0.0.1:8", "[::1]:5000", "192.0.2.7"]
)
def test_on_this_machine_its_own_names_and_addresses_are(name):
    assert app().test_client().get("/healthz", headers={"Host": name}).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_names_can_be_trusted_and_then_no_others_are(host):
    client = app(host=host, trusted_hosts="inkling.example, Other.Example").test_client()
    for name, status in {
        "inkling.example": 200,
        "other.example:80": 200,
        "evil.example": 400,
        "localhost": 200,
    }.items():
        assert client.get("/healthz", headers={"Host": name}).status_code == status


def test_whoever_serves_others_is_asked_by_any_name():
    assert app(host="0.0.0.0").test_client().get("/healthz", headers={"Host": "study.home:5000"}).status_code == 200
