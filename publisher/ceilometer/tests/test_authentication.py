"""Who the publisher says it is."""

import base64
import hashlib
import hmac

import pytest
from annals_publisher import publisher as publisher_module
from annals_publisher.authentication import SignatureAuthentication
from annals_publisher.configuration import list_opts, register
from annals_publisher.connection import DeliveryError
from conftest import Event
from keystoneauth1 import exceptions, loading

SECTION = "annals_publisher"


def configure(conf, **values):
    register(conf)
    for name, value in values.items():
        conf.set_override(name, value, group=SECTION)


def basic_of(request):
    return base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()


def test_without_an_option_nothing_is_proved(annals, make_publisher):
    make_publisher().publish_events([Event()])
    assert not {"Authorization", "X-Auth-Token", "X-Signature"} & set(annals.requests[0].headers)


def test_basic_from_the_address_is_decoded(annals, make_publisher):
    address = f"annals://us%C3%A9r:geheim%3Aw@127.0.0.1:{annals.port}"
    make_publisher(address).publish_events([Event()])
    assert basic_of(annals.requests[0]) == "us\u00e9r:geheim:w"


def test_a_name_with_a_colon_is_no_user_of_basic(make_publisher, conf, caplog):
    configure(conf, basic_user="annals:x", basic_password="geheim")
    make_publisher(auth="basic")
    make_publisher("annals://annals%3Ax:geheim@h")
    assert caplog.text.count("the user has a colon") == 2


@pytest.mark.parametrize("key_id", ["two\nlines", "d\u00e9mo", " "])
def test_a_key_id_that_no_header_can_hold_is_said(make_publisher, conf, caplog, key_id):
    configure(conf, hmac_secret="geheim", hmac_key_id=key_id)
    make_publisher(auth="hmac")
    assert "hmac_key_id may have visible ASCII characters only" in caplog.text


def test_basic_from_the_configuration(annals, make_publisher, conf):
    configure(conf, basic_user="annals", basic_password="geheim")
    make_publisher(auth="basic").publish_events([Event()])
    assert basic_of(annals.requests[0]) == "annals:geheim"


def test_a_password_file_is_read_again_after_a_refusal(annals, make_publisher, conf, tmp_path):
    file = tmp_path / "password"
    file.write_text("geheim-old\n")
    configure(conf, basic_user="annals", basic_password_file=str(file))
    publisher = make_publisher(auth="basic")
    publisher.publish_events([Event()])
    file.write_text("geheim-new\n")
    annals.script.append(401)
    publisher.publish_events([Event()])
    assert [basic_of(one) for one in annals.requests] == [
        "annals:geheim-old", "annals:geheim-old", "annals:geheim-new"]
    assert publisher.counters.failures == 0


def test_the_signature_covers_the_time_and_the_bytes_as_sent(annals, make_publisher, conf):
    configure(conf, hmac_secret="geheim", hmac_key_id="agents")
    make_publisher(auth="hmac").publish_events([Event(text="x" * 5000)])
    request = annals.requests[0]
    assert request.headers["Content-Encoding"] == "gzip"
    text = request.headers["X-Timestamp"].encode() + b"\n" + request.body
    expected = hmac.new(b"geheim", text, hashlib.sha256).hexdigest()
    assert request.headers["X-Signature"] == f"v1={expected}"
    assert request.headers["X-Key-Id"] == "agents"


def test_a_repeated_request_has_another_signature(annals, make_publisher, conf):
    configure(conf, hmac_secret="geheim")
    annals.script.extend([503, 503])
    make_publisher(auth="hmac").publish_events([Event()])
    assert len({one.headers["X-Signature"] for one in annals.requests}) == 3


def test_a_signature_is_that_of_the_contract():
    class Request:
        body = b'[{"a": 1}]'
        headers = {}

    SignatureAuthentication(lambda: "s3cr3t", now=lambda: 1_700_000_000.9)(Request)
    # printf '1700000000\n[{"a": 1}]' | openssl dgst -sha256 -hmac s3cr3t
    assert Request.headers == {
        "X-Timestamp": "1700000000",
        "X-Signature":
            "v1=f82d5941a0f27536a2b4de610783b011f41ed826beb0a3aa69252d274e999b63"}


class FakeKeystone:
    """The part of keystoneauth's plugin that is used."""

    def __init__(self):
        self.tokens = ["geheim-1", "geheim-2"]
        self.is_away = False

    def get_headers(self, session):
        if self.is_away:
            raise exceptions.ConnectFailure("Keystone is away.")
        return {"X-Auth-Token": self.tokens[0]}

    def invalidate(self):
        self.tokens.pop(0)
        return True


@pytest.fixture
def keystone(monkeypatch):
    plugin = FakeKeystone()
    monkeypatch.setattr(loading, "load_auth_from_conf_options", lambda *_: plugin)
    return plugin


def test_a_refused_token_is_renewed_at_once(annals, make_publisher, keystone):
    annals.script.append(401)
    publisher = make_publisher(auth="keystone")
    publisher.publish_events([Event()])
    assert [one.headers["X-Auth-Token"] for one in annals.requests] == ["geheim-1", "geheim-2"]
    assert publisher.counters.failures == 0


def test_keystone_away_is_like_annals_away(annals, make_publisher, keystone, refusal_of):
    keystone.is_away = True
    publisher = make_publisher(auth="keystone")
    assert "no token from Keystone: Keystone is away" in refusal_of(publisher)
    keystone.is_away = False
    while not annals.stored:  # The first caller waits still.
        assert annals.answered.acquire(timeout=20)
    assert {one.headers["X-Auth-Token"] for one in annals.requests} == {"geheim-1"}


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(publisher_module, "REFUSAL_PAUSE", 0)


@pytest.mark.parametrize("way, values, words", [
    ("basic", {}, "auth=basic needs basic_user"),
    ("basic", {"basic_user": "a"}, "auth=basic needs basic_password or basic_password_file"),
    ("basic", {"basic_user": "a", "basic_password_file": "/nope"}, "basic_password_file=/nope"),
    ("basic", {"basic_user": "a", "basic_password": "geheim", "basic_password_file": "/nope"},
     "both basic_password and basic_password_file"),
    ("basic", {"basic_user": "a", "basic_password_file": "/dev/null"}, "first line is empty"),
    ("hmac", {}, "auth=hmac needs hmac_secret or hmac_secret_file"),
    ("keystone", {}, "auth=keystone needs auth_type"),
])
def test_a_missing_secret_is_said_and_no_event_is_taken(
        annals, make_publisher, conf, caplog, impatient, way, values, words):
    configure(conf, **values)
    publisher = make_publisher(auth=way)
    assert words in caplog.text
    assert "geheim" not in caplog.text
    with pytest.raises(DeliveryError) as failure:
        publisher.publish_events([Event()])
    assert words in str(failure.value)
    assert annals.requests == []


@pytest.mark.parametrize("address, is_warned", [
    ("annals://events.example.org", True), ("annalss://events.example.org?verify_ssl=false", True),
    ("annalss://events.example.org", False), ("annals://127.0.0.1", False),
])
def test_a_password_in_the_clear_is_warned_of(make_publisher, conf, caplog, address, is_warned):
    configure(conf, basic_user="annals", basic_password="geheim")
    make_publisher(address + ("&" if "?" in address else "?") + "auth=basic")
    assert ("cross the network without" in caplog.text) == is_warned


def test_the_options_can_be_listed_for_a_sample_file():
    [(section, options)] = list_opts()
    names = [option.name for option in options]
    assert section == SECTION
    assert {"url", "hmac_secret_file", "auth_type", "cafile", "username"} <= set(names)
    secrets = {option.name for option in options if option.secret}
    assert {"url", "basic_password", "hmac_secret", "password"} <= secrets
