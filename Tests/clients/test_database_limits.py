"""Servers that are set narrowly, unsafely or slowly, and what stands between them and the service."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.engines import annals
from support.events import as_listed, sample
from support.load import Ledger, Publishers, assert_kept, stored
from support.pgbouncer import PgBouncer
from support.waiting import eventually

pytestmark = pytest.mark.every_engine("postgresql", "mysql")


@pytest.mark.every_engine("mysql")
def test_a_small_packet_splits_batches_and_never_fails_one(make_server, make_database_server):
    database_server = make_database_server(settings={"max-allowed-packet": "1M"})
    server = make_server(
        database_url=make_server.database(database_server.url()).url).start()
    events = [sample("test.packet", text="x" * 1000) | {"raw": {"text": "y" * 60_000}}
              for _ in range(100)]
    with server.client() as client:
        answer = client.publish(events)
        assert (answer.status, answer.json()["accepted"]) == (200, 100), answer.text
        assert client.publish(events).json()["duplicates"] == 100
    found = stored(server, ("event_type", "test.packet"))
    assert found == {event["message_id"]: as_listed(event) for event in events}
    server.stop()


@pytest.mark.every_engine("mysql")
def test_a_link_that_the_server_closed_for_idleness_is_replaced_in_silence(
    make_server, make_database_server
):
    database_server = make_database_server(settings={"wait-timeout": "1",
                                                     "interactive-timeout": "1"})
    server = make_server(
        database_url=make_server.database(database_server.url()).url).start()
    with server.client() as client:
        for _ in range(4):
            assert client.publish(sample("test.idle")).status == 200
            assert client.get("/v2/events?limit=1").status == 200
            time.sleep(1.6)
        assert client.get("/healthcheck").status == 200
    server.stop()
    assert server.log_errors() == []


@pytest.mark.every_engine("postgresql")
def test_pgbouncer_in_transaction_mode_may_stand_between(make_server, make_database_server):
    database_server = make_database_server()
    database = make_server.database(database_server.url())
    bouncer = PgBouncer(database_server, links=3).start()
    try:
        # Prepared statements belong to one session of the server.
        server = make_server(database_url=bouncer.url(database.name),
                             settings={"database.prepared_statements": "false"}).start()
        ledger = Ledger()
        with Publishers(server, ledger, "bouncer") as publishers:
            publishers.wait_for(acknowledged=1000)
            with server.client() as client:
                for _ in range(20):
                    assert client.get("/v2/events?limit=50").status == 200
        assert ledger.refused == {}
        assert_kept(ledger, stored(server, ("round", "bouncer")))
        server.stop()
        assert server.log_errors() == []
    finally:
        bouncer.close()


UNSAFE = {
    "postgresql": [
        ({"fsync": "off"}, "fsync"),
        ({"full_page_writes": "off"}, "full_page_writes"),
    ],
    "mysql": [
        ({"innodb-flush-log-at-trx-commit": "2"}, "innodb_flush_log_at_trx_commit"),
        ({"innodb-doublewrite": "0"}, "doublewrite"),
    ],
}


@pytest.mark.parametrize("number", [0, 1])
def test_a_server_that_may_lose_commits_is_refused_unless_allowed(
    engine, make_server, make_database_server, number
):
    settings, name = UNSAFE[engine][number]
    database = make_server.database(make_database_server(settings=settings).url())
    server = make_server("refused", database_url=database.url)
    with pytest.raises(AssertionError, match="at start"):
        server.start()
    assert name in server.log() and "allow_unsafe" in server.log()
    server = make_server("allowed", database_url=database.url,
                         settings={"database.allow_unsafe": "true"}).start()
    assert name in server.log(), "the warning names the setting"
    with server.client() as client:
        assert client.publish(sample()).status == 200
        assert name in client.get("/status").text
    assert annals("selftest", url=database.url, check=False).returncode != 0
    server.stop()


SLOW_COMMITS = {
    "postgresql": """
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep(1); RETURN NULL; END $$;
        CREATE TRIGGER slow AFTER INSERT ON event_id
            FOR EACH STATEMENT EXECUTE FUNCTION wait()""",
    "mysql": """
        CREATE TRIGGER slow BEFORE INSERT ON event_id
            FOR EACH ROW SET @slept = SLEEP(0.02)""",
}


def test_a_slow_database_bounds_the_queue_and_sends_clients_away_for_a_while(engine, make_server):
    database = make_server.database()
    database.query(SLOW_COMMITS[engine])
    server = make_server(database_url=database.url,
                         settings={"ingest.queue_events": "500", "ingest.group_events": "50"})
    server.start()
    before = server.resident_bytes()
    statuses, waits, lock = {}, set(), threading.Lock()
    end = time.monotonic() + 8

    def publish(_):
        with server.client(timeout=60) as client:
            while time.monotonic() < end:
                answer = client.publish([sample("test.slow", text="x" * 500) for _ in range(50)])
                with lock:
                    statuses[answer.status] = statuses.get(answer.status, 0) + 1
                    if answer.status == 503:
                        waits.add(answer.headers["Retry-After"])
                if answer.status == 503:
                    time.sleep(0.1)

    with ThreadPoolExecutor(32) as pool:
        work = [pool.submit(publish, number) for number in range(32)]
        with server.client() as client:
            while time.monotonic() < end:
                began = time.monotonic()
                assert client.get("/v2/capabilities").status == 200
                assert time.monotonic() - began < 2, "requests that need no store do not wait"
                time.sleep(0.2)
        for one in work:
            one.result()
    assert set(statuses) == {200, 503}, statuses
    assert waits and None not in waits
    grown = server.resident_bytes() - before
    print(f"{engine}: {statuses}, {grown / 2**20:.0f} MiB more")
    assert grown < 100 * 2**20
    server.stop()


LOCKS = {
    "postgresql": "BEGIN; LOCK TABLE event IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(30);",
    "mysql": "LOCK TABLES event WRITE; SELECT SLEEP(30);",
}
RUNNING = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' "
                  "AND state = 'active' AND wait_event_type = 'Lock' AND query LIKE '%SELECT%'",
    "mysql": "SELECT count(*) FROM information_schema.processlist WHERE db = '{name}' "
             "AND info LIKE '%SELECT%' AND state LIKE 'Waiting for table metadata lock%'",
}
#: Ends the session that holds the lock.
UNLOCKS = {
    "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  "WHERE datname = '{name}' AND query LIKE '%pg_sleep(30)%'",
    "mysql": "SELECT id INTO @locker FROM information_schema.processlist "
             "WHERE db = '{name}' AND info LIKE 'SELECT SLEEP(30)%'; KILL @locker",
}


def test_a_query_whose_client_has_gone_is_cancelled_in_the_server(engine, make_server):
    database = make_server.database()
    server = make_server(database_url=database.url).start()
    with server.client() as client:
        assert client.publish([sample("test.locked") for _ in range(10)]).status == 200

    def waiting() -> int:
        return int(database.administer(RUNNING[engine].format(name=database.name))[0][0])

    # A query that would take half a minute: it waits for a table that another session has locked.
    locker = threading.Thread(target=lambda: quietly(database.query, LOCKS[engine]), daemon=True)
    locker.start()
    time.sleep(0.5)
    times = []
    for _ in range(5):
        client = server.client()
        client.connection.request("GET", "/v2/events?limit=10", headers=client.headers)
        eventually(lambda: waiting() == 1)
        client.connection.close()
        began = time.monotonic()
        eventually(lambda: waiting() == 0, seconds=5)
        times.append(time.monotonic() - began)
    database.administer(UNLOCKS[engine].format(name=database.name))
    locker.join(timeout=10)
    print(f"{engine}: cancelled {max(times):.3f} s after the client left, at worst")
    assert max(times) < 1


def quietly(action, *arguments):
    try:
        action(*arguments)
    except RuntimeError:
        pass  # Its database is dropped under it.
