"""What Ceilometer loads for annals://, annalss:// and, where it is installed, panko://."""

from __future__ import annotations

import logging
import os
import threading
import time
import traceback
import weakref
from typing import NoReturn
from urllib.parse import SplitResult

from oslo_config import cfg

from annals_publisher import configuration
from annals_publisher.authentication import is_insecure, make_authentication
from annals_publisher.connection import DeliveryError
from annals_publisher.counters import Counters
from annals_publisher.delivery import Refusal
from annals_publisher.documents import (
    Document, NotSerializable, Pending, Submission, name_of)
from annals_publisher.options import OptionError, Options, read_options
from annals_publisher.rejects import Rejects
from annals_publisher.sender import Sender
from annals_publisher.spool import Spool

LOG = logging.getLogger(__name__)
#: Seconds that a publisher which is not configured well makes its callers wait before it raises:
#: the agent would ask again at once, for ever.
REFUSAL_PAUSE = 5.0


class AnnalsPublisher:
    """A caller of `publish_events` returns when Annals has its events durably, or gets an error.

    Ceilometer calls from up to 64 threads; a thread of the publisher's own gathers what they bring
    into one request at a time.
    """

    def __init__(self, conf: cfg.ConfigOpts, parsed_url: SplitResult):
        """Never throws: Ceilometer would go on without a publisher and lose every event."""
        self.counters = Counters()
        self._conf = conf
        self._problem: str | None = None
        self._lock = threading.Lock()
        self._sender: Sender | None = None
        try:
            self._set_up(parsed_url)
        except Exception as error:
            self._problem = f"the publisher {parsed_url.scheme}:// is not configured well: " \
                f"{_sentence(error)}"
            LOG.critical("%s. It takes no events until that is mended and the agent restarted.%s",
                         self._problem, _place(error))

    def _set_up(self, parsed_url: SplitResult) -> None:
        self._options = read_options(parsed_url, configuration.register(self._conf).url)
        make_authentication(self._conf, self._options)  # Whether it can be made.
        self._spool = _spool_directory(self._options)
        self._warn(self._conf)
        _sender_ends_with_fork(self)
        if self._spool is None:
            return
        try:
            self._running_sender()  # What former workers left is sent without waiting for events.
        except Exception as error:
            LOG.error("The spool %s is not sent before the first event: %s%s",
                      self._spool, _sentence(error), _place(error))

    def publish_events(self, events) -> None:
        """`events` are ceilometer.event.models.Event. Throws DeliveryError at the deadline."""
        if self._problem is not None:
            _refuse(self._problem)
        documents = self._documents(events)
        if not documents:
            return
        try:
            sender = self._running_sender()
        except Exception as error:  # A file with a secret that is gone, no thread left: it passes.
            _refuse(_sentence(error))
        submission = Submission(len(documents))
        sender.line.put([Pending(document, submission) for document in documents])
        if not submission.wait(self._options.deadline):
            self.counters.give_back(len(documents))
            raise DeliveryError(
                f"not acknowledged by {self._options.target} within {self._options.deadline:g} s: "
                f"{sender.trouble or 'no answer yet'}")

    def close(self) -> None:
        """Ends the thread. Ceilometer has no use for it: its workers just end."""
        with self._lock:
            sender, self._sender = self._sender, None
        if sender is not None:
            sender.stop()

    def _documents(self, events) -> list[Document]:
        documents = []
        for event in events:
            try:
                documents.append(Document.of(event))
            except NotSerializable as error:
                # An error would make the agent bring it again and again.
                self.counters.reject()
                unreadable = Document(name_of(event), b"null")
                Rejects(self._options.rejects).keep(
                    unreadable, Refusal("not_serializable", str(error)))
        return documents

    def _running_sender(self) -> Sender:
        """Started late, because a thread does not survive a fork."""
        with self._lock:
            if self._sender is None:
                spool = None if self._spool is None else Spool(
                    self._spool, self._options.spool_bytes)
                authentication = make_authentication(self._conf, self._options)
                sender = Sender(self._options, authentication, self.counters, spool)
                sender.start()
                self._sender = sender
            return self._sender

    def _forget_sender(self) -> None:
        """In a child process: the parent's thread is not here, and its lock may stay held."""
        self._lock = threading.Lock()
        # Kept, so that its files and sockets, which are the parent's, are not closed here.
        self._of_parent, self._sender = self._sender, None
        self.counters = Counters()

    def _warn(self, conf: cfg.ConfigOpts) -> None:
        if is_insecure(self._options):
            LOG.warning("%s: passwords and tokens cross the network without a checked TLS "
                        "connection; use annalss:// with verify_ssl", self._options.target)
        try:
            is_lossy = conf.notification.ack_on_event_error
        except (cfg.NoSuchOptError, cfg.NoSuchGroupError):
            return  # Not the notification agent.
        if is_lossy:
            LOG.warning(
                "[notification] ack_on_event_error is True: the agent acknowledges what could not "
                "be published within %g s, and those events are lost. Set it to False.",
                self._options.deadline)


def _refuse(problem: str) -> NoReturn:
    time.sleep(REFUSAL_PAUSE)
    raise DeliveryError(problem) from None


def _sentence(error: Exception) -> str:
    """What may be shown: the text of an error that is not of our making may hold a secret."""
    is_told = isinstance(error, (OptionError, cfg.Error))
    return str(error) if is_told else f"unexpected {type(error).__name__}"


def _place(error: Exception) -> str:
    """Where an error that nobody expected comes from, without its text."""
    if isinstance(error, (OptionError, cfg.Error)):
        return ""
    return "\n" + "".join(traceback.format_tb(error.__traceback__)).rstrip()


def _spool_directory(options: Options):
    if options.spool is None:
        return None
    try:
        return Spool.prepare(options.spool)
    except OSError as error:
        raise OptionError(f"spool={options.spool}: {error}") from None


def _sender_ends_with_fork(publisher: AnnalsPublisher) -> None:
    reference = weakref.ref(publisher)

    def forget() -> None:
        living = reference()
        if living is not None:
            living._forget_sender()

    os.register_at_fork(after_in_child=forget)
