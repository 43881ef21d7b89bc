"""The one thread that talks to Annals."""

from __future__ import annotations

import logging
import math
import threading
import time
from typing import Callable

from annals_publisher.authentication import Authentication
from annals_publisher.connection import Connection, DeliveryError
from annals_publisher.counters import Counters, Reporter
from annals_publisher.delivery import Delivery, Refusal
from annals_publisher.documents import Document, Pending
from annals_publisher.line import Line
from annals_publisher.options import Options
from annals_publisher.patience import Patience
from annals_publisher.rejects import Rejects
from annals_publisher.spool import Spool, SpoolError, SpoolFile

LOG = logging.getLogger(__name__)
#: Seconds between two looks for what other workers have left.
ADOPTION_INTERVAL = 60.0


class Sender:
    """Takes batches from the line and sends them until each event is settled.

    While the spool holds events, new ones go behind them to disk, so that order is kept and nobody
    waits for a server that is away.
    """

    def __init__(self, options: Options, authentication: Authentication | None, counters: Counters,
                 spool: Spool | None = None, patience: Patience | None = None):
        self._options = options
        self._counters = counters
        self._connection = Connection(options, authentication)
        self._delivery = Delivery(self._connection, counters)
        self._rejects = Rejects(options.rejects)
        self._reporter = Reporter(counters, options.target, options.report_interval)
        self._patience = patience or Patience()
        #: With the disk of the spool.
        self._writing, self._reading = Patience(), Patience()
        self._spool = spool
        self._next_adoption = 0.0
        self._stopping = threading.Event()
        self.line = Line(options.batch_events, options.batch_bytes, options.linger)
        #: Why the last attempt failed; None after one that did not.
        self.trouble: str | None = None
        self._trouble_status: int | None = None
        self._thread = threading.Thread(target=self._work, name="annals-publisher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread. Whoever waits still is not settled."""
        self._stopping.set()
        self.line.close()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._guard(self._adopt_if_due)
            self._guard(self._work_once)
            self._guard(lambda: self._reporter.report_if_due(self._spool))
        self._connection.close()
        if self._spool is not None:
            self._spool.close()

    def _guard(self, work: Callable[[], None]) -> None:
        """The thread must not end, whatever happens: its callers would wait for nothing."""
        try:
            work()
        except Exception as error:
            LOG.exception("The publisher to %s failed unexpectedly", self._options.target)
            self.trouble = f"unexpected {type(error).__name__}"
            self._patience.failed(None)

    def _adopt_if_due(self) -> None:
        """At the start, and later what had an owner then or could not be opened."""
        if self._spool is not None and time.monotonic() >= self._next_adoption:
            self._next_adoption = time.monotonic() + ADOPTION_INTERVAL
            self._spool.adopt()

    @property
    def _in_spool(self) -> int:
        return self._spool.count if self._spool is not None else 0

    def _work_once(self) -> None:
        if self._is_spooling:
            self._work_with_spool()
        elif (wait := self._patience.remaining) > 0:
            self.line.pause(min(wait, self._until_spooling))
        elif self.line.wait_for_arrival(self._idle):
            self._send(self.line.take())

    def _work_with_spool(self) -> None:
        if self._until_replay == 0:
            self._replay()
        idle = min(self._until_replay, self._idle)
        if self._disk_wait == 0:
            if self.line.wait_for_arrival(idle):
                self._store(self.line.take())
        elif (wait := self._patience.remaining) > 0:
            self.line.pause(min(wait, self._disk_wait))
        elif self.line.wait_for_arrival(min(idle, self._disk_wait)):
            # The disk fails, and Annals may be there: as if there were no spool.
            self._send(self.line.take())

    @property
    def _is_spooling(self) -> bool:
        return self._spool is not None and (self._in_spool > 0 or self._until_spooling == 0)

    @property
    def _until_spooling(self) -> float:
        """Seconds until what waits goes to disk, if Annals stays away."""
        if self._spool is None or not self._patience.is_tried:
            return math.inf
        return max(0.0, self._options.spool_after - self.line.age, self._disk_wait)

    @property
    def _idle(self) -> float:
        """Seconds until there is something to do beside sending."""
        if self._spool is None:
            return self._reporter.remaining
        return min(self._reporter.remaining, max(0.0, self._next_adoption - time.monotonic()))

    @property
    def _until_replay(self) -> float:
        """Seconds until what is on disk may be sent."""
        if not self._in_spool:
            return math.inf
        return max(self._patience.remaining, self._reading.remaining)

    @property
    def _disk_wait(self) -> float:
        return max(self._writing.remaining, self._reading.remaining)

    def _send(self, batch: list[Pending]) -> None:
        def settle(index: int, refusal: Refusal | None) -> None:
            self._refuse(batch[index].document, refusal)
            batch[index].settle()

        if not batch:
            return
        try:
            self._attempt([one.document for one in batch], settle)
        finally:
            self.line.put_back([one for one in batch if not one.is_settled])

    def _replay(self) -> None:
        delivered: list[int] = []

        def settle(index: int, refusal: Refusal | None) -> None:
            self._refuse(documents[index], refusal)
            delivered.append(rows[index][0])

        try:
            file, rows = self._spool.oldest(self._options.batch_events, self._options.batch_bytes)
        except SpoolError as error:
            self._disk_failed(self._reading, error)
            return
        self._reading.succeeded()
        if file is None:
            return
        documents = [document for _, document in rows]
        try:
            self._attempt(documents, settle)
        finally:
            if delivered:
                self._counters.replayed += len(delivered)
                self._remove(file, delivered)

    def _remove(self, file: SpoolFile, delivered: list[int]) -> None:
        try:
            self._spool.remove(file, delivered)
        except SpoolError as error:
            self._disk_failed(self._writing, error)

    def _attempt(self, documents: list[Document], settle) -> None:
        try:
            self._delivery.deliver(documents, settle)
        except DeliveryError as error:
            self._counters.failures += 1
            self._patience.failed(error.retry_after)
            # A line for each new kind of trouble, and not for each attempt.
            if self.trouble is None or error.status != self._trouble_status:
                LOG.warning("Annals does not take events: %s; trying again", error)
            self.trouble, self._trouble_status = str(error), error.status
        else:
            if self.trouble is not None:
                LOG.info("Annals takes events again")
            self._patience.succeeded()
            self.trouble = None

    def _refuse(self, document: Document, refusal: Refusal | None) -> None:
        if refusal is not None:
            self._counters.reject()
            self._rejects.keep(document, refusal)

    def _store(self, events: list[Pending]) -> None:
        """To disk; where that fails, back into the line, where the callers' deadlines end it."""
        if not events:
            return
        try:
            self._spool.append([one.document for one in events])
            for one in events:
                one.settle()
        except SpoolError as error:
            self._disk_failed(self._writing, error)
        else:
            self._writing.succeeded()
            self._counters.spooled += len(events)
        finally:
            self.line.put_back([one for one in events if not one.is_settled])

    @staticmethod
    def _disk_failed(patience: Patience, error: SpoolError) -> None:
        if not patience.is_tried:
            LOG.error("%s", error)
        patience.failed(None)
