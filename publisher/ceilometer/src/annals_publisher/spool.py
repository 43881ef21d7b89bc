"""Events on disk while Annals is away: SQLite files, one for each worker, replayed oldest first."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sqlite3
import time
from pathlib import Path
from typing import Sequence

from annals_publisher.documents import Document
from annals_publisher.spool_file import SpoolFile

LOG = logging.getLogger(__name__)
#: Room for a file.
SMALLEST_BYTES = 65_536
#: Most files that are open at a time; each has up to four descriptors.
MOST_FILES = 32


class SpoolError(Exception):
    """The spool cannot do what it is asked for now: it is full, or its disk fails."""


class Spool:
    """What this worker has on disk, and what workers before it have left there."""

    def __init__(self, directory: Path, maximum_bytes: int):
        """`maximum_bytes` bounds all files in the directory, those of other workers too."""
        self._directory = directory
        self._maximum_bytes = maximum_bytes
        self._files: list[SpoolFile] = []
        self._own: SpoolFile | None = None
        #: What could not be taken over, so that it is said once.
        self._left: set[Path] = set()

    @staticmethod
    def prepare(directory: str) -> Path:
        """Makes the directory. Throws OSError where no file can be written there."""
        path = Path(directory)
        missing = [one for one in (path, *path.parents) if not one.exists()]
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for one in missing:
            _sync(one.parent)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(f"{path} is not writable")
        return path

    @property
    def count(self) -> int:
        """Events that are here."""
        return sum(file.count for file in self._files)

    @property
    def bytes(self) -> int:
        """Of all files in the directory, those of other workers too; damaged ones aside."""
        return self._bytes_without(None)

    def _bytes_without(self, one: SpoolFile | None) -> int:
        size = 0
        with os.scandir(self._directory) as entries:
            for entry in entries:
                is_of_one = one is not None and entry.name.startswith(one.path.name)
                if entry.name.endswith((".db", ".db-wal")) and not is_of_one:
                    with contextlib.suppress(FileNotFoundError):  # Another worker's, sent by now.
                        size += entry.stat().st_size
        return size

    def adopt(self) -> None:
        """Takes over what has no living owner.

        New events go to a file of our own all the same: that one may be damaged.
        """
        known = {file.path for file in self._files}
        before = self.count
        for path in sorted(self._directory.glob("*.db")):
            if len(self._files) == MOST_FILES:
                break
            if path not in known and (file := self._open(path)) is not None:
                self._files.append(file)
        self._files.sort(key=lambda file: file.path)
        self._drop_empty()
        if self.count > before:
            LOG.warning("%d events of former workers are in the spool %s and are sent first",
                        self.count - before, self._directory)

    def _open(self, path: Path) -> SpoolFile | None:
        try:
            return SpoolFile.open(path)
        except (OSError, sqlite3.Error) as error:
            if path not in self._left:
                LOG.error("The spool %s cannot be read and is left where it is: %s", path, error)
            self._left.add(path)
            return None

    def append(self, documents: Sequence[Document]) -> None:
        """Durable when it returns. Throws SpoolError where it is not."""
        try:
            room = self._maximum_bytes - self._bytes_without(self._own)
            if self._own is None:
                self._own = self._create(room)
                self._files.append(self._own)
            self._own.append(documents, room)
        except (OSError, sqlite3.Error) as error:
            if not isinstance(error, (OSError, sqlite3.OperationalError)):
                self._own = None  # It is damaged: the next events go to another.
            raise SpoolError(
                f"the spool {self._directory} takes no events: {error} (its files may have "
                f"spool_bytes={self._maximum_bytes})") from error

    def oldest(self, count: int, size: int) -> tuple[SpoolFile | None, list[tuple[int, Document]]]:
        """The next events to send, and the file they are in; none where there is nothing.

        Throws SpoolError where something is there and cannot be read.
        """
        trouble = None
        for file in [one for one in self._files if one.count]:
            try:
                if rows := file.oldest(count, size):
                    return file, rows
                raise sqlite3.DatabaseError(f"{file.count} events are missing")
            except sqlite3.OperationalError as error:
                trouble = error  # The disk or its memory: that may pass, and others may be well.
            except sqlite3.DatabaseError as error:
                self._set_aside(file, error)
        if trouble is not None:
            raise SpoolError(f"the spool {self._directory} cannot be read: {trouble}") from trouble
        return None, []

    def _set_aside(self, file: SpoolFile, error: Exception) -> None:
        self._files.remove(file)
        if file is self._own:
            self._own = None
        try:
            LOG.critical("The spool %s is damaged (%s). Its events are not sent; it is kept as %s",
                         file.path, error, file.set_aside())
        except OSError as failure:
            LOG.critical("The spool %s is damaged (%s) and cannot be renamed: %s",
                         file.path, error, failure)

    def remove(self, file: SpoolFile, identifiers: Sequence[int]) -> None:
        """They are delivered, and do not come again.

        Throws SpoolError where the disk cannot be told: then a worker that comes later sends them
        again, which is harmless.
        """
        file.settle(identifiers)
        try:
            file.remove()
        except (OSError, sqlite3.Error) as error:
            raise SpoolError(f"nothing can be removed from {file.path}: {error}") from error
        finally:
            self._drop_empty()

    def close(self) -> None:
        for file in self._files:
            self._close(file)
        self._files, self._own = [], None

    def _create(self, room: int) -> SpoolFile:
        if room < SMALLEST_BYTES:
            raise OSError(errno.ENOSPC, "there is no room for a file more")
        # The time first, so that the order of the names is the order of age.
        name = f"{time.time_ns():020d}-{os.getpid()}.db"
        file = SpoolFile.open(self._directory / name)
        assert file is not None, "nobody else makes a file of that name"
        _sync(self._directory)
        return file

    def _drop_empty(self) -> None:
        for file in [one for one in self._files if one.count == 0]:
            self._close(file)
            self._files.remove(file)
            if file is self._own:
                self._own = None

    @staticmethod
    def _close(file: SpoolFile) -> None:
        try:
            file.close()
        except (OSError, sqlite3.Error) as error:
            LOG.error("The spool %s is sent and cannot be deleted: %s", file.path, error)


def _sync(directory: Path) -> None:
    """The names in it are on the disk after that, as well as what they stand for."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
