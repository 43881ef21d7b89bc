"""The disk of the spool fails, and Annals is there or not."""

import errno
import sqlite3
from pathlib import Path

import pytest
from annals_publisher.spool_file import SpoolFile
from conftest import Event

READ_ONLY = sqlite3.OperationalError("attempt to write a readonly database")


@pytest.fixture
def disk():
    """Fails on demand."""
    monkeypatch = pytest.MonkeyPatch()

    class Disk:
        @staticmethod
        def fail(*names, error=READ_ONLY):
            def refuse(*_, **__):
                raise error
            for name in names:
                monkeypatch.setattr(SpoolFile, name, refuse)

        heal = staticmethod(monkeypatch.undo)

    yield Disk
    monkeypatch.undo()


@pytest.fixture
def publisher(annals, make_publisher, tmp_path):
    """It has five events in its spool."""
    annals.always = 503
    publisher = make_publisher(spool=tmp_path / "spool", spool_after=0, batch_events=2)
    for number in range(5):
        publisher.publish_events([Event(f"old {number}")])
    return publisher


OLD = {f"old {number}" for number in range(5)}


def wait_for(annals, message_ids):
    while not message_ids <= annals.stored.keys():
        assert annals.answered.acquire(timeout=20), "the spool is not sent"


def test_a_disk_that_cannot_be_written_stops_nothing_while_annals_is_there(
        annals, publisher, disk, caplog):
    disk.fail("remove", "append")
    annals.always = "store"
    wait_for(annals, OLD)
    for number in range(20):
        publisher.publish_events([Event(f"new {number}")])
    assert annals.stored.keys() == OLD | {f"new {number}" for number in range(20)}
    assert publisher.counters.duplicates == 0, "what was in the spool is sent once"
    assert publisher.counters.returned == 0
    assert caplog.text.count("readonly database") == 1, "not a line an attempt"


def test_new_events_do_not_wait_for_the_end_of_a_long_spool(
        annals, make_callers, publisher, disk):
    disk.fail("remove", "append")
    annals.gate.clear()
    annals.always = "store"
    callers = make_callers(publisher)
    callers.publish(Event("new"))
    while not publisher._running_sender().line.wait_for_arrival(0.01):
        pass
    annals.gate.set()
    assert callers.join().failures == {}
    wait_for(annals, OLD | {"new"})
    assert list(annals.stored)[-1] != "new"


def test_when_it_can_be_written_again_what_was_delivered_is_not_sent_again(
        annals, publisher, disk, tmp_path):
    disk.fail("remove")
    first = {"old 0", "old 1"}
    annals.always = lambda documents: (
        "store" if {one["message_id"] for one in documents} <= first else 503)
    wait_for(annals, first)
    disk.heal()
    publisher.publish_events([Event("late")])
    annals.always = "store"
    wait_for(annals, OLD | {"late"})
    publisher.close()
    assert publisher.counters.duplicates == 0
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_disk_that_cannot_be_read_stops_nothing_while_annals_is_there(
        annals, publisher, disk, caplog):
    disk.fail("oldest", "append", error=sqlite3.OperationalError("disk I/O error"))
    annals.always = "store"
    for number in range(20):
        publisher.publish_events([Event(f"new {number}")])
    assert {f"new {number}" for number in range(20)} <= annals.stored.keys()
    disk.heal()
    wait_for(annals, OLD)
    assert publisher.counters.duplicates == 0
    assert "failed unexpectedly" not in caplog.text


def test_a_file_that_cannot_be_read_does_not_hold_up_the_others(
        annals, make_publisher, publisher, tmp_path, monkeypatch):
    publisher.close()
    old = next((tmp_path / "spool").glob("*.db"))
    oldest = SpoolFile.oldest

    def fail_for_the_old(file, *rest):
        if file.path == old:
            raise sqlite3.OperationalError("disk I/O error")
        return oldest(file, *rest)

    monkeypatch.setattr(SpoolFile, "oldest", fail_for_the_old)
    (tmp_path / "spool" / "new.db").write_bytes(old.read_bytes())
    annals.always = "store"
    make_publisher(spool=tmp_path / "spool")
    wait_for(annals, OLD)
    assert old.exists()


def test_a_file_that_is_sent_and_cannot_be_deleted_is_said(
        annals, publisher, monkeypatch, caplog):
    def refuse(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refuse)
    annals.always = "store"
    wait_for(annals, OLD)
    publisher.publish_events([Event("new")])
    publisher.close()
    assert "is sent and cannot be deleted" in caplog.text
    assert publisher.counters.duplicates == 0
