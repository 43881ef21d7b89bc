"""Bodies that are wrong, huge or strange: a clear answer, and the service stays small and well."""

import gzip
import json
import uuid

import pytest
from support.events import sample
from support.load import stored

pytestmark = pytest.mark.every_engine

JSON = {"Content-Type": "application/json"}
DEEP = b"[" * 100_000
KEYS = b"{" + b",".join(b'"k%d":%d' % (n, n) for n in range(1_000_000)) + b"}"


def event_text(**changes) -> bytes:
    """An event as text, so that what no JSON writer would write can be put in."""
    members = {
        "message_id": f'"{uuid.uuid4()}"', "event_type": '"test.body"',
        "generated": '"2026-01-01T00:00:00"', "traits": "[]", "raw": "{}"} | changes
    return ("{" + ",".join(f'"{name}":{text}' for name, text in members.items()) + "}").encode()


# (what, body, headers, allowed statuses)
WHOLE = [
    ("nothing", b"", JSON, {400}),
    ("spaces", b" \n ", JSON, {400}),
    ("null", b"null", JSON, {400}),
    ("a number", b"42", JSON, {400}),
    ("a text", b'"text"', JSON, {400}),
    ("cut in the middle", event_text()[:-20], JSON, {400}),
    ("two documents", event_text() + event_text(), JSON, {200, 400}),
    ("a comma too many", b"[" + event_text() + b",]", JSON, {400}),
    ("100,000 lists deep", DEEP, JSON, {400}),
    ("a million keys", KEYS, JSON, {400, 413}),
    ("invalid UTF-8", b'[{"message_id": "\xff\xfe"}]', JSON, {400}),
    ("no JSON, type text", b"hello", {"Content-Type": "text/plain"}, {400, 415}),
    ("not gzip at all", event_text(), JSON | {"Content-Encoding": "gzip"}, {400}),
    ("gzip cut short", gzip.compress(event_text() * 50)[:-30],
     JSON | {"Content-Encoding": "gzip"}, {400}),
    ("gzip twice", gzip.compress(gzip.compress(event_text())),
     JSON | {"Content-Encoding": "gzip"}, {400}),
    ("an unknown coding", event_text(), JSON | {"Content-Encoding": "snappy"}, {400, 415}),
]


@pytest.mark.parametrize("what,body,headers,statuses", WHOLE, ids=[row[0] for row in WHOLE])
def test_a_body_that_is_no_event_is_refused_with_a_sentence(
    server, client, what, body, headers, statuses
):
    answer = client.request("POST", "/v2/events", body, headers)
    assert answer.status in statuses, answer.body[:300]
    if answer.status >= 400:
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()
        assert len(answer.body) < 20_000
    assert client.get("/healthcheck").status == 200


def test_an_empty_list_is_answered(client):
    assert client.publish([]).status == 200


def test_a_gzip_bomb_ends_at_the_limit(server, client):
    bomb = gzip.compress(b" " * (512 * 2**20))
    before = server.resident_bytes()
    answer = client.request("POST", "/v2/events", bomb, JSON | {"Content-Encoding": "gzip"})
    assert answer.status == 413
    assert server.resident_bytes() - before < 150 * 2**20


def test_a_body_beyond_the_limit_is_413(client):
    body = b"[" + b" " * (17 * 2**20) + b"]"
    try:
        assert client.request("POST", "/v2/events", body, JSON).status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # The service may stop listening to a body that it has refused.
    client.connection.close()
    assert client.get("/healthcheck").status == 200


# One event of a batch is strange: (what, members, accepted?); None where both are allowed.
EVENTS = [
    ("plain", {}, True),
    ("NaN", {"traits": '[["x",3,NaN]]'}, None),
    ("Infinity", {"traits": '[["x",3,Infinity]]'}, None),
    ("1e999", {"traits": '[["x",3,1e999]]'}, None),
    ("an integer beyond int64", {"traits": '[["x",2,99999999999999999999]]'}, None),
    ("the largest int64", {"traits": '[["x",2,9223372036854775807]]'}, True),
    ("a lone surrogate", {"traits": '[["x",1,"\\ud800"]]'}, None),
    ("NUL", {"traits": '[["x",1,"a\\u0000b"]]'}, None),
    ("an emoji", {"traits": '[["x",1,"\\ud83d\\ude00"]]'}, True),
    ("2 MB of raw", {"raw": json.dumps({"text": "x" * 2_000_000})}, True),
    ("a deep raw", {"raw": "[" * 5000 + "]" * 5000}, False),
    ("no id", {"message_id": "null"}, False),
    ("an empty id", {"message_id": '""'}, False),
    ("an id with slashes", {"message_id": f'"a/b/{uuid.uuid4()}"'}, True),
    ("no type", {"event_type": "null"}, False),
    ("no time", {"generated": "null"}, False),
    ("a bad time", {"generated": '"yesterday"'}, False),
    ("hour 24", {"generated": '"2026-01-01T24:00:00"'}, False),
    ("a zone", {"generated": '"2026-01-01T02:00:00+02:00"'}, True),
    ("nanoseconds", {"generated": '"2026-01-01T00:00:00.123456789"'}, True),
    ("traits of another shape", {"traits": "42"}, False),
    ("null raw", {"raw": "null"}, True),
    ("no traits", {"traits": "[]"}, True),
    ("the same name in each type", {"traits": '[["k",1,"a"],["k",2,1],["k",3,1.5]]'}, True),
    ("the same name twice", {"traits": '[["k",1,"a"],["k",1,"b"]]'}, None),
    ("a null value", {"traits": '[["k",1,null]]'}, True),
    ("an unknown member", {"extra": '{"a":1}'}, True),
    ("duplicate members", {"event_type": '"test.body","event_type":"test.body"'}, None),
]


@pytest.mark.parametrize("what,members,accepted", EVENTS, ids=[row[0] for row in EVENTS])
def test_one_strange_event_never_harms_its_neighbours(server, client, what, members, accepted):
    mark = str(uuid.uuid4())
    good = [sample("test.neighbour", mark=mark) for _ in range(2)]
    body = b"[" + b",".join(
        [json.dumps(good[0]).encode(), event_text(**members), json.dumps(good[1]).encode()]) + b"]"
    answer = client.request("POST", "/v2/events", body, JSON)
    assert answer.status == 200, answer.body[:500]
    result = answer.json()
    taken = result["accepted"] - 2
    assert taken + result["rejected"] == 1, result
    if accepted is not None:
        assert taken == accepted, result
    if result["rejected"]:
        [item] = [one for one in result["items"] if one["status"] == "rejected"]
        assert item["index"] == 1 and item["code"] and len(item["detail"]) > 10
    assert stored(server, ("mark", mark)).keys() == {one["message_id"] for one in good}
    assert client.get("/v2/events?limit=10000&q.field=all_tenants&q.value=true").status == 200


def test_a_request_with_nothing_usable_is_400_and_says_why(client):
    answer = client.publish([{"message_id": "x"}])
    assert answer.status == 400
    assert "event_type" in answer.text or "generated" in answer.text


def test_one_json_document_a_line(server, client):
    events = [sample("test.lines") for _ in range(20)]
    body = "\n".join(map(json.dumps, events)).encode() + b"\n"
    answer = client.request(
        "POST", "/v2/events", body, {"Content-Type": "application/x-ndjson"})
    assert (answer.status, answer.json()["accepted"]) == (200, 20)
    assert len(stored(server, ("event_type", "test.lines"))) == 20


def test_a_gzip_body(server, client):
    events = [sample("test.gzip") for _ in range(20)]
    answer = client.request("POST", "/v2/events", gzip.compress(json.dumps(events).encode()),
                            JSON | {"Content-Encoding": "gzip"})
    assert (answer.status, answer.json()["accepted"]) == (200, 20)


def test_verbose_lists_every_item(client):
    answer = client.publish([sample() for _ in range(3)], "/v2/events?verbose=true")
    assert [item["status"] for item in answer.json()["items"]] == ["accepted"] * 3
    assert [item["index"] for item in answer.json()["items"]] == [0, 1, 2]
