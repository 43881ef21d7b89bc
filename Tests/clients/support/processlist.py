"""Looks for secrets where everybody may read: in the words of running processes."""

import threading
from pathlib import Path

from . import engines
from .waiting import eventually


class ProcessListSearch:
    """Reads all of /proc every so often, as long as the tests run."""

    def __init__(self):
        self.found: set[str] = set()
        self.rounds = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.stopping.set()
        self.thread.join()

    def wait_for_round(self) -> None:
        """Until everything that runs now has been looked at. The round under way began before."""
        wanted = self.rounds + 2
        eventually(lambda: self.rounds >= wanted)

    def _work(self) -> None:
        while not self.stopping.wait(0.1):
            secrets = [secret.encode() for secret in list(engines.SECRETS)]
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    words = path.read_bytes()
                except OSError:
                    continue  # It has ended.
                if any(secret in words for secret in secrets):
                    shown = words.replace(b"\0", b" ").decode(errors="replace")
                    for secret in list(engines.SECRETS):
                        shown = shown.replace(secret, "***")
                    self.found.add(shown[:300])
            self.rounds += 1
