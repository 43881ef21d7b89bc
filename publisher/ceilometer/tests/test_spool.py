"""Events on disk while Annals is away."""

import logging

import pytest
from annals_publisher.connection import DeliveryError
from annals_publisher.counters import Counters
from annals_publisher.options import Options
from annals_publisher.patience import Patience
from annals_publisher.sender import Sender
from annals_publisher.spool import Spool
from conftest import Event


def test_while_annals_is_there_nothing_touches_the_disk(annals, make_publisher, tmp_path):
    make_publisher(spool=tmp_path / "spool").publish_events([Event()])
    assert list((tmp_path / "spool").iterdir()) == []


def test_while_annals_is_away_callers_return_once_it_is_on_disk(
        annals, make_publisher, make_callers, tmp_path):
    annals.always = 503
    callers = make_callers(make_publisher(spool=tmp_path / "spool", spool_after=0.05))
    events = [Event() for _ in range(30)]
    for event in events:
        callers.publish(event)
    assert callers.join().failures == {}
    assert annals.stored == {}
    assert callers.publisher.counters.spooled == 30
    annals.always = "store"
    callers.publish(late := Event())
    callers.join()
    wait_for(annals, {event.message_id for event in [*events, late]})
    callers.publisher.close()
    assert callers.publisher.counters.replayed == callers.publisher.counters.spooled
    assert list((tmp_path / "spool").iterdir()) == []


def wait_for(annals, message_ids):
    while annals.stored.keys() != message_ids:
        assert annals.answered.acquire(timeout=20), "the spool is not sent"


def test_the_order_is_kept(annals, make_publisher, tmp_path):
    annals.always = 503
    publisher = make_publisher(spool=tmp_path / "spool", spool_after=0, batch_events=3)
    events = [Event() for _ in range(20)]
    for event in events:
        publisher.publish_events([event])
    annals.always = "store"
    wait_for(annals, {event.message_id for event in events})
    assert list(annals.stored) == [event.message_id for event in events]


def test_after_a_failure_an_empty_spool_waits_for_events_and_does_not_spin(tmp_path):
    waits = []

    class Line:
        age = 0.0

        def wait_for_arrival(self, seconds):
            waits.append(seconds)
            return False

    options = Options("http://h", spool=str(tmp_path), spool_after=0)
    sender = Sender(options, None, Counters(), Spool(tmp_path, 1 << 30), Patience(now=lambda: 0.0))
    sender.line = Line()
    sender._adopt_if_due()
    sender._patience.failed(None)
    sender._patience._now = lambda: 1000.0  # The next attempt is due.
    sender._work_once()
    [wait] = waits
    assert wait > 1, "until the next line of figures, or the next look for what others left"


def test_a_long_retry_after_does_not_hold_callers_up(annals, make_publisher, tmp_path):
    annals.always = (503, {"Retry-After": "100"}, "")
    publisher = make_publisher(spool=tmp_path / "spool", spool_after=0.05)
    publisher.publish_events([Event()])
    publisher.publish_events([Event()])
    assert (len(annals.requests), publisher.counters.spooled) == (1, 2)


def test_the_line_of_figures_says_what_is_on_disk(annals, make_publisher, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    annals.always = 503
    publisher = make_publisher(spool=tmp_path / "spool", spool_after=0, report_interval=0.001)
    publisher.publish_events([Event(text="x" * 9000)])
    publisher.close()
    lines = [dict(word.split("=") for word in line.split(": ", 1)[1].split())
             for line in caplog.messages if line.startswith("published to")]
    assert [line for line in lines
            if line["in_spool"] == "1" and int(line["in_spool_bytes"]) > 9000]


def test_the_next_worker_sends_what_the_last_one_left(annals, make_publisher, tmp_path, caplog):
    annals.always = 503
    publisher = make_publisher(spool=tmp_path / "spool", spool_after=0)
    event = Event()
    publisher.publish_events([event])
    publisher.close()
    annals.always = "store"
    make_publisher(spool=tmp_path / "spool")
    wait_for(annals, {event.message_id})
    assert "1 events of former workers" in caplog.text


def test_a_full_spool_makes_callers_wait_and_raise(annals, make_publisher, tmp_path, caplog):
    annals.always = 503
    publisher = make_publisher(
        spool=tmp_path / "spool", spool_after=0, spool_bytes=65_536, timeout=0.2, deadline=0.5)
    kept = set()
    while "takes no events: database or disk is full" not in caplog.text:
        event = Event(text="x" * 5000)
        try:
            publisher.publish_events([event])
        except DeliveryError:
            continue
        kept.add(event.message_id)
    assert 1 <= len(kept) < 100
    with pytest.raises(DeliveryError):
        publisher.publish_events([Event(text="x" * 5000)])
    annals.always = "store"
    while not kept <= annals.stored.keys():
        assert annals.answered.acquire(timeout=20), "the spool is not sent"


def test_poison_in_the_spool_is_set_aside(annals, make_publisher, tmp_path):
    annals.always = 503
    publisher = make_publisher(
        spool=tmp_path / "spool", spool_after=0, rejects=tmp_path / "rejects")
    bad, good = Event(kind="bad"), Event()
    publisher.publish_events([bad])
    publisher.publish_events([good])
    annals.always = lambda documents: 413 if documents[0]["traits"] else annals.store(documents)
    wait_for(annals, {good.message_id})
    publisher.close()
    assert bad.message_id in (tmp_path / "rejects").read_text()
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_directory_that_cannot_be_made_is_said(make_publisher, tmp_path, caplog):
    (tmp_path / "file").touch()
    make_publisher(spool=tmp_path / "file" / "spool")
    assert f"spool={tmp_path}/file/spool" in caplog.text
