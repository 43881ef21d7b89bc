"""What is left in a damaged file of the spool."""

import contextlib
import io
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from annals_publisher.documents import Document
from annals_publisher.recover import main, recover
from annals_publisher.spool import Spool

SOURCE = Path(__file__).parent.parent / "src"
PAGE_BYTES = 4096


@pytest.fixture
def damaged(tmp_path):
    """400 events of which the first 10 are delivered; it is not damaged yet."""
    spool = Spool(tmp_path / "spool", 1 << 30)
    (tmp_path / "spool").mkdir()
    spool.append([
        Document(str(number), json.dumps({"message_id": str(number), "text": "x" * 300}).encode())
        for number in range(400)])
    file, rows = spool.oldest(10, 1 << 20)
    spool.remove(file, [identifier for identifier, _ in rows])
    # As kill -9 leaves it: the last events are in the log only.
    path = tmp_path / "file.damaged"
    shutil.copyfile(file.path, path)
    shutil.copyfile(f"{file.path}-wal", f"{path}-wal")
    spool.close()
    return path


@pytest.fixture
def merged(damaged):
    """Without a log, which would mend what is damaged in the file."""
    with contextlib.closing(sqlite3.connect(damaged)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not damaged.with_name("file.damaged-wal").exists()
    return damaged


def read(path):
    output = io.BytesIO()
    events, failures = recover(path, output)
    found = [json.loads(line)["message_id"] for line in output.getvalue().splitlines()]
    assert len(found) == events
    return found, failures


def test_all_of_a_file_that_is_well(damaged):
    before = damaged.read_bytes()
    assert read(damaged) == ([str(number) for number in range(10, 400)], 0)
    assert damaged.read_bytes() == before, "it is only read"


@pytest.mark.parametrize("pages", [[10], [5, 6, 20], [-1]])
def test_all_but_what_is_in_damaged_pages(merged, pages):
    whole, _ = read(merged)
    count = merged.stat().st_size // PAGE_BYTES
    with merged.open("r+b") as file:
        for page in pages:
            file.seek(page % count * PAGE_BYTES)
            file.write(b"\xff" * PAGE_BYTES)
    found, failures = read(merged)
    assert set(found) < set(whole)
    assert len(whole) - 13 * len(pages) <= len(found), "a page has at most 13 of these events"
    assert failures > 0


def test_a_file_of_which_nothing_is_left_has_no_events(merged):
    merged.write_bytes(b"\xff" * PAGE_BYTES * 3)
    assert read(merged)[0] == []


def test_as_a_program(damaged):
    done = subprocess.run(
        [sys.executable, "-m", "annals_publisher.recover", damaged], capture_output=True,
        timeout=60, env={"PYTHONPATH": str(SOURCE)})
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 390
    assert done.stderr.startswith(b"390 events are printed; 0 ids")


def test_what_is_wrong_is_said(tmp_path):
    assert main([]).startswith("Usage: ")
    assert "nope.damaged cannot be read" in main([str(tmp_path / "nope.damaged")])
