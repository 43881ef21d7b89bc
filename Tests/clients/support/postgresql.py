"""A private PostgreSQL server of the Debian package, durable and small."""

import os
import secrets
import signal
import subprocess
import time
from pathlib import Path

from .process import DatabaseServer

SUPERUSER = "annals"
# Authentication is by password everywhere, also on the socket.
ACCESS = """\
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
"""
SETTINGS = {
    "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on",
    "listen_addresses": "'127.0.0.1'", "max_connections": "250", "shared_buffers": "'64MB'",
    "max_wal_size": "'512MB'", "log_timezone": "UTC", "timezone": "UTC",
    "deadlock_timeout": "'200ms'",
}


def programs() -> Path:
    """The newest of Debian's PostgreSQL versions, or what is on PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
    return folders[-1] if folders else Path("/usr/bin")


class PostgreSQL(DatabaseServer):
    """Its database `annals` belongs to the superuser `annals`.

    The default collation is a language's, case and accents and all: a statement that wants the
    order of bytes has to ask for it.
    """

    user = "postgres"
    stop_signal = signal.SIGINT  # Fast shutdown: sessions are ended, then a checkpoint.

    def __init__(self, port: int | None = None, settings: dict[str, str] | None = None,
                 access: str = ACCESS, password: str | None = None):
        super().__init__(port)
        self.sockets = self.make_directory("run")
        self.password = password or secrets.token_hex(16)
        self.settings = SETTINGS | {
            "port": str(self.port), "unix_socket_directories": f"'{self.sockets}'",
        } | (settings or {})
        self.access = access

    def create(self, database: str = "annals") -> "PostgreSQL":
        """Makes the cluster; the server does not run yet."""
        words = self.write("password", self.password)
        self.run([
            programs() / "initdb", "--pgdata", self.data, "--username", SUPERUSER,
            "--pwfile", words, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale",
            "C.UTF-8", "--locale-provider", "icu", "--icu-locale", "en-US", "--no-sync"])
        words.unlink()
        self.configure()
        self.run([programs() / "postgres", "--single", "-D", self.data, "postgres"],
                 f"CREATE DATABASE {database};\n")
        return self

    def configure(self) -> None:
        """Writes the settings and the access rules; a running server takes them after reload()."""
        lines = [f"{name} = {value}\n" for name, value in self.settings.items()]
        (self.data / "annals.conf").write_text("".join(lines))
        main = self.data / "postgresql.conf"
        if "annals.conf" not in main.read_text():
            with main.open("a") as file:
                file.write("include 'annals.conf'\n")
        (self.data / "pg_hba.conf").write_text(self.access)
        self.account.give(self.data / "annals.conf")

    def reload(self) -> None:
        self.configure()
        self.process.send_signal(signal.SIGHUP)

    def command(self) -> list:
        return [programs() / "postgres", "-D", self.data]

    def is_ready(self) -> bool:
        return subprocess.run(
            [programs() / "pg_isready", "--quiet", "-h", self.sockets, "-p", str(self.port),
             "-t", "2"], env=self.environment(), check=False).returncode == 0

    def crash(self) -> None:
        """What pg_ctl stop -m immediate does: no checkpoint, so that it recovers at the next start."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=20)

    def url(self, database: str = "annals", **parameters: str) -> str:
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return (f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"
                + (f"?{query}" if query else ""))

    def query(self, statement: str, database: str = "annals") -> list[list[str]]:
        return psql(f"postgresql://{SUPERUSER}@/{database}?host={self.sockets}&port={self.port}",
                    statement, self.password)


class Standby(PostgreSQL):
    """A copy that follows a running primary. What the primary acknowledges is on its disk too."""

    def __init__(self, primary: PostgreSQL, name: str = "standby"):
        super().__init__(password=primary.password,
                         settings=primary.settings | {"synchronous_standby_names": "''"})
        # The settings of the primary have its port and sockets.
        self.settings |= {"port": str(self.port), "unix_socket_directories": f"'{self.sockets}'"}
        self.primary = primary
        self.name = name

    def create(self, database: str = "annals") -> "Standby":
        self.run([
            programs() / "pg_basebackup", "--pgdata", self.data, "--wal-method", "stream",
            "--checkpoint", "fast", "--write-recovery-conf", "--no-sync", "--dbname",
            f"host=127.0.0.1 port={self.primary.port} user={SUPERUSER} "
            f"application_name={self.name}"], environment={"PGPASSWORD": self.password})
        self.configure()
        return self

    def follow_synchronously(self) -> None:
        """From here on the primary waits for this standby, and it is there."""
        self.primary.settings["synchronous_standby_names"] = f"'{self.name}'"
        self.primary.reload()
        end = time.monotonic() + 20
        while self.primary.query("SELECT sync_state FROM pg_stat_replication") != [["sync"]]:
            assert time.monotonic() < end, f"the standby does not follow:\n{self.log()}"
            time.sleep(0.05)

    def promote(self) -> None:
        self.query("SELECT pg_promote(wait => true)")


def several_hosts(servers: list[PostgreSQL], database: str, **parameters: str) -> str:
    """An address with all these servers, in this order."""
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"postgresql://{SUPERUSER}:{servers[0].password}@{hosts}/{database}?{query}"


def psql(url: str, statement: str, password: str | None = None) -> list[list[str]]:
    """Rows of texts. The password stays out of the process list."""
    done = subprocess.run(
        [programs() / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
         "--field-separator", "\x1f", "--set", "ON_ERROR_STOP=1", "--dbname", url, "--file", "-"],
        input=statement, capture_output=True, text=True,
        env=os.environ | {"PGCONNECT_TIMEOUT": "10"}
        | ({"PGPASSWORD": password} if password is not None else {}))
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return [line.split("\x1f") for line in done.stdout.splitlines()]
