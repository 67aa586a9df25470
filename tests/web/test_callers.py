"""Pages of other sites change nothing, and who asks by a strange name is not answered."""

import pytest

from inkling.errors import InvalidSetting

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


@pytest.mark.parametrize("name", ["evil_x.example:5000", "a,b", "~"])
def test_a_name_that_is_none_is_no_way_around_the_origin(name):
    for host in ("127.0.0.1", "0.0.0.0"):
        for origin in ("null", "", f"http://{name}.other"):
            answer = app(host=host).test_client().post(READ, json=BODY, headers={"Host": name, "Origin": origin})
            assert answer.status_code in (400, 403)


def test_a_page_that_a_proxy_serves_by_a_trusted_name_may_change_things():
    client = app(trusted_hosts="inkling.home").test_client()
    for host in ("127.0.0.1:5000", "inkling.home"):
        for origin in ("http://inkling.home", "http://inkling.home:8080"):
            assert client.post(READ, json=BODY, headers={"Host": host, "Origin": origin}).status_code == 200
        evil = client.post(READ, json=BODY, headers={"Host": host, "Origin": "http://evil.example"})
        assert error_of(evil, 403)["code"] == "cross_site_request"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "localhost", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_told_however_it_is_written(host):
    assert app(host=host).test_client().get("/healthz", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("name", ["inkling.home:8080", "https://inkling.home", "a b", "x@y", "a/b"])
def test_what_is_trusted_is_a_name(name):
    with pytest.raises(InvalidSetting, match="trusted_hosts"):
        app(trusted_hosts=f"ok.example,{name}")


def test_names_beyond_ascii_are_trusted_as_browsers_send_them():
    client = app(trusted_hosts="bücher.example").test_client()
    assert client.get("/healthz", headers={"Host": "xn--bcher-kva.example"}).status_code == 200


def test_a_name_with_an_underscore_may_be_asked_by_where_any_may():
    headers = {"Host": "my_nas:5000", "Origin": "http://my_nas:5000"}
    assert app(host="0.0.0.0").test_client().post(READ, json=BODY, headers=headers).status_code == 200


def test_the_site_that_a_browser_names_counts_before_the_origin():
    """A proxy may ask by another name than the page was asked by."""
    headers = {"Origin": "https://inkling.example", "Sec-Fetch-Site": "same-origin"}
    assert app().test_client().post(READ, json=BODY, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "evil.example",
        "evil.example:5000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil_x.example",
        "a,b.evil.example",
        "a!b",
        "evil.example@localhost",
        "localhost:x",
        "[::1",
        "a b",
    ],
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
