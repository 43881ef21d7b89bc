"""`annals db`: upgrades, exit statuses, and what an administrator does by hand, on every engine."""

import json
import re
import sqlite3
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from support.engines import Database, annals
from support.mariadb import mariadb
from support.postgresql import psql
from support.server import ROOT, Server, binary, clean_environment

pytestmark = pytest.mark.every_engine


class File:
    """A database of SQLite; the file is not there yet."""

    def __init__(self, path: Path):
        self.path, self.url = path, f"sqlite://{path}"

    def query(self, statement: str) -> list:
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            if statement.startswith("SELECT"):
                return [[str(value) for value in row] for row in connection.execute(statement)]
            connection.executescript(statement)
            return []
        finally:
            connection.close()

    def drop(self) -> None:
        pass


@pytest.fixture
def database(engine, tmp_path):
    """Empty: no schema yet."""
    made = File(tmp_path / "annals.db") if engine == "sqlite" else Database.create(engine)
    yield made
    made.drop()


def status(database) -> tuple[int, dict]:
    done = annals("db", "status", "--json", url=database.url, check=False)
    return done.returncode, json.loads(done.stdout)


def is_as_expected(database) -> bool:
    done = annals("db", "check", url=database.url, check=False)
    return (done.returncode, status(database)[0]) == (0, 0)


def test_an_upgrade_fills_an_empty_database(database):
    code, facts = status(database)
    assert code == 10
    assert (facts["current"], facts["phase"], facts["usable"]) == (0, "expand", False)
    assert annals("db", "check", url=database.url, check=False).returncode == 1
    assert "applied 001" in annals("db", "upgrade", url=database.url).stdout
    code, facts = status(database)
    assert code == 0
    assert facts["current"] == facts["wanted"]
    assert (facts["phase"], facts["usable"], facts["reason"]) == ("complete", True, None)
    assert is_as_expected(database)
    assert "applied" not in annals("db", "upgrade", url=database.url).stdout


def test_a_dry_run_prints_what_does_the_same_by_hand(database):
    script = annals("db", "upgrade", "--dry-run", url=database.url).stdout
    assert status(database)[1]["current"] == 0
    database.query(script)
    assert is_as_expected(database)
    assert "Nothing to do" in annals("db", "upgrade", "--dry-run", url=database.url).stdout


def test_runners_queue(database):
    runners = [start_upgrade(database.url) for _ in range(4)]
    outputs = [runner.communicate(timeout=60)[0] for runner in runners]
    assert [runner.returncode for runner in runners] == [0, 0, 0, 0]
    assert sum(output.count("applied 001") for output in outputs) == 1
    assert is_as_expected(database)


def test_a_killed_runner_is_run_again(engine, tmp_path):
    for milliseconds in (15, 40, 80):
        database = (File(tmp_path / f"annals-{milliseconds}.db") if engine == "sqlite"
                    else Database.create(engine))
        try:
            runner = start_upgrade(database.url)
            time.sleep(milliseconds / 1000)
            runner.kill()
            runner.wait()
            annals("db", "upgrade", url=database.url)
            assert is_as_expected(database)
        finally:
            database.drop()


def test_check_names_each_difference(database):
    annals("db", "upgrade", url=database.url)
    database.query("ALTER TABLE event DROP COLUMN log_index; CREATE TABLE mine (x integer);")
    done = annals("db", "check", url=database.url, check=False)
    assert done.returncode == 1
    assert "column event.log_index is missing" in done.stdout
    assert "table mine is not expected" in done.stdout
    assert "column event_id" not in done.stdout


def test_a_newer_schema_is_usable_or_not(database):
    annals("db", "upgrade", url=database.url)
    database.query(step(98, 1))
    code, facts = status(database)
    assert (code, facts["state"], facts["usable"]) == (11, "ahead", True)
    refused = annals("db", "upgrade", url=database.url, check=False)
    assert refused.returncode == 1 and "newer build" in refused.stderr
    database.query(step(99, 99))
    code, facts = status(database)
    assert (code, facts["state"], facts["usable"], facts["lowest"]) == (12, "unusable", False, 99)


def test_a_history_of_other_steps_is_refused(database):
    annals("db", "upgrade", url=database.url)
    database.query("UPDATE schema_migration SET name = '001_mine.sql';")
    assert status(database)[0] == 12
    refused = annals("db", "upgrade", url=database.url, check=False)
    assert refused.returncode == 1 and "001_mine.sql" in refused.stderr


def test_a_database_of_another_program_is_left_alone(database):
    database.query("CREATE TABLE mine (x integer);")
    assert status(database)[0] == 12
    refused = annals("db", "upgrade", url=database.url, check=False)
    assert refused.returncode == 1 and "another program" in refused.stderr
    with pytest.raises((RuntimeError, sqlite3.Error)):
        database.query("SELECT version FROM schema_migration")


@pytest.mark.every_engine("postgresql", "mysql")
def test_a_missing_database_is_said_to_be_missing(database):
    address = urlsplit(database.url)
    url = urlunsplit(address._replace(path="/annals_not_there"))
    for words in (["db", "status"], ["db", "upgrade"], ["db", "check"]):
        done = annals(*words, url=url, check=False)
        assert done.returncode == 1
        assert "CREATE DATABASE" in done.stderr
        assert address.password not in done.stdout + done.stderr


@pytest.mark.every_engine("postgresql", "mysql")
def test_serve_waits_for_the_schema(database, tmp_path, authority, server_pair):
    service = Server(tmp_path / "service", authority, server_pair, database_url=database.url)
    starting = threading.Thread(target=service.start)
    starting.start()
    try:
        assert "annals db upgrade" in health(service)
        annals("db", "upgrade", url=database.url)
        starting.join()
        with service.client() as client:
            assert client.get("/healthcheck").status == 200
    finally:
        service.close()
        starting.join()


def health(service: Server) -> str:
    """The first answer that says what is not good."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            with service.client(timeout=5) as client:
                answer = client.get("/healthcheck")
                if answer.status != 200 and "has not answered yet" not in answer.text:
                    return answer.text
        except (OSError, AttributeError):
            pass
        time.sleep(0.02)
    raise AssertionError(f"no such answer:\n{service.log()}")


def wait_for_partitions(database: Database) -> None:
    """Those of the weeks to come, besides the one for everything else."""
    statement = (
        "SELECT count(*) FROM pg_inherits WHERE inhparent = 'event'::regclass"
        if database.engine == "postgresql" else
        "SELECT count(*) FROM information_schema.partitions WHERE table_schema = DATABASE() "
        "AND table_name = 'event'")
    end = time.monotonic() + 20
    while int(database.query(statement)[0][0]) < 3:
        assert time.monotonic() < end, "the service made no partitions"
        time.sleep(0.05)


def start_upgrade(url: str) -> subprocess.Popen:
    return subprocess.Popen(
        [binary(), "db", "upgrade"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=clean_environment() | {"ANNALS_DATABASE_URL": url})


def step(version: int, lowest: int) -> str:
    return ("INSERT INTO schema_migration (version, name, phase, lowest, checksum) "
            f"VALUES ({version}, '{version:03}_later.sql', 'expand', {lowest}, 'x');")


# The rights that docs/operations.md gives


class Documented:
    """The SQL of docs/operations.md, with names of this test's own."""

    def __init__(self, engine: str, database: Database):
        self.database, self.engine = database, engine
        text = (ROOT / "docs" / "operations.md").read_text()
        section = text[text.index("### A new database"):]
        section = section[:section.index("\n## ")]
        blocks = re.findall(r"```sql\n(.*?)```", section, re.DOTALL)
        assert len(blocks) == 4
        self.first, self.second = [
            self.renamed(block) for block in (blocks[:2] if engine == "postgresql" else blocks[2:])]

    def renamed(self, text: str) -> str:
        text = re.sub(r"^CREATE DATABASE .*$", "", text, flags=re.MULTILINE)
        text = re.sub(r"\bannals\.", f"{self.database.name}.", text)
        text = text.replace(r"\connect annals", rf"\connect {self.database.name}")
        return re.sub(r"\bannals(_owner)?\b", lambda match: self.user(match[0]), text)

    def user(self, name: str) -> str:
        return name.replace("annals", "u" + self.database.name[-12:])

    def url(self, name: str) -> str:
        address = urlsplit(self.database.url)
        password = "choose-another" if name.endswith("_owner") else "choose-one"
        return urlunsplit(address._replace(
            netloc=f"{self.user(name)}:{password}@{address.hostname}:{address.port}"))

    def query(self, name: str, statement: str) -> list[list[str]]:
        address = urlsplit(self.url(name))
        if self.engine == "postgresql":
            host = f"{address.username}@{address.hostname}:{address.port}{address.path}"
            return psql(f"postgresql://{host}", statement, address.password)
        return mariadb([f"--host={address.hostname}", f"--port={address.port}",
                        f"--user={address.username}"], statement, address.password,
                       self.database.name)

    def apply_first(self) -> None:
        if self.engine == "postgresql":
            owner = self.user("annals_owner")
            script = self.first + f"ALTER DATABASE {self.database.name} OWNER TO {owner};"
        else:
            script = self.first
        self.database.administer(script)

    def apply_second(self) -> None:
        if self.engine == "postgresql":
            self.query("annals_owner", self.second)
        else:
            self.database.administer(self.second)

    def forget(self) -> None:
        self.database.drop()
        host = "" if self.engine == "postgresql" else "@'%'"
        kind = "ROLE" if self.engine == "postgresql" else "USER"
        for name in ("annals_owner", "annals"):
            self.database.administer(f"DROP {kind} IF EXISTS {self.user(name)}{host};")


@pytest.mark.every_engine("postgresql", "mysql")
def test_the_documented_rights_suffice_and_no_more(engine, tmp_path, authority, server_pair):
    documented = Documented(engine, Database.create(engine))
    service = None
    try:
        documented.apply_first()
        denied = annals("db", "upgrade", url=documented.url("annals"), check=False)
        assert denied.returncode == 1 and "docs/operations.md" in denied.stderr
        annals("db", "upgrade", url=documented.url("annals_owner"))
        documented.apply_second()
        assert annals("db", "check", url=documented.url("annals_owner")).returncode == 0
        assert annals("db", "status", url=documented.url("annals")).returncode == 0
        for statement in ("DELETE FROM schema_migration", "DROP TABLE event_id",
                          "UPDATE schema_migration SET lowest = 1"):
            with pytest.raises(RuntimeError, match="denied|must be owner"):
                documented.query("annals", statement)
        service = Server(tmp_path / "service", authority, server_pair,
                         database_url=documented.url("annals")).start()
        with service.client() as client:
            event = {"message_id": "a", "event_type": "t", "traits": [],
                     "generated": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())}
            answer = client.publish([event])
            assert answer.status in (200, 201, 202), service.log()
        wait_for_partitions(documented.database)
        service.stop()
        assert not re.search(r"denied|owner", service.log()), service.log()
        # Partitions that the service made are no difference.
        assert annals("db", "check", url=documented.url("annals_owner")).returncode == 0
    finally:
        if service is not None:
            service.close()
        documented.forget()
