"""When the events of a load were generated, as the load generator's EventSchedule has it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

SPAN = timedelta(days=28)
EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Schedule:
    #: Of event 0, in seconds since 1970.
    start: int
    #: Microseconds from one event to the next.
    step: int

    @classmethod
    def of_weeks(cls, events: int) -> Schedule:
        """So many events over the four weeks to come. The service has made their partitions ahead, as
        it would have in the course of four weeks."""
        return cls(int(time.time()), int(SPAN.total_seconds()) * 1_000_000 // events)

    @classmethod
    def of_now(cls) -> Schedule:
        """A hundred a second in the last hour: as agents publish, into the newest partition."""
        return cls(int(time.time()) - 3600, 10_000)

    def time_of(self, number: int) -> str:
        moment = EPOCH + timedelta(
            seconds=self.start, microseconds=number * self.step + 1 + number % 997)
        return moment.isoformat(timespec="microseconds")
