"""`annals copy`: Panko's databases and stores of Annals, from every engine to every other."""

import re
import signal
import sqlite3
import subprocess
import uuid

import pytest
from support.engines import Database, upgrade
from support.server import ROOT, binary, clean_environment
from support.waiting import eventually

pytestmark = pytest.mark.every_engine

PANKO = ROOT / "Tests" / "PankoStorageTests" / "Fixtures"
KINDS = {"sqlite": "sqlite", "postgresql": "postgresql", "mysql": "mariadb"}
#: What Panko's driver had stored of the same events, by engine.
EVENTS = {"sqlite": 40, "postgresql": 35, "mysql": 29}


@pytest.fixture
def place(engine, tmp_path):
    """Makes addresses of databases of the test's own."""
    made = []

    def make(kind: str = "store") -> str:
        if engine == "sqlite":
            path = tmp_path / f"{uuid.uuid4().hex}.db"
            if kind == "panko":
                with sqlite3.connect(path) as file:
                    file.executescript(panko_script(engine))
            return f"sqlite://{path}"
        database = Database.create(engine)
        made.append(database)
        if kind == "panko":
            database.query(panko_script(engine))
        else:
            upgrade(database.url)
        return database.url

    yield make
    for database in made:
        database.drop()


def panko_script(engine: str) -> str:
    return "".join((PANKO / f"{part}-{KINDS[engine]}.sql").read_text() for part in ("schema", "rows"))


def start(source: str, target: str, directory, *words: str) -> subprocess.Popen:
    """The addresses may hold passwords, so they are in the environment."""
    return subprocess.Popen(
        [binary(), "copy", *words], cwd=directory, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=clean_environment() | {"COPY_FROM": source, "ANNALS_DATABASE_URL": target})


def copy(source: str, target: str, directory, *words: str, status: int = 0) -> str:
    process = start(source, target, directory, *words)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == status, output + errors
    return output + errors


def sums(output: str) -> list[tuple[str, str]]:
    """Count and digest of source and target."""
    return re.findall(r"^(?:source|target)  (\d+) events  sum of SHA-256 (\w+)$", output, re.M)


def test_panko_moves_in_and_on_to_other_stores(engine, place, tmp_path):
    store, other = place(), f"sqlite://{tmp_path / 'other.db'}"
    first = copy("panko+" + place("panko"), store, tmp_path)
    assert f"{EVENTS[engine]} new, 0 there already, 0 in conflict" in first
    assert "Verified: every event" in first
    second = copy(store, other, tmp_path)
    third = copy(other, place(), tmp_path)
    # One digest all the way, over all engines.
    assert len(set(sums(first) + sums(second) + sums(third))) == 1
    assert sums(first)[0][0] == str(EVENTS[engine])


def test_a_second_copy_finds_everything_there(engine, place, tmp_path):
    source, store = "panko+" + place("panko"), place()
    copy(source, store, tmp_path)
    assert "Copied 0 events" in copy(source, store, tmp_path)
    again = copy(source, store, tmp_path, "--from-start")
    assert f"0 new, {EVENTS[engine]} there already, 0 in conflict" in again
    assert "Verified" in copy(source, store, tmp_path, "--verify-only")
    empty = place()
    upgrade(empty)
    missing = copy(source, empty, tmp_path, "--verify-only", status=1)
    assert f"NOT VERIFIED: {EVENTS[engine]} events are missing" in missing


def large_panko(path, count: int) -> str:
    with sqlite3.connect(path) as file:
        file.executescript((PANKO / "schema-sqlite.sql").read_text())
        file.execute("INSERT INTO event_type VALUES (1, 'test.large')")
        file.executemany(
            "INSERT INTO event VALUES (?, ?, datetime(1600000000 + ?, 'unixepoch') || '.000000', '{}', 1)",
            ((row, f"large-{row}", row * 60) for row in range(1, count + 1)))
        file.executemany(
            "INSERT INTO trait_text VALUES (?, 'resource_id', ?)",
            ((row, f"resource-{row % 97}") for row in range(1, count + 1)))
    return f"panko+sqlite://{path}"


def copied(state) -> int:
    """How many events the state file tells of."""
    found = re.search(r'"accepted" : (\d+)', state.read_text()) if state.exists() else None
    return int(found[1]) if found else 0


@pytest.mark.every_engine("postgresql", "mysql")
def test_a_server_that_goes_and_comes_back_is_waited_for(make_database_server, make_server, tmp_path):
    count = 20_000
    server = make_database_server()
    store = make_server.database(server.url()).url
    panko, other = large_panko(tmp_path / "panko.db", count), f"sqlite://{tmp_path / 'other.db'}"
    for number, (source, target) in enumerate([(panko, store), (store, other)]):
        state = tmp_path / f"state{number}"
        process = start(source, target, tmp_path, "--state", str(state))
        eventually(lambda: copied(state) > 0, 30)
        server.crash()
        server.start()
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, output + errors
        assert [found for found, _ in sums(output)] == [str(count), str(count)]


def test_a_copy_that_is_stopped_and_one_that_is_killed_are_gone_on_with(place, tmp_path):
    count = 40_000
    source, store, state = large_panko(tmp_path / "panko.db", count), place(), tmp_path / "state"
    words = ("--state", str(state))

    process = start(source, store, tmp_path, *words)
    eventually(lambda: copied(state) > 0)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 1, output + errors
    assert "Stopped. The same command goes on from here" in output
    stopped = copied(state)
    assert 0 < stopped < count

    process = start(source, store, tmp_path, *words)
    eventually(lambda: copied(state) > stopped)
    process.kill()
    process.communicate(timeout=60)
    killed = copied(state)
    assert stopped < killed < count

    output = copy(source, store, tmp_path, *words)
    assert f"Earlier runs copied {killed}." in output
    assert [found for found, _ in sums(output)] == [str(count), str(count)]


def test_a_password_on_the_command_line_is_warned_of(tmp_path):
    done = subprocess.run(
        [binary(), "copy", "--from", "panko+mysql://panko:s3cr3t-of-mine@127.0.0.1:1/panko",
         "--to", "sqlite:store.db"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env=clean_environment())
    assert done.returncode != 0
    assert "--from-password-file" in done.stderr
    assert "s3cr3t" not in done.stdout + done.stderr
