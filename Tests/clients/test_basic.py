"""Users and passwords: hashes made by another implementation of bcrypt, read by the service."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from support.accounts import AccountFiles, basic, new_password
from support.client import ADMIN
from support.events import sample
from support.waiting import eventually

USERS = """
publisher: {roles: [service], user_id: u-publisher, project_id: p-service}
reader:
  roles: [member]
  user_id: u-reader
  project_id: p-reader
"""


@pytest.fixture
def accounts(tmp_path):
    files = AccountFiles(tmp_path)
    files.users.write_text(USERS)
    return files


def failures(client, reason: str) -> float:
    name = f'annals_auth_failures_total{{reason="{reason}"}} '
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


def test_a_user_publishes_and_reads_what_is_his(make_server, accounts):
    publisher, reader = new_password(), new_password()
    accounts.write(accounts.line("publisher", publisher, b"2y"),
                   accounts.line("reader", reader, b"2a"))
    server = make_server(settings=accounts.settings).start()
    mine = sample(user_id="u-reader", project_id="p-reader")
    foreign = sample(user_id="u-reader", project_id="p-other")
    with server.client(headers=basic("publisher", publisher)) as client:
        assert client.publish([mine, foreign]).json()["accepted"] == 2
    with server.client(headers=basic("reader", reader)) as client:
        assert [event["message_id"] for event in client.get("/v2/events").json()] == [
            mine["message_id"]]
    server.stop()


def test_headers_of_the_client_make_nobody_an_administrator(make_server, accounts):
    reader = new_password()
    accounts.write(accounts.line("reader", reader))
    server = make_server(settings=accounts.settings).start()
    with server.client(headers={}) as client:
        assert client.get("/v2/events", headers=ADMIN).status == 401
        assert client.publish(sample()).status == 401
    spoofed = basic("reader", reader) | ADMIN | {"OpenStack-System-Scope": "all"}
    with server.client(headers=spoofed) as client:
        assert client.get("/v2/event_types").status == 401
        assert client.get("/v2/events?q.field=all_tenants&q.value=True").json() == []
    server.stop()


def test_a_wrong_password_is_answered_as_oslo_does_and_counted(make_server, accounts):
    password = new_password()
    accounts.write(accounts.line("publisher", password))
    server = make_server(settings=accounts.settings).start()
    url = f"{server.address}/v2/events"
    for credentials in [("publisher", "wrong"), ("nobody", password), None]:
        answer = requests.get(url, auth=credentials, verify=str(server.authority.path))
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="annals"'
        assert answer.headers["Content-Type"] == "application/json"
        error = answer.json()["error"]
        assert error["code"] == 401
        assert error["message"].startswith("This server could not verify that you are authorized")
    with server.client() as client:
        assert failures(client, "bad_password") == 2
        assert failures(client, "missing") == 1
    server.stop()


def test_both_passwords_hold_during_a_change_and_a_broken_file_changes_nothing(
    make_server, accounts
):
    old, new = new_password(), new_password()
    accounts.write(accounts.line("publisher", old))
    server = make_server(settings=accounts.settings).start()

    def status(password: str) -> int:
        with server.client(headers=basic("publisher", password)) as client:
            return client.publish(sample()).status

    assert (status(old), status(new)) == (200, 401)
    accounts.write(accounts.line("publisher", old), accounts.line("publisher", new))
    eventually(lambda: status(new) == 200)
    assert status(old) == 200
    accounts.write(f"publisher:{new}\n")
    with server.client() as client:
        eventually(lambda: status(old) == 200 and (
            'annals_credential_files_current{strategy="basic"} 0' in client.get("/metrics").text))
    assert any("only bcrypt hashes" in line for line in server.log_errors())
    accounts.write(accounts.line("publisher", new))
    eventually(lambda: status(old) == 401)
    assert status(new) == 200
    server.stop()


def test_sixty_four_publishers_at_once_are_let_in(make_server, tmp_path):
    accounts = AccountFiles(tmp_path, cost=10)
    accounts.users.write_text(USERS)
    password = new_password()
    accounts.write(accounts.line("publisher", password))
    server = make_server(settings=accounts.settings).start()

    def publish(_) -> int:
        with server.client(headers=basic("publisher", password)) as client:
            return client.publish(sample()).status

    with ThreadPoolExecutor(64) as pool:
        assert set(pool.map(publish, range(64))) == {200}
    server.stop()


def test_guessing_is_stopped_and_does_not_keep_out_who_is_in(make_server, accounts):
    password = new_password()
    accounts.write(accounts.line("publisher", password))
    server = make_server(settings=accounts.settings | {"basic.failures_per_minute": "5"}).start()
    with server.client(headers=basic("publisher", password)) as publisher:
        assert publisher.publish(sample()).status == 200
        with server.client(headers=basic("publisher", "wrong")) as client:
            statuses = [client.get("/v2/events").status for _ in range(7)]
            assert statuses == [401] * 5 + [429] * 2
            assert 1 <= int(client.get("/v2/events").headers["Retry-After"]) <= 61
        assert publisher.publish(sample()).status == 200
    assert server.log().count("too many wrong passwords") == 1
    server.stop()
