"""The spool of a service: where it lies, what waits in it, and publishers that count 202, too."""

import http.client
import json
import re
import subprocess
import time
import uuid
from pathlib import Path

from .client import Client
from .events import sample
from .load import Ledger, PublishingThreads
from .server import Server, binary, clean_environment
from .waiting import eventually


def spool_settings(directory: Path, **more: str) -> dict[str, str]:
    """Settings of a service with its spool in `directory`."""
    return {"ingest.spool.path": str(directory)} | {
        f"ingest.spool.{name}": value for name, value in more.items()}


def metric(server: Server, name: str, **labels: str) -> float:
    """0 where there is no such series."""
    with server.client() as client:
        text = client.get("/metrics").text
    wanted = "".join(f'{key}="{value}"' for key, value in labels.items())
    found = re.search(rf"^{name}(?:{{{wanted}}})? ([0-9.e+]+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0


def waiting_events(server: Server) -> int:
    with server.client() as client:
        return client.get("/status").json()["spool"]["events"]


def wait_until_drained(server: Server, seconds: float = 60) -> float:
    """How long it took until nothing waited."""
    began = time.monotonic()
    eventually(lambda: waiting_events(server) == 0, seconds)
    return time.monotonic() - began


def annals_spool(server: Server, *words: str) -> subprocess.CompletedProcess:
    """`annals spool` with the settings of that service."""
    command = [str(binary()), "spool", *words]
    for name, value in server.settings.items():
        command += [f"--{name}", value]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120,
        env=clean_environment() | server.environment)


class SpoolLedger(Ledger):
    """Takes 202 for an acknowledgement, as Ceilometer does, and remembers the longest wait."""

    def __init__(self):
        super().__init__()
        self.spooled: set[str] = set()
        self.longest = 0.0

    def end(self, events: list[dict], status: int, answer: dict | None) -> None:
        if status != 202:
            super().end(events, status, answer)
            return
        with self.lock:
            assert answer["spooled"] == len(events), answer
            assert [item["status"] for item in answer["items"]] == ["spooled"] * len(events)
            ids = {event["message_id"] for event in events}
            self.acknowledged |= ids
            self.spooled |= ids


class SinglePublishers(PublishingThreads):
    """Threads that publish one event a request, as Ceilometer's agent does, and time each answer."""

    def __init__(self, servers: list[Server], ledger: SpoolLedger, mark: str, threads: int = 8,
                 shared_ids: bool = False):
        """With `shared_ids` each event goes to every server, as agents send again elsewhere."""
        self.servers, self.ledger, self.mark = servers, ledger, mark
        self.shared_ids = shared_ids
        super().__init__(threads)

    def wait_for(self, more: int, seconds: float = 60) -> None:
        """Until so many further events are acknowledged."""
        wanted = len(self.ledger.acknowledged) + more
        eventually(lambda: self.failures or len(self.ledger.acknowledged) >= wanted, seconds)
        assert not self.failures, self.failures[0]

    def _work(self, number: int) -> None:
        clients: dict[int, Client] = {}
        try:
            while not self.stopping.is_set():
                event = sample("test.spool", str(uuid.uuid4()), round=self.mark)
                order = range(len(self.servers))
                chosen = order if self.shared_ids else [number % len(self.servers)]
                for index in sorted(chosen, key=lambda place: (place + number) % len(order)):
                    self._publish(clients, index, event)
        except BaseException as failure:
            self.failures.append(failure)

    def _publish(self, clients: dict[int, Client], index: int, event: dict) -> None:
        self.ledger.begin([event])
        if index not in clients:
            clients[index] = self.servers[index].client(timeout=20)
        began = time.monotonic()
        try:
            answer = clients[index].publish(event)
        except (OSError, http.client.HTTPException):  # Killed in the middle of an answer, too.
            del clients[index]
            self.stopping.wait(0.02)
            return  # The service is gone: what had no answer is not acknowledged.
        with self.ledger.lock:
            self.ledger.longest = max(self.ledger.longest, time.monotonic() - began)
        body = json.loads(answer.body) if answer.status < 300 else None
        self.ledger.end([event], answer.status, body)
        if answer.status >= 300:
            self.stopping.wait(0.02)
