"""The table: goal, figure, ratio, met or missed."""

import os
import platform
from pathlib import Path

from .places import PAGE

END = "<!-- results: end -->"
TRAIT_SHAPES = ("by time", "by type", "by project", "by one trait, rare",
                "by one trait, frequent")


def section(results: dict) -> str:
    """What the page says of one engine with so many events."""
    return f"{_title(results)}\n\n{_conditions(results)}\n\n{_table(results)}"


def _title(results: dict) -> str:
    return f"### {results['title']}, {results['stages'][-1]['events']:,} events"


def _table(results: dict) -> str:
    rows = [("row", "what", "goal", "measured", "ratio", "")]
    rows += _ingest(results) + _reading(results) + _rest(results)
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|---|---|---|---|---|---|", *body])


def _verdict(is_met: bool | None) -> str:
    return "not measured" if is_met is None else "met" if is_met else "**missed**"


def _ingest(results: dict) -> list[tuple]:
    bulk, single = results["bulk"], results["single"]
    half = single["half"]
    rows = [
        ("1", "bulk ingest, 1,000 events a request", "0.7 of the engine",
         f"{bulk['service']:,.0f} events/s; engine, by {results['bulk_path']}, "
         f"{bulk['raw']:,.0f}", f"{bulk['ratio']:.2f} ({bulk['least_ratio']:.2f}-{bulk['greatest_ratio']:.2f})",
         _verdict(bulk["ratio"] >= 0.7)),
        ("2", "one event a request, 64 connections", "2.5 times one commit per event",
         f"{single['service']:,.0f} events/s; engine {single['raw']:,.0f}",
         f"{single['ratio']:.2f} ({single['least_ratio']:.2f}-{single['greatest_ratio']:.2f})",
         _verdict(single["ratio"] >= 2.5)),
        ("2", "its p99 at half of the maximum", "25 ms",
         f"{half['p99']:.1f} ms at {half['rate']:,.0f} events/s (p50 {half['p50']:.1f})", "",
         _verdict(half["p99"] <= 25)),
    ]
    panko, ratio = single.get("panko"), single.get("panko_ratio")
    rows.append(
        ("3", "the same against Panko's storage driver", "100 times",
         f"Panko: {panko:,.0f} events/s" if panko else "Panko could not be installed",
         f"{ratio:.0f}" if ratio else "", _verdict(ratio >= 100 if ratio else None)))
    return rows


def _reading(results: dict) -> list[tuple]:
    few, many = results["stages"]
    rows = []
    for shape in TRAIT_SHAPES:
        now, before = many["pages"][shape], few["pages"][shape]
        ratio = now["p50"] / before["p50"]
        rows.append(
            ("4", f"page of 100 {shape}, {many['events']:,} events",
             f"p99 10 ms; 1.5 times {few['events']:,}",
             f"p50 {now['p50']:.2f}, p99 {now['p99']:.2f} ms", f"{ratio:.2f} (p50)",
             _verdict(now["p99"] <= 10 and ratio <= 1.5)))
    first, deep = (many["pages"][name]["p50"] for name in
                   ("page 1, oldest first", "page 1,000 by marker"))
    rows.append(("4", "page 1,000 by marker", "1.2 times page 1",
                 f"p50 {deep:.2f} ms; page 1 {first:.2f} ms", f"{deep / first:.2f}",
                 _verdict(deep / first <= 1.2)))
    one = many["by_id"]
    rows.append(("5", f"one event by id, {many['events']:,} events", "p99 2 ms",
                 f"p50 {one['p50']:.2f}, p99 {one['p99']:.2f} ms", "", _verdict(one["p99"] <= 2)))
    return rows


def _rest(results: dict) -> list[tuple]:
    starts, disk = results["starts"], results["disk"]
    peak = max(part["peak"] for part in (results, results["bulk"], results["single"]))
    answer = results["long_answer"]
    decode = results["decode"]
    events = results["stages"][-1]["events"]
    return [
        ("6", "memory idle", "40 MiB", f"{starts['idle']:.0f} MiB", "",
         _verdict(starts["idle"] <= 40)),
        ("6", "memory at most, over all loads", "300 MiB", f"{peak:.0f} MiB", "",
         _verdict(peak <= 300)),
        ("6", "an answer of 100,000 events", "streams, 300 MiB",
         f"{answer['megabytes']:.0f} MB in {answer['seconds']:.1f} s, {answer['peak']:.0f} MiB",
         "", _verdict(answer["peak"] <= 300)),
        ("7", f"start to ready with {events:,} events", "300 ms",
         f"{starts['milliseconds']:.0f} ms (worst {starts['worst']:.0f})", "",
         _verdict(starts["milliseconds"] <= 300)),
        ("7", "stop under load", "5 s", f"{results['stop']:.2f} s", "",
         _verdict(results["stop"] <= 5)),
        ("8", "JSON decode of the event", "3 us per event and core",
         f"{decode['microseconds']:.1f} us ({decode['share']:.0f} % of bulk ingest)" if decode
         else "perf is not installed", "",
         _verdict(decode["microseconds"] <= 3 if decode else None)),
        ("9", "bytes on disk per event", "1.6 times its JSON",
         f"{disk['stored']:.0f} bytes; JSON {disk['json']:.0f}", f"{disk['ratio']:.2f}",
         _verdict(disk["ratio"] <= 1.6)),
    ]


def machine() -> str:
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text()
                .splitlines() if line.startswith("model name")), platform.processor())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    return (f"{os.cpu_count()} cores of {cpu}, {memory:.0f} GiB, Linux "
            f"{platform.release().split('-')[0]}")


def _conditions(results: dict) -> str:
    sync, bulk, single = results["sync"], results["bulk"], results["single"]
    return (
        f"{results['date']}, {results['machine']}, {results['title']} {results['version']} "
        f"({results['settings']}). "
        f"fdatasync of 4 KiB: p50 {sync['p50']:.2f} ms, p99 {sync['p99']:.2f} ms. "
        f"Load average before the run: {results['load_average']:.1f}. "
        f"Filling the store went at {results['fill']:,.0f} events/s. "
        f"An event costs {_processor_time(bulk)} in bulk, {_processor_time(single)} one a request; "
        f"they share the cores.")


def _processor_time(run: dict) -> str:
    """Where the microseconds of an event go."""
    server = f", database server {run['server_cpu']:.0f} us" if run["server_cpu"] else ""
    return f"service {run['service_cpu']:.0f} us{server}, client {run['client_cpu']:.0f} us"


def write(engine: str, results: dict) -> None:
    """Between the marks of engine and size in docs/performance.md; the words around them stay."""
    name = f"{engine} {results['stages'][-1]['events']}"
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = PAGE.read_text()
    if begin not in text:
        text = text.replace(END, f"{begin}\n{end}\n\n{END}")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n{section(results)}\n{end}{after}")
