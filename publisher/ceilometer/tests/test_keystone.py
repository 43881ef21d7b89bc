"""Keystone as a server on a real socket: one that hangs, one that answers, and what it is asked."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler

import pytest
from annals_publisher.configuration import SECTION, register
from annals_publisher.connection import DeliveryError
from conftest import Event, Listener
from keystoneauth1 import loading


class Answers(BaseHTTPRequestHandler):
    """As much of Keystone as a token needs."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = f"http://{self.headers['Host']}/v3/"
        self._answer(200, {"version": {
            "id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": url}]}})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201, {"token": {
            "methods": ["password"], "user": {"id": "u", "name": "annals"}, "audit_ids": ["a"],
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "expires_at": "2099-01-01T00:00:00.000000Z"}})

    def _answer(self, status, document):
        self.server.asked.append((self.command, self.headers))
        text = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("X-Subject-Token", "geheim-token")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """Quiet."""


class Keystone:
    """At first it hangs: connections come about, and nobody answers them."""

    def __init__(self):
        self._hanging = socket.create_server(("127.0.0.1", 0))
        self.port = self._hanging.getsockname()[1]
        self._server = None
        self.asked = []

    def answer(self):
        self._hanging.close()
        self._server = Listener(("127.0.0.1", self.port), Answers)
        self._server.asked = self.asked
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self._hanging.close()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


@pytest.fixture
def keystone(conf):
    keystone = Keystone()
    register(conf)
    loading.register_auth_conf_options(conf, SECTION)
    conf.register_opts(loading.get_auth_plugin_conf_options("password"), group=SECTION)
    for name, value in {
        "auth_type": "password", "auth_url": f"http://127.0.0.1:{keystone.port}/v3",
        "username": "annals", "password": "geheim", "user_domain_id": "default",
    }.items():
        conf.set_override(name, value, group=SECTION)
    yield keystone
    keystone.close()


def test_one_that_hangs_is_given_up_at_the_timeout(
        annals, make_publisher, make_callers, keystone, refusal_of):
    publisher = make_publisher(auth="keystone", timeout=0.1)
    assert "no token from Keystone" in refusal_of(publisher)
    assert annals.requests == []


def test_once_it_answers_everything_is_delivered(
        annals, make_publisher, make_callers, keystone):
    with pytest.raises(DeliveryError):
        make_publisher(auth="keystone", timeout=0.1, deadline=0.3).publish_events([Event()])
    callers = make_callers(make_publisher(auth="keystone", timeout=0.1))
    for _ in range(5):
        callers.publish(Event())
    keystone.answer()
    assert callers.join().failures == {}
    assert len(annals.stored) == 5
    assert {one.headers["X-Auth-Token"] for one in annals.requests} == {"geheim-token"}


def test_while_it_hangs_the_spool_fills(annals, make_publisher, make_callers, keystone, tmp_path):
    callers = make_callers(make_publisher(
        auth="keystone", timeout=0.1, spool=tmp_path / "spool", spool_after=0.05))
    events = [Event() for _ in range(5)]
    for event in events:
        callers.publish(event)
    assert callers.join().failures == {}
    assert (callers.publisher.counters.spooled, annals.stored) == (5, {})
    keystone.answer()
    while annals.stored.keys() != {event.message_id for event in events}:
        assert annals.answered.acquire(timeout=20), "the spool is not sent"


def test_the_section_may_name_a_timeout_of_its_own(make_publisher, keystone, conf, refusal_of):
    loading.register_session_conf_options(conf, SECTION)
    conf.set_override("timeout", 0.1, group=SECTION)
    assert "no token from Keystone" in refusal_of(make_publisher(auth="keystone", timeout=600))


def test_nothing_of_the_environment_leads_elsewhere(
        annals, make_publisher, keystone, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("default login stranger password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    keystone.answer()
    make_publisher(auth="keystone").publish_events([Event()])
    assert [method for method, _ in keystone.asked] == ["GET", "POST"]
    assert not [headers for _, headers in keystone.asked if "Authorization" in headers]
