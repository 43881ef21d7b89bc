"""Events that Annals refuses for ever: said in the log, and kept in a file where one is named."""

from __future__ import annotations

import errno
import json
import logging
import os

from annals_publisher.documents import Document
from annals_publisher.delivery import Refusal

LOG = logging.getLogger(__name__)


class Rejects:
    """A file of JSON lines: the event, and why it was refused."""

    def __init__(self, path: str | None):
        self._path = path

    def keep(self, document: Document, refusal: Refusal) -> None:
        LOG.error("Annals refuses the event %s: %s (%s)",
                  document.message_id, refusal.detail, refusal.code)
        if self._path is None:
            return
        reason = json.dumps({
            "message_id": document.message_id, "code": refusal.code, "detail": refusal.detail,
        }).encode("ascii")
        line = b'{"refusal": ' + reason + b', "event": ' + document.body + b"}\n"
        try:
            # One write in append mode, so that the lines of several workers do not mix.
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                if (written := os.write(descriptor, line)) < len(line):
                    raise OSError(errno.ENOSPC, f"only {written} of {len(line)} bytes are there")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            LOG.error("The event %s could not be kept in %s: %s",
                      document.message_id, self._path, error)
