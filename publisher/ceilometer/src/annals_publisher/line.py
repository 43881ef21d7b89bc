"""Where events wait for the sender."""

from __future__ import annotations

import collections
import threading
import time

from annals_publisher.documents import Pending


class Line:
    """First come, first served. Bounded by the callers: each of them waits for its own events."""

    def __init__(self, batch_events: int, batch_bytes: int, linger: float):
        """`linger` is how long the first event waits for others, in seconds."""
        self._batch_events = batch_events
        self._batch_bytes = batch_bytes
        self._linger = linger
        self._waiting: collections.deque[Pending] = collections.deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._is_closed = False

    def put(self, events: list[Pending]) -> None:
        with self._changed:
            self._waiting.extend(events)
            self._bytes += sum(len(one.document.body) for one in events)
            self._changed.notify_all()

    def put_back(self, events: list[Pending]) -> None:
        """At the front, in their old order."""
        with self._changed:
            self._waiting.extendleft(reversed(events))
            self._bytes += sum(len(one.document.body) for one in events)
            self._changed.notify_all()

    @property
    def age(self) -> float:
        """Seconds that the first event has waited; 0 where there is none."""
        with self._changed:
            return time.monotonic() - self._waiting[0].since if self._waiting else 0.0

    def close(self) -> None:
        """Nobody waits here any longer."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def wait_for_arrival(self, seconds: float) -> bool:
        """Whether an event is there, at the latest after that time."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed, seconds)
            return bool(self._waiting)

    def pause(self, seconds: float) -> None:
        """Waits, arrivals or not."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed, seconds)

    def take(self) -> list[Pending]:
        """The next batch, from what is there and what comes while the first event lingers."""
        with self._changed:
            if not self._waiting:
                return []
            # One that has waited already, for an earlier batch or a retry, does not linger again.
            left = self._waiting[0].since + self._linger - time.monotonic()
            self._changed.wait_for(lambda: self._is_full or self._is_closed, max(0.0, left))
            return self._next_batch()

    @property
    def _is_full(self) -> bool:
        return len(self._waiting) >= self._batch_events or self._bytes >= self._batch_bytes

    def _next_batch(self) -> list[Pending]:
        batch: list[Pending] = []
        size = 0
        while self._waiting and len(batch) < self._batch_events:
            length = len(self._waiting[0].document.body)
            if batch and size + length > self._batch_bytes:
                break
            one = self._waiting.popleft()
            self._bytes -= length
            if not one.submission.is_abandoned:
                batch.append(one)
                size += length
        return batch
