"""Measures the rows of the table of goals, one function each."""

import signal
import statistics
import subprocess
import threading
import time

from . import queries, tools
from .places import EVENTS, LOAD, WORK
from .service import MemoryWatch, Service
from .tools import say

BATCH = 1000
BULK_CONNECTIONS = 4


def bulk(repeats: int, events: int) -> dict:
    """Row 1: service and engine in turn, each into an empty store."""
    runs = []
    for number in range(repeats):
        service = Service("bulk").fresh()
        report = tools.publish(service.port, batch=BATCH, connections=BULK_CONNECTIONS,
                               count=events)
        cpu = service.cpu_seconds()
        peak = service.memory("VmHWM")
        service.stop()
        raw = tools.raw_bulk(service.database)
        runs.append({"service": report["unitsPerSecond"], "raw": raw, "peak": peak,
                     "ratio": report["unitsPerSecond"] / raw,
                     "cpu_microseconds": cpu / events * 1e6})
        say(f"bulk {number + 1}/{repeats}: {_brief(runs[-1])}")
        service.remove()
    return _medians(runs)


def single(repeats: int, seconds: int) -> dict:
    """Rows 2 and 3: one event a request on 64 connections, against one commit per event on 8, and
    against Panko's driver."""
    runs = []
    for number in range(repeats):
        service = Service("single").fresh()
        report = tools.publish(service.port, batch=1, connections=64, seconds=seconds,
                               count=10_000_000)
        peak = service.memory("VmHWM")
        service.stop()
        raw = tools.raw_single(service.database, max(3, seconds // 2), 8)
        run = {"service": report["unitsPerSecond"], "raw": raw, "peak": peak,
               "ratio": report["unitsPerSecond"] / raw,
               "p99_at_maximum": report["milliseconds"]["p99"]}
        if panko := tools.panko():
            run |= {"panko": panko, "panko_ratio": report["unitsPerSecond"] / panko}
        runs.append(run)
        say(f"single {number + 1}/{repeats}: {_brief(run)}")
        service.remove()
    medians = _medians(runs)
    medians["half"] = _at_half(medians["service"], seconds)
    return medians


def _at_half(maximum: float, seconds: int) -> dict:
    service = Service("half").fresh()
    tools.publish(service.port, batch=1, connections=64, seconds=2, count=10_000_000)
    report = tools.publish(service.port, batch=1, connections=64, seconds=seconds * 2,
                           rate=maximum / 2, count=10_000_000, seed=2)
    service.stop()
    service.remove()
    say(f"at half of the maximum: {report['milliseconds']}")
    return {"rate": report["unitsPerSecond"], **report["milliseconds"]}


def decode(events: int) -> dict | None:
    """Row 8: the share of JSON reading in the processor time of bulk ingest, from samples."""
    service = Service("decode").fresh()
    samples = WORK / "perf.data"
    try:
        sampler = subprocess.Popen(
            ["perf", "record", "-F", "999", "-g", "-o", samples, "-p", str(service.process.pid)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        say("perf is not installed: row 8 is not measured")
        sampler = None
    time.sleep(1)
    fill(service, 0, events)
    cpu = service.cpu_seconds() / events * 1e6
    if sampler is not None:
        sampler.send_signal(signal.SIGINT)
        sampler.wait()
    service.stop()
    service.remove()
    share = tools.sampled_share(samples, "JSONDocument") if sampler is not None else None
    return {"microseconds": cpu * share / 100, "share": share} if share else None


def fill(service: Service, first: int, events: int) -> dict:
    return tools.publish(service.port, batch=BATCH, connections=BULK_CONNECTIONS, first=first,
                         count=events)


def pages(service: Service, events: int, count: int = 1000) -> dict:
    """Row 4: latencies of each shape, in milliseconds, seen by one client over TLS."""
    found = {}
    for name, paths in queries.shapes(events).items():
        tools.query(service.port, paths, min(len(paths), 50))
        found[name] = tools.query(service.port, paths, count)["milliseconds"]
        say(f"{events} events, {name}: p50 {found[name]['p50']:.2f}, "
            f"p99 {found[name]['p99']:.2f} ms")
    return found


def one_by_id(service: Service, events: int) -> dict:
    """Row 5."""
    paths, project = queries.by_id(events)
    tools.query(service.port, paths, 200, project)
    found = tools.query(service.port, paths, 3000, project)["milliseconds"]
    say(f"by id: p50 {found['p50']:.2f}, p99 {found['p99']:.2f} ms")
    return found


def long_answer(service: Service, events: int = 100_000) -> dict:
    """Row 6: one answer of that many events, with the memory it takes."""
    with MemoryWatch(service) as watch:
        report = tools.query(service.port, [queries.path(limit=events)], 3)
    found = {"peak": watch.peak, "seconds": report["milliseconds"]["p50"] / 1000,
             "megabytes": report["answerBytes"] / report["requests"] / 1e6}
    say(f"{events} events in one answer: {_brief(found)}")
    return found


def starts(service: Service, repeats: int) -> dict:
    """Row 7: from a stopped service to the first 200, and what it holds then."""
    times, idle = [], []
    for _ in range(repeats):
        service.start()
        times.append(service.ready_milliseconds)
        time.sleep(1)
        idle.append(service.memory())
        service.stop()
    say(f"start: {times} ms, idle: {idle} MiB")
    return {"milliseconds": statistics.median(times), "worst": max(times),
            "idle": statistics.median(idle)}


def stop_under_load(service: Service) -> float:
    """Row 7: seconds from SIGTERM to the end, with 64 publishers at work."""
    service.start()
    load = subprocess.Popen(
        [LOAD, "publish", "--port", str(service.port), "--events", EVENTS, "--connections", "64",
         "--count", "100000000", "--seed", "3", "--seconds", "60"], stdout=subprocess.DEVNULL)
    time.sleep(3)
    taken = service.stop()
    threading.Timer(5, load.kill).start()
    load.wait()
    say(f"stop under load: {taken:.2f} s")
    return taken


def disk(service: Service, events: int) -> dict:
    """Row 9: of a stopped store."""
    lines = EVENTS.read_bytes().splitlines()
    json_bytes = sum(map(len, lines)) / len(lines)
    stored = service.bytes_on_disk() / events
    return {"json": json_bytes, "stored": stored, "ratio": stored / json_bytes}


def _medians(runs: list[dict]) -> dict:
    medians = {name: statistics.median(run[name] for run in runs if name in run)
               for name in runs[0]}
    ratios = sorted(run["ratio"] for run in runs)
    return medians | {"least_ratio": ratios[0], "greatest_ratio": ratios[-1], "runs": len(runs)}


def _brief(values: dict) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in values.items())
