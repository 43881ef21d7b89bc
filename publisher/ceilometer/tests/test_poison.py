"""What Annals refuses for ever does not hold up the rest."""

import json
import os

import pytest
from annals_publisher import rejects
from conftest import Event, error, rejecting


def test_only_the_rejected_events_are_set_aside(annals, make_publisher, caplog, tmp_path):
    annals.always = lambda documents: rejecting(documents, "bad")
    events = [Event(kind="bad" if number in (3, 7) else "good") for number in range(10)]
    publisher = make_publisher(rejects=tmp_path / "rejects")
    publisher.publish_events(events)
    assert (publisher.counters.accepted, publisher.counters.rejected) == (8, 2)
    assert len(annals.requests) == 1, "they are not sent again"
    kept = [json.loads(line) for line in (tmp_path / "rejects").read_text().splitlines()]
    assert [line["event"] for line in kept] == [events[3].serialize(), events[7].serialize()]
    assert kept[0]["refusal"] == {
        "message_id": events[3].message_id, "code": "invalid_event", "detail": "It is poison."}
    assert (tmp_path / "rejects").stat().st_mode & 0o777 == 0o600
    assert f"{events[3].message_id}: It is poison. (invalid_event)" in caplog.text


def test_a_batch_of_which_nothing_can_be_used_is_settled(annals, make_publisher):
    annals.always = lambda documents: rejecting(documents, "bad")
    publisher = make_publisher()
    publisher.publish_events([Event(kind="bad"), Event(kind="bad")])
    assert publisher.counters.rejected == 2


def test_a_file_of_rejects_that_cannot_be_written_is_no_reason_to_stop(
        annals, make_publisher, caplog):
    annals.always = lambda documents: rejecting(documents, "bad")
    make_publisher(rejects="/nope/rejects").publish_events([Event(kind="bad")])
    assert "could not be kept in /nope/rejects" in caplog.text


def test_an_event_of_which_only_a_part_was_kept_is_said(
        annals, make_publisher, caplog, tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(
        rejects.os, "write", lambda descriptor, line: write(descriptor, line[:10]))
    annals.always = lambda documents: rejecting(documents, "bad")
    publisher = make_publisher(rejects=tmp_path / "rejects")
    publisher.publish_events([Event("a", kind="bad")])
    assert "The event a could not be kept" in caplog.text


@pytest.mark.parametrize("message_id", [None, 7, "\ud800"])
@pytest.mark.parametrize("is_there", [True, False])
def test_an_identifier_that_is_none_holds_up_nothing(
        annals, make_publisher, tmp_path, message_id, is_there):
    bad, good = Event(kind="bad"), Event("good")
    bad.message_id = message_id

    def answer(documents):
        annals.stored |= {str(one["message_id"]): one for one in documents}
        return rejecting(documents, "bad")

    annals.always = answer if is_there else 503
    publisher = make_publisher(
        spool=tmp_path / "spool", spool_after=0, rejects=tmp_path / "rejects")
    publisher.publish_events([bad])
    publisher.publish_events([good])
    annals.always = answer
    publisher.publish_events([Event()])
    while len(annals.stored) < 3:
        assert annals.answered.acquire(timeout=20), "the spool is not sent"
    publisher.close()
    assert publisher.counters.rejected == 1
    [line] = (tmp_path / "rejects").read_text().splitlines()
    assert json.loads(line)["event"]["message_id"] == message_id


@pytest.mark.parametrize("status", [413, 400, 422])
def test_without_a_word_on_each_event_halves_find_the_poison(annals, make_publisher, status):
    def choose(documents):
        if any(one["traits"] == [["kind", 1, "bad"]] for one in documents):
            return status, {}, error("Something in it is bad.")
        return annals.store(documents)

    annals.always = choose
    events = [Event(kind="bad" if number == 5 else "good") for number in range(16)]
    publisher = make_publisher(linger=0)
    publisher.publish_events(events)
    assert publisher.counters.rejected == 1
    assert annals.stored.keys() == {
        event.message_id for number, event in enumerate(events) if number != 5}
    assert list(annals.stored) == [
        event.message_id for number, event in enumerate(events) if number != 5], "in order"


def test_a_proxys_413_halves_too(annals, make_publisher):
    annals.always = lambda documents: (
        (413, {}, "<html>Too large</html>") if len(documents) > 3 else annals.store(documents))
    make_publisher().publish_events([Event() for _ in range(20)])
    assert len(annals.stored) == 20
    assert max(len(one.documents) for one in annals.requests) == 20


def test_half_a_batch_stays_delivered_when_the_other_half_has_to_wait(annals, make_publisher):
    annals.script.extend([413, "store", 503, "store"])
    publisher = make_publisher()
    publisher.publish_events([Event() for _ in range(4)])
    assert [len(one.documents) for one in annals.requests] == [4, 2, 2, 2]
    assert publisher.counters.duplicates == 0, "what was delivered is not sent again"
