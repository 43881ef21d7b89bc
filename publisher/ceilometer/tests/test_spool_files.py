"""The files of the spool, and those of workers before."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from annals_publisher import spool as spool_module
from annals_publisher.documents import Document
from annals_publisher.spool import Spool, SpoolError
from annals_publisher.spool_file import SpoolFile

SOURCE = Path(__file__).parent.parent / "src"


def documents(count, size=10):
    return [Document(str(number), b'"%b"' % (b"x" * size)) for number in range(count)]


def drain(spool, count=1000, size=1 << 20):
    found = []
    while True:
        file, rows = spool.oldest(count, size)
        if file is None:
            return found
        found += [document for _, document in rows]
        spool.remove(file, [identifier for identifier, _ in rows])


@pytest.fixture
def make_spool(tmp_path):
    made = []

    def make(maximum_bytes=1 << 30):
        made.append(Spool(tmp_path, maximum_bytes))
        made[-1].adopt()
        return made[-1]

    yield make
    for spool in made:
        spool.close()


def test_the_oldest_come_first_and_an_empty_spool_has_no_file(make_spool, tmp_path):
    spool = make_spool()
    spool.append(documents(5))
    spool.append(documents(3))
    assert spool.count == 8
    assert drain(spool, count=2) == documents(5) + documents(3)
    assert (spool.count, list(tmp_path.iterdir())) == (0, [])


def test_a_batch_of_it_has_a_number_of_bytes_at_most_but_one_event_always(make_spool):
    spool = make_spool()
    spool.append(documents(4, size=100))
    assert len(spool.oldest(10, 250)[1]) == 2
    assert len(spool.oldest(10, 1)[1]) == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from annals_publisher.documents import Document
from annals_publisher.spool import Spool
spool = Spool(Path(sys.argv[1]), 1 << 30)
for number in range(7):
    spool.append([Document(str(number), b'"x"')])
    print(number, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_worker(directory):
    """The identifiers of what it has appended before kill -9."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, directory], capture_output=True, text=True, timeout=60,
        env=os.environ | {"PYTHONPATH": str(SOURCE)})
    assert done.returncode == -signal.SIGKILL, done.stderr
    return done.stdout.split()


def test_what_killed_workers_left_is_taken_over_once(make_spool, tmp_path):
    left = [identifier for _ in range(3) for identifier in killed_worker(tmp_path)]
    assert len(left) == 21
    heir, other = make_spool(), make_spool()
    assert (heir.count, other.count) == (21, 0)
    assert [one.message_id for one in drain(heir)] == left


def test_what_a_living_worker_has_is_left_to_it(make_spool):
    living = make_spool()
    living.append(documents(2))
    other = make_spool()
    assert other.count == 0
    other.append(documents(1))
    assert (len(drain(other)), len(drain(living))) == (1, 2)


def test_it_has_an_end_and_goes_on_when_there_is_room_again(make_spool):
    spool = make_spool(maximum_bytes=65_536)
    stored = 0
    with pytest.raises(SpoolError, match="full"):
        for _ in range(100):
            spool.append(documents(10, size=1000))
            stored += 10
    assert 10 <= stored < 100
    assert len(drain(spool)) == stored, "what did not fit is not there in part"
    spool.append(documents(10))
    assert spool.count == 10


def size_of(directory):
    return sum(path.stat().st_size for path in directory.glob("*.db"))


def fill(spool):
    stored = 0
    with pytest.raises(SpoolError, match="spool_bytes=300000"):
        while True:
            spool.append(documents(5, size=1000))
            stored += 5
    return stored


def test_all_files_together_have_an_end_however_many_workers_there_were(make_spool, tmp_path):
    stored = 0
    for size in (100_000, 250_000, 300_000):
        spool = make_spool(maximum_bytes=300_000)
        while size_of(tmp_path) < size and spool.bytes < size:
            spool.append(documents(5, size=1000))
            stored += 5
        spool.close()
    heir = make_spool(maximum_bytes=300_000)
    assert heir.count == stored
    stored += fill(heir)
    heir.close()
    assert size_of(tmp_path) <= 300_000
    heir = make_spool(maximum_bytes=300_000)
    assert len(drain(heir)) == stored, "what is there is sent"
    assert fill(heir) > 100, "and then there is room again"


def test_two_living_workers_share_the_room(make_spool, tmp_path):
    first, second = make_spool(maximum_bytes=300_000), make_spool(maximum_bytes=300_000)
    fill(first)
    with pytest.raises(SpoolError, match="no room for a file more"):
        second.append(documents(1))
    drain(first)
    second.append(documents(1))


def test_a_crowd_of_files_is_taken_over_a_few_at_a_time(make_spool, tmp_path, monkeypatch):
    monkeypatch.setattr(spool_module, "MOST_FILES", 2)
    for _ in range(5):
        worker = Spool(tmp_path, 1 << 30)
        worker.append(documents(1))
        worker.close()
    heir = make_spool()
    assert (heir.count, len(drain(heir))) == (2, 2)
    heir.adopt()
    assert len(drain(heir)) == 2
    heir.adopt()
    assert len(drain(heir)) == 1


def test_directories_that_are_made_are_on_the_disk(tmp_path, monkeypatch):
    synced = []
    sync = os.fsync

    def note(descriptor):
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        sync(descriptor)

    monkeypatch.setattr(spool_module.os, "fsync", note)
    Spool.prepare(str(tmp_path / "a" / "b"))
    assert set(synced) == {str(tmp_path), str(tmp_path / "a")}, "where there is a new name"
    synced.clear()
    Spool.prepare(str(tmp_path / "a" / "b"))
    assert synced == []


def test_nobody_else_may_read_it(make_spool, tmp_path):
    tmp_path.chmod(0o755)
    before = os.umask(0)
    try:
        spool = make_spool()
        spool.append(documents(3))
    finally:
        os.umask(before)
    names = {path.suffix: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert names == dict.fromkeys((".db", ".db-wal", ".db-shm", ".lock"), 0o600)


def test_a_file_that_others_could_read_is_theirs_no_longer(make_spool, tmp_path):
    killed_worker(tmp_path)
    for path in tmp_path.iterdir():
        path.chmod(0o644)
    assert make_spool().count == 7
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.db*")} == {0o600}


def test_what_could_not_be_opened_is_taken_over_later(make_spool, tmp_path, monkeypatch, caplog):
    killed_worker(tmp_path)

    def refuse(*_):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as full:
        full.setattr(SpoolFile, "open", refuse)
        spool = make_spool()
        spool.adopt()
        assert spool.count == 0
    assert caplog.text.count("is left where it is") == 1
    spool.adopt()
    assert len(drain(spool)) == 7


def test_a_damaged_file_keeps_its_log(make_spool, tmp_path):
    killed_worker(tmp_path)
    [log] = tmp_path.glob("*.db-wal")
    spool = make_spool()
    spool.oldest(1, 1)
    held = log.read_bytes()
    # As where it cannot be merged: closing would do that here.
    spool._files[0]._database = type("Broken", (), {"close": lambda self: None})()
    spool._set_aside(spool._files[0], sqlite3.DatabaseError("damaged"))
    assert [path.suffix for path in sorted(tmp_path.iterdir())] == [".damaged", ".damaged-wal"]
    assert next(tmp_path.glob("*.damaged-wal")).read_bytes() == held


def test_a_file_that_is_damaged_where_it_is_written_is_written_no_more(make_spool, monkeypatch):
    spool = make_spool()
    spool.append(documents(1))

    def refuse(*_):
        raise sqlite3.DatabaseError("database disk image is malformed")

    with monkeypatch.context() as damage:
        damage.setattr(SpoolFile, "append", refuse)
        with pytest.raises(SpoolError, match="malformed"):
            spool.append(documents(1))
    spool.append(documents(2))
    assert len(spool._files) == 2
    assert len(drain(spool)) == 3


def test_a_damaged_file_is_set_aside_and_the_others_are_sent(make_spool, tmp_path, caplog):
    first = make_spool()
    first.append(documents(1, size=100_000))
    first.close()
    [path] = tmp_path.glob("*.db")
    with path.open("r+b") as file:
        file.seek(8192)  # Behind the table's first page, where the long text is.
        file.write(b"\xff" * 65_536)
    spool = make_spool()
    spool.append(documents(3))
    assert drain(spool)[-3:] == documents(3)
    assert [one.name for one in tmp_path.glob("*.damaged")] == [path.with_suffix(".damaged").name]
    assert "is damaged" in caplog.text


def test_a_file_that_is_none_of_ours_is_left_alone(make_spool, tmp_path, caplog):
    path = tmp_path / "0.db"
    path.write_bytes(b"not SQLite's" * 1000)
    assert make_spool().count == 0
    assert path.exists()
    assert "cannot be read and is left" in caplog.text


def test_a_commit_waits_for_the_disk(make_spool):
    spool = make_spool()
    spool.append(documents(1))
    database = spool._own._database
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
