"""PostgreSQL: a private server of the newest release that is installed."""

import os
import subprocess
from pathlib import Path

from .. import tools
from ..places import WORK
from .server import Server

SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "max_wal_size": "4GB",
    "maintenance_work_mem": "256MB",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}


class PostgreSQL(Server):
    name = "postgresql"
    title = "PostgreSQL"
    user = "postgres"
    #: The service migrates only SQLite by itself.
    wants_upgrade = True
    bulk_path = "COPY"

    def __init__(self):
        super().__init__(WORK / "postgresql")
        self.programs = max(Path("/usr/lib/postgresql").glob("*/bin"),
                            key=lambda path: int(path.parent.name))

    def start(self) -> None:
        self.create_directory()
        data, secret = self.directory / "data", self.write_secret("password", self.password)
        self.as_user(self.programs / "initdb", "--pgdata", data, "--username", "annals",
                     "--auth", "scram-sha-256", "--pwfile", secret, "--encoding", "UTF8",
                     "--locale", "C.UTF-8", stdout=subprocess.DEVNULL)
        secret.unlink()
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in {
                **SETTINGS, "port": self.port, "listen_addresses": "127.0.0.1",
                "unix_socket_directories": ""}.items())
        self.as_user(self.programs / "pg_ctl", "start", "--wait", "--silent", "--pgdata", data,
                     "--log", self.directory / "server.log")
        self.pid = int((data / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        self.as_user(self.programs / "pg_ctl", "stop", "--wait", "--silent", "--mode", "fast",
                     "--pgdata", self.directory / "data")
        self.wait_for_end()

    def version(self) -> str:
        return self._ask("postgres", "SHOW server_version").split()[0]

    def settings(self) -> str:
        return ", ".join(f"{name}={self._ask('postgres', f'SHOW {name}')}" for name in SETTINGS)

    def create(self, database: str) -> None:
        self.drop(database)
        self._ask("postgres", f"CREATE DATABASE {database}")

    def url(self, database: str) -> str:
        return (f"postgresql://annals:{self.password}@127.0.0.1:{self.port}/{database}"
                "?sslmode=disable")

    def drop(self, database: str) -> None:
        self._ask("postgres", f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def settle(self, database: str) -> None:
        """What autovacuum does within a minute or two."""
        self._ask(database, "VACUUM ANALYZE")
        self._ask(database, "CHECKPOINT")

    def bytes_on_disk(self, database: str) -> int:
        self.settle(database)
        return int(self._ask(database, "SELECT pg_database_size(current_database())"))

    def raw(self, mode: str, source: str, *options) -> float:
        """Events a second of the engine alone: `rawpostgresql bulk` or `rawpostgresql single`."""
        self.create("raw")
        schema = self._run("pg_dump", "--schema-only", "--no-owner", source)
        self._run("psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "raw",
                  input=schema)
        result = tools.json_of([WORK / "rawpostgresql", mode, source, "raw", *options],
                               env=self._environment())
        self.drop("raw")
        return result["eventsPerSecond"]

    def panko_url(self, database: str) -> str:
        return (f"postgresql+psycopg2://annals:{self.password}@127.0.0.1:{self.port}/{database}"
                "?sslmode=disable")

    def _ask(self, database: str, statement: str) -> str:
        return self._run("psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
                         "--command", statement, database).strip()

    def _run(self, program: str, *words: str, **options) -> str:
        return subprocess.run([self.programs / program, *words], check=True, text=True,
                              stdout=subprocess.PIPE, env=self._environment(), **options).stdout

    def _environment(self) -> dict[str, str]:
        """libpq's variables: a password on the command line could be seen."""
        return {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(self.port),
                "PGUSER": "annals", "PGPASSWORD": self.password, "PGSSLMODE": "disable",
                "PGOPTIONS": "-c client_min_messages=warning"}
