"""Rows 4 to 7 and 9: a store that holds all events, read, started and stopped."""

import statistics
import subprocess
import threading
import time

from . import queries, tools
from .ingest import brief, fill
from .places import EVENTS
from .schedule import Schedule
from .service import MemoryWatch, Service
from .tools import say


def measure(engine, events: int) -> dict:
    """Of a store that is filled to a tenth of the events, then with all of them."""
    service = Service(engine, "queried", engine.store_settings).fresh()
    schedule = Schedule.of_weeks(events)
    empty = engine.bytes_on_disk("queried")
    stages, published = [], 0
    for size in (events // 10, events):
        filled = fill(service, schedule, published, size - published)
        published = size
        engine.settle("queried")
        stages.append({"events": size, "pages": pages(service, schedule, size),
                       "by_id": one_by_id(service, size)})
    found = {"fill": filled["unitsPerSecond"], "stages": stages,
             "long_answer": long_answer(service), "peak": service.memory("VmHWM")}
    service.stop()
    found["disk"] = disk(engine.bytes_on_disk("queried") - empty, events)
    found["starts"] = starts(service, 5)
    found["stop"] = stop_under_load(service)
    service.remove()
    return found


def pages(service: Service, schedule: Schedule, events: int, count: int = 1000) -> dict:
    """Row 4: latencies of each shape, in milliseconds, seen by one client over TLS."""
    found = {}
    for name, paths in queries.shapes(events, schedule).items():
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
    say(f"{events} events in one answer: {brief(found)}")
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
        tools.publish_command(service.port, Schedule.of_now(), connections=64, count=100_000_000,
                              seed=3, seconds=60), stdout=subprocess.DEVNULL)
    time.sleep(3)
    taken = service.stop()
    threading.Timer(5, load.kill).start()
    load.wait()
    say(f"stop under load: {taken:.2f} s")
    return taken


def disk(stored: int, events: int) -> dict:
    """Row 9, from the bytes that so many events have added."""
    lines = EVENTS.read_bytes().splitlines()
    json_bytes = sum(map(len, lines)) / len(lines)
    return {"json": json_bytes, "stored": stored / events, "ratio": stored / events / json_bytes}
