"""Callers block until Annals has their events, and share requests."""

import hashlib
import json
import math

import pytest
from annals_publisher import __version__
from conftest import Event


def test_a_caller_returns_when_its_event_is_stored(annals, make_publisher):
    event = Event(name="value")
    make_publisher().publish_events([event])
    assert annals.stored == {event.message_id: event.serialize()}


def test_an_empty_list_sends_nothing(annals, make_publisher):
    make_publisher().publish_events([])
    assert annals.requests == []


def test_callers_that_come_while_a_request_is_under_way_share_the_next_one(
        annals, make_publisher, make_callers):
    callers = make_callers(make_publisher(linger=0))
    annals.gate.clear()
    callers.publish(Event())
    annals.arrived.acquire(timeout=20)
    for _ in range(50):
        callers.publish(Event())
    line = callers.publisher._running_sender().line
    while len(line._waiting) < 50:
        assert line.wait_for_arrival(20)
    annals.gate.set()
    assert callers.join().failures == {}
    assert [len(one.documents) for one in annals.requests] == [1, 50]
    assert len({one.connection for one in annals.requests}) == 1, "one kept connection"
    assert len(annals.stored) == 51


def test_the_first_event_lingers_for_others(annals, make_publisher, make_callers):
    callers = make_callers(make_publisher(linger=10, batch_events=20))
    for _ in range(20):
        callers.publish(Event())
    assert callers.join().failures == {}
    assert [len(one.documents) for one in annals.requests] == [20], "a full batch does not linger"


def test_a_batch_has_a_number_of_events_at_most(annals, make_publisher):
    events = [Event() for _ in range(25)]
    make_publisher(batch_events=10).publish_events(events)
    assert [len(one.documents) for one in annals.requests] == [10, 10, 5]
    sent = [one["message_id"] for request in annals.requests for one in request.documents]
    assert sent == [event.message_id for event in events], "in order"


def test_a_batch_has_a_number_of_bytes_at_most_but_one_event_always(annals, make_publisher):
    events = [Event(text="x" * length) for length in (400, 400, 400, 5000, 400)]
    make_publisher(batch_bytes=1200).publish_events(events)
    assert [len(one.documents) for one in annals.requests] == [2, 1, 1, 1]


@pytest.mark.parametrize("gzip, encoding", [("true", "gzip"), ("false", None)])
def test_large_bodies_are_compressed_unless_told_otherwise(annals, make_publisher, gzip, encoding):
    make_publisher(gzip=gzip).publish_events([Event(text="x" * 5000)])
    assert annals.requests[0].headers["Content-Encoding"] == encoding
    assert (len(annals.requests[0].body) < 1000) == (encoding == "gzip")
    assert len(annals.stored) == 1


def test_small_bodies_are_not_compressed(annals, make_publisher):
    make_publisher().publish_events([Event()])
    assert "Content-Encoding" not in annals.requests[0].headers


def test_the_request_says_who_sends_what(annals, make_publisher):
    make_publisher().publish_events([Event()])
    headers = annals.requests[0].headers
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == f"annals-publisher/{__version__}"
    assert annals.requests[0].path == "/v2/events"


def test_a_batch_has_a_key_that_stays_when_it_is_sent_again(annals, make_publisher):
    annals.script.extend([503, 413, "store", 503, "store"])
    make_publisher().publish_events([Event("a"), Event("b")])
    assert [[one["message_id"] for one in request.documents] for request in annals.requests] == [
        ["a", "b"], ["a", "b"], ["a"], ["b"], ["b"]]
    first, again, half, other, repeated = [
        request.headers["Idempotency-Key"] for request in annals.requests]
    assert (first, other) == (again, repeated)
    assert len({first, half, other}) == 3


def test_the_key_is_a_digest_of_the_identifiers(annals, make_publisher):
    make_publisher().publish_events([Event("a"), Event("b")])
    # printf '["a", "b"]' | sha256sum
    expected = hashlib.sha256(b'["a", "b"]').hexdigest()
    assert annals.requests[0].headers["Idempotency-Key"] == f'"{expected}"'


def test_text_of_all_kinds_arrives(annals, make_publisher):
    event = Event(text="d\u00e9mo-\U0001f600 \ud800 \0", number=1e22, big=10 ** 30, odd=math.inf)
    make_publisher().publish_events([event])
    assert json.dumps(annals.stored[event.message_id]) == json.dumps(event.serialize())


def test_what_json_cannot_hold_is_set_aside_and_the_rest_is_sent(
        annals, make_publisher, caplog, tmp_path):
    bad, good = Event(value=object()), Event()
    publisher = make_publisher(rejects=tmp_path / "rejects")
    publisher.publish_events([bad, good])
    assert annals.stored.keys() == {good.message_id}
    assert bad.message_id in caplog.text
    assert bad.message_id in (tmp_path / "rejects").read_text()
    assert publisher.counters.rejected == 1


def test_an_event_that_is_there_already_is_a_success(annals, make_publisher):
    event = Event()
    publisher = make_publisher()
    publisher.publish_events([event])
    publisher.publish_events([event])
    assert (publisher.counters.accepted, publisher.counters.duplicates) == (1, 1)


def test_what_annals_has_spooled_is_acknowledged(annals, make_publisher):
    annals.always = lambda documents: (202, {}, {
        "accepted": 0, "duplicates": 0, "conflicts": 0, "rejected": 0, "spooled": 1, "items": [
            {"index": 0, "message_id": documents[0]["message_id"], "status": "spooled",
             "code": "spooled", "detail": "It is stored later."}]})
    publisher = make_publisher()
    publisher.publish_events([Event()])
    assert (publisher.counters.accepted, len(annals.requests)) == (1, 1)
