"""A small Annals on a real socket, and the publishers that talk to it."""

import collections
import dataclasses
import datetime
import gzip
import json
import logging
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from annals_publisher import patience
from annals_publisher.connection import DeliveryError
from annals_publisher.options import OptionError
from annals_publisher.publisher import AnnalsPublisher
from oslo_config import cfg


class Event:
    """Like ceilometer.event.models.Event, as far as a publisher looks."""

    def __init__(self, message_id=None, **traits):
        self.message_id = message_id or str(uuid.uuid4())
        self.traits = traits

    def serialize(self):
        return {
            "message_id": self.message_id, "event_type": "test.event",
            "generated": datetime.datetime(2026, 1, 1).isoformat(),
            "traits": [[name, 1, value] for name, value in self.traits.items()], "raw": {},
        }


Request = collections.namedtuple("Request", "path headers body documents connection")


class FakeAnnals:
    """Stores by message_id. Each entry of `script` answers one request instead.

    An entry is a status, a triple of status, headers and body, `None` to cut the connection, or a
    function of the documents that gives one of these.
    """

    def __init__(self):
        self.stored: dict[str, dict] = {}
        self.requests: list[Request] = []
        self.script: collections.deque = collections.deque()
        #: Answers every request that the script does not.
        self.always = None
        self.gate = threading.Event()
        self.gate.set()
        self.arrived = threading.Semaphore(0)
        self.answered = threading.Semaphore(0)
        self.server = None
        self.port = 0

    def start(self) -> "FakeAnnals":
        self.server = Listener(("127.0.0.1", self.port), Handler)
        self.server.annals = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, documents):
        answer = self.script.popleft() if self.script else self.always
        if callable(answer):
            answer = answer(documents)
        if isinstance(answer, int) and not isinstance(answer, bool):
            answer = (answer, {}, error(f"scripted {answer}"))
        return self.store(documents) if answer == "store" else answer

    def store(self, documents):
        items = []
        for index, document in enumerate(documents):
            if document["message_id"] in self.stored:
                items.append({"index": index, "message_id": document["message_id"],
                              "status": "duplicate", "code": "duplicate", "detail": "There."})
            self.stored.setdefault(document["message_id"], document)
        return 200, {}, {
            "accepted": len(documents) - len(items), "duplicates": len(items), "conflicts": 0,
            "rejected": 0, "items": items}


class Listener(ThreadingHTTPServer):
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """A client that has gone is no news."""


def error(sentence: str) -> dict:
    return {"error_message": {"faultcode": "Client", "faultstring": sentence, "debuginfo": None}}


def rejecting(documents, *bad: str):
    """The report of Annals where events with these traits `kind` cannot be stored."""
    items = [
        {"index": index, "message_id": one["message_id"], "status": "rejected",
         "code": "invalid_event", "detail": "It is poison."}
        for index, one in enumerate(documents)
        if any(trait[0] == "kind" and trait[2] in bad for trait in one["traits"])]
    status = 400 if len(items) == len(documents) else 200
    return status, {}, {
        "accepted": len(documents) - len(items), "duplicates": 0, "conflicts": 0,
        "rejected": len(items), "items": items}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        annals = self.server.annals
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_gzip = self.headers.get("Content-Encoding") == "gzip"
        documents = json.loads(gzip.decompress(body) if is_gzip else body)
        annals.requests.append(
            Request(self.path, self.headers, body, documents, self.client_address[1]))
        annals.arrived.release()
        annals.gate.wait(20)
        answer = annals.answer(documents)
        annals.answered.release()
        if answer is None:
            self.close_connection = True
            return
        status, headers, document = answer
        text = document.encode() if isinstance(document, str) else json.dumps(document).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def annals():
    fake = FakeAnnals()
    fake.always = "store"
    fake.start()
    yield fake
    fake.gate.set()
    fake.stop()


@pytest.fixture(autouse=True)
def secrets_are_told_to_nobody(monkeypatch):
    """The word `geheim` is in each secret of these tests, and in no record and no error of ours."""
    said = []

    class Ear(logging.Handler):
        def emit(self, record):
            said.append(self.format(record))

    def listen(kind):
        make = kind.__init__

        def note(self, *words, **named):
            said.append(repr((words, named)))
            make(self, *words, **named)

        monkeypatch.setattr(kind, "__init__", note)

    listen(DeliveryError)
    listen(OptionError)
    root, ear = logging.getLogger(), Ear()
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(ear)
    yield
    root.removeHandler(ear)
    root.setLevel(before)
    assert not [words for words in said if "geheim" in words or "Basic " in words]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Attempts follow each other within milliseconds."""
    monkeypatch.setattr(patience, "FIRST", 0.002)
    monkeypatch.setattr(patience, "LONGEST", 0.01)


@pytest.fixture
def conf():
    conf = cfg.ConfigOpts()
    conf([], project="ceilometer", default_config_files=[], default_config_dirs=[])
    conf.register_opts([cfg.BoolOpt("ack_on_event_error", default=False)], group="notification")
    return conf


@pytest.fixture
def make_publisher(annals, conf):
    made = []

    def make(address=None, **options):
        address = address or f"annals://127.0.0.1:{annals.port}"
        query = "&".join(f"{name}={value}" for name, value in options.items())
        made.append(AnnalsPublisher(conf, urlsplit(f"{address}?{query}" if query else address)))
        return made[-1]

    yield make
    for publisher in made:
        publisher.close()


class Callers:
    """Threads that publish as the agent's do, and what became of each call."""

    def __init__(self, publisher):
        self.publisher = publisher
        self.failures: dict[int, BaseException] = {}
        self.threads: list[threading.Thread] = []

    def publish(self, *events) -> int:
        number = len(self.threads)
        self.threads.append(
            threading.Thread(target=self._call, args=(number, list(events)), daemon=True))
        self.threads[-1].start()
        return number

    def join(self) -> "Callers":
        for thread in self.threads:
            thread.join(timeout=20)
            assert not thread.is_alive(), "a caller waits for ever"
        return self

    def _call(self, number, events):
        try:
            self.publisher.publish_events(events)
        except BaseException as failure:
            self.failures[number] = failure


@pytest.fixture
def make_callers():
    return Callers


@pytest.fixture
def refusal_of(make_callers):
    """What a caller is told at a deadline that comes after the first failed attempt."""

    def find(publisher) -> str:
        callers = make_callers(publisher)
        callers.publish(Event())
        sender = publisher._running_sender()
        while sender.trouble is None:
            sender.line.wait_for_arrival(0.01)
        publisher._options = dataclasses.replace(publisher._options, deadline=0.01)
        with pytest.raises(DeliveryError) as failure:
            publisher.publish_events([Event()])
        return str(failure.value)

    return find
