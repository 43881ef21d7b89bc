"""One file of the spool."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Iterable

from annals_publisher.documents import Document

_PAGE_BYTES = 4096


class SpoolFile:
    """One SQLite file and its lock, which tells other workers that the owner lives.

    `flock`, because the kernel lifts it when the owner dies, however it dies.
    """

    def __init__(self, path: Path, lock: int):
        self.path = path
        self._lock = lock
        self._database = sqlite3.connect(path, isolation_level=None)
        #: Ids of what is delivered and not deleted, because the disk could not be written.
        self._delivered: set[int] = set()
        #: All up to this id are delivered.
        self._delivered_to = 0
        try:
            self._rows = self._prepare()
        except BaseException:
            self._database.close()
            raise

    def _prepare(self) -> int:
        """Returns the number of events that are there."""
        for statement in (
            f"PRAGMA page_size = {_PAGE_BYTES}", "PRAGMA journal_mode = WAL",
            # A commit is on the disk when it returns.
            "PRAGMA synchronous = FULL",
            "CREATE TABLE IF NOT EXISTS event "
            "(id INTEGER PRIMARY KEY, message_id TEXT NOT NULL, body BLOB NOT NULL)",
        ):
            self._database.execute(statement).close()
        return self._database.execute("SELECT count(*) FROM event").fetchone()[0]

    @classmethod
    def open(cls, path: Path) -> SpoolFile | None:
        """None where another process has it."""
        lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _make_private(path)
            return cls(path, lock)
        except BlockingIOError:
            os.close(lock)
            return None
        except BaseException:
            os.close(lock)
            raise

    @property
    def count(self) -> int:
        """Events that are to be sent."""
        return self._rows - len(self._delivered)

    def append(self, documents: Iterable[Document], maximum_bytes: int) -> None:
        """Throws sqlite3.OperationalError where the file would have more bytes than that."""
        pages = max(1, maximum_bytes // _PAGE_BYTES)
        # Never fewer than there are: SQLite sees to that.
        self._database.execute(f"PRAGMA max_page_count = {pages}").close()
        rows = [(one.message_id, one.body) for one in documents]
        with self._transaction():
            self._database.executemany("INSERT INTO event (message_id, body) VALUES (?, ?)", rows)
        self._rows += len(rows)

    def oldest(self, count: int, size: int) -> list[tuple[int, Document]]:
        """At most `count` events with `size` bytes, but one at least; each with its id."""
        found: list[tuple[int, Document]] = []
        rows = self._database.execute(
            "SELECT id, message_id, body FROM event WHERE id > ? ORDER BY id",
            (self._delivered_to,))
        with contextlib.closing(rows):
            for identifier, message_id, body in rows:
                if identifier in self._delivered:
                    if not found:
                        self._delivered_to = identifier
                    continue
                size -= len(body)
                if found and (size < 0 or len(found) == count):
                    break
                found.append((identifier, Document(message_id, body)))
        return found

    def settle(self, identifiers: Iterable[int]) -> None:
        """They are delivered: as long as this process lives, `oldest` passes them over."""
        self._delivered.update(identifiers)

    def remove(self) -> None:
        """Deletes what is settled."""
        with self._transaction():
            self._database.executemany(
                "DELETE FROM event WHERE id = ?", [(one,) for one in self._delivered])
        self._rows -= len(self._delivered)
        self._delivered.clear()

    @contextlib.contextmanager
    def _transaction(self):
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            # A full file has ended the transaction already.
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def set_aside(self) -> Path:
        """Out of the way of the others, for somebody to look at. It is closed after that."""
        aside = self.path.with_suffix(".damaged")
        try:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
            self.path.rename(aside)
            # What is in the log only would be missing without it.
            with contextlib.suppress(FileNotFoundError):
                self.path.with_suffix(".db-wal").rename(aside.with_suffix(".damaged-wal"))
            for suffix in (".db-shm", ".lock"):
                self.path.with_suffix(suffix).unlink(missing_ok=True)
        finally:
            os.close(self._lock)
        return aside

    def close(self) -> None:
        """Leaves it to whoever comes next; one without events to send is deleted."""
        try:
            self._database.close()
            if self.count == 0:
                for suffix in (".db", ".db-wal", ".db-shm", ".lock"):
                    self.path.with_suffix(suffix).unlink(missing_ok=True)
        finally:
            os.close(self._lock)


def _make_private(path: Path) -> None:
    """Nobody else may read it, nor its log, to which SQLite gives the same permissions."""
    for part in (path, path.with_suffix(".db-wal"), path.with_suffix(".db-shm")):
        flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if part == path else 0)
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(part, flags, 0o600)
            try:
                if os.fstat(descriptor).st_mode & 0o077:
                    os.fchmod(descriptor, 0o600)
            finally:
                os.close(descriptor)
