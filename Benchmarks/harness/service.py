"""The service under measurement."""

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

from .places import BINARY, WORK


class Service:
    """`annals serve` over TLS with a store of its own; the store stays after a stop."""

    def __init__(self, name: str):
        self.directory = WORK / name
        self.database = self.directory / "annals.db"
        self.port = 0
        self.process: subprocess.Popen | None = None

    def fresh(self) -> "Service":
        shutil.rmtree(self.directory, ignore_errors=True)
        return self.start()

    def start(self) -> "Service":
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = _free_port()
        log = (self.directory / "annals.log").open("ab")
        began = time.monotonic()
        self.process = subprocess.Popen(
            [BINARY, "serve", "--listen.port", str(self.port),
             "--database.url", f"sqlite://{self.database}",
             "--tls.self_signed_directory", str(self.directory)],
            stdout=log, stderr=log, env=_environment())
        while not self._is_ready():
            if self.process.poll() is not None:
                raise SystemExit(f"annals ended: {(self.directory / 'annals.log').read_text()}")
            time.sleep(0.002)
        self.ready_milliseconds = (time.monotonic() - began) * 1000
        return self

    def _is_ready(self) -> bool:
        try:
            context = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, context=context, timeout=5)
            connection.request("GET", "/healthcheck")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def stop(self) -> float:
        """Seconds until it had ended; any status but 0 ends the benchmark."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=60) != 0:
            raise SystemExit("annals did not end with 0")
        return time.monotonic() - began

    def memory(self, field: str = "VmRSS") -> float:
        """MiB resident now; with `VmHWM` the most there ever was."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+) kB", status).group(1)) / 1024

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def bytes_on_disk(self) -> int:
        return sum(path.stat().st_size for path in self.directory.glob("annals.db*"))

    def remove(self) -> None:
        shutil.rmtree(self.directory)


class MemoryWatch:
    """The most resident memory while a block runs, sampled every 10 ms."""

    def __init__(self, service: Service):
        self.service = service
        self.peak = 0.0
        self._done = threading.Event()

    def __enter__(self) -> "MemoryWatch":
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._done.wait(0.01):
            self.peak = max(self.peak, self.service.memory())

    def __exit__(self, *_) -> None:
        self._done.set()
        self._thread.join()


def _environment() -> dict[str, str]:
    """Without ANNALS_...: those would be settings of the service."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ANNALS_")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
