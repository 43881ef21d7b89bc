"""The database server goes and comes back: nothing acknowledged is lost, and no one waits long.

ANNALS_OUTAGE_ROUNDS: how often the server is stopped in each of the two tests (20); a fifth of it in
the test that stops it while tables are altered.
"""

import os
import random
import statistics
import time

import pytest
from support.events import sample
from support.load import Ledger, Publishers, Readers, assert_kept, stored
from support.proxy import CuttingProxy
from support.waiting import eventually, seconds_until

pytestmark = pytest.mark.every_engine("postgresql", "mysql")

ROUNDS = int(os.environ.get("ANNALS_OUTAGE_ROUNDS", "20"))
#: The bound is a second after the server is back; the rest is slack for a loaded machine.
RECOVERY_SECONDS = 1 + 1


def judge(engine, what, recoveries):
    print(f"{engine}, {what}: {len(recoveries)} stops; served again "
          f"{statistics.median(recoveries):.3f} s (median), {max(recoveries):.3f} s (worst) after "
          "the server was back")
    assert max(recoveries) < RECOVERY_SECONDS


def assert_no_leak(database, server, before):
    """As many connections, files and sockets as before the first outage, give or take a few."""
    connections, descriptors = before
    eventually(lambda: database.connections() <= max(connections, 16))
    eventually(lambda: server.descriptors() <= descriptors + 16)


def test_a_server_that_is_stopped_during_ingest(engine, make_server, make_database_server):
    engine_server = make_database_server()
    database = make_server.database(engine_server.url())
    server = make_server(database_url=database.url).start()
    chance = random.Random(20261125)
    ledger, recoveries, before = Ledger(), [], None
    with Publishers(server, ledger, "outage") as publishers:
        for number in range(ROUNDS):
            publishers.wait_for(acknowledged=len(ledger.acknowledged) + 20)
            before = before or (database.connections(), server.descriptors())
            time.sleep(chance.uniform(0, 0.3))
            engine_server.crash()
            time.sleep(chance.uniform(0, 0.5))
            engine_server.start()
            recoveries.append(seconds_until(
                server, lambda client: client.publish(sample("test.probe"))))
        publishers.wait_for(acknowledged=len(ledger.acknowledged) + 20)
        assert all(thread.is_alive() for thread in publishers.threads), "a connection was dropped"
    assert set(ledger.refused) <= {503}, ledger.refused
    assert ledger.refused, "nobody noticed the stops"
    assert_kept(ledger, stored(server, ("round", "outage")))
    assert_no_leak(database, server, before)
    server.stop()
    print(f"{engine}: {len(ledger.acknowledged)} acknowledged events, refused: {ledger.refused}")
    judge(engine, "ingest", recoveries)


def test_a_server_that_is_stopped_during_reads(engine, make_server, make_database_server):
    engine_server = make_database_server()
    database = make_server.database(engine_server.url())
    server = make_server(database_url=database.url).start()
    ledger = Ledger()
    with Publishers(server, ledger, "before") as publishers:
        publishers.wait_for(acknowledged=1000)
    with server.client() as client:
        known = sample("test.known")  # Of no project, and so to be seen by every administrator.
        assert client.publish(known).status == 200
        known = known["message_id"]
    chance = random.Random(20261126)
    recoveries, before = [], None
    with Readers(server, known) as readers:
        for number in range(ROUNDS):
            served = readers.statuses.get(200, 0)
            eventually(lambda: readers.statuses.get(200, 0) > served + 10)
            before = before or (database.connections(), server.descriptors())
            time.sleep(chance.uniform(0, 0.3))
            engine_server.crash()
            time.sleep(chance.uniform(0, 0.5))
            engine_server.start()
            recoveries.append(seconds_until(
                server, lambda client: client.get(f"/v2/events/{known}")))
    assert set(readers.statuses) == {200, 503}, readers.statuses
    assert_kept(ledger, stored(server, ("round", "before")))
    assert_no_leak(database, server, before)
    server.stop()
    print(f"{engine}: answers {readers.statuses}, cut in the middle: {readers.cut}")
    judge(engine, "reads", recoveries)


def test_a_server_that_is_killed_while_partitions_are_cut_keeps_its_tables(
    engine, make_server, make_database_server
):
    engine_server = make_database_server()
    chance = random.Random(20261201)
    for number in range(max(2, ROUNDS // 5)):
        server = make_server(
            f"annals-{number}", database_url=make_server.database(engine_server.url()).url)
        server.start()  # And cuts them, at once.
        time.sleep(chance.uniform(0, 0.3))
        engine_server.crash()
        engine_server.start()
        event = sample("test.cut")
        with server.client() as client:
            eventually(lambda: client.publish(event).status == 200, seconds=60)
            assert client.get(f"/v2/events/{event['message_id']}").status == 200
            assert client.get("/v2/events?q.field=event_type&q.value=test.cut").status == 200
        server.stop()


def test_health_names_the_database_within_5_s_and_forgets_it_as_soon(
    engine, make_server, make_database_server
):
    engine_server = make_database_server()
    server = make_server(database_url=make_server.database(engine_server.url()).url).start()
    with server.client() as client:
        engine_server.crash()
        answer = eventually(
            lambda: (found := client.get("/healthcheck")).status == 503 and found, seconds=5)
        assert "database" in answer.text.lower()
        engine_server.start()
        eventually(lambda: client.get("/healthcheck").status == 200, seconds=5)
        assert client.publish(sample()).status == 200


def test_a_service_that_starts_before_its_server_waits_for_it(
    engine, make_server, make_database_server
):
    engine_server = make_database_server()
    database = make_server.database(engine_server.url())
    engine_server.stop()
    server = make_server(database_url=database.url)
    server.launch()
    with server.client() as client:
        answer = eventually(lambda: asked(client, "/healthcheck"), seconds=10)
        assert answer.status == 503 and "database" in answer.text.lower()
        assert client.publish(sample()).status == 503
        engine_server.start()
        eventually(lambda: client.get("/healthcheck").status == 200, seconds=5)
        assert client.publish(sample()).status == 200
    server.stop()


def asked(client, path):
    try:
        return client.get(path)
    except OSError:
        return None  # It does not listen yet.


def test_a_commit_whose_answer_is_lost_is_looked_up_and_never_guessed(engine, make_server):
    """The links of the service are cut right after COMMIT has reached the server."""
    database = make_server.database()
    plain = {"postgresql": "sslmode=disable", "mysql": "tls=off"}[engine]
    proxy = CuttingProxy(("127.0.0.1", database.port))
    url = database.url.replace(f":{database.port}/", f":{proxy.port}/") + f"?{plain}"
    server = make_server(database_url=url).start()
    ledger = Ledger()
    try:
        with Publishers(server, ledger, "cut") as publishers:
            for _ in range(30):
                publishers.wait_for(acknowledged=len(ledger.acknowledged) + 10)
                wanted = proxy.cuts + 1
                proxy.cut_next()
                eventually(lambda: proxy.cuts >= wanted)
            publishers.wait_for(acknowledged=len(ledger.acknowledged) + 50)
        assert proxy.cuts >= 30
        assert set(ledger.refused) <= {503}, ledger.refused
        assert_kept(ledger, stored(server, ("round", "cut")))
        refused_events = len(ledger.sent) - len(ledger.acknowledged)
        print(f"{engine}: {proxy.cuts} commits without an answer, {len(ledger.acknowledged)} events "
              f"acknowledged, {refused_events} refused: {ledger.refused}")
        server.stop()
    finally:
        proxy.close()
