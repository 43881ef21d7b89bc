"""Events as they go over the wire, and the callers who wait for them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import threading
import time


class NotSerializable(Exception):
    """An event that JSON cannot hold."""


@dataclasses.dataclass(frozen=True)
class Document:
    """One event, as JSON."""

    #: To name it. What the event has may be no text, or no text that UTF-8 can hold.
    message_id: str
    body: bytes

    @classmethod
    def of(cls, event) -> Document:
        """Of ceilometer.event.models.Event."""
        try:
            return cls(name_of(event), json.dumps(event.serialize()).encode("ascii"))
        except (TypeError, ValueError, RecursionError) as error:
            raise NotSerializable(f"JSON cannot hold it: {error}") from error


def name_of(event) -> str:
    return str(event.message_id).encode("utf-8", "backslashreplace").decode("utf-8")


def array(documents) -> bytes:
    """A JSON array of them."""
    return b"[" + b",\n".join(document.body for document in documents) + b"]"


def key(documents) -> str:
    """The same for the same events in the same order, whenever they are sent."""
    identifiers = json.dumps([document.message_id for document in documents])
    return hashlib.sha256(identifiers.encode("ascii")).hexdigest()


class Submission:
    """The events of one call, until each of them is settled or the caller has left."""

    def __init__(self, count: int):
        self._open = count
        self._lock = threading.Lock()
        self._settled = threading.Event()
        #: Nobody waits any longer; what is not sent yet need not be.
        self.is_abandoned = False

    def settle_one(self) -> None:
        with self._lock:
            self._open -= 1
            is_last = self._open == 0
        if is_last:
            self._settled.set()

    def wait(self, seconds: float) -> bool:
        """Whether all is settled in time; if not, the submission is abandoned."""
        is_settled = self._settled.wait(seconds)
        if not is_settled:
            self.is_abandoned = True
        return is_settled


@dataclasses.dataclass(eq=False)
class Pending:
    """An event that waits to be settled."""

    document: Document
    submission: Submission
    #: When it came, by the monotonic clock, in seconds.
    since: float = dataclasses.field(default_factory=time.monotonic)
    is_settled: bool = False

    def settle(self) -> None:
        """Whatever its fate was: nobody need send it again."""
        if not self.is_settled:
            self.is_settled = True
            self.submission.settle_one()
