"""Tokens of a real Keystone: who gets in, who does not, and what they see."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import engines
from support.events import sample
from support.keystone import Cloud, Keystone
from support.tokens import CHALLENGE, UNAUTHORIZED, counter, get, numbers, session, settings
from support.waiting import eventually


@pytest.fixture(scope="module")
def service(make_makers, keystone, cloud):
    """One service for all tests that leave Keystone alone; no secret may be in its log."""
    makers = make_makers("keystone")
    try:
        running = makers("service", settings=settings(keystone), environment={
            "ANNALS_KEYSTONE_PASSWORD": cloud.passwords["annals"]}).start()
        events = [sample("test.keystone", number=number, user_id=cloud.users[user],
                         project_id=cloud.projects[project])
                  for number, (user, project) in enumerate(
                      [("alice", "demo"), ("rita", "demo"), ("bob", "other")])]
        with session(running, cloud.token("admin", "admin")) as client:
            assert client.publish(events).json()["accepted"] == 3
        yield running
        running.stop()
        assert running.log_errors() == []
    finally:
        makers.close()


@pytest.fixture(scope="module")
def brief():
    server = Keystone().create()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="module")
def brief_users(brief):
    cloud = Cloud(brief)
    brief.stop()
    brief.configure(expiration=8)
    brief.start()
    return cloud


@pytest.fixture(scope="module")
def restricted(cloud):
    rules = [{"service": "event", "method": "GET", "path": "/v2/events"},
             {"service": "event", "method": "GET", "path": "/v2/events/{message_id}"},
             {"service": "event", "method": "GET", "path": "/v2/event_types/*"},
             {"service": "compute", "method": "GET", "path": "/v2/**"}]
    return cloud.credential_token(
        *cloud.application_credential("alice", "demo", "restricted", rules))


class TestTokens:
    def test_a_member_reads_exactly_its_own_events(self, service, cloud):
        assert numbers(get(service, cloud.token("alice", "demo"))) == {0}
        assert numbers(get(service, cloud.token("rita", "demo"))) == {1}
        assert numbers(get(service, cloud.token("bob", "other"))) == {2}

    def test_an_administrator_reads_all_if_it_asks(self, service, cloud):
        token = cloud.token("admin", "admin")
        assert numbers(get(service, token)) == set()
        all_tenants = "/v2/events?q.field=all_tenants&q.value=True"
        assert numbers(get(service, token, all_tenants)) == {0, 1, 2}

    @pytest.mark.parametrize("headers", [
        {"X-Auth-Token": " {} "}, {"X-Storage-Token": "{}"}, {"Authorization": "Bearer {}"},
        {"Authorization": "bearer  {}"}, {"X-Auth-Token": "", "X-Storage-Token": "{}"}])
    def test_every_header_that_clients_use_is_read(self, service, cloud, headers):
        token = cloud.token("alice", "demo")
        shown = {name: value.format(token) for name, value in headers.items()}
        assert numbers(get(service, **shown)) == {0}

    @pytest.mark.parametrize("headers", [
        {}, {"X-Auth-Token": "garbage"}, {"X-Auth-Token": "gAAAAA" + "x" * 200},
        {"X-Auth-Token": "x" * 7000}, {"Authorization": "Bearer garbage"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="}, {"X-Service-Token": "garbage"},
        # A token of JOSE without a signature.
        {"X-Auth-Token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."},
        {"X-Roles": "admin", "X-User-Id": "a", "X-Project-Id": "b"},
        {"X-Identity-Status": "Confirmed", "OpenStack-System-Scope": "all", "X-Roles": "admin"}])
    @pytest.mark.parametrize("path", ["/v2/events", "/v2/event_types", "/v2/events/x"])
    def test_whoever_has_no_good_token_is_told_how_to_get_one(self, service, headers, path):
        answer = get(service, path=path, **headers)
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == CHALLENGE
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json() == UNAUTHORIZED

    def test_headers_of_the_client_never_become_an_identity(self, service, cloud):
        spoofed = {"X-Roles": "admin", "X-Project-Id": cloud.projects["other"],
                   "X-User-Id": cloud.users["bob"], "X-Is-Admin-Project": "True",
                   "OpenStack-System-Scope": "all", "X-Service-Roles": "service"}
        all_tenants = "/v2/events?q.field=all_tenants&q.value=True"
        answer = get(service, cloud.token("alice", "demo"), all_tenants, **spoofed)
        assert numbers(answer) <= {0}
        assert numbers(get(service, cloud.token("alice", "demo"), **spoofed)) == {0}

    def test_a_401_of_a_rule_shows_the_challenge_as_well(self, service, cloud):
        answer = get(service, cloud.token("alice", "demo"), "/v2/event_types")
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == CHALLENGE

    def test_the_root_health_and_metrics_need_no_token(self, service):
        for path in ("/", "/healthcheck", "/metrics", "/openapi.yaml"):
            assert get(service, path=path).status == 200, path


class TestScopes:
    def test_a_system_reader_reads_everything(self, service, cloud):
        assert numbers(get(service, cloud.token("auditor", system=True))) == {0, 1, 2}

    def test_a_system_administrator_reads_everything(self, service, cloud):
        assert numbers(get(service, cloud.token("admin", system=True))) == {0, 1, 2}

    @pytest.mark.parametrize("scope", [{"domain": "default"}, {}])
    @pytest.mark.parametrize("path", ["/v2/events", "/v2/event_types",
                                      "/v2/event_types/test.keystone/traits"])
    def test_without_a_project_nobody_reads_what_belongs_to_projects(
        self, service, cloud, scope, path
    ):
        answer = get(service, cloud.token("auditor", **scope), path)
        assert answer.status == 403, answer.text
        assert "test.keystone" not in answer.text


class TestDomains:
    """Names are unique within a domain only; ids are, everywhere."""

    @pytest.fixture
    def namesakes(self, make_service, cloud):
        """A service and its events: alice's, those of alice of the other domain, and mixtures."""
        service = make_service("domains")
        owners = [("alice", "demo"), ("alice@other", "demo@other"), ("alice", "demo@other"),
                  ("alice@other", "demo")]
        traits = [{"user_id": cloud.users[user], "project_id": cloud.projects[project]}
                  for user, project in owners]
        # Nobody's: a name is no id.
        traits.append({"user_id": "alice", "project_id": "demo"})
        events = [sample("test.domains", number=number, **one)
                  for number, one in enumerate(traits)]
        with session(service, cloud.token("nova", "service")) as client:
            assert client.publish(events).json()["accepted"] == len(events)
        return service, events

    @pytest.mark.parametrize("user, project, own", [
        ("alice", "demo", 0), ("alice@other", "demo@other", 1)])
    def test_the_same_names_in_another_domain_are_somebody_else(
        self, namesakes, cloud, user, project, own
    ):
        service, events = namesakes
        token = cloud.token(user, project)
        assert numbers(get(service, token)) == {own}
        for number, event in enumerate(events):
            answer = get(service, token, f"/v2/events/{event['message_id']}")
            assert answer.status == (200 if number == own else 404), number
        foreign = cloud.projects["demo@other" if project == "demo" else "demo"]
        for value in (foreign, "demo"):
            answer = get(service, token, f"/v2/events?q.field=project_id&q.value={value}")
            assert numbers(answer) == set()

    def test_the_service_signs_in_as_a_user_of_the_domain_it_names(self, make_service, cloud):
        service = make_service(
            "right", user_domain_name="other", project_domain_name="other")
        assert get(service, cloud.token("alice", "demo")).status == 200
        assert get(service, cloud.token("alice@other", "demo@other")).status == 200

    def test_the_password_of_its_namesake_does_not_let_it_in(self, make_server, keystone, cloud):
        service = make_server(
            "wrong", settings=settings(keystone, user_domain_name="other",
                                       project_domain_name="other"),
            environment={"ANNALS_KEYSTONE_PASSWORD": cloud.passwords["annals"]}).start()
        assert get(service, cloud.token("alice", "demo")).status == 503
        assert "check keystone.username, the password, the project and the domains" in service.log()


class TestImpliedRoles:
    """Keystone puts what a role implies into the token; rules ask for the implied one."""

    def test_a_role_that_implies_service_publishes(self, make_service, cloud):
        service = make_service("implied")
        granted = cloud.roles_of("paul", "service")
        assert granted == ["publisher"], "nobody gave it the role service itself"
        with session(service, cloud.token("paul", "service")) as client:
            assert client.publish(sample("test.implied")).json()["accepted"] == 1
        with session(service, cloud.token("alice", "demo")) as client:
            assert client.publish(sample("test.implied")).status == 403

    def test_it_is_over_with_the_implication(self, make_service, cloud):
        service = make_service("implied", token_cache_time="0")
        token = cloud.token("paul", "service")
        with session(service, token) as client:
            assert client.publish(sample("test.implied")).status == 200
            cloud.imply("publisher", "service", holds=False)
            try:
                eventually(lambda: client.publish(sample("test.implied")).status == 403)
            finally:
                cloud.imply("publisher", "service")


class TestCache:
    def test_a_token_is_asked_about_once(self, service, cloud):
        token = cloud.token("alice", "demo")
        asked = counter(service, "annals_keystone_validations_total")
        for _ in range(5):
            assert get(service, token).status == 200
        assert counter(service, "annals_keystone_validations_total") == asked + 1
        assert counter(service, 'annals_keystone_lookups_total{result="hit"}') >= 4

    def test_many_at_once_make_one_call(self, service, cloud):
        token = cloud.token("alice", "demo")
        asked = counter(service, "annals_keystone_validations_total")
        statuses: list[int] = []
        threads = [threading.Thread(target=lambda: statuses.append(get(service, token).status))
                   for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [200] * 20
        assert counter(service, "annals_keystone_validations_total") == asked + 1

    def test_a_revoked_token_goes_on_for_the_time_of_the_cache(self, make_service, cloud, keystone):
        quick = make_service("quick", token_cache_time="1s")
        slow = make_service("slow")
        token = cloud.token("alice", "demo")
        assert get(quick, token).status == get(slow, token).status == 200
        keystone.revoke(token)
        eventually(lambda: get(quick, token).status == 401)
        assert get(slow, token).status == 200
        fresh = make_service("fresh")
        assert get(fresh, token).status == 401

    def test_no_cache_asks_each_time(self, make_service, cloud, keystone):
        service = make_service(token_cache_time="-1")
        token = cloud.token("alice", "demo")
        assert get(service, token).status == 200
        keystone.revoke(token)
        assert get(service, token).status == 401

    def test_an_unknown_token_is_asked_about_once_in_a_while(self, service):
        asked = counter(service, "annals_keystone_validations_total")
        for _ in range(5):
            assert get(service, "still garbage".replace(" ", "-")).status == 401
        assert counter(service, "annals_keystone_validations_total") == asked + 1

    def test_who_tries_tokens_is_slowed_down_and_others_are_not(self, make_service, cloud):
        service = make_service(unknown_tokens_per_address="5")
        good = cloud.token("alice", "demo")
        assert get(service, good).status == 200
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda number: get(service, f"guess-{number}"), range(40)))
        limited = [answer for answer in answers if answer.status == 429]
        assert limited and {answer.status for answer in answers} == {401, 429}
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in limited)
        assert get(service, good).status == 200


class TestExpiry:
    """Tokens of a Keystone that gives them seconds."""

    def test_an_expired_token_is_refused_though_it_is_cached_and_served_for_a_service(
        self, make_service, brief, brief_users
    ):
        service = make_service(server=brief, of=brief_users)
        token = brief_users.token("alice", "demo")
        assert get(service, token).status == 200
        eventually(lambda: get(service, token).status == 401, seconds=20)
        helper = {"X-Service-Token": brief_users.token("nova", "service")}
        assert get(service, token, **helper).status == 200
        assert get(service, token).status == 401
        # One that was never seen before its end.
        unseen = brief_users.token("alice", "demo")
        eventually(lambda: brief.request("GET", "/v3/auth/tokens", headers={
            "X-Auth-Token": brief_users.token("annals", "service"),
            "X-Subject-Token": unseen})[0] == 404, seconds=20)
        assert get(service, unseen).status == 401
        helper = {"X-Service-Token": brief_users.token("nova", "service")}
        assert get(service, unseen, **helper).status == 200
        assert get(service, unseen).status == 401

    def test_our_own_token_is_renewed(self, make_service, brief, brief_users):
        service = make_service(server=brief, of=brief_users, token_cache_time="0")
        for _ in range(3):
            assert get(service, brief_users.token("alice", "demo")).status == 200
            began = time.monotonic()
            eventually(lambda: time.monotonic() - began > 3, seconds=5)


class TestServiceTokens:
    def test_a_good_one_changes_nothing_for_a_good_user(self, service, cloud):
        helper = {"X-Service-Token": cloud.token("nova", "service")}
        assert numbers(get(service, cloud.token("alice", "demo"), **helper)) == {0}

    def test_one_without_the_role_turns_a_good_user_away(self, service, cloud):
        helper = {"X-Service-Token": cloud.token("helpless", "service")}
        answer = get(service, cloud.token("alice", "demo"), **helper)
        assert (answer.status, answer.json()) == (401, UNAUTHORIZED)

    def test_garbage_turns_a_good_user_away(self, service, cloud):
        answer = get(service, cloud.token("alice", "demo"), **{"X-Service-Token": "zzz"})
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, CHALLENGE)

    def test_the_role_may_be_another_or_not_be_required(self, make_service, cloud):
        helper = {"X-Service-Token": cloud.token("helpless", "service")}
        token = cloud.token("alice", "demo")
        other = make_service("other", service_token_roles="operator,MEMBER")
        assert get(other, token, **helper).status == 200
        lenient = make_service("lenient", service_token_roles_required="false")
        assert get(lenient, token, **helper).status == 200


class TestApplicationCredentials:
    def test_an_unrestricted_one_is_its_user(self, service, cloud):
        token = cloud.credential_token(*cloud.application_credential("alice", "demo", "all"))
        assert numbers(get(service, token)) == {0}

    @pytest.mark.parametrize("method, path, allowed", [
        ("GET", "/v2/events", True), ("GET", "/v2/events?limit=1", True),
        ("GET", "/v2/events/", True), ("GET", "/v2/%65vents", True),
        ("GET", "/v2/events/nope", True), ("GET", "/v2/event_types", False),
        ("GET", "/v2/event_types/a", True), ("GET", "/v2/event_types/a%2Ftraits", False),
        ("GET", "/v2/event_types/a/traits", False), ("GET", "/v2/event_types/a/traits/b", False),
        ("POST", "/v2/events", False), ("HEAD", "/v2/events", False)])
    def test_access_rules_bind_method_and_path(self, service, restricted, method, path, allowed):
        with session(service, restricted) as client:
            answer = client.request(method, path)
        # A rule of policy may refuse as well, with other words.
        refused = answer.status == 401 and answer.body in (b"", json.dumps(UNAUTHORIZED).encode())
        assert refused != allowed, answer.text
        if refused:
            assert answer.headers["WWW-Authenticate"] == CHALLENGE

    def test_a_service_that_sends_it_on_is_not_bound(self, service, cloud, restricted):
        helper = {"X-Service-Token": cloud.token("nova", "service")}
        with session(service, restricted, **helper) as client:
            assert client.request("HEAD", "/v2/events").status == 200

    def test_the_catalog_is_looked_at_where_it_is_asked_for(self, make_service, cloud, restricted):
        service = make_service("known", include_service_catalog="true")
        assert get(service, restricted).status == 200
        other = make_service("unknown", include_service_catalog="true", service_type="compute")
        assert get(other, restricted).status == 401
        assert get(other, restricted, "/v2/capabilities").status == 401

    @pytest.mark.parametrize("by_name", [False, True])
    def test_the_service_itself_may_use_one(self, make_server, keystone, cloud, by_name):
        name = f"own-{by_name}"
        identifier, secret = cloud.application_credential("annals", "service", name)
        named = {"keystone.application_credential_name": name} if by_name else {
            "keystone.application_credential_id": identifier}
        service = make_server(name, settings=settings(keystone) | named, environment={
            "ANNALS_KEYSTONE_APPLICATION_CREDENTIAL_SECRET": secret}).start()
        assert numbers(get(service, cloud.token("alice", "demo"))) == set()


def test_the_log_names_tokens_by_their_audit_id_only(service, cloud, keystone):
    token = cloud.token("alice", "demo")
    _, _, document = keystone.request("GET", "/v3/auth/tokens", headers={
        "X-Auth-Token": cloud.token("annals", "service"), "X-Subject-Token": token})
    [audit_id] = document["token"]["audit_ids"]
    assert get(service, token).status == 200
    eventually(lambda: audit_id in service.log())
    assert token not in service.log()
    for page in ("/status", "/metrics", "/healthcheck"):
        text = get(service, path=page).text
        assert not any(secret in text for secret in engines.SECRETS), page
