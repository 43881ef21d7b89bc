"""Where things are."""

from pathlib import Path

BENCHMARKS = Path(__file__).parents[1]
ROOT = BENCHMARKS.parent
WORK = ROOT / "var" / "benchmarks"
BINARY = ROOT / ".build" / "release" / "annals"
LOAD = BENCHMARKS / ".build" / "release" / "annals-load"
EVENTS = WORK / "events-3000.ndjson"
PAGE = ROOT / "docs" / "performance.md"
