"""The requests of Panko's own API tests, as a table: an empty store first, then three events."""

import json

import pytest
from support.client import ADMIN
from support.events import sample

pytestmark = pytest.mark.every_engine

ROLES_ONLY = {"X-Roles": "admin"}
NO_PROJECT = {"X-Roles": "admin", "X-User-Id": "user1"}
NO_USER = {"X-Roles": "admin", "X-Project-Id": "project1"}
JSON = {"Content-Type": "application/json"}
TEXT = {"Content-Type": "text/plain"}
KINDS = ("chocolate.chip", "peanut.butter", "sugar")
IDS = [f"fea1b15a-1d47-4175-85a5-a4bb2c72924{n}" for n in range(3)]


def query(field: str, value: str) -> str:
    return json.dumps({"q": [{"field": field, "op": "eq", "type": "string", "value": value}]})


# (what, path, headers, body, status, JSON or None)
EMPTY = [
    ("list", "/v2/events", ADMIN, None, 200, []),
    ("no identity", "/v2/events", {}, None, 403, None),
    ("roles only", "/v2/events", ROLES_ONLY, None, 403, None),
    ("no project", "/v2/events", NO_PROJECT, None, 403, None),
    ("no user", "/v2/events", NO_USER, None, 403, None),
    ("unknown argument", "/v2/events?bad_Stuff_here", ADMIN, None, 400, None),
    ("type in the address", "/v2/events?q.field=event_type&q.op=eq&q.type=string"
     "&q.value=cookies_chocolate.chip", ADMIN, None, 200, []),
    ("type in the body", "/v2/events", ADMIN | JSON, query("event_type", "cookies_chocolate.chip"),
     200, []),
    ("unknown field in the address", "/v2/events?q.field=bad_field&q.op=eq&q.type=string"
     "&q.value=cookies_chocolate.chip", ADMIN, None, 200, []),
    ("unknown field in the body", "/v2/events", ADMIN | JSON, query("bad_field", "x"), 200, []),
    ("a list as body", "/v2/events", ADMIN | JSON, "[1]", 400, None),
    ("text as body", "/v2/events", ADMIN | TEXT, "hello", 415, None),
    ("one event", f"/v2/events/{IDS[0]}", ADMIN, None, 404, None),
    ("types", "/v2/event_types", ADMIN, None, 200, []),
    ("one type", "/v2/event_types/cookies_chocolate.chip", ADMIN, None, 404, None),
    ("traits of a type", "/v2/event_types/cookies_chocolate.chip/traits", ADMIN, None, 200, []),
    ("one trait of a type", "/v2/event_types/cookies_chocolate.chip/traits/ate", ADMIN, None,
     200, []),
]


def ask(server, path, headers, body):
    with server.client(headers=headers) as client:
        return client.request("GET", path, body.encode() if body is not None else None)


@pytest.fixture(scope="module", autouse=True)
def empty_answers(server):
    """Asked before anything is published."""
    return {what: ask(server, path, headers, body)
            for what, path, headers, body, _, _ in EMPTY}


@pytest.mark.parametrize("what,status,value", [(row[0], row[4], row[5]) for row in EMPTY])
def test_an_empty_store_answers(empty_answers, what, status, value):
    answer = empty_answers[what]
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/json"
    if value is not None:
        assert answer.json() == value
    elif status >= 400:
        assert set(answer.json()) == {"error_message"}


@pytest.fixture(scope="module")
def cookies(server, empty_answers):
    events = [
        sample(f"cookies_{kind}", IDS[number], type=kind, ate=number)
        | {"raw": {"nested": {"inside": "value"}}} for number, kind in enumerate(KINDS)]
    with server.client() as client:
        assert client.publish(events).json()["accepted"] == 3
    return events


CHIP = "q.field=event_type&q.op=eq&q.type=string&q.value=cookies_chocolate.chip"
WITH_COOKIES = [
    ("/v2/events", None, 200, lambda all: [one["message_id"] for one in all] == IDS),
    ("/v2/events", None, 200, lambda all: all[0]["raw"]["nested"]["inside"] == "value"),
    ("/v2/events", None, 200, lambda all: all[0]["traits"] == [
        {"name": "ate", "value": "0", "type": "integer"},
        {"name": "type", "value": "chocolate.chip", "type": "string"}]),
    ("/v2/events?bad_Stuff_here", None, 400, None),
    (f"/v2/events?{CHIP}", None, 200, lambda all: [one["message_id"] for one in all] == IDS[:1]),
    ("/v2/events", query("event_type", "cookies_sugar"), 200,
     lambda all: [one["message_id"] for one in all] == IDS[2:]),
    ("/v2/events?q.field=bad_field&q.op=eq&q.type=string&q.value=x", None, 200,
     lambda all: all == []),
    ("/v2/events", query("bad_field", "x"), 200, lambda all: all == []),
    ("/v2/events", "[1]", 400, None),
    (f"/v2/events/{IDS[0]}", None, 200, lambda one: one["event_type"] == "cookies_chocolate.chip"),
    ("/v2/events/bad-id", None, 404, None),
    ("/v2/event_types", None, 200, lambda all: all == [f"cookies_{kind}" for kind in KINDS]),
    ("/v2/event_types/cookies_chocolate.chip", None, 404, None),
    ("/v2/event_types/bad", None, 404, None),
    ("/v2/event_types/cookies_chocolate.chip/traits", None, 200,
     lambda all: all[0]["type"] == "string" and all[1]["name"] == "ate"),
    ("/v2/event_types/bad/traits", None, 200, lambda all: all == []),
    ("/v2/event_types/cookies_chocolate.chip/traits/ate", None, 200,
     lambda all: all[0] == {"name": "ate", "value": "0", "type": "integer"}),
    ("/v2/event_types/bad/traits/ate", None, 200, lambda all: all == []),
    ("/v2/event_types/cookies_chocolate.chip/traits/bad", None, 200, lambda all: all == []),
]


@pytest.mark.parametrize("path,body,status,holds", WITH_COOKIES)
def test_a_store_with_three_events_answers(server, cookies, path, body, status, holds):
    answer = ask(server, path, ADMIN | (JSON if body else {}), body)
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/json"
    if holds is not None:
        assert holds(answer.json()), answer.text


def test_the_root_names_version_2_with_pankos_spacing(client):
    answer = client.get("/")
    assert answer.status == 200 and '"base": "application/json"' in answer.text
    version = answer.json()["versions"]["values"][0]
    assert version["status"] == "stable"
    assert version["media-types"][0]["base"] == "application/json"
    assert client.get("/v2").status == 404


def test_the_store_is_production_ready(client):
    assert client.get("/v2/capabilities").json()["event_storage"][
        "storage:production_ready"] is True


@pytest.mark.parametrize("origin,allowed", [("https://valid.example.com", True),
                                            ("https://invalid.example.com", False)])
@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_only_allowed_origins_are_echoed(make_server, method, origin, allowed):
    server = make_server(settings={"cors.allowed_origins": "https://valid.example.com"}).start()
    with server.client() as client:
        answer = client.request(method, "/", headers={
            "Origin": origin, "Access-Control-Request-Method": "GET"})
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == (origin if allowed else None)


@pytest.mark.parametrize("path", ["/v2/events", "/v2/event_types", "/v2/capabilities"])
def test_every_path_answers_with_a_slash_at_its_end(client, path):
    assert client.get(path + "/").body == client.get(path).body


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/v2/event_types", "/v2/capabilities", "/v2/events/x"])
def test_other_methods_are_refused_by_name(client, method, path):
    answer = client.request(method, path)
    assert answer.status == 405 and "GET" in answer.headers["Allow"]


# The functional tests: twenty numbered events of every trait type.
COUNTS = [
    ("integer", "n", "10", {"lt": 10, "le": 11, "eq": 1, "ne": 19, "ge": 10, "gt": 9}),
    ("float", "f", "5.0", {"lt": 10, "le": 11, "eq": 1, "ne": 19, "ge": 10, "gt": 9}),
    ("string", "s", "v10", {"lt": 10, "le": 11, "eq": 1, "ne": 19, "ge": 10, "gt": 9}),
    ("datetime", "d", "2026-02-11T00:00:00",
     {"lt": 10, "le": 11, "eq": 1, "ne": 19, "ge": 10, "gt": 9}),
]


@pytest.fixture(scope="module")
def twenty(server):
    events = [sample("test.twenty", n=n, f=n / 2, s=f"v{n:02}") for n in range(20)]
    for n, event in enumerate(events):
        event["traits"].append(["d", 4, f"2026-02-{n + 1:02}T00:00:00"])
    with server.client() as client:
        assert client.publish(events).json()["accepted"] == 20
    return events


@pytest.mark.parametrize("kind,name,value,operator,count", [
    (kind, name, value, operator, count)
    for kind, name, value, counts in COUNTS for operator, count in counts.items()])
def test_every_operator_on_every_type(client, twenty, kind, name, value, operator, count):
    path = f"/v2/events?q.field={name}&q.op={operator}&q.type={kind}&q.value={value}"
    assert len(client.get(path).json()) == count


def ids(events):
    return [event["message_id"] for event in events]


TYPE = "q.field=event_type&q.value=test.twenty"


def test_time_bounds_are_inclusive(client, twenty):
    first, last = twenty[3]["generated"], twenty[7]["generated"]
    path = (f"/v2/events?q.field=start_timestamp&q.op=ge&q.value={first}"
            f"&q.field=end_timestamp&q.op=le&q.value={last}")
    assert ids(client.get(path).json()) == ids(twenty[3:8])


def test_limits(client, twenty):
    assert ids(client.get(f"/v2/events?{TYPE}&limit=1").json()) == ids(twenty[:1])
    assert len(client.get(f"/v2/events?{TYPE}&limit=100").json()) == 20
    assert client.get("/v2/events?limit=-2").status == 400


@pytest.mark.parametrize("sort", ["generated:desc", "generated:asc", "message_id:asc",
                                  "message_id:desc"])
def test_pages_by_marker_hold_each_event_once_in_order(client, twenty, sort):
    seen, marker = [], ""
    while page := client.get(f"/v2/events?{TYPE}&limit=3&sort={sort}&marker={marker}").json():
        seen += page
        marker = page[-1]["message_id"]
    key, direction = sort.split(":")
    assert ids(seen) == ids(sorted(twenty, key=lambda one: one[key],
                                   reverse=direction == "desc"))


REFUSALS = [
    ("sort=invalid_key:desc", "the supported sort keys are: ('message_id', 'generated')"),
    ("sort=message_id:bah", "the supported sort directions are: ('asc', 'desc')"),
    ("q.field=a&q.op=whats-up&q.value=x",
     "Operator whats-up is not supported. The supported operators are: "
     "('lt', 'le', 'eq', 'ne', 'ge', 'gt')"),
    ("q.field=start_timestamp&q.op=gt&q.value=2026-01-01",
     "Operator gt is not supported. Only `ge' operator is available for field start_timestamp"),
    ("q.field=end_timestamp&q.op=gt&q.value=2026-01-01",
     "Operator gt is not supported. Only `le' operator is available for field end_timestamp"),
    ("q.field=a&q.type=whats-up&q.value=x",
     "The data type whats-up is not supported. The supported data type list is: "
     "['integer', 'float', 'string', 'datetime']"),
    ("q.field=a&q.type=integer&q.value=two",
     "Unable to convert the value two to the expected data type integer."),
    ("foo=1", 'Unknown argument: "foo"'),
    ("marker=nope", "nope"),
    ("q.field=start_timestamp&q.op=ge&q.value=garbage", "garbage"),
]


@pytest.mark.parametrize("arguments,sentence", REFUSALS)
def test_a_wrong_argument_is_refused_with_a_sentence(client, arguments, sentence):
    answer = client.get("/v2/events?" + arguments)
    assert answer.status == 400
    assert sentence in answer.fault


@pytest.fixture(scope="module")
def tenants(server):
    """Three events: two of one project by two users, one of another project."""
    owners = [("user-a", "proj-a"), ("user-b", "proj-a"), ("user-c", "proj-c")]
    events = [sample("test.tenants", user_id=user, project_id=project) for user, project in owners]
    events.append(sample("test.tenants"))
    with server.client() as client:
        assert client.publish(events).json()["accepted"] == 4
    return events


@pytest.mark.parametrize("roles,user,project,arguments,seen", [
    ("member", "user-a", "proj-a", "", [0]),
    ("member", "user-b", "proj-a", "", [1]),
    ("member", "user-a", "proj-c", "", []),
    ("member", "user-a", "proj-a", "&q.field=all_tenants&q.value=True", []),
    ("admin", "admin", "proj-a", "", [0, 1, 3]),
    ("admin", "admin", "proj-z", "", [3]),
    ("admin", "admin", "proj-z", "&q.field=all_tenants&q.value=True", [0, 1, 2, 3]),
    ("ADMIN", "admin", "proj-c", "", [2, 3]),
    ("member", "user-a", "proj-a", "&q.field=user_id&q.value=user-b", []),
])
def test_everyone_sees_what_is_theirs(server, tenants, roles, user, project, arguments, seen):
    headers = {"X-Roles": roles, "X-User-Id": user, "X-Project-Id": project}
    path = f"/v2/events?q.field=event_type&q.value=test.tenants{arguments}"
    assert ids(ask(server, path, headers, None).json()) == [
        tenants[index]["message_id"] for index in seen]
    if roles == "member":
        for index, event in enumerate(tenants):
            one = ask(server, f"/v2/events/{event['message_id']}", headers, None)
            assert one.status == (404 if index not in seen and not arguments else one.status)


@pytest.mark.parametrize("path", ["/v2/event_types", "/v2/event_types/x/traits",
                                  "/v2/event_types/x/traits/y"])
@pytest.mark.parametrize("headers, status", [
    (ADMIN | {"X-Roles": "member"}, 401), ({"X-Roles": "member"}, 403), ({}, 403)])
def test_types_are_for_administrators(server, path, headers, status):
    assert ask(server, path, headers, None).status == status
