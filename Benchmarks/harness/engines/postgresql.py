"""PostgreSQL: a private server of the newest release that is installed."""

from .. import tools
from ..places import WORK
from .server import ServerEngine

from support import postgresql

SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "max_wal_size": "4GB",
    "min_wal_size": "2GB",
    "maintenance_work_mem": "256MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}


class PostgreSQL(ServerEngine):
    name = "postgresql"
    title = "PostgreSQL"
    bulk_path = "COPY"

    def __init__(self):
        super().__init__(postgresql.PostgreSQL(
            settings={name: f"'{value}'" for name, value in SETTINGS.items()}))

    def version(self) -> str:
        return self.ask("SHOW server_version").split()[0]

    def settings(self) -> str:
        return ", ".join(f"{name}={self.ask(f'SHOW {name}')}" for name in SETTINGS)

    def create(self, database: str) -> None:
        self.drop(database)
        self.ask(f"CREATE DATABASE {database}")

    def url(self, database: str) -> str:
        return self.server.url(database, sslmode="disable")

    def drop(self, database: str) -> None:
        self.ask(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def settle(self, database: str) -> None:
        """What autovacuum does within a minute or two."""
        self.ask("VACUUM ANALYZE", database)
        self.ask("CHECKPOINT", database)

    def bytes_on_disk(self, database: str) -> int:
        self.settle(database)
        return int(self.ask("SELECT pg_database_size(current_database())", database))

    def raw(self, mode: str, source: str, *options) -> float:
        """Events a second of the engine alone: `rawpostgresql bulk` or `rawpostgresql single`."""
        self.create("raw")
        schema = self.run(postgresql.programs() / "pg_dump", "--schema-only", source)
        self.run(postgresql.programs() / "psql", "--no-psqlrc", "--quiet", "--set",
                 "ON_ERROR_STOP=1", "raw", input=schema)
        result = tools.json_of([WORK / "rawpostgresql", mode, source, "raw", *options],
                               env=self.environment())
        self.drop("raw")
        return result["eventsPerSecond"]

    def panko_url(self, database: str) -> str:
        return self.server.url(database, sslmode="disable").replace(
            "postgresql:", "postgresql+psycopg2:")

    def environment(self) -> dict[str, str]:
        """libpq's variables."""
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self.server.port),
                "PGUSER": postgresql.SUPERUSER, "PGPASSWORD": self.server.password,
                "PGSSLMODE": "disable", "PGOPTIONS": "-c client_min_messages=warning"}
