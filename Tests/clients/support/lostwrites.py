"""The disk that forgets: builds lostwrites.c and commands it."""

import os
import subprocess
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "lostwrites" / "lostwrites.c"


def build(directory: Path) -> Path:
    """The preload library, compiled into `directory`."""
    library = directory / "lostwrites.so"
    subprocess.run(
        ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
         "-o", library, SOURCE, "-ldl", "-lpthread"],
        check=True)
    return library


class ForgetfulDisk:
    """Makes `directory` forget what was not synced, for processes started with `environment`."""

    def __init__(self, library: Path, directory: Path, control: Path):
        self.control = control
        if not control.exists():
            os.mkfifo(control)
        self.environment = {
            "LD_PRELOAD": str(library),
            "LOSTWRITES_DIRECTORY": str(directory),
            "LOSTWRITES_CONTROL": str(control),
        }

    def lose_power(self, torn: bool = False) -> None:
        self._command(b"t" if torn else b"p")

    def fail_next_sync(self) -> None:
        self._command(b"e")

    def fill_up(self) -> None:
        self._command(b"f")

    def make_room(self) -> None:
        self._command(b"r")

    def _command(self, letter: bytes) -> None:
        # Without a reader this fails at once instead of waiting for ever.
        descriptor = os.open(self.control, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(descriptor, letter)
        finally:
            os.close(descriptor)
