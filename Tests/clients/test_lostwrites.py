"""The disk that forgets, tried on SQLite alone: what it must lose, and what it must not."""

import subprocess
import sys

import pytest
from support.lostwrites import ForgetfulDisk

WRITER = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute(f"PRAGMA synchronous = {sys.argv[2]}")
database.execute("CREATE TABLE number (value INTEGER)")
for value in range(200):
    try:
        database.execute("INSERT INTO number VALUES (?)", (value,))
        print(value, flush=True)
    except sqlite3.OperationalError as error:
        print(error, flush=True)
print("done", flush=True)
time.sleep(60)
"""
COUNT = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
try:
    print(database.execute("SELECT count(*) FROM number").fetchone()[0])
except sqlite3.OperationalError:
    print(0)
"""


def start(path, synchronous, disk):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), synchronous], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, env=disk.environment)


def count(path) -> int:
    return int(subprocess.run(
        [sys.executable, "-c", COUNT, str(path)], check=True, capture_output=True).stdout)


@pytest.mark.parametrize("torn", [False, True], ids=["all unsynced lost", "torn"])
@pytest.mark.parametrize("synchronous", ["FULL", "NORMAL"])
def test_full_keeps_every_commit_and_normal_does_not(
    tmp_path, lostwrites_library, synchronous, torn
):
    store = tmp_path / "store"
    store.mkdir()
    disk = ForgetfulDisk(lostwrites_library, store, tmp_path / "control")
    writer = start(store / "numbers.db", synchronous, disk)
    while writer.stdout.readline() != "done\n":
        pass
    disk.lose_power(torn)
    assert writer.wait(timeout=10) == 137
    if synchronous == "FULL":
        assert count(store / "numbers.db") == 200
    else:
        assert count(store / "numbers.db") < 200
