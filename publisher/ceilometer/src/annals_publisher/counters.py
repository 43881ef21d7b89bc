"""What the publisher has done, for a line in the log now and then."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time

from annals_publisher.connection import Connection
from annals_publisher.spool import Spool

LOG = logging.getLogger(__name__)


@dataclasses.dataclass
class Counters:
    """Since the start. The sender writes them; callers write only `rejected` and `returned`."""

    accepted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    rejected: int = 0
    requests: int = 0
    failures: int = 0
    bytes_sent: int = 0
    #: Seconds in requests, all together.
    duration: float = 0.0
    #: Events that went to disk, and events that came back from there.
    spooled: int = 0
    replayed: int = 0
    #: Events whose caller got an error, so that the agent has to send them again.
    returned: int = 0

    def __post_init__(self):
        self._lock = threading.Lock()

    def request(self, connection: Connection) -> None:
        self.requests += 1
        self.bytes_sent = connection.bytes_sent
        self.duration += connection.last_duration

    def report(self, report: dict) -> None:
        # 202: what Annals keeps in a spool of its own is Annals' to store.
        self.accepted += report["accepted"] + report.get("spooled", 0)
        self.duplicates += report.get("duplicates", 0)
        self.conflicts += report.get("conflicts", 0)

    def reject(self) -> None:
        with self._lock:
            self.rejected += 1

    def give_back(self, events: int) -> None:
        with self._lock:
            self.returned += events

    def values(self) -> dict[str, float]:
        return dataclasses.asdict(self)


class Reporter:
    """Writes the counters at an interval, and only where something has changed."""

    def __init__(self, counters: Counters, target: str, interval: float, now=time.monotonic):
        """`interval` is in seconds; 0 never writes."""
        self._counters = counters
        self._target = target
        self._interval = interval
        self._now = now
        self._last = counters.values()
        self._next = now() + interval

    @property
    def remaining(self) -> float:
        """Seconds until the next line is due."""
        return max(0.0, self._next - self._now()) if self._interval else 3600.0

    def report_if_due(self, spool: Spool | None) -> None:
        if not self._interval or self._now() < self._next:
            return
        self._next = self._now() + self._interval
        values = self._counters.values()
        difference = {name: values[name] - self._last[name] for name in values}
        self._last = values
        if any(difference.values()):
            LOG.info("%s", self._line(difference, spool))

    def _line(self, change: dict[str, float], spool: Spool | None) -> str:
        mean = change["duration"] / change["requests"] * 1000 if change["requests"] else 0.0
        figures = {
            "accepted": change["accepted"], "duplicates": change["duplicates"],
            "conflicts": change["conflicts"], "rejected": change["rejected"],
            "returned": change["returned"], "requests": change["requests"],
            "failures": change["failures"], "bytes": change["bytes_sent"],
            "mean_ms": f"{mean:.1f}", "spooled": change["spooled"],
            "replayed": change["replayed"], "in_spool": spool.count if spool else 0,
            "in_spool_bytes": spool.bytes if spool else 0,
        }
        text = " ".join(f"{name}={value}" for name, value in figures.items())
        return f"published to {self._target} in the last {self._interval:g} s: {text}"
