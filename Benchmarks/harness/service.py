"""The service under measurement."""

import atexit
import http.client
import os
import re
import resource
import shutil
import signal
import ssl
import subprocess
import threading
import time
from pathlib import Path

from .places import BINARY, WORK
from .tools import free_port


class Service:
    """`annals serve` over TLS with a database of its own; the database stays after a stop."""

    def __init__(self, engine, database: str, settings: dict[str, str] | None = None):
        self.engine = engine
        self.database = database
        self.settings = settings or {}
        self.directory = WORK / f"{engine.name}-{database}"
        self.port = 0
        self.process: subprocess.Popen | None = None

    def fresh(self) -> "Service":
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.engine.create(self.database)
        if self.engine.wants_upgrade:
            subprocess.run([BINARY, "db", "upgrade"], check=True, stdout=subprocess.DEVNULL,
                           env=self._environment())
        return self.start()

    def start(self) -> "Service":
        self.port = free_port()
        log = (self.directory / "annals.log").open("ab")
        began = time.monotonic()
        self.process = subprocess.Popen(
            [BINARY, "serve", "--listen.port", str(self.port),
             "--tls.self_signed_directory", str(self.directory),
             *(word for name, value in self.settings.items() for word in (f"--{name}", value))],
            stdout=log, stderr=log, env=self._environment())
        atexit.register(self.process.kill)  # Where the benchmark fails; else it has ended by then.
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

    def remove(self) -> None:
        self.engine.drop(self.database)
        shutil.rmtree(self.directory)

    def _environment(self) -> dict[str, str]:
        """The URL holds a password, which could be seen on the command line. Other ANNALS_... would
        be settings of the service, too."""
        others = {name: value for name, value in os.environ.items()
                  if not name.startswith("ANNALS_")}
        return {**others, "ANNALS_DATABASE_URL": self.engine.url(self.database)}


class ProcessorTime:
    """What service, database server and clients take of the cores while a block runs."""

    def __init__(self, service: Service):
        self.service = service

    def __enter__(self) -> "ProcessorTime":
        self._before = self._spent()
        return self

    def __exit__(self, *_) -> None:
        self.seconds = {name: spent - self._before[name] for name, spent in self._spent().items()}

    def microseconds(self, events: int) -> dict[str, float]:
        """Of each, per event."""
        return {f"{name}_cpu": seconds / events * 1e6 for name, seconds in self.seconds.items()}

    def _spent(self) -> dict[str, float]:
        clients = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {"service": self.service.cpu_seconds(),
                "server": self.service.engine.cpu_seconds(),
                "client": clients.ru_utime + clients.ru_stime}


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
