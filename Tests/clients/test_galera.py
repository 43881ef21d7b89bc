"""A Galera cluster of three: a node dies, the quorum goes and comes back, ids meet at three nodes."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.engines import Database, upgrade
from support.events import sample
from support.galera import Cluster
from support.load import Ledger, Publishers, assert_kept, stored
from support.waiting import eventually, seconds_until

pytestmark = pytest.mark.every_engine("mysql")


@pytest.fixture(scope="module")
def cluster(engine):
    made = Cluster()
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def database(cluster):
    made = Database.create("mysql", cluster.nodes[0].url())
    upgrade(made.url)
    yield made
    made.drop()


def test_the_same_ids_through_three_nodes_are_one_row_each(cluster, database, make_server):
    servers = [make_server(f"node{number}", database_url=cluster.url(number, database.name)).start()
               for number in range(3)]
    events = [sample("test.race", number=number) for number in range(200)]
    totals = {"accepted": 0, "duplicates": 0, "conflicts": 0, "rejected": 0}
    lock, barrier = threading.Lock(), threading.Barrier(6)

    def publish(place):
        chance = random.Random(place)
        batches = [events[start:start + 20] for start in range(0, len(events), 20)]
        chance.shuffle(batches)
        with servers[place % 3].client(timeout=60) as client:
            barrier.wait()
            for batch in batches:
                batch = batch[:]
                chance.shuffle(batch)
                while (answer := client.publish(batch)).status == 503:
                    time.sleep(0.05)  # Too many deadlocks in a row are for the client to repeat.
                assert answer.status == 200, answer.text
                with lock:
                    for name in totals:
                        totals[name] += answer.json()[name]

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(publish, range(6)))
    assert totals["conflicts"] == totals["rejected"] == 0, totals
    assert totals["accepted"] + totals["duplicates"] == 6 * len(events), totals
    # A group whose outcome was unknown is looked up: it may count as accepted by one only.
    assert totals["accepted"] == len(events), totals
    for server in servers:
        assert len(stored(server, ("event_type", "test.race"))) == len(events)
        server.stop()
    print(f"three nodes, six publishers: {totals}")


def test_a_node_that_is_killed_during_ingest_loses_nothing(cluster, database, make_server):
    victim = cluster.nodes[0]
    server = make_server(database_url=cluster.url(0, database.name)).start()
    ledger = Ledger()
    with Publishers(server, ledger, "node") as publishers:
        publishers.wait_for(acknowledged=200)
        victim.kill()
        gap = seconds_until(server, lambda client: client.publish(sample("test.probe")), 40)
        publishers.wait_for(acknowledged=len(ledger.acknowledged) + 200)
    assert set(ledger.refused) <= {503}, ledger.refused
    assert_kept(ledger, stored(server, ("round", "node")))
    server.stop()
    victim.start()
    print(f"written again {gap:.3f} s after a node was killed (the cluster suspects it for 2 s)")


def test_without_a_quorum_all_is_503_and_with_it_all_goes_on(cluster, database, make_server):
    first, others = cluster.nodes[0], cluster.nodes[1:]
    server = make_server(database_url=cluster.url(0, database.name)).start()
    ledger = Ledger()
    with Publishers(server, ledger, "quorum", threads=4) as publishers:
        publishers.wait_for(acknowledged=100)
        for node in others:
            node.kill()
        # The last node answers every statement with 1047 from now on.
        eventually(lambda: first.status("wsrep_ready") == "OFF", 30)
        known = next(iter(ledger.acknowledged))
        with server.client() as client:
            eventually(lambda: client.publish(sample()).status == 503, 20)
            eventually(lambda: client.get(f"/v2/events/{known}").status == 503, 20)
            assert client.get("/v2/events?limit=5").status == 503
            eventually(lambda: client.get("/healthcheck").status == 503, 5)
        first.query("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=true'")
        gap = seconds_until(server, lambda one: one.publish(sample("test.probe")))
        publishers.wait_for(acknowledged=len(ledger.acknowledged) + 100)
    assert set(ledger.refused) <= {503}, ledger.refused
    assert_kept(ledger, stored(server, ("round", "quorum")))
    server.stop()
    for node in others:
        node.start()
    print(f"written again {gap:.3f} s after the quorum was back; refused: {ledger.refused}")
    assert gap < 2
