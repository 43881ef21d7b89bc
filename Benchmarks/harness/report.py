"""The table: goal, figure, ratio, met or missed."""

import platform
from datetime import date
from pathlib import Path

from .places import PAGE

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
TRAIT_SHAPES = ("by time", "by type", "by project", "by one trait, rare",
                "by one trait, frequent")


def table(results: dict) -> str:
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
         f"{bulk['service']:,.0f} events/s; engine {bulk['raw']:,.0f}",
         f"{bulk['ratio']:.2f} ({bulk['least_ratio']:.2f}-{bulk['greatest_ratio']:.2f})",
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
    peak, answer = results["peak"], results["long_answer"]
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


def machine(results: dict) -> str:
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text()
                .splitlines() if line.startswith("model name")), platform.processor())
    cores = sum(line.startswith("processor") for line in
                Path("/proc/cpuinfo").read_text().splitlines())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    sync = results["sync"]
    return (
        f"{date.today()}, {cores} cores of {cpu}, {memory:.0f} GiB, Linux "
        f"{platform.release().split('-')[0]}, SQLite {results['engine']}. "
        f"fdatasync of 4 KiB: p50 {sync['p50']:.2f} ms, p99 {sync['p99']:.2f} ms. "
        f"Load average before the run: {results['load_average']:.1f}. "
        f"Bulk ingest takes {results['bulk']['cpu_microseconds']:.0f} us of processor time per "
        f"event, TLS and index included; filling the store of {results['stages'][-1]['events']:,} "
        f"events went at {results['fill']:,.0f} events/s.")


def write(results: dict) -> None:
    """Between the marks of docs/performance.md; the words around them stay."""
    text = PAGE.read_text() if PAGE.exists() else f"# Performance\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{machine(results)}\n\n{table(results)}\n{END}{after}")
