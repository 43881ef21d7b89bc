"""A database server as a child process: unprivileged, in a directory of its own, never left behind.

Only the standard library is used here: scripts/test-servers needs it before anything is installed.
"""

import ctypes
import os
import pwd
import random
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

#: A loaded machine may need long; a server that is well needs about a second.
START_SECONDS = 90
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def free_port() -> int:
    """Below the range for outgoing connections, so that no client takes it while a server is down."""
    while True:
        port = random.SystemRandom().randint(15_000, 32_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def end_with_parent(signal_number: int) -> None:
    """The kernel sends the signal when the thread that started this process is gone."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def remove_leftovers() -> None:
    """Directories of runs that were killed: their servers ended with them."""
    for owner in Path("/tmp").glob("annals-*/owner"):
        try:
            os.kill(int(owner.read_text()), 0)
        except ProcessLookupError:
            shutil.rmtree(owner.parent, ignore_errors=True)
        except (OSError, ValueError):
            pass


class Account:
    """The user that a server runs as: the named one where root starts it, else the caller."""

    def __init__(self, name: str):
        self.entry = pwd.getpwnam(name) if os.geteuid() == 0 else None

    def options(self) -> dict:
        """For subprocess.run and Popen."""
        if self.entry is None:
            return {}
        return {"user": self.entry.pw_uid, "group": self.entry.pw_gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        if self.entry is not None:
            os.chown(path, self.entry.pw_uid, self.entry.pw_gid)


class DatabaseServer:
    """What PostgreSQL and MariaDB servers of the tests have in common."""

    user = "nobody"  # The account of the Debian package.
    stop_signal = signal.SIGTERM

    def __init__(self, port: int | None = None):
        self.account = Account(self.user)
        self.port = port or free_port()
        # Short, because the path of a socket has 107 bytes at most, and not below the caller's
        # directories, which another user may not enter.
        self.directory = Path(tempfile.mkdtemp(prefix=f"annals-{self.user}-", dir="/tmp"))
        self.directory.chmod(0o755)
        (self.directory / "owner").write_text(str(os.getpid()))
        self.account.give(self.directory)
        self.data = self.directory / "data"
        self.temporary = self.make_directory("tmp")
        self.log_path = self.directory / "server.log"
        self.process: subprocess.Popen | None = None

    def make_directory(self, name: str) -> Path:
        path = self.directory / name
        path.mkdir(mode=0o700)
        self.account.give(path)
        return path

    def write(self, name: str, text: str) -> Path:
        """A file that only the server can read."""
        path = self.directory / name
        path.touch(mode=0o600)
        path.write_text(text)
        self.account.give(path)
        return path

    def environment(self) -> dict[str, str]:
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                "TMPDIR": str(self.temporary), "HOME": str(self.directory)}

    def run(self, words: list, text: str = "", environment: dict | None = None) -> str:
        """A tool of the server as the server's user. An error has its output as the message."""
        done = subprocess.run(
            words, cwd=self.directory, env=self.environment() | (environment or {}), text=True,
            input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **self.account.options())
        if done.returncode != 0:
            raise RuntimeError(f"{words[0]} ended with {done.returncode}:\n{done.stdout[-4000:]}")
        return done.stdout

    # Each engine's own

    def command(self) -> list:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    # Running

    def launch(self, *more: str) -> None:
        """Starts without waiting. From the main thread: the server ends with its thread."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command(), *more], cwd=self.directory, env=self.environment(),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0,
                preexec_fn=self._prepare, **self.account.options())

    def _prepare(self) -> None:
        end_with_parent(self.stop_signal)
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        end = time.monotonic() + seconds
        while not self.is_ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.user} ended at start:\n{self.log()[-4000:]}")
            if time.monotonic() > end:
                raise RuntimeError(f"{self.user} is not ready:\n{self.log()[-4000:]}")
            time.sleep(0.02)

    def start(self, *more: str):
        self.launch(*more)
        self.wait_until_ready()
        return self

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds: float = 20) -> None:
        if self.is_running:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """kill -9 of the server, not of its children."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """The end of it: no process and no file stays."""
        self.stop(seconds=5)
        shutil.rmtree(self.directory, ignore_errors=True)

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
