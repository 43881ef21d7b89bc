"""Posting lists on MariaDB become lists of days behind the load: nothing is missed meanwhile."""

import pytest
from support.events import sample
from support.load import stored
from support.waiting import eventually

pytestmark = pytest.mark.every_engine("mysql")

SETTINGS = {"database.merge_after": "1s", "events.expire_interval": "1s"}
EVENTS = 420


def publish_one_by_one(server) -> set[str]:
    events = [sample("test.merged", seventh=f"s{number % 7}") for number in range(EVENTS)]
    with server.client() as client:
        for event in events:
            assert client.publish(event).status == 200
    return {event["message_id"] for event in events}


def assert_all_found(server, ids: set[str]) -> None:
    assert set(stored(server, ("event_type", "test.merged"))) == ids
    for number in range(7):
        assert len(stored(server, ("seventh", f"s{number}"))) == EVENTS / 7


def count(database, table: str) -> int:
    return int(database.query(f"SELECT count(*) FROM {table}")[0][0])


def is_merged(database) -> bool:
    return count(database, "posting_backlog") == 0


def assert_lists_are_merged(database) -> None:
    # A type, a shape, that nobody owns them, and seven values.
    assert count(database, "posting_day") == 10
    # One that came late may be left of each; every event had four.
    assert count(database, "posting") <= 20


def test_several_instances_merge_and_lose_nothing(make_server):
    database = make_server.database()
    servers = [make_server(f"instance{number}", database_url=database.url, settings=SETTINGS).start()
               for number in range(3)]
    ids = publish_one_by_one(servers[0])
    while not is_merged(database):
        assert_all_found(servers[1], ids)
    assert_lists_are_merged(database)
    for server in servers:
        assert_all_found(server, ids)
        server.stop()
        assert server.log_errors() == []


def test_a_service_killed_while_it_merges_leaves_every_event_to_be_found(make_server):
    database = make_server.database()
    server = make_server("killed", database_url=database.url, settings=SETTINGS).start()
    ids = publish_one_by_one(server)
    for _ in range(8):
        eventually(lambda: is_merged(database) or database.query(
            "SELECT day FROM posting_backlog WHERE owner <> 0"), seconds=30)
        server.kill()
        # As if the minutes had passed after which another one takes over.
        database.query("UPDATE posting_backlog SET claimed = 0")
        server.start()
        assert_all_found(server, ids)
    eventually(lambda: is_merged(database), seconds=60)
    assert_all_found(server, ids)
    assert_lists_are_merged(database)
    server.stop()
