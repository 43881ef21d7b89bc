"""Prints the events that can still be read in a damaged file of the spool, one on each line.

Usage: python -m annals_publisher.recover FILE.damaged > events.ndjson
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

#: An event and what SQLite adds have more bytes, so no file has more ids than its size over this.
_LEAST_BYTES = 16


def recover(path: Path, output: BinaryIO) -> tuple[int, int]:
    """Returns how many events were printed, and how many ids could not be read.

    One id after the other, because a scan would end at the first damaged page.
    """
    events = failures = 0
    # A copy, because SQLite would write into the file.
    with tempfile.TemporaryDirectory() as directory:
        copy = shutil.copyfile(path, Path(directory) / "copy")
        log = Path(f"{path}-wal")
        if log.exists():
            shutil.copyfile(log, f"{copy}-wal")
        with contextlib.closing(sqlite3.connect(copy)) as database:
            for identifier in range(1, _last(database, path) + 1):
                try:
                    row = database.execute(
                        "SELECT body FROM event WHERE id = ?", (identifier,)).fetchone()
                except sqlite3.DatabaseError:
                    failures += 1
                    continue
                if row is not None:
                    output.write(row[0] + b"\n")
                    events += 1
    return events, failures


def _last(database: sqlite3.Connection, path: Path) -> int:
    try:
        return database.execute("SELECT max(id) FROM event").fetchone()[0] or 0
    except sqlite3.DatabaseError:
        return path.stat().st_size // _LEAST_BYTES


def main(arguments: list[str]) -> str | None:
    """Returns what went wrong."""
    if len(arguments) != 1:
        return "Usage: python -m annals_publisher.recover FILE.damaged > events.ndjson"
    try:
        events, failures = recover(Path(arguments[0]), sys.stdout.buffer)
    except OSError as error:
        return f"{arguments[0]} cannot be read: {error}"
    print(f"{events} events are printed; {failures} ids are in a part that cannot be read.",
          file=sys.stderr)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
