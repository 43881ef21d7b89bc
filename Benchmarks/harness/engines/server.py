"""A private database server: data directory of its own, loopback, an unprivileged user."""

import os
import pwd
import secrets
import shutil
import subprocess
import time
from pathlib import Path

from ..tools import free_port

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """Started for a run of the benchmark and stopped at its end; its data goes with it."""

    #: Whom it runs as when root starts it: servers refuse to be root.
    user = ""

    def __init__(self, directory: Path):
        self.directory = directory
        self.port = free_port()
        self.password = secrets.token_hex(16)
        self.pid = 0

    def create_directory(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self._give_away(self.directory)

    def write_secret(self, name: str, text: str) -> Path:
        """A file that only the server's user can read."""
        path = self.directory / name
        path.touch(mode=0o600)
        path.write_text(text)
        self._give_away(path)
        return path

    def _give_away(self, path: Path) -> None:
        if os.getuid() == 0:
            owner = pwd.getpwnam(self.user)
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def as_user(self, *command, **options) -> subprocess.CompletedProcess:
        return subprocess.run(self.for_user(*command), check=True, cwd=self.directory, **options)

    def for_user(self, *command) -> list[str]:
        words = list(map(str, command))
        return ["runuser", "-u", self.user, "--", *words] if os.getuid() == 0 else words

    def cpu_seconds(self) -> float:
        """Of the server, its children, and the children that have ended."""
        ticks = 0
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text().rsplit(")", 1)[1].split()
            except OSError:  # It has just ended: its parent counts it.
                continue
            if int(entry.parent.name) == self.pid:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == self.pid:
                ticks += sum(map(int, fields[11:13]))
        return ticks / CLOCK_TICKS

    def wait_for_end(self) -> None:
        while Path(f"/proc/{self.pid}").exists():
            time.sleep(0.05)
        shutil.rmtree(self.directory, ignore_errors=True)
