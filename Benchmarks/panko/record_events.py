"""Panko 10's storage driver: one event a call, as its publisher in Ceilometer does. Prints JSON.

Usage: PANKO_URL=... record_events.py EVENTS.ndjson COUNT
"""

import datetime
import json
import logging
import os
import sys
import time
import uuid

from panko import service, storage
from panko.storage import models

DATETIME = 4


def event(document: dict) -> models.Event:
    traits = [
        models.Trait(name, code, datetime.datetime.fromisoformat(value)
                     if code == DATETIME else value)
        for name, code, value in document["traits"]]
    return models.Event(
        str(uuid.uuid4()), document["event_type"],
        datetime.datetime.fromisoformat(document["generated"]), traits, document["raw"])


def main() -> None:
    url, path, count = os.environ["PANKO_URL"], sys.argv[1], int(sys.argv[2])
    logging.disable(logging.CRITICAL)
    settings = service.prepare_service(argv=[], config_files=[])
    settings.set_override("connection", url, group="database")
    driver = storage.get_connection_from_config(settings)
    driver.upgrade()
    with open(path) as lines:
        events = [event(json.loads(line)) for _, line in zip(range(count), lines)]
    began = time.monotonic()
    for one in events:
        driver.record_events([one])
    seconds = time.monotonic() - began
    print(json.dumps({"events": count, "eventsPerSecond": round(count / seconds, 1)}))


main()
