"""Fills a database by Panko 10.0.0 itself: seed.json, then rows that publishers were seen to send.

Usage: fill.py DATABASE-URL seed.json

Prints what became of each odd row. How the fixtures beside this file were made; see README.md.
"""

import datetime
import json
import logging
import sys

from panko import service, storage
from panko.storage import models

NONE, TEXT, INTEGER, FLOAT, DATETIME = range(5)
DAY = datetime.datetime(2020, 1, 4)


def trait(name, code, value):
    if code == DATETIME and value is not None:
        value = datetime.datetime.fromisoformat(value)
    return models.Trait(name, code, value)


def seeds(path):
    with open(path, encoding="utf-8") as file:
        for event in json.load(file):
            yield models.Event(
                event["message_id"], event["event_type"],
                datetime.datetime.fromisoformat(event["generated"]),
                [trait(*one) for one in event["traits"]], event["raw"])


def odd(name, kind="odd", when=DAY, traits=(), raw=None):
    return models.Event(
        name, kind, when, [models.Trait(*one) for one in traits], {} if raw is None else raw)


def odd_rows():
    east = datetime.timezone(datetime.timedelta(hours=2))
    yield "duplicate", odd("edge-bigint", traits=[("big", INTEGER, 1)])
    yield "name twice", odd("r-dup", traits=[("a", TEXT, "1"), ("a", TEXT, "2")])
    yield "long text", odd("r-long", traits=[("a", TEXT, "x" * 300)])
    yield "long id", odd("m" * 60)
    yield "longer id", odd("n" * 300)
    yield "long type", odd("r-longtype", kind="t" * 300)
    yield "large raw", odd("r-raw70k", raw={"k": "r" * 70_000})
    yield "emoji", odd("r-emoji", traits=[("a", TEXT, "\U0001f600")], raw={"e": "\U0001f600"})
    yield "case of id", odd("EDGE-BIGINT")
    yield "case of type", odd("r-casetype", kind="EDGE")
    yield "case of trait", odd("r-casetrait", traits=[("a", TEXT, "1"), ("A", TEXT, "2")])
    yield "zone", odd("r-tz", when=DAY.replace(tzinfo=east))
    yield "time as text", odd("r-strtime", when="2020-01-04T00:00:01")
    yield "no id", odd(None, traits=[("n", INTEGER, 1)])
    yield "no id again", odd(None, traits=[("n", INTEGER, 2)])
    yield "no type", odd("r-nulltype", kind=None, traits=[("t", TEXT, "typeless")])
    yield "no time", odd("r-nullgen", when=None)
    yield "number as text", odd("r-intastext", traits=[("t", TEXT, 5)])
    yield "text as number", odd("r-textasint", traits=[("i", INTEGER, "abc"), ("i", TEXT, "t")])
    yield "not a number", odd("r-nan", traits=[("f", FLOAT, float("nan"))])
    yield "infinite", odd("r-inf", traits=[("f", FLOAT, float("-inf"))])
    yield "nulls", odd("r-nulls", traits=[
        ("t", TEXT, None), ("i", INTEGER, None), ("f", FLOAT, None), ("d", DATETIME, None)])
    yield "limits", odd("r-limits", traits=[
        ("least", INTEGER, -2**63), ("most", INTEGER, 2**63 - 1), ("tiny", FLOAT, 5e-324),
        ("huge", FLOAT, 1.7976931348623157e308), ("third", FLOAT, 1 / 3), ("empty", TEXT, ""),
        ("space", TEXT, " a "), ("first", DATETIME, datetime.datetime(1, 1, 1)),
        ("before", DATETIME, datetime.datetime(1969, 12, 31, 23, 59, 59, 999999)),
        ("last", DATETIME, datetime.datetime(9999, 12, 31, 23, 59, 59, 999999))])
    yield "raw not a number", odd("r-rawnan", raw={"n": float("nan"), "e": 1e400})
    yield "raw list", odd("r-rawlist", raw=[1, "zwei", None])
    yield "nul", odd("r-nul", traits=[("z", TEXT, "a\0b")], raw={"z": "a\0b"})


def main():
    url, path = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    settings = service.prepare_service(argv=[], config_files=[])
    settings.set_override("connection", url, group="database")
    driver = storage.get_connection_from_config(settings)
    driver.upgrade()
    driver.record_events(list(seeds(path)))
    for name, event in odd_rows():
        try:
            driver.record_events([event])
            print(f"{name}: no exception")
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {str(error).splitlines()[0][:120]}")


main()
