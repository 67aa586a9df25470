"""Learning in trouble: databases that cannot be used, and two who change the same at once."""

import json
import threading

import pytest

from inkling.errors import StoreError, StoreFull, StoreReadOnly, StoreTooNew
from inkling.settings import Settings
from inkling.store import Store
from inkling.web import create_app

from .asking import CORRECTIONS, ONE, SEVEN, THETA, error_of, ids, listed, read, teach


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
