"""MariaDB: a private server."""

import os
import subprocess
import time

from .. import tools
from ..places import WORK
from .server import Server

SETTINGS = {
    "innodb_buffer_pool_size": "2G",
    "innodb_log_file_size": "1G",
    "max_allowed_packet": "128M",
    "max_connections": "200",
    "innodb_flush_log_at_trx_commit": "1",
    "innodb_doublewrite": "ON",
    "log_bin": "OFF",
}


class MySQL(Server):
    name = "mysql"
    title = "MariaDB"
    user = "mysql"
    wants_upgrade = True
    bulk_path = "bulk inserts"

    def __init__(self):
        super().__init__(WORK / "mysql")

    def start(self) -> None:
        self.create_directory()
        data = self.directory / "data"
        accounts = self.write_secret(
            "accounts.sql",
            f"CREATE USER annals@'127.0.0.1' IDENTIFIED BY '{self.password}';\n"
            "GRANT ALL ON *.* TO annals@'127.0.0.1' WITH GRANT OPTION;\n"
            "DROP USER root@localhost;\n")
        self.as_user("mariadb-install-db", "--no-defaults", f"--datadir={data}",
                     "--auth-root-authentication-method=normal", "--skip-test-db",
                     stdout=subprocess.DEVNULL)
        with (self.directory / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.for_user("mariadbd", "--no-defaults", f"--datadir={data}",
                              f"--socket={self.directory / 'socket'}", f"--port={self.port}",
                              "--bind-address=127.0.0.1", "--skip-name-resolve",
                              f"--init-file={accounts}",
                              *(f"--{name.replace('_', '-')}={value}" for name, value
                                in SETTINGS.items() if name != "log_bin")),
                stdout=log, stderr=log)
        self._wait_until_ready()
        accounts.unlink()
        self.pid = int((data / f"{os.uname().nodename}.pid").read_text())

    def _wait_until_ready(self) -> None:
        for _ in range(600):
            if self.process.poll() is not None:
                break
            if subprocess.run(["mariadb-admin", *self._words(), "--silent", "ping"],
                              env=self._environment(), capture_output=True).returncode == 0:
                return
            time.sleep(0.1)
        self.process.kill()
        raise SystemExit(f"mariadbd: {(self.directory / 'server.log').read_text()}")

    def stop(self) -> None:
        self._run("mariadb-admin", "shutdown")
        self.process.wait()
        self.wait_for_end()

    def version(self) -> str:
        return self._ask("SELECT version()").split("-")[0]

    def settings(self) -> str:
        return ", ".join(f"{name}={self._ask(f'SELECT @@{name}')}" for name in SETTINGS)

    def create(self, database: str) -> None:
        self._ask(f"CREATE OR REPLACE DATABASE {database}")

    def url(self, database: str) -> str:
        return f"mysql://annals:{self.password}@127.0.0.1:{self.port}/{database}?tls=off"

    def drop(self, database: str) -> None:
        self._ask(f"DROP DATABASE IF EXISTS {database}")

    def settle(self, database: str) -> None:
        """What InnoDB does behind the load: statistics, and all pages into their files."""
        tables = ", ".join(self._ask("SELECT table_name FROM information_schema.tables"
                                     f" WHERE table_schema = '{database}'").split())
        if tables:
            self._ask(f"ANALYZE TABLE {tables}; FLUSH TABLES {tables} FOR EXPORT; UNLOCK TABLES",
                      database)

    def bytes_on_disk(self, database: str) -> int:
        """Blocks of the table files."""
        self.settle(database)
        files = (self.directory / "data" / database).iterdir()
        return sum(path.stat().st_blocks * 512 for path in files)

    def raw(self, mode: str, source: str, *options) -> float:
        """Events a second of the engine alone: `rawmysql bulk` or `rawmysql single`."""
        self.create("raw")
        schema = self._run("mariadb-dump", "--no-data", "--routines", "--skip-comments", source)
        self._ask(schema, "raw")
        result = tools.json_of([WORK / "rawmysql", mode, source, "raw", *options],
                               env=self._environment())
        self.drop("raw")
        return result["eventsPerSecond"]

    def panko_url(self, database: str) -> str:
        return (f"mysql+pymysql://annals:{self.password}@127.0.0.1:{self.port}/{database}"
                "?charset=utf8")

    def _ask(self, statement: str, database: str = "") -> str:
        return self._run("mariadb", "--skip-column-names", "--batch", *filter(None, [database]),
                         input=statement).strip()

    def _run(self, program: str, *words: str, **options) -> str:
        return subprocess.run([program, *self._words(), *words], check=True, text=True,
                              stdout=subprocess.PIPE, env=self._environment(), **options).stdout

    def _words(self) -> list[str]:
        return ["--no-defaults", "--host=127.0.0.1", f"--port={self.port}", "--user=annals"]

    def _environment(self) -> dict[str, str]:
        """The password is no word of a command: it could be seen there."""
        return {**os.environ, "MYSQL_TCP_PORT": str(self.port), "MYSQL_PWD": self.password}
