"""Publishers that remember what was acknowledged, and the check that it is all there."""

import copy
import http.client
import itertools
import threading
import time
import uuid
from dataclasses import dataclass, field

from .client import Client
from .events import as_listed, lines
from .server import Server

#: Sizes of the batches of one publisher, over and over; 0 is a single event, not in an array.
SIZES = (0, 0, 7, 0, 20, 1)


@dataclass
class Ledger:
    """What was sent and what was acknowledged, by message_id. Shared by the publishers' threads."""

    sent: dict[str, dict] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    refused: dict[int, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, events: list[dict]) -> None:
        with self.lock:
            self.sent.update((event["message_id"], event) for event in events)

    def end(self, events: list[dict], status: int, answer: dict | None) -> None:
        with self.lock:
            if status != 200:
                self.refused[status] = self.refused.get(status, 0) + 1
                return
            assert answer["accepted"] + answer["duplicates"] == len(events), answer
            self.acknowledged.update(event["message_id"] for event in events)


class PublishingThreads:
    """Threads that run `_work` until told to stop; the first failure of any ends the test."""

    def __init__(self, threads: int):
        self.stopping = threading.Event()
        self.failures: list[BaseException] = []
        self.threads = [
            threading.Thread(target=self._work, args=(number,)) for number in range(threads)]

    def _work(self, number: int) -> None:
        """Publishes until `stopping` is set, and adds what it fails with to `failures`."""
        raise NotImplementedError

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=40)
        assert not any(thread.is_alive() for thread in self.threads), "a publisher hangs"
        if self.failures:
            raise self.failures[0]


class Publishers(PublishingThreads):
    """Threads that publish real events, marked with the trait `round`, until told to stop."""

    def __init__(self, server: Server, ledger: Ledger, mark: str, threads: int = 8):
        self.server = server
        self.ledger = ledger
        self.mark = mark
        super().__init__(threads)

    def wait_for(self, acknowledged: int, seconds: float = 30) -> None:
        """Until that many events of the ledger are acknowledged."""
        end = time.monotonic() + seconds
        while len(self.ledger.acknowledged) < acknowledged:
            assert not self.failures, self.failures[0]
            assert time.monotonic() < end, (
                f"{len(self.ledger.acknowledged)} events acknowledged after {seconds} s, "
                f"refused: {self.ledger.refused}\n{self.server.log()[-3000:]}")
            time.sleep(0.005)

    def _work(self, number: int) -> None:
        templates = itertools.cycle(lines("events-50.http-single.ndjson")[number:] or [None])
        try:
            with self.server.client(timeout=20) as client:
                for size in itertools.cycle(SIZES[number % 3:] + SIZES[:number % 3]):
                    if self.stopping.is_set():
                        return
                    self._publish(client, [self._event(next(templates)) for _ in range(size or 1)],
                                  alone=size == 0)
        except (OSError, http.client.HTTPException):
            pass  # The service is gone: what had no answer is not acknowledged.
        except BaseException as failure:
            self.failures.append(failure)

    def _event(self, template: dict) -> dict:
        event = copy.copy(template)
        event["message_id"] = str(uuid.uuid4())
        event["traits"] = template["traits"] + [["round", 1, self.mark]]
        return event

    def _publish(self, client: Client, events: list[dict], alone: bool) -> None:
        self.ledger.begin(events)
        answer = client.publish(events[0] if alone else events)
        self.ledger.end(events, answer.status, answer.json() if answer.status == 200 else None)
        if answer.status != 200:
            self.stopping.wait(0.02)


class Readers:
    """Threads that list and show events until told to stop, and count the answers by status."""

    def __init__(self, server: Server, known: str, threads: int = 3):
        self.server = server
        self.known = known
        self.stopping = threading.Event()
        self.statuses: dict[int, int] = {}
        self.cut = 0  # Answers that began and did not end: the engine was gone in the middle.
        self.failures: list[BaseException] = []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._work) for _ in range(threads)]

    def __enter__(self) -> "Readers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=40)
        assert not any(thread.is_alive() for thread in self.threads), "a reader hangs"
        if self.failures:
            raise self.failures[0]

    def _work(self) -> None:
        paths = itertools.cycle([
            "/v2/events?q.field=all_tenants&q.value=True&limit=200", "/v2/event_types",
            f"/v2/events/{self.known}", "/v2/event_types/identity.authenticate/traits"])
        client = self.server.client(timeout=20)
        try:
            while not self.stopping.is_set():
                self._read(client, next(paths))
        except BaseException as failure:
            self.failures.append(failure)

    def _read(self, client: Client, path: str) -> None:
        try:
            status = client.get(path).status
        except http.client.IncompleteRead:
            with self.lock:
                self.cut += 1
            return
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
        if status != 200:
            self.stopping.wait(0.02)


def stored(server: Server, *filters: tuple[str, str]) -> dict[str, dict]:
    """All events that match, by id; each may be there once only."""
    found: dict[str, dict] = {}
    with server.client() as client:
        for event in client.events(*filters):
            assert event["message_id"] not in found, f"twice: {event['message_id']}"
            found[event["message_id"]] = event
    return found


def missing(ledger: Ledger, found: dict[str, dict]) -> set[str]:
    return ledger.acknowledged - found.keys()


def assert_kept(ledger: Ledger, found: dict[str, dict]) -> None:
    """Every acknowledged event is there, and nothing that is there differs from what was sent."""
    lost = missing(ledger, found)
    assert not lost, f"{len(lost)} of {len(ledger.acknowledged)} acknowledged events are lost"
    for message_id, event in found.items():
        assert event == as_listed(ledger.sent[message_id])
