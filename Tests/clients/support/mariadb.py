"""A private MariaDB server of the Debian package, durable and small."""

import os
import secrets
import signal
import subprocess

from .process import DatabaseServer

SUPERUSER = "annals"
SETTINGS = {
    "bind-address": "127.0.0.1", "skip-name-resolve": "1", "max-connections": "250",
    "innodb-flush-log-at-trx-commit": "1", "innodb-doublewrite": "1", "sync-binlog": "1",
    # Statistics on disk are one table for all databases: tests that make tables would wait for
    # each other's locks on it.
    "innodb-stats-persistent": "0",
    "innodb-buffer-pool-size": "128M", "innodb-log-file-size": "96M",
    "max-allowed-packet": "16M", "performance-schema": "0",
    # Debian's own defaults: text that ignores case and accents unless a column says otherwise.
    "character-set-server": "utf8mb4", "collation-server": "utf8mb4_general_ci",
}


class MariaDB(DatabaseServer):
    """Its database `annals` and superuser `annals` are there after start()."""

    user = "mysql"
    stop_signal = signal.SIGTERM

    def __init__(self, port: int | None = None, settings: dict[str, str] | None = None,
                 password: str | None = None):
        super().__init__(port)
        self.socket = self.make_directory("run") / "mariadb.sock"
        self.password = password or secrets.token_hex(16)
        self.settings = SETTINGS | (settings or {})

    def create(self, database: str = "annals") -> "MariaDB":
        """Makes the system tables; the server does not run yet."""
        self.run([
            "/usr/bin/mariadb-install-db", "--no-defaults", f"--datadir={self.data}",
            f"--tmpdir={self.temporary}", "--auth-root-authentication-method=socket",
            "--skip-test-db", "--skip-name-resolve", "--innodb-log-file-size=96M",
            "--innodb-flush-log-at-trx-commit=0"])
        self.init_file(
            f"CREATE DATABASE IF NOT EXISTS {database};\n"
            f"CREATE USER IF NOT EXISTS {SUPERUSER}@'%' IDENTIFIED BY '{self.password}';\n"
            f"GRANT ALL PRIVILEGES ON *.* TO {SUPERUSER}@'%' WITH GRANT OPTION;\n")
        return self

    def init_file(self, statements: str) -> None:
        """Run at every start."""
        self.settings["init-file"] = str(self.write("init.sql", statements))

    def command(self) -> list:
        lines = [f"{name} = {value}\n" for name, value in self.settings.items()]
        configuration = self.write("server.cnf", "".join([
            "[mariadbd]\n", f"datadir = {self.data}\n", f"socket = {self.socket}\n",
            f"port = {self.port}\n", f"tmpdir = {self.temporary}\n",
            f"pid-file = {self.directory}/server.pid\n", *lines]))
        return ["/usr/sbin/mariadbd", f"--defaults-file={configuration}"]

    def is_ready(self) -> bool:
        # An error of access also tells that it is ready, but not that the superuser is there.
        try:
            return self.query("SELECT 1") == [["1"]]
        except RuntimeError:
            return False

    def crash(self) -> None:
        self.kill()

    def url(self, database: str = "annals", **parameters: str) -> str:
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return (f"mysql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"
                + (f"?{query}" if query else ""))

    def query(self, statement: str, database: str = "") -> list[list[str]]:
        return mariadb([f"--socket={self.socket}"], statement, self.password, database)


def mariadb(address: list[str], statement: str, password: str, database: str = "") -> list[list[str]]:
    """Rows of texts. The password stays out of the process list."""
    done = subprocess.run(
        ["/usr/bin/mariadb", "--no-defaults", *address, f"--user={SUPERUSER}", "--batch",
         "--skip-column-names", "--connect-timeout=10", "--default-character-set=utf8mb4",
         *([database] if database else [])],
        input=statement, capture_output=True, text=True, env=os.environ | {"MYSQL_PWD": password})
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return [line.split("\t") for line in done.stdout.splitlines()]
