"""What whoever runs the server looks at: probes, request ids and metrics, with a model and without."""

from inkling.alphabet import NAMED
from inkling.settings import Settings
from inkling.web import create_app

from .asking import BAR, error_of


def test_without_a_bundle_it_lives_but_is_not_ready(tmp_path):
    client = create_app(Settings.load({}, bundle=str(tmp_path / "none"))).test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/").status_code == 200
    for answer in (client.get("/readyz"), client.get("/api/v1/model")):
        assert error_of(answer, 503)["code"] == "bundle_missing"
        assert int(answer.headers["Retry-After"]) > 0
        assert str(tmp_path) not in answer.get_data(as_text=True)


def test_probes_card_and_alphabets(client):
    assert client.get("/readyz").json == {"status": "ready", "model": "counting"}
    assert client.get("/api/v1/model").json["version"] == "counting"
    alphabets = client.get("/api/v1/alphabets").json["alphabets"]
    assert [entry["name"] for entry in alphabets] == list(NAMED)
    assert alphabets[0]["symbols"] == list("0123456789")


def test_the_request_id_is_repeated_in_answer_and_log(client, caplog):
    caplog.set_level("INFO")
    answer = client.get("/healthz", headers={"X-Request-ID": "my-id.7"})
    assert answer.headers["X-Request-ID"] == "my-id.7"
    assert "id=my-id.7" in caplog.text
    forged = client.get("/healthz", headers={"X-Request-ID": "a b<script>"})
    assert "script" not in forged.headers["X-Request-ID"]
    assert forged.headers["X-Request-ID"] != client.get("/healthz").headers["X-Request-ID"]


def test_metrics_count_requests_and_readings_and_name_the_model(client):
    client.post("/api/v1/read", json={"strokes": BAR})
    client.post("/api/v1/read", json={"strokes": []})
    client.get("/whatever/a/client/writes")
    client.open("/healthz", method="INVENTED")
    answer = client.get("/metrics")
    assert answer.mimetype == "text/plain"
    lines = answer.get_data(as_text=True).splitlines()
    assert 'inkling_requests_total{address="/api/v1/read",method="POST",status="200"} 1.0' in lines
    assert 'inkling_requests_total{address="/api/v1/read",method="POST",status="422"} 1.0' in lines
    assert 'inkling_requests_total{address="none",method="GET",status="404"} 1.0' in lines
    assert any('method="other"' in line for line in lines)
    assert 'inkling_readings_total{status="sure"} 1.0' in lines
    assert 'inkling_readings_total{status="blank_ink"} 1.0' in lines
    assert 'inkling_request_seconds_count{address="/api/v1/read"} 2.0' in lines
    assert 'inkling_model_info{version="counting"} 1.0' in lines
    assert not any("whatever" in line for line in lines)


def test_an_address_begins_no_other_line_in_the_log(client, caplog):
    caplog.set_level("INFO")
    client.get("/x%0A2026-01-01 00:00:00 INFO forged")
    assert "forged" in caplog.text
    assert not [line for line in caplog.text.splitlines() if line.startswith("2026-01-01")]
