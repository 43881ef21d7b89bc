"""Several ways to prove who one is, beside each other: passwords, certificates, signatures."""

import gzip
import time

import pytest
from support.accounts import basic
from support.client import ADMIN
from support.engines import annals
from support.signing import signed
from support.strategies import House
from support.waiting import eventually


@pytest.fixture
def house(tmp_path, authority, make_server):
    made = House(tmp_path, authority, make_server)
    made.server.start()
    return made


def test_each_kind_of_credentials_is_enough(house):
    body = house.body()
    assert house.status(pair=house.agent) == 200
    assert house.status(headers=signed(house.secrets["old"], body), body=body) == 200
    house.server.client_pair = house.reader
    with house.server.client(headers={}) as client:
        assert len(client.get("/v2/events").json()) == 2
    house.server.client_pair = None
    with house.server.client(headers=basic("alice", house.password)) as client:
        assert client.get("/v2/events").json() == []
    house.server.stop()


def test_credentials_that_do_not_hold_are_refused_though_others_would_follow(house):
    body = house.body()
    wrong = signed("x" * 32, body)
    assert house.status(headers=wrong | basic("alice", house.password), body=body) == 401
    # The certificate is asked first, and holds.
    assert house.status(headers=basic("alice", "wrong"), pair=house.agent) == 200
    # A certificate without an entry claims nothing.
    with_password = basic("alice", house.password)
    assert house.status(headers=with_password | ADMIN, pair=house.stranger) == 403
    house.server.stop()


def test_every_way_in_is_named_to_who_has_none(house):
    for options in ({}, {"headers": ADMIN}, {"pair": house.stranger}):
        answer = house.publish(**options)
        assert answer.status == 401
        assert answer.headers.get_all("WWW-Authenticate") == [
            'Certificate realm="annals"', 'HMAC-SHA256 realm="annals"', 'Basic realm="annals"']
    assert 'The client certificate "CN=stranger" is not known here.' in answer.json()[
        "error"]["message"]
    with house.server.client() as client:
        metrics = client.get("/metrics").text
    assert 'annals_auth_failures_total{reason="missing"} 2' in metrics
    assert 'annals_auth_failures_total{reason="unknown_certificate"} 1' in metrics
    house.server.stop()


def test_a_signature_holds_once_and_for_its_body_its_time_and_this_route(house):
    body, secret = house.body(), house.secrets["old"]
    headers = signed(secret, body)
    assert house.status(headers=headers, body=body) == 200
    assert house.status(headers=headers, body=body) == 401
    assert house.status(headers=signed(secret, body, timestamp=int(time.time()) + 1), body=body) == 200
    assert house.status(headers=signed(secret, body), body=body + b" ") == 401
    late = house.publish(headers=signed(secret, body, timestamp=int(time.time()) - 400), body=body)
    assert late.status == 401 and "at most 300 seconds" in late.text
    packed = gzip.compress(house.body())
    encoding = {"Content-Encoding": "gzip"}
    assert house.status(headers=signed(secret, packed) | encoding, body=packed) == 200
    with house.server.client(headers={}) as client:
        assert client.get("/v2/events", headers=signed(secret, b"")).status == 401
    house.server.stop()


def test_keys_and_certificates_change_while_the_service_runs(house):
    def status(name: str) -> int:
        body = house.body()
        return house.status(headers=signed(house.secrets[name], body, name), body=body)

    assert (status("old"), status("new")) == (200, 401)
    house.write_keys("old", "new")
    eventually(lambda: status("new") == 200)
    assert status("old") == 200
    house.write_keys("new")
    eventually(lambda: status("old") == 401)
    house.keys.write_text(f"- {{id: new, secret: {house.secrets['new'][:8]}\n")
    house.certificates.write_text("- subject: CN=stranger\n  roles: [service]\n")
    eventually(lambda: house.status(pair=house.stranger) == 200)
    assert house.status(pair=house.agent) == 401
    assert status("new") == 200
    assert any("keys.yaml, line" in line for line in house.server.log_errors())
    house.server.stop()


def test_config_check_reads_the_files(house):
    words = [word for name, value in house.server.settings.items()
             for word in (f"--{name}", value) if name != "database.url"]
    url = house.server.settings["database.url"]
    assert annals("config", "check", *words, url=url).stdout == "The settings are fine.\n"
    house.keys.write_text("- {id: new, secret: short}\n")
    done = annals("config", "check", *words, url=url, check=False)
    assert done.returncode == 2
    assert "keys.yaml, line 1: the secret of new is shorter than 16 bytes" in done.stderr
    house.server.stop()
