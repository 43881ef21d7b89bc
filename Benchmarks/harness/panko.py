"""Row 3: Panko's own storage driver on the same engine."""

import os
import subprocess
import sys

from . import tools
from .places import BENCHMARKS, EVENTS, WORK

HOME = WORK / "panko"
PYTHON = HOME / "bin" / "python"
REQUIREMENTS = BENCHMARKS / "panko" / "requirements.txt"


def is_installed() -> bool:
    """Installs it where that is possible."""
    try:
        if not PYTHON.exists():
            subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
        subprocess.run([PYTHON, "-m", "pip", "install", "-q", "-r", REQUIREMENTS], check=True,
                       stdout=sys.stderr)
        return True
    except (subprocess.CalledProcessError, OSError) as failure:
        tools.say(f"Panko is not measured: {failure}")
        return False


def events_per_second(engine, count: int = 300) -> float:
    """One event a call, into an empty database."""
    engine.create("panko")
    result = tools.json_of([PYTHON, BENCHMARKS / "panko" / "record_events.py", EVENTS, count],
                           env={**os.environ, "PANKO_URL": engine.panko_url("panko")})
    engine.drop("panko")
    return result["eventsPerSecond"]
