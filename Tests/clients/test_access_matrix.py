"""Every route for every kind of caller, over each engine: what is his, and nothing else.

The routes come from the description that the service serves of itself. The same matrix with callers
of every strategy stands in Tests/APITests/Access; here the engines decide what is visible.
"""

import json
from urllib.parse import quote

import pytest
import yaml
from support.events import sample

pytestmark = pytest.mark.every_engine

OWNERS = {
    "own": {"project_id": "p1", "user_id": "u1"},
    "colleagues": {"project_id": "p1", "user_id": "u2"},
    "unowned": {},
    "foreign": {"project_id": "p2", "user_id": "u1"},
}
EVERYTHING = set(OWNERS)
# Who asks: what he sees of events, and of types and traits. None: he is refused.
CALLERS = {
    "nobody": ({}, None, None),
    "unscoped": ({"X-User-Id": "u1"}, None, None),
    "member": ({"X-Roles": "member", "X-User-Id": "u1", "X-Project-Id": "p1"}, {"own"}, None),
    "reader": ({"X-Roles": "reader", "X-User-Id": "u1", "X-Project-Id": "p1"}, {"own"}, None),
    "colleague": ({"X-Roles": "member", "X-User-Id": "u2", "X-Project-Id": "p1"},
                  {"colleagues"}, None),
    "service": ({"X-Roles": "service", "X-User-Id": "c", "X-Project-Id": "s"}, set(), None),
    "admin": ({"X-Roles": "admin", "X-User-Id": "a", "X-Project-Id": "p1"},
              {"own", "colleagues", "unowned"}, EVERYTHING),
    "system admin": ({"X-Roles": "admin", "X-User-Id": "a", "OpenStack-System-Scope": "all"},
                     EVERYTHING, EVERYTHING),
    "system reader": ({"X-Roles": "reader", "X-User-Id": "a", "OpenStack-System-Scope": "all"},
                      EVERYTHING, EVERYTHING),
    "system member": ({"X-Roles": "member", "X-User-Id": "u1", "OpenStack-System-Scope": "all"},
                      None, None),
}
OPEN = {name: "" for name in ("telemetry:event_types:index", "telemetry:event_types:show",
                              "telemetry:traits:index", "telemetry:traits:show")}
NOTHING = "nothere-nothere"


@pytest.fixture(params=["built-in rules", "types for everybody"])
def place(request, make_server):
    """A service with one event of each kind, and whether types are shown to everybody."""
    is_open = request.param != "built-in rules"
    options = {}
    if is_open:
        path = make_server.directory / "policy.json"
        path.write_text(json.dumps(OPEN))
        options = {"policy.file": str(path)}
    server = make_server(settings=options).start()
    with server.client() as client:
        events = [sample(f"{kind}-type", f"{kind}-id", **owner, **{f"{kind}-trait": f"{kind}-value"})
                  for kind, owner in OWNERS.items()]
        assert client.publish(events).json()["accepted"] == len(events)
    yield server, is_open
    server.stop()
    assert server.log_errors() == []


def path_to(kind: str, pattern: str) -> str:
    return (pattern.replace("{message_id}", f"{kind}-id").replace("{event_type}", f"{kind}-type")
            .replace("{trait_name}", f"{kind}-trait"))


def told(text: str) -> set[str]:
    return {kind for kind in OWNERS if f"{kind}-" in text}


def reading_routes(client) -> list[str]:
    """The routes that a rule guards; each needs a column above."""
    paths = yaml.safe_load(client.get("/openapi.yaml").body)["paths"]
    routes = [path for path, item in paths.items()
              if item["get"]["x-policy"] not in ("open", "authenticated")]
    assert all(path.startswith(("/v2/events", "/v2/event_types")) for path in routes)
    return routes


def test_a_caller_reaches_what_he_may_see_and_nothing_else(place):
    server, is_open = place
    with server.client(headers={}) as client:
        routes = reading_routes(client)
        assert len(routes) == 6
        for name, (headers, events, types) in CALLERS.items():
            for route in routes:
                closed = types if not is_open or types is not None else events
                visible = events if route.startswith("/v2/events") else closed
                check(client, route, visible, headers, f"{name} on {route}")


def check(client, route, visible, headers, where):
    for kind in OWNERS if "{" in route else ["own"]:
        answer = client.get(path_to(kind, route), headers=headers)
        if visible is None:
            # As in Panko: 401 by a rule, 403 for want of a project.
            assert answer.status == (401 if "X-Project-Id" in headers else 403), where
            assert told(answer.text) == set(), where
        elif "{" not in route:
            assert (answer.status, told(answer.text)) == (200, visible), where
        elif kind in visible and route != "/v2/event_types/{event_type}":
            assert (answer.status, told(answer.text)) == (200, {kind}), where
        else:
            missing = client.get(quote(path_to(NOTHING, route), safe="/"), headers=headers)
            assert answer.status == missing.status, where
            assert answer.text.replace(f"{kind}-", f"{NOTHING}-") == missing.text, where


def test_all_tenants_are_for_administrators(place):
    server, _ = place
    with server.client(headers={}) as client:
        for name, (headers, events, types) in CALLERS.items():
            answer = client.get("/v2/events?q.field=all_tenants&q.value=true", headers=headers)
            if events is None:
                assert answer.status == 403, name
            else:
                assert told(answer.text) == (EVERYTHING if types is EVERYTHING else set()), name


def test_no_condition_and_no_marker_reaches_further(place):
    server, _ = place
    with server.client(headers={}) as client:
        for name, (headers, events, _) in CALLERS.items():
            for kind in OWNERS if events is not None else []:
                for query in (f"q.field=message_id&q.value={kind}-id",
                              f"q.field=event_type&q.value={kind}-type",
                              f"q.field={kind}-trait&q.value={kind}-value"):
                    answer = client.get(f"/v2/events?{query}", headers=headers)
                    assert told(answer.text) == ({kind} & events), f"{name}: {query}"
                answer = client.get(f"/v2/events?marker={kind}-id", headers=headers)
                assert answer.status == (200 if kind in events else 400), name
