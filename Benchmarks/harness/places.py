"""Where things are."""

import os
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1]
ROOT = BENCHMARKS.parent
WORK = ROOT / "var" / "benchmarks"
#: ANNALS_BINARY names another build, which is then measured as it is.
BINARY = Path(os.environ.get("ANNALS_BINARY") or ROOT / ".build" / "release" / "annals")
LOAD = BENCHMARKS / ".build" / "release" / "annals-load"
EVENTS = WORK / "events-3000.ndjson"
PAGE = ROOT / "docs" / "performance.md"
