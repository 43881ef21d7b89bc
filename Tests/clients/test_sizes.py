"""The largest and the strangest texts come back as they were sent, on every engine."""

import json

import pytest
from support.events import as_listed, sample
from support.load import stored

pytestmark = pytest.mark.every_engine

ROOMY = {"ingest.maximum_body": "96MiB", "ingest.maximum_decompressed": "96MiB",
         "ingest.maximum_event": "80MiB", "ingest.maximum_in_flight": "256MiB"}


def test_a_raw_of_64_mib_comes_back_whole(make_server):
    server = make_server(settings=ROOMY).start()
    event = sample("test.large") | {"raw": {"text": "ä😀 and fifty-two more bytes of this, over and over, for long" * (2**20 - 1)}}
    body = json.dumps(event, ensure_ascii=False).encode()
    with server.client(timeout=120) as client:
        for outcome in ("accepted", "duplicates"):
            answer = client.request(
                "POST", "/v2/events", body, {"Content-Type": "application/json"})
            assert (answer.status, answer.json()[outcome]) == (200, 1), answer.text
        found = client.get(f"/v2/events/{event['message_id']}")
        assert found.status == 200
        assert found.json() == as_listed(event)
    server.stop()
    assert server.log_errors() == []


IDS = ["i" * 255, "ü" * 127 + "x", "😀" * 60, "a b", "a b ", "A B", "a%b", "a_b", "a'b\"c\\d;--",
       "\ufb01", "fi", "\u00e9", "e\u0301"]


def test_ids_and_texts_that_look_alike_are_apart(server):
    events = [sample("test.alike", message_id, text=message_id) for message_id in IDS]
    with server.client() as client:
        assert client.publish(events).json()["accepted"] == len(IDS)
    found = stored(server, ("event_type", "test.alike"))
    assert found == {event["message_id"]: as_listed(event) for event in events}
    for event in events:
        assert stored(server, ("text", event["message_id"])).keys() == {event["message_id"]}


def test_types_that_differ_in_case_accent_or_space_only_are_apart(server):
    names = ["test.apart", "Test.apart", "tést.apart", "test.apart ", "test.apart😀"]
    events = [sample(name, value=name) for name in names]
    with server.client() as client:
        assert client.publish(events).json()["accepted"] == len(names)
        listed = client.get("/v2/event_types").json()
    assert set(names) <= set(listed)
    for event in events:
        assert stored(server, ("event_type", event["event_type"])).keys() == {event["message_id"]}


NUMBERS = [0.1, 1e308, 5e-324, 1.7976931348623157e308, -0.5, 3.0000000000000004]
INTEGERS = [0, 1, -1, 2**63 - 1, -2**63]
TIMES = ["0001-01-01T00:00:00", "1969-12-31T23:59:59.999999", "2026-01-01T00:00:00.000001",
         "9999-12-31T23:59:59.999999"]


def test_numbers_and_times_keep_every_bit(server):
    events = [sample("test.bits", number=number) for number in NUMBERS]
    events += [sample("test.bits", number=number) for number in INTEGERS]
    events += [sample("test.bits") | {"generated": time} for time in TIMES]
    with server.client() as client:
        answer = client.publish(events)
        assert answer.json()["accepted"] == len(events), answer.text
    assert stored(server, ("event_type", "test.bits")) == {
        event["message_id"]: as_listed(event) for event in events}
