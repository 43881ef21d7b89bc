"""Keystone is away, hangs, does not know us or is not the one that we trust: 503, and it is said why."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import engines
from support.certificates import Authority
from support.keystone import Cloud, Keystone
from support.tokens import counter, get, settings
from support.waiting import eventually

UNAVAILABLE_TEXT = ("503 Service Unavailable\n\nThe server is currently unavailable. Please try "
                    "again at a later time.\n\n The Keystone service is temporarily unavailable.  ")


def running(server: Keystone, authority: Authority):
    server.authority = str(authority.path)
    try:
        yield server.create().start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def secure(authority, server_pair):
    yield from running(Keystone(pair=server_pair), authority)


@pytest.fixture(scope="module")
def secure_users(secure):
    return Cloud(secure)


class TestOutages:
    def assert_unavailable(self, service, token):
        plain = get(service, token)
        assert plain.status == 503
        assert plain.headers["Content-Type"] == "text/plain; charset=UTF-8"
        assert plain.text == UNAVAILABLE_TEXT
        document = get(service, token, Accept="application/json")
        assert document.status == 503
        assert document.json() == {
            "message": "The server is currently unavailable. Please try again at a later time."
                       "<br /><br />\nThe Keystone service is temporarily unavailable.\n\n",
            "code": "503 Service Unavailable", "title": "Service Unavailable"}
        assert "WWW-Authenticate" not in plain.headers

    def test_killed_and_started_again(self, make_service, cloud, keystone):
        service = make_service()
        known, unknown = cloud.token("alice", "demo"), cloud.token("bob", "other")
        assert get(service, known).status == 200
        keystone.crash()
        try:
            for _ in range(3):
                assert get(service, known).status == 200
            self.assert_unavailable(service, unknown)
            self.assert_unavailable(service, "garbage-while-away")
            state = get(service, path="/status").json()["keystone"]
            assert state["reachable"] is False and state["failure"]
            health = get(service, path="/healthcheck")
            assert health.status == 200 and state["failure"] in health.text
            assert counter(service, "annals_keystone_reachable") == 0
        finally:
            keystone.start()
        assert get(service, unknown).status == 200
        assert get(service, "garbage-while-away").status == 401
        assert get(service, path="/status").json()["keystone"]["reachable"] is True
        assert get(service, path="/healthcheck").text == "OK"

    def test_one_that_hangs_keeps_nobody_waiting_for_long(self, make_service, cloud, keystone):
        """It takes connections and answers none: only known tokens go on, and the others are told."""
        service = make_service(timeout="1s")
        known = cloud.token("alice", "demo")
        unknown = [cloud.token("bob", "other"), cloud.token("rita", "demo"),
                   *(f"garbage-{number}" for number in range(30))]
        assert get(service, known).status == 200
        keystone.hang()
        try:
            # As many as that wait for each other's connections. The bound is the client's patience.
            with ThreadPoolExecutor(len(unknown) + 1) as pool:
                answers = [pool.submit(get, service, token, timeout=20) for token in unknown]
                for _ in range(20):
                    assert get(service, known, timeout=20).status == 200
                assert {answer.result().status for answer in answers} == {503}
            state = get(service, path="/status").json()["keystone"]
            assert state["reachable"] is False and "timed_out" in state["failure"]
        finally:
            keystone.go_on()
        eventually(lambda: get(service, unknown[0]).status == 200)
        assert get(service, unknown[2]).status == 401
        assert get(service, path="/healthcheck").text == "OK"

    def test_the_service_starts_without_it_and_says_so(self, make_server):
        absent = Keystone()
        service = make_server(settings=settings(absent), environment={
            "ANNALS_KEYSTONE_PASSWORD": "never-shown-4711"}).start()
        engines.SECRETS.add("never-shown-4711")
        eventually(lambda: "callers with tokens cannot be told apart" in service.log())
        self.assert_unavailable(service, "any")
        absent.close()

    def test_a_wrong_password_of_our_own_is_not_the_callers_fault(
        self, make_server, keystone, cloud
    ):
        service = make_server(settings=settings(keystone), environment={
            "ANNALS_KEYSTONE_PASSWORD": "wrong-4711"}).start()
        engines.SECRETS.add("wrong-4711")
        self.assert_unavailable(service, cloud.token("alice", "demo"))
        [line] = [json.loads(line) for line in service.log().splitlines()
                  if "cannot be told apart" in line]
        assert "keystone.username" in line["detail"]

    def test_without_the_right_to_validate_nobody_gets_in(self, make_service, cloud):
        service = make_service(username="helpless")
        self.assert_unavailable(service, cloud.token("alice", "demo"))
        assert "role service" in get(service, path="/status").json()["keystone"]["failure"]

    @pytest.mark.parametrize("more, word", [
        ({"region_name": "Nowhere"}, "region_name"), ({"auth_url": "{}/nothing"}, "auth_url")])
    def test_a_wrong_address_is_named(self, make_service, cloud, keystone, more, word):
        more = {name: value.format(keystone.address) for name, value in more.items()}
        service = make_service(**more)
        self.assert_unavailable(service, cloud.token("alice", "demo"))
        assert word in get(service, path="/status").json()["keystone"]["failure"]


class TestTLS:
    def test_the_right_authority_is_trusted(self, make_service, secure, secure_users, authority):
        service = make_service(server=secure, of=secure_users, cafile=str(authority.path))
        assert get(service, secure_users.token("alice", "demo")).status == 200
        assert get(service, "garbage").status == 401

    def test_another_authority_is_not(self, make_service, secure, secure_users, tmp_path):
        other = Authority(tmp_path, "other")
        service = make_service(server=secure, of=secure_users, cafile=str(other.path))
        assert get(service, secure_users.token("alice", "demo")).status == 503
        assert "tls" in get(service, path="/status").json()["keystone"]["failure"]

    def test_the_systems_authorities_do_not_know_it(self, make_service, secure, secure_users):
        service = make_service(server=secure, of=secure_users)
        assert get(service, secure_users.token("alice", "demo")).status == 503

    def test_insecure_believes_anybody_and_warns(self, make_service, secure, secure_users):
        service = make_service(server=secure, of=secure_users, insecure="true")
        assert get(service, secure_users.token("alice", "demo")).status == 200
        assert "whoever answers for Keystone is believed" in service.log()


@pytest.fixture(scope="module")
def demanding(authority, server_pair, client_pair):
    """A Keystone that answers only whoever shows a certificate of the authority."""
    yield from running(Keystone(server_pair, authority, client_pair), authority)


@pytest.fixture(scope="module")
def demanding_users(demanding):
    return Cloud(demanding)


class TestClientCertificate:
    @pytest.fixture
    def make(self, make_service, demanding, demanding_users, authority):
        def make(**more):
            return make_service(
                server=demanding, of=demanding_users, cafile=str(authority.path), **more)
        return make

    def test_with_one_tokens_are_told_apart(self, make, demanding_users, client_pair):
        service = make(certfile=str(client_pair.certificate), keyfile=str(client_pair.key))
        assert get(service, demanding_users.token("alice", "demo")).status == 200
        assert get(service, "garbage").status == 401
        assert service.log_errors() == []

    def test_the_key_may_stand_beside_it(self, make, demanding_users, client_pair, tmp_path):
        both = tmp_path / "both.pem"
        both.touch(mode=0o600)
        both.write_text(client_pair.certificate.read_text() + client_pair.key.read_text())
        service = make(certfile=str(both))
        assert get(service, demanding_users.token("alice", "demo")).status == 200

    @pytest.mark.parametrize("shown", ["none", "a stranger's"])
    def test_without_a_good_one_nobody_gets_in_and_it_is_said(
        self, make, demanding_users, tmp_path, shown
    ):
        more = {}
        if shown != "none":
            pair = Authority(tmp_path, "strangers").client("stranger")
            more = {"certfile": str(pair.certificate), "keyfile": str(pair.key)}
        service = make(**more)
        assert get(service, demanding_users.token("alice", "demo")).status == 503
        # Which words come from TLS is a race: Keystone hangs up while we send the first request.
        failure = get(service, path="/status").json()["keystone"]["failure"]
        assert failure.startswith("Keystone cannot be asked: ")
        assert "certificate" in failure or "unknown ca" in failure
        [line] = [json.loads(line) for line in service.log_errors()]
        assert line["message"] == "callers with tokens cannot be told apart"
        assert line["detail"].startswith("Keystone cannot be asked: ")
