"""Builds and runs the programs that measure."""

import gzip
import json
import os
import subprocess
import sys

from .places import BENCHMARKS, EVENTS, LOAD, ROOT, WORK


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def build() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    flags = os.environ.get("SWIFT_FLAGS", "").split()
    quiet = {"stdout": sys.stderr}
    if "ANNALS_BINARY" not in os.environ:
        subprocess.run(["swift", "build", "-c", "release", "--product", "annals", *flags],
                       cwd=ROOT, check=True, **quiet)
    subprocess.run(["swift", "build", "-c", "release"], cwd=BENCHMARKS, check=True, **quiet)
    for name, libraries in (("rawsqlite", ["-lsqlite3", "-lpthread"]), ("syncprobe", [])):
        subprocess.run(
            ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", WORK / name,
             BENCHMARKS / "raw" / f"{name}.c", *libraries], check=True)
    with gzip.open(BENCHMARKS / "Data" / "events-3000.http-single.ndjson.gz") as packed:
        EVENTS.write_bytes(packed.read())


def _json(command: list):
    done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def publish(port: int, **options) -> dict:
    """Runs the load generator; every acknowledgement is checked, and a fault ends the benchmark."""
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    report = _json([LOAD, "publish", "--port", port, "--events", EVENTS, *words])
    if report["faults"]:
        raise SystemExit(f"the load found {report['faults']} faults: {report['firstFaults']}")
    return report


def query(port: int, paths: list[str], count: int, project: str = "bench") -> dict:
    """One client; a fault ends the benchmark."""
    listed = WORK / "paths.txt"
    listed.write_text("\n".join(paths))
    report = _json([LOAD, "query", "--port", port, "--count", count, "--project", project,
                    "--seconds", 30, "--paths-file", listed])
    if report["faults"]:
        raise SystemExit(f"{paths[0]}: {report['faults']} faults: {report['firstFaults']}")
    return report


def identifiers(numbers: list[int], seed: int = 1) -> list[str]:
    done = subprocess.run([LOAD, "id", "--seed", str(seed), *map(str, numbers)], check=True,
                          capture_output=True, text=True)
    return done.stdout.split()


def raw_bulk(source) -> float:
    """Events a second of the engine alone, 1,000 a commit."""
    return _raw("bulk", source, 1000)


def raw_single(source, seconds: int, connections: int) -> float:
    """Events a second of the engine alone, one a commit."""
    return _raw("single", source, seconds, connections)


def _raw(mode: str, source, *options) -> float:
    target = WORK / "raw.db"
    for name in WORK.glob("raw.db*"):
        name.unlink()
    result = _json([WORK / "rawsqlite", mode, source, target, *options])
    for name in WORK.glob("raw.db*"):
        name.unlink()
    return result["eventsPerSecond"]


def engine_version() -> str:
    return _json([WORK / "rawsqlite", "version"])


def sync_times() -> dict:
    return _json([WORK / "syncprobe", WORK, 2000])


def sampled_share(samples, symbol: str) -> float | None:
    """Percent of the samples in a function whose mangled name holds `symbol`, or in its callees."""
    done = subprocess.run(
        ["perf", "report", "-i", samples, "--children", "-g", "none", "--sort", "symbol"],
        capture_output=True, text=True)
    shares = [float(line.split("%")[0]) for line in done.stdout.splitlines()
              if symbol in line and "%" in line and not line.startswith("#")]
    return max(shares, default=None)


def panko(count: int = 300) -> float | None:
    """Events a second of Panko's own driver on SQLite; None where it cannot be installed."""
    home = WORK / "panko"
    python = home / "bin" / "python"
    requirements = BENCHMARKS / "panko" / "requirements.txt"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", "-r", requirements], check=True,
                           stdout=sys.stderr)
        database = WORK / "panko.db"
        database.unlink(missing_ok=True)
        return _json([python, BENCHMARKS / "panko" / "record_events.py", f"sqlite:///{database}",
                      EVENTS, count])["eventsPerSecond"]
    except (subprocess.CalledProcessError, OSError) as failure:
        say(f"Panko is not measured: {failure}")
        return None
