"""MariaDB: a private server."""

import time

from .. import tools
from ..places import WORK
from .server import ServerEngine

from support import mariadb

SETTINGS = {
    "innodb-buffer-pool-size": "2G",
    "innodb-log-file-size": "1G",
    "max-allowed-packet": "128M",
    "innodb-flush-log-at-trx-commit": "1",
    "innodb-doublewrite": "1",
}


class MySQL(ServerEngine):
    name = "mysql"
    title = "MariaDB"
    bulk_path = "bulk inserts"
    #: By itself the service waits ten minutes.
    store_settings = {"database.merge_after": "5s", "events.expire_interval": "5s"}

    def __init__(self):
        super().__init__(mariadb.MariaDB(settings=SETTINGS))

    def version(self) -> str:
        return self.ask("SELECT version()").split("-")[0]

    def settings(self) -> str:
        """Sizes in MiB, as the server has them in force."""
        names = [*(name.replace("-", "_") for name in SETTINGS), "log_bin"]
        values = [int(self.ask(f"SELECT @@{name}")) for name in names]
        return ", ".join(f"{name}={value >> 20}M" if value >> 20 else f"{name}={value}"
                         for name, value in zip(names, values))

    def create(self, database: str) -> None:
        self.ask(f"CREATE OR REPLACE DATABASE {database}")

    def url(self, database: str) -> str:
        return self.server.url(database, tls="off")

    def drop(self, database: str) -> None:
        self.ask(f"DROP DATABASE IF EXISTS {database}")

    def settle(self, database: str) -> None:
        """What happens behind the load: the service merges its index, and InnoDB makes statistics
        and brings all pages into their files."""
        if database == "queried":
            self._wait_for_merges(database)
        rows = self.server.query("SELECT table_name FROM information_schema.tables"
                                 f" WHERE table_schema = '{database}'")
        if rows:
            tables = ", ".join(row[0] for row in rows)
            self.ask(f"ANALYZE TABLE {tables}; FLUSH TABLES {tables} FOR EXPORT; UNLOCK TABLES",
                     database)

    def _wait_for_merges(self, database: str) -> None:
        """Nothing is to be merged in a new database, nor once the service is stopped."""
        deadline = time.monotonic() + 1800
        while self.ask("SELECT COUNT(*) FROM posting_backlog", database) != "0":
            if time.monotonic() > deadline:
                raise SystemExit("the service has not merged its posting lists in half an hour")
            time.sleep(0.5)

    def bytes_on_disk(self, database: str) -> int:
        """Blocks of the table files."""
        self.settle(database)
        files = (self.server.data / database).iterdir()
        return sum(path.stat().st_blocks * 512 for path in files)

    def raw(self, mode: str, source: str, *options) -> float:
        """Events a second of the engine alone: `rawmysql bulk` or `rawmysql single`."""
        self.create("raw")
        schema = self.run("mariadb-dump", *self._words(), "--no-data", "--skip-comments", source)
        self.run("mariadb", *self._words(), "raw", input=schema)
        result = tools.json_of([WORK / "rawmysql", mode, source, "raw", *options],
                               env=self.environment())
        self.drop("raw")
        return result["eventsPerSecond"]

    def panko_url(self, database: str) -> str:
        return self.server.url(database, charset="utf8").replace("mysql:", "mysql+pymysql:")

    def _words(self) -> list[str]:
        return ["--no-defaults", "--host=127.0.0.1", f"--port={self.server.port}",
                f"--user={mariadb.SUPERUSER}"]

    def environment(self) -> dict[str, str]:
        return {"MYSQL_TCP_PORT": str(self.server.port), "MYSQL_PWD": self.server.password}
