"""What fails for now is tried again, until the deadline."""

import datetime
import math
import socket

import pytest
from annals_publisher import patience
from annals_publisher.connection import DeliveryError
from annals_publisher.patience import Patience, retry_after_seconds
from conftest import Event, error



def report(items=(), **counts):
    """For one event, which it does not acknowledge."""
    counts = {"accepted": 0, "duplicates": 0, "conflicts": 0, "rejected": 0} | counts
    return 200, {}, counts | {"items": list(items)}


PASSING = {
    "connection cut": None, "408": 408, "425": 425, "429": 429, "500": 500, "502": 502,
    "503": (503, {"Retry-After": "0"}, error("The store is away.")), "504": 504,
    "401, until somebody mends it": 401, "403": 403, "404": 404, "405": 405,
    "a redirect": (302, {"Location": "/elsewhere"}, ""),
    "a redirect that keeps the method": (307, {"Location": "/elsewhere"}, ""),
    "a proxy's 200": (200, {}, "<html>Welcome</html>"),
    "a proxy's 400": (400, {}, "<html>Bad request</html>"),
    "another service's 200": (200, {}, {"ok": True}),
    "another service's list": (200, {}, ["ok"]),
    "a report that does not name what it rejects": report(rejected=1),
    "a report that counts nothing": report(),
    "a report that counts too many": report(accepted=2),
    "a report with a count below zero": report(accepted=2, duplicates=-1),
    "a report with a yes for a count": report(accepted=True),
    "a report that rejects what was not sent": report(
        [{"index": 1, "status": "rejected", "code": "c", "detail": "d"}], rejected=1),
    "a report of an event that was not sent": report(
        [{"index": 7, "status": "duplicate", "code": "duplicate"}], duplicates=1),
    "204": (204, {}, ""),
}


@pytest.mark.parametrize("answer", PASSING.values(), ids=PASSING.keys())
def test_what_is_no_acknowledgement_is_tried_again(annals, make_publisher, answer):
    annals.script.extend([answer, answer, answer])
    event = Event()
    publisher = make_publisher()
    publisher.publish_events([event])
    assert annals.stored.keys() == {event.message_id}
    assert [one.path for one in annals.requests] == ["/v2/events"] * 4
    assert publisher.counters.failures == 3


@pytest.mark.parametrize("count", ["accepted", "duplicates", "conflicts", "spooled"])
def test_each_event_that_is_counted_is_acknowledged(annals, make_publisher, count):
    annals.always = report(**{count: 1})
    make_publisher().publish_events([Event()])
    assert len(annals.requests) == 1


def test_a_report_that_counts_a_part_acknowledges_nothing(
        annals, make_publisher, caplog):
    annals.script.append(report(accepted=2))
    publisher = make_publisher()
    publisher.publish_events([Event(), Event(), Event()])
    assert "the report counts 2 of 3 events" in caplog.text
    assert (len(annals.stored), publisher.counters.accepted) == (3, 3)


def test_all_callers_of_a_failed_batch_are_served_by_the_next(
        annals, make_publisher, make_callers):
    annals.script.extend([503] * 5)
    callers = make_callers(make_publisher())
    for _ in range(30):
        callers.publish(Event())
    assert callers.join().failures == {}
    assert len(annals.stored) == 30


def test_at_the_deadline_the_caller_gets_the_reason(annals, make_publisher, refusal_of, caplog):
    annals.always = (503, {}, error("The store is away."))
    publisher = make_publisher()
    assert "within 0.01 s: status 503: The store is away." in refusal_of(publisher)
    assert publisher.counters.returned == 1
    assert caplog.text.count("Annals does not take events") == 1, "not a line an attempt"


def test_each_kind_of_trouble_is_said_once(annals, make_publisher, caplog):
    annals.script.extend([503, 503, None, None, 503, 401, 401])
    make_publisher().publish_events([Event()])
    lines = [line for line in caplog.messages if "does not take events" in line]
    said = ["status 503", "no answer", "status 503", "status 401"]
    assert len(lines) == len(said)
    assert all(words in line for words, line in zip(said, lines))


def test_what_was_given_back_is_not_sent_later(annals, make_publisher, make_callers):
    annals.gate.clear()
    annals.script.append(503)
    callers = make_callers(make_publisher(deadline=0.3, linger=0))
    callers.publish(first := Event())
    annals.arrived.acquire(timeout=20)
    callers.publish(Event())  # Waits behind the first, which is under way.
    assert len(callers.join().failures) == 2
    annals.gate.set()
    third = Event()
    callers.publisher.publish_events([third])
    sent = [one["message_id"] for request in annals.requests for one in request.documents]
    assert sent == [first.message_id, third.message_id]
    assert annals.stored.keys() == {third.message_id}


def test_a_server_that_does_not_answer_ends_at_the_deadline_too(annals, make_publisher):
    annals.gate.clear()
    with pytest.raises(DeliveryError, match="no answer yet"):
        make_publisher(deadline=0.1, timeout=0.5).publish_events([Event()])
    annals.gate.set()


def test_a_server_that_hangs_is_asked_again_after_the_timeout(annals, make_publisher, make_callers):
    annals.gate.clear()
    callers = make_callers(make_publisher(timeout=0.1))
    callers.publish(Event())
    for _ in range(2):
        assert annals.arrived.acquire(timeout=20)
    annals.gate.set()
    assert callers.join().failures == {}


def test_a_server_that_comes_later_gets_everything(annals, make_publisher, make_callers):
    annals.stop()
    callers = make_callers(make_publisher())
    for _ in range(5):
        callers.publish(Event())
    annals.start()
    assert callers.join().failures == {}
    assert len(annals.stored) == 5


def test_nobody_there_is_said_with_the_address(make_publisher, refusal_of):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Nobody listens.
        address = f"annals://127.0.0.1:{taken.getsockname()[1]}"
        assert "no answer from http://127.0.0.1" in refusal_of(make_publisher(address))


def test_the_waits_grow_are_spread_and_have_an_end(monkeypatch):
    monkeypatch.setattr(patience, "FIRST", 0.2)
    monkeypatch.setattr(patience, "LONGEST", 10.0)
    for chance, expected in ((0.0, [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]),
                             (1.0, [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0])):
        waits = Patience(chance=lambda: chance, now=lambda: 0.0)
        found = []
        for _ in expected:
            waits.failed(None)
            found.append(waits.remaining)
        assert found == pytest.approx(expected)
        waits.succeeded()
        assert (waits.remaining, waits.is_tried) == (0, False)


@pytest.mark.parametrize("asked, expected", [(3.0, 3.0), (0.0, 0.002), (9999.0, 120.0)])
def test_the_server_is_believed_when_it_asks_for_time(asked, expected):
    waits = Patience(chance=lambda: 1.0, now=lambda: 0.0)
    waits.failed(asked)
    assert waits.remaining == pytest.approx(expected, rel=0.11)
    assert waits.remaining >= expected


@pytest.mark.parametrize("text, seconds", [
    ("7", 7.0), (" 0 ", 0.0), ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
    ("Thu, 01 Jan 2026 00:00:30 -0000", 30.0), ("Wed, 31 Dec 2025 23:00:00 GMT", 0.0),
    ("Thu, 01 Jan 99999999999999999999 00:00:30 GMT", None), ("9" * 400, math.inf),
    ("soon", None), ("", None), ("-1", None), ("1.5", None), (None, None), ("\u0661", None),
])
def test_retry_after_is_a_number_or_a_date(text, seconds):
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    assert retry_after_seconds(text, now) == seconds
