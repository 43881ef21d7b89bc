"""The paths of the query rows, made from the same events as the load."""

import json
import random
from collections import Counter
from urllib.parse import urlencode

from .places import EVENTS
from .schedule import Schedule
from .tools import identifiers

PAGE = 100


def path(*filters: tuple[str, str, str], **arguments) -> str:
    pairs = [("q.field", "all_tenants"), ("q.op", "eq"), ("q.value", "True")]
    for field, operator, value in filters:
        pairs += [("q.field", field), ("q.op", operator), ("q.value", value)]
    return "/v2/events?" + urlencode(pairs + list({"limit": PAGE, **arguments}.items()))


def shapes(events: int, schedule: Schedule) -> dict[str, list[str]]:
    """Paths by the name of their shape; several where one would only measure a cache."""
    chance = random.Random(7)
    templates = _templates()
    some = [chance.randrange(events) for _ in range(200)]
    pages = events // PAGE
    deep = range(max(1, min(500, pages - 1000)), min(1500, pages))
    return {
        "page 1, oldest first": [path()],
        "page 1, newest first": [path(sort="generated:desc")],
        "by time": [path(("start_timestamp", "ge", schedule.time_of(number))) for number in some],
        "by type": _values(templates, some, "event_type"),
        "by project": _values(templates, some, "project_id"),
        "by one trait, rare": [
            path(("request_id", "eq", _request(templates, number))) for number in some
            if _request(templates, number)],
        "by one trait, frequent": [path(("state", "eq", "active"))],
        # As a reader who goes on and on meets them: each marker ends the page before.
        "page 1,000 by marker": [
            path(marker=marker) for marker in identifiers([page * PAGE - 1 for page in deep])],
    }


def by_id(events: int) -> tuple[list[str], str]:
    """Paths of events of the project that has the most, and that project: only it may see them."""
    templates = _templates()
    projects = [_trait(template, "project_id") for template in templates]
    project = Counter(filter(None, projects)).most_common(1)[0][0]
    places = [place for place, one in enumerate(projects[:events]) if one == project]
    chance = random.Random(11)
    rounds = max(1, events // len(templates))
    numbers = [chance.randrange(rounds) * len(templates) + chance.choice(places)
               for _ in range(500)]
    return [f"/v2/events/{one}" for one in identifiers(numbers)], project


def _templates() -> list[dict]:
    return [json.loads(line) for line in EVENTS.read_text().splitlines()]


def _values(templates, some, name: str) -> list[str]:
    found = []
    for number in some:
        event = templates[number % len(templates)]
        value = event.get(name) or _trait(event, name)
        if value:
            found.append(path((name, "eq", value)))
    return found


def _trait(event: dict, name: str) -> str | None:
    return next((value for key, _, value in event["traits"] if key == name), None)


def _request(templates, number: int) -> str | None:
    """The request id that event `number` has, as the load generator's EventTemplates salts it."""
    value = _trait(templates[number % len(templates)], "request_id")
    if value is None or not value.startswith("req-"):
        return None
    salt = number // len(templates) * 0x9E37_79B1 & 0xFFFF_FFFF
    return f"req-{int(value[4:12], 16) ^ salt:08x}{value[12:]}"
