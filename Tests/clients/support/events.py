"""Events as the tests make and compare them."""

import datetime
import itertools
import json
import uuid
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
TYPE_NAMES = {0: "string", 1: "string", 2: "integer", 3: "float", 4: "datetime"}
_seconds = itertools.count()


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (DATA / name).read_text().splitlines() if line]


def sample(event_type: str = "test.event", message_id: str | None = None, **traits) -> dict:
    """An event with the given traits; integers, floats and texts get their own type."""
    codes = {str: 1, int: 2, float: 3}
    when = datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=next(_seconds))
    return {
        "message_id": message_id or str(uuid.uuid4()),
        "event_type": event_type,
        "generated": when.isoformat(),
        "traits": [[name, codes[type(value)], value] for name, value in traits.items()],
        "raw": {},
    }


def as_listed(event: dict) -> dict:
    """What the API must show for an event published with `[name, code, value]` traits."""
    traits = [{"name": name, "value": _text(code, value), "type": TYPE_NAMES[code]}
              for name, code, value in event["traits"]]
    return {
        "message_id": event["message_id"],
        "event_type": event["event_type"],
        "traits": sorted(traits, key=lambda trait: trait["name"].encode()),
        "generated": event["generated"],
        "raw": event["raw"],
    }


def _text(code: int, value) -> str:
    return repr(float(value)) if code == 3 else str(value)
