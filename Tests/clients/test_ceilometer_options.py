"""Every option of Ceilometer's HTTP publisher, in the first and the last release that we know."""

import signal
import uuid

import pytest
from support.accounts import AccountFiles, basic, new_password
from support.ceilometer import Ceilometer
from support.events import as_listed, lines
from support.load import stored
from support.process import free_port


@pytest.fixture(scope="module", params=["27", "19"])
def ceilometer(request):
    process = Ceilometer(request.param)
    yield process
    process.close()


@pytest.fixture
def mark():
    return uuid.uuid4().hex


@pytest.fixture
def events(mark):
    """Recorded ones under new ids, marked with the trait `round`."""
    return [
        document | {"message_id": str(uuid.uuid4()),
                    "traits": document["traits"] + [["round", 1, mark]]}
        for document in lines("events-50.http-withraw.ndjson")[:12]]


@pytest.fixture
def address(server, authority):
    """Of the running service, with these options."""

    def make(at=None, credentials="", **options):
        words = {"verify_ssl": authority.path, "timeout": 10} | options
        query = "&".join(f"{name}={value}" for name, value in words.items())
        return f"https://{credentials}127.0.0.1:{(at or server).port}/v2/events?{query}"

    return make


def assert_stored(server, mark, events):
    assert stored(server, ("round", mark)) == {
        one["message_id"]: as_listed(one) for one in events}


@pytest.mark.parametrize("options", [
    {}, {"batch": "true"}, {"batch": "false"}, {"timeout": 7}, {"timeout": "soon"},
    {"max_retries": 0}, {"max_retries": 5}, {"verify_ssl": "false"}, {"raw_only": "false"},
    {"tenant": "a+b"},
], ids=str)
def test_with_these_options_everything_arrives(
        server, ceilometer, address, events, mark, options):
    outcome = ceilometer.publish(address(**options), events)
    assert (outcome.raised, outcome.log) == (None, "")
    assert_stored(server, mark, events)


def test_credentials_in_the_address_do_no_harm_where_nobody_asks_for_them(
        server, ceilometer, address, events, mark):
    outcome = ceilometer.publish(address(credentials="user:p%40ss@"), events)
    assert (outcome.raised, outcome.log) == (None, "")
    assert_stored(server, mark, events)


def test_credentials_in_the_address_open_a_service_that_asks_for_them(
        make_server, ceilometer, address, tmp_path, events, mark):
    accounts = AccountFiles(tmp_path)
    password, reader = new_password(), new_password()
    accounts.users.write_text(
        "agent: {roles: [service]}\nreader: {roles: [admin], user_id: u, project_id: p}\n")
    accounts.write(accounts.line("agent", password), accounts.line("reader", reader))
    server = make_server(settings=accounts.settings).start()
    outcome = ceilometer.publish(address(server, credentials=f"agent:not-{password}@"), events)
    assert outcome.raised is None, "Ceilometer only writes it to its log"
    assert "Status Code: 401" in outcome.log
    outcome = ceilometer.publish(address(server, credentials=f"agent:{password}@"), events)
    assert (outcome.raised, outcome.log) == (None, "")
    with server.client(headers=basic("reader", reader)) as client:
        assert {one["message_id"] for one in client.events(("round", mark))} == {
            one["message_id"] for one in events}


@pytest.mark.parametrize("is_literal", [True, False])
def test_user_and_password_arrive_as_they_stand_in_the_address(
        make_server, ceilometer, address, tmp_path, events, mark, is_literal):
    accounts = AccountFiles(tmp_path)
    password, reader = f"p%40ss{new_password()}", new_password()
    # Whose name and password they are: with %40 in them, or with what that stands for.
    user, known = ("s%40vc", password) if is_literal else ("s@vc", password.replace("%40", "@"))
    accounts.users.write_text(
        f'"{user}": {{roles: [service]}}\n'
        "reader: {roles: [admin], user_id: u, project_id: p}\n")
    accounts.write(accounts.line(user, known), accounts.line("reader", reader))
    server = make_server(settings=accounts.settings).start()
    outcome = ceilometer.publish(address(server, credentials=f"s%40vc:{password}@"), events)
    assert outcome.raised is None
    assert ("Status Code: 401" in outcome.log) != is_literal
    with server.client(headers=basic("reader", reader)) as client:
        found = {one["message_id"] for one in client.events(("round", mark))}
    assert found == ({one["message_id"] for one in events} if is_literal else set())


def test_a_user_without_a_password_keeps_the_publisher_from_loading(
        ceilometer, address):
    # The agent only logs it, and goes on with an empty sink: see docs/ceilometer.md.
    nothing_to_send = []
    outcome = ceilometer.publish(address(credentials="user@"), nothing_to_send)
    assert outcome.raised == "TypeError"


def test_an_empty_password_is_one(server, ceilometer, address, events, mark):
    outcome = ceilometer.publish(address(credentials="user:@"), events)
    assert (outcome.raised, outcome.log) == (None, "")
    assert_stored(server, mark, events)


def test_an_unknown_authority_raises(server, ceilometer, address, events, mark):
    outcome = ceilometer.publish(address(verify_ssl="true"), events)
    assert outcome.raised == "SSLError"
    assert_stored(server, mark, [])


def test_only_payloads_are_refused_with_a_reason(server, ceilometer, address, events, mark):
    outcome = ceilometer.publish(address(raw_only="true"), events)
    assert outcome.raised is None, "Ceilometer only writes it to its log"
    assert "Status Code: 400" in outcome.log
    assert_stored(server, mark, [])


def test_nobody_there_raises_after_the_retries(ceilometer, address, events):
    class Nobody:
        port = free_port()

    assert ceilometer.publish(address(Nobody, max_retries=1), events).raised == "ConnectionError"


def test_a_service_that_hangs_raises_at_the_timeout_and_sending_again_doubles_nothing(
        make_server, ceilometer, address, events, mark):
    server = make_server().start()
    server.process.send_signal(signal.SIGSTOP)
    try:
        raised = ceilometer.publish(address(server, timeout=1, max_retries=0), events).raised
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert raised in ("ConnectTimeout", "ReadTimeout", "ConnectionError")
    assert ceilometer.publish(address(server), events).raised is None
    assert_stored(server, mark, events)


@pytest.mark.parametrize("is_one_file", [False, True], ids=["two files", "one file"])
def test_a_client_certificate_opens_a_service_that_requires_one(
        make_server, ceilometer, address, client_pair, tmp_path, events, mark, is_one_file):
    server = make_server(settings={"tls.client_required": "true"}, client_pair=client_pair).start()
    outcome = ceilometer.publish(address(server), events)
    assert "Status Code: 403" in outcome.log
    options = {"clientcert": client_pair.certificate, "clientkey": client_pair.key}
    if is_one_file:
        both = tmp_path / "both.pem"
        both.write_text(client_pair.certificate.read_text() + client_pair.key.read_text())
        options = {"clientcert": both}
    outcome = ceilometer.publish(address(server, **options), events)
    assert (outcome.raised, outcome.log) == (None, "")
    assert_stored(server, mark, events)
