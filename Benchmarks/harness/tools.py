"""Builds and runs the programs that measure."""

import gzip
import json
import os
import socket
import subprocess
import sys

from .places import BENCHMARKS, EVENTS, LOAD, ROOT, WORK
from .schedule import Schedule


#: Program -> its sources and the package of its library.
RAW_PROGRAMS = {
    "rawsqlite": (["rawsqlite.c"], "sqlite3"),
    "rawpostgresql": (["rawpostgresql.c", "postgresql_rows.c"], "libpq"),
    "rawmysql": (["rawmysql.c", "mysql_rows.c"], "libmariadb"),
    "syncprobe": (["syncprobe.c"], None),
}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def build() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    quiet = {"stdout": sys.stderr}
    if "ANNALS_BINARY" not in os.environ:
        subprocess.run([ROOT / "scripts" / "build"], check=True, **quiet)
    subprocess.run(["swift", "build", "-c", "release"], cwd=BENCHMARKS, check=True, **quiet)
    _build_raw_programs()
    with gzip.open(BENCHMARKS / "Data" / "events-3000.http-single.ndjson.gz") as packed:
        EVENTS.write_bytes(packed.read())


def _build_raw_programs() -> None:
    for name, (sources, package) in RAW_PROGRAMS.items():
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", package], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.split() if package else []
        subprocess.run(
            ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", WORK / name,
             *(BENCHMARKS / "raw" / source for source in sources), *flags, "-lpthread"],
            check=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def json_of(command: list, **options):
    """What a program prints; what it says of its failure goes to the terminal."""
    done = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True,
                          **options)
    return json.loads(done.stdout)


def publish_command(port: int, schedule: Schedule, **options) -> list:
    options |= {"start": schedule.start, "step": schedule.step}
    words = [word for name, value in options.items()
             for word in (f"--{name.replace('_', '-')}", value)]
    return list(map(str, [LOAD, "publish", "--port", port, "--events", EVENTS, *words]))


def publish(port: int, schedule: Schedule, **options) -> dict:
    """Runs the load generator; every acknowledgement is checked, and a fault ends the benchmark."""
    report = json_of(publish_command(port, schedule, **options))
    if report["faults"]:
        raise SystemExit(f"the load found {report['faults']} faults: {report['firstFaults']}")
    return report


def query(port: int, paths: list[str], count: int, project: str = "bench") -> dict:
    """One client; a fault ends the benchmark."""
    listed = WORK / "paths.txt"
    listed.write_text("\n".join(paths))
    report = json_of([LOAD, "query", "--port", port, "--count", count, "--project", project,
                    "--seconds", 30, "--paths-file", listed])
    if report["faults"]:
        raise SystemExit(f"{paths[0]}: {report['faults']} faults: {report['firstFaults']}")
    return report


def identifiers(numbers: list[int], seed: int = 1) -> list[str]:
    done = subprocess.run([LOAD, "id", "--seed", str(seed), *map(str, numbers)], check=True,
                          capture_output=True, text=True)
    return done.stdout.split()


def sync_times(directory) -> dict:
    return json_of([WORK / "syncprobe", directory, 2000])


def sampled_share(samples, symbol: str) -> float | None:
    """Percent of the samples in a function whose mangled name holds `symbol`, or in its callees."""
    done = subprocess.run(
        ["perf", "report", "-i", samples, "--children", "-g", "none", "--sort", "symbol"],
        capture_output=True, text=True)
    shares = [float(line.split("%")[0]) for line in done.stdout.splitlines()
              if symbol in line and "%" in line and not line.startswith("#")]
    return max(shares, default=None)
