"""One running service: started, waited for, stopped, and its log judged."""

import json
import os
import re
import signal
import ssl
import subprocess
import time
from pathlib import Path

from .certificates import Authority, Pair
from .client import Client
from .process import free_port

ROOT = Path(__file__).parents[3]
START_SECONDS = 20


def binary() -> Path:
    """ANNALS_BINARY, else the release build, else the debug build."""
    named = os.environ.get("ANNALS_BINARY")
    candidates = [Path(named)] if named else [
        ROOT / ".build" / kind / "annals" for kind in ("release", "debug")]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise FileNotFoundError(f"no annals at {' or '.join(map(str, candidates))}: make build")


def clean_environment() -> dict[str, str]:
    """Without ANNALS_...: those would be settings of the service, or unknown ones to it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ANNALS_")}


class Server:
    """`annals serve` on a free port of loopback, with its log and, in SQLite, its store in `directory`."""

    def __init__(
        self, directory: Path, authority: Authority, pair: Pair, *,
        settings: dict[str, str] | None = None, url_options: str = "",
        environment: dict[str, str] | None = None, client_pair: Pair | None = None,
        database_url: str | None = None,
    ):
        """Without `database_url` its store is a file of SQLite."""
        self.directory = directory
        self.authority = authority
        self.client_pair = client_pair
        self.port = free_port()
        self.store = directory / "store"
        self.store.mkdir(parents=True, exist_ok=True)
        self.database = self.store / "annals.db"
        self.log_path = directory / "annals.log"
        self.environment = environment or {}
        self.settings = {
            "listen.port": str(self.port),
            "tls.certificate": str(pair.certificate),
            "tls.key": str(pair.key),
            "tls.client_ca": str(authority.path),
            "auth.strategies": "none",
            "log.format": "json",
        }
        if database_url is None:
            self.settings["database.url"] = f"sqlite://{self.database}{url_options}"
        else:
            # Everybody may read the process list, and the address holds a password.
            self.environment = {"ANNALS_DATABASE_URL": database_url} | self.environment
        self.settings |= settings or {}
        self.process: subprocess.Popen | None = None
        self.ready_seconds = 0.0

    # Starting and stopping

    def command(self) -> list[str]:
        words = [str(binary()), "serve"]
        for name, value in self.settings.items():
            words += [f"--{name}", value]
        return words

    def start(self) -> "Server":
        began = time.monotonic()
        self.launch()
        self._wait_until_ready(began)
        return self

    def launch(self) -> None:
        """Without waiting until it is ready."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                env=clean_environment() | self.environment)

    def _wait_until_ready(self, began: float) -> None:
        while time.monotonic() - began < START_SECONDS:
            if self.process.poll() is not None:
                raise AssertionError(
                    f"ended with {self.process.returncode} at start:\n{self.log()}")
            try:
                with self.client(timeout=5) as client:
                    if client.get("/healthcheck").status == 200:
                        self.ready_seconds = time.monotonic() - began
                        return
            except OSError:
                pass
            time.sleep(0.01)
        raise AssertionError(f"not ready after {START_SECONDS} s:\n{self.log()}")

    def stop(self, seconds: float = 15) -> float:
        """SIGTERM; the exit status must be 0. Returns how long it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=seconds)
        assert status == 0, f"exit status {status} after SIGTERM:\n{self.log()}"
        return time.monotonic() - began

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """For the end of a test: whatever the state, no process stays."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    # Talking

    def tls(self, client_pair: Pair | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority.path))
        if client_pair is not None:
            context.load_cert_chain(client_pair.certificate, client_pair.key)
        return context

    def client(self, **options) -> Client:
        return Client(self.port, self.tls(self.client_pair), **options)

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    # Judging

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_errors(self) -> list[str]:
        """Lines of level error or critical, and lines of a crash."""
        return [line for line in self.log().splitlines() if _is_error(line)]

    def descriptors(self) -> int:
        """How many files and sockets the service has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident_bytes(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024


def _is_error(line: str) -> bool:
    try:
        return str(json.loads(line).get("level", "")).lower() in ("error", "critical")
    except (ValueError, AttributeError):
        return any(word in line for word in ("Fatal error", "Crash", "Segmentation"))
