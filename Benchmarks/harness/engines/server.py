"""What the engines with a server have in common: a private one, as the tests start them."""

import os
import subprocess
from pathlib import Path

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class ServerEngine:
    """Started for a run of the benchmark and stopped at its end; its data goes with it."""

    #: The service migrates only SQLite by itself.
    wants_upgrade = True
    #: Of the service whose store is filled, then queried.
    store_settings: dict[str, str] = {}

    def __init__(self, server):
        self.server = server

    def start(self) -> None:
        kind = subprocess.run(["stat", "--file-system", "--format", "%T", self.directory],
                              check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
        if kind == "tmpfs":
            self.stop()
            raise SystemExit(f"{self.directory} is in memory: figures of durable writes need a disk")
        self.server.create()
        self.server.start()

    def stop(self) -> None:
        self.server.close()

    @property
    def directory(self) -> Path:
        return self.server.directory

    def cpu_seconds(self) -> float:
        """Of the server, its children, and the children that have ended."""
        ticks = 0
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text().rsplit(")", 1)[1].split()
            except OSError:  # It has just ended: its parent counts it.
                continue
            if int(entry.parent.name) == self.server.process.pid:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == self.server.process.pid:
                ticks += sum(map(int, fields[11:13]))
        return ticks / CLOCK_TICKS

    def ask(self, statement: str, database: str = "") -> str:
        """The first column of the first row; nothing where there is none."""
        rows = self.server.query(statement, *filter(None, [database]))
        return rows[0][0] if rows else ""

    def run(self, *command, **options) -> str:
        """A client of the server; its password is no word of a command, where it could be seen."""
        return subprocess.run(list(map(str, command)), check=True, text=True,
                              stdout=subprocess.PIPE, env=os.environ | self.environment(),
                              **options).stdout
