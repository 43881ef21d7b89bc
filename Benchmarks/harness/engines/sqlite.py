"""SQLite: no server, a file per database."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from .. import tools
from ..places import WORK


class SQLite:
    name = "sqlite"
    title = "SQLite"
    wants_upgrade = False
    store_settings: dict[str, str] = {}
    #: What the service is compared with in row 1.
    bulk_path = "prepared inserts"

    directory = WORK / "sqlite"

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)

    def stop(self) -> None:
        pass

    def version(self) -> str:
        return tools.json_of([WORK / "rawsqlite", "version"])

    def settings(self) -> str:
        return "WAL, synchronous=FULL"

    def create(self, database: str) -> None:
        self.drop(database)

    def url(self, database: str) -> str:
        return f"sqlite://{self._path(database)}"

    def drop(self, database: str) -> None:
        for name in self._files(database):
            name.unlink()

    def settle(self, database: str) -> None:
        """Waits until the service has merged its runs: 100 seconds behind 10 million events."""
        with closing(sqlite3.connect(f"file:{self._path(database)}?mode=ro", uri=True)) as store:
            while self._is_merging(store):
                time.sleep(0.5)

    @staticmethod
    def _is_merging(store: sqlite3.Connection) -> bool:
        """Sixteen runs of a level become one; what is written or waits to be deleted does not serve."""
        counts = store.execute("SELECT state, level, count(*) FROM run GROUP BY state, level")
        return any(state != "serving" or level < 2 and count >= 16
                   for state, level, count in counts)

    def bytes_on_disk(self, database: str) -> int:
        return sum(path.stat().st_size for path in self._files(database))

    def cpu_seconds(self) -> float:
        """All of it is the service's."""
        return 0

    def raw(self, mode: str, source: str, *options) -> float:
        """Events a second of the engine alone: `rawsqlite bulk` or `rawsqlite single`."""
        self.create("raw")
        result = tools.json_of([WORK / "rawsqlite", mode, self._path(source), self._path("raw"),
                                *options])
        self.drop("raw")
        return result["eventsPerSecond"]

    def panko_url(self, database: str) -> str:
        return f"sqlite:///{self._path(database)}"

    def _path(self, database: str) -> Path:
        return self.directory / f"{database}.db"

    def _files(self, database: str) -> list[Path]:
        return list(self.directory.glob(f"{database}.db*"))
