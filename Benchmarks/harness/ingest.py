"""Rows 1 to 3 and 8: what the service takes in, and the engine by itself beside it."""

import signal
import statistics
import subprocess
import time

from . import panko, tools
from .places import WORK
from .schedule import Schedule
from .service import ProcessorTime, Service
from .tools import say

BATCH = 1000
BULK_CONNECTIONS = 4
ENGINE_CONNECTIONS = 8


def fill(service: Service, schedule: Schedule, first: int, events: int) -> dict:
    return tools.publish(service.port, schedule, batch=BATCH, connections=BULK_CONNECTIONS,
                         first=first, count=events)


def bulk(engine, repeats: int, events: int) -> dict:
    """Row 1: service and engine in turn, each into an empty database."""
    runs = []
    for number in range(repeats):
        service = Service(engine, "bulk").fresh()
        with ProcessorTime(service) as spent:
            report = fill(service, Schedule.of_now(), 0, events)
        peak = service.memory("VmHWM")
        service.stop()
        raw = engine.raw("bulk", "bulk", BATCH)
        runs.append({"service": report["unitsPerSecond"], "raw": raw, "peak": peak,
                     "ratio": report["unitsPerSecond"] / raw, **spent.microseconds(events)})
        say(f"{engine.title}, bulk {number + 1}/{repeats}: {brief(runs[-1])}")
        service.remove()
    return _medians(runs)


def single(engine, repeats: int, seconds: int) -> dict:
    """Rows 2 and 3: one event a request on 64 connections, against one commit per event on 8, and
    against Panko's driver."""
    runs, with_panko = [], panko.is_installed()
    for number in range(repeats):
        service = Service(engine, "single").fresh()
        with ProcessorTime(service) as spent:
            report = tools.publish(service.port, Schedule.of_now(), batch=1, connections=64,
                                   seconds=seconds, count=10_000_000)
        peak = service.memory("VmHWM")
        service.stop()
        raw = engine.raw("single", "single", max(3, seconds // 2), ENGINE_CONNECTIONS)
        run = {"service": report["unitsPerSecond"], "raw": raw, "peak": peak,
               "ratio": report["unitsPerSecond"] / raw,
               "p99_at_maximum": report["milliseconds"]["p99"],
               **spent.microseconds(report["units"])}
        if with_panko:
            slow = panko.events_per_second(engine)
            run |= {"panko": slow, "panko_ratio": report["unitsPerSecond"] / slow}
        runs.append(run)
        say(f"{engine.title}, single {number + 1}/{repeats}: {brief(run)}")
        service.remove()
    medians = _medians(runs)
    return medians | {"half": _at_half(engine, medians["service"], seconds)}


def _at_half(engine, maximum: float, seconds: int) -> dict:
    service = Service(engine, "half").fresh()
    schedule = Schedule.of_now()
    tools.publish(service.port, schedule, batch=1, connections=64, seconds=2, count=10_000_000)
    report = tools.publish(service.port, schedule, batch=1, connections=64, seconds=seconds * 2,
                           rate=maximum / 2, count=10_000_000, seed=2)
    service.stop()
    service.remove()
    say(f"{engine.title}, at half of the maximum: {brief(report['milliseconds'])}")
    return {"rate": report["unitsPerSecond"], **report["milliseconds"]}


def decode(engine, events: int) -> dict | None:
    """Row 8: the share of JSON reading in the processor time of bulk ingest, from samples."""
    service = Service(engine, "decode").fresh()
    samples = WORK / "perf.data"
    try:
        sampler = subprocess.Popen(
            ["perf", "record", "-F", "999", "-g", "-o", samples, "-p", str(service.process.pid)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        say("perf is not installed: row 8 is not measured")
        sampler = None
    time.sleep(1)
    fill(service, Schedule.of_now(), 0, events)
    cpu = service.cpu_seconds() / events * 1e6
    if sampler is not None:
        sampler.send_signal(signal.SIGINT)
        sampler.wait()
    service.stop()
    service.remove()
    share = tools.sampled_share(samples, "JSONDocument") if sampler is not None else None
    return {"microseconds": cpu * share / 100, "share": share} if share else None


def _medians(runs: list[dict]) -> dict:
    medians = {name: statistics.median(run[name] for run in runs if name in run)
               for name in runs[0]}
    ratios = sorted(run["ratio"] for run in runs)
    return medians | {"least_ratio": ratios[0], "greatest_ratio": ratios[-1], "runs": len(runs),
                      "peak": max(run["peak"] for run in runs)}


def brief(values: dict) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in values.items())
