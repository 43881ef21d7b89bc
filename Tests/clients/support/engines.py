"""One fresh database a test, on the engine it asks for. The servers are those of scripts/test-servers."""

import os
import subprocess
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from .mariadb import MariaDB, mariadb
from .postgresql import PostgreSQL, psql

ALL = ("sqlite", "postgresql", "mysql")
SERVERS = {"postgresql": PostgreSQL, "mysql": MariaDB}
VARIABLES = {"postgresql": "ANNALS_TEST_POSTGRESQL", "mysql": "ANNALS_TEST_MYSQL"}


#: Passwords of this run, which nobody may find in a log, an answer or the process list.
SECRETS: set[str] = set()


def long_secrets() -> set[str]:
    """Without some short passwords of tests, which are words that may stand anywhere."""
    return {secret for secret in SECRETS if len(secret) >= 16}


def wanted() -> list[str]:
    """Those of ANNALS_TEST_ENGINES, else those whose servers are there."""
    named = os.environ.get("ANNALS_TEST_ENGINES", "").split()
    if unknown := set(named) - set(ALL):
        raise ValueError(f"no engine called {unknown.pop()}; there are: {', '.join(ALL)}")
    if named:
        return [engine for engine in ALL if engine in named]
    return [engine for engine in ALL
            if engine == "sqlite" or os.environ.get(VARIABLES[engine])]


def server_url(engine: str) -> str:
    url = os.environ.get(VARIABLES[engine])
    assert url, f"{VARIABLES[engine]} is not set: scripts/test-servers -- ... sets it"
    return url


@dataclass
class Database:
    """A database of a test's own in a running server. The address holds the password."""

    engine: str
    url: str

    @classmethod
    def create(cls, engine: str, server: str | None = None) -> "Database":
        """On the server with that address, else on the one that all tests share."""
        address = urlsplit(server or server_url(engine))
        name = f"annals_test_{uuid.uuid4().hex}"
        database = cls(engine, urlunsplit(address._replace(path=f"/{name}")))
        SECRETS.add(address.password)
        database.administer(f"CREATE DATABASE {name}")
        return database

    @property
    def name(self) -> str:
        return urlsplit(self.url).path.removeprefix("/")

    @property
    def port(self) -> int:
        return urlsplit(self.url).port

    def drop(self) -> None:
        force = " WITH (FORCE)" if self.engine == "postgresql" else ""
        self.administer(f"DROP DATABASE IF EXISTS {self.name}{force}")

    def query(self, statement: str) -> list[list[str]]:
        """Rows of texts, read beside the service."""
        return self._run(statement, self.name)

    def administer(self, statement: str) -> list[list[str]]:
        return self._run(statement, "postgres" if self.engine == "postgresql" else "")

    def _run(self, statement: str, name: str) -> list[list[str]]:
        address = urlsplit(self.url)
        if self.engine == "postgresql":
            host = f"{address.username}@{address.hostname}:{address.port}"
            return psql(f"postgresql://{host}/{name}", statement, address.password)
        return mariadb([f"--host={address.hostname}", f"--port={address.port}"], statement,
                       address.password, name)

    def connections(self) -> int:
        """How many sessions the server has for this database, not counting the one that asks."""
        if self.engine == "postgresql":
            statement = ("SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                         f"AND datname = '{self.name}'")
        else:
            statement = ("SELECT count(*) FROM information_schema.processlist "
                         f"WHERE id <> connection_id() AND db = '{self.name}'")
        return int(self.administer(statement)[0][0])


def annals(*words: str, url: str, check: bool = True) -> subprocess.CompletedProcess:
    """A command of annals for that database, whose address stays out of the process list."""
    from .server import binary, clean_environment
    done = subprocess.run(
        [binary(), *words], capture_output=True, text=True, timeout=120,
        env=clean_environment() | {"ANNALS_DATABASE_URL": url})
    if check:
        assert done.returncode == 0, f"annals {' '.join(words)}: {done.stdout}{done.stderr}"
    return done


def upgrade(url: str) -> None:
    """The schema, which serve makes by itself for SQLite only."""
    annals("db", "upgrade", url=url)
