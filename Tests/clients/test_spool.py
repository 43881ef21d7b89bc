"""With a spool no event is refused while the database is away or slow, and none is lost or doubled.

ANNALS_SPOOL_ROUNDS: rounds of each test that kills or stops something at random moments (6).
"""

import json
import os
import random
import re
import signal
import time
import uuid
from urllib.parse import urlsplit

import pytest
from support.accounts import AccountFiles, basic, new_password
from support.ceilometer import Ceilometer
from support.events import as_listed, lines, sample
from support.load import assert_kept, stored
from support.lostwrites import ForgetfulDisk
from support.proxy import BlackHole, CuttingProxy
from support.spool import (
    SinglePublishers, SpoolLedger, annals_spool, metric, spool_settings, wait_until_drained,
    waiting_events)
from support.waiting import eventually

ROUNDS = int(os.environ.get("ANNALS_SPOOL_ROUNDS", "6"))
#: Ceilometer gives up after 5 s.
LONGEST_ANSWER = 4.5
on_servers = pytest.mark.every_engine("postgresql", "mysql")


@pytest.fixture
def make_spooling(make_server, make_database_server, tmp_path):
    """Services with spools of their own over one database server that may be stopped."""
    engine_server = make_database_server()
    database = make_server.database(engine_server.url())

    def make(name: str = "annals", environment: dict | None = None, **settings: str):
        return make_server(
            name, database_url=database.url, environment=environment,
            settings=spool_settings(tmp_path / f"{name}-spool", **settings))

    make.engine_server = engine_server
    make.spool = lambda name="annals": tmp_path / f"{name}-spool"
    return make


def assert_all_acknowledged(ledger: SpoolLedger) -> None:
    assert ledger.refused == {}, "an answer that loses events in plain Ceilometer"
    assert ledger.longest < LONGEST_ANSWER


@on_servers
def test_a_database_that_is_stopped_loses_no_event_and_refuses_none(engine, make_spooling):
    server = make_spooling().start()
    chance = random.Random(20261130)
    ledger = SpoolLedger()
    with SinglePublishers([server], ledger, "stopped") as publishers:
        for number in range(ROUNDS):
            publishers.wait_for(more=20)
            make_spooling.engine_server.crash()
            publishers.wait_for(more=20)
            time.sleep(chance.uniform(0, 0.3))
            make_spooling.engine_server.start()
            publishers.wait_for(more=20)
    drained = wait_until_drained(server)
    assert_all_acknowledged(ledger)
    assert_kept(ledger, stored(server, ("round", "stopped")))
    assert len(ledger.spooled) > 20 * ROUNDS / 2
    assert list(make_spooling.spool().glob("*.spool")) == []
    print(f"{engine}: {ROUNDS} stops, {len(ledger.acknowledged)} acknowledged, "
          f"{len(ledger.spooled)} of them spooled, none lost; longest answer {ledger.longest:.2f} s, "
          f"empty {drained:.2f} s after the load")
    server.stop()


@on_servers
def test_a_database_that_hangs_is_answered_for_in_time(engine, make_spooling):
    server = make_spooling().start()
    ledger = SpoolLedger()
    process = make_spooling.engine_server.process
    with SinglePublishers([server], ledger, "hangs") as publishers:
        publishers.wait_for(more=50)
        stop_all(process.pid, signal.SIGSTOP)
        publishers.wait_for(more=200)
        assert waiting_events(server) > 0
        time.sleep(5)
        publishers.wait_for(more=50)
        stop_all(process.pid, signal.SIGCONT)
        wait_until_drained(server)
        publishers.wait_for(more=50)
    wait_until_drained(server)
    assert_all_acknowledged(ledger)
    assert ledger.longest > 2.5, "nobody waited: the database did not hang"
    assert_kept(ledger, stored(server, ("round", "hangs")))
    print(f"{engine}: longest answer {ledger.longest:.2f} s, {len(ledger.spooled)} spooled")
    server.stop()


def stop_all(pid: int, number: int) -> None:
    """The signal for a server and its children, which serve PostgreSQL's sessions."""
    children = open(f"/proc/{pid}/task/{pid}/children").read().split()
    for each in [pid, *map(int, children)]:
        os.kill(each, number)


@on_servers
def test_kill_9_with_a_spool_that_is_not_empty(engine, make_spooling):
    server = make_spooling().start()
    chance = random.Random(20261201)
    ledger = SpoolLedger()
    for number in range(ROUNDS):
        with SinglePublishers([server], ledger, "killed") as publishers:
            publishers.wait_for(more=10)
            make_spooling.engine_server.crash()
            publishers.wait_for(more=30)
            if number % 2:  # Killed while it drains, else while it spools.
                make_spooling.engine_server.start()
            time.sleep(chance.uniform(0, 0.1))
            server.kill()
        if not number % 2:
            make_spooling.engine_server.start()
        server.start()
        wait_until_drained(server)
        assert_kept(ledger, stored(server, ("round", "killed")))
    assert ledger.refused == {}
    print(f"{engine}: {ROUNDS} kills, {len(ledger.acknowledged)} acknowledged, "
          f"{len(ledger.spooled)} of them spooled, none lost, none twice")
    server.stop()
    assert [line for line in server.log_errors() if "damaged" in line or "refuses" in line] == []


@on_servers
def test_two_instances_with_spools_and_the_same_ids(engine, make_spooling):
    servers = [make_spooling(name).start() for name in ("one", "two")]
    ledger = SpoolLedger()
    with SinglePublishers(servers, ledger, "shared", shared_ids=True) as publishers:
        for number in range(max(3, ROUNDS // 4)):
            publishers.wait_for(more=20)
            make_spooling.engine_server.crash()
            publishers.wait_for(more=30)
            servers[number % 2].kill()
            servers[number % 2].launch()
            publishers.wait_for(more=5)
            make_spooling.engine_server.start()
            publishers.wait_for(more=20)
    for server in servers:
        wait_until_drained(server)
    assert ledger.refused == {}
    assert_kept(ledger, stored(servers[0], ("round", "shared")))
    for name, server in zip(("one", "two"), servers):
        assert list(make_spooling.spool(name).glob("*.ndjson")) == []
        server.stop()
    print(f"{engine}: {len(ledger.acknowledged)} events sent to both, {len(ledger.spooled)} spooled")


@on_servers
def test_the_answer_the_pages_and_the_commands(engine, make_spooling):
    server = make_spooling().start()
    events = [sample("test.page"), {"no": "event"}, sample("test.page")]
    with server.client() as client:
        assert client.publish(sample()).status == 200
        make_spooling.engine_server.crash()
        answer = client.publish(events)
        assert answer.status == 202
        body = answer.json()
        assert [body[name] for name in
                ("accepted", "duplicates", "conflicts", "rejected", "spooled")] == [0, 0, 0, 1, 2]
        assert [item["status"] for item in body["items"]] == ["spooled", "rejected", "spooled"]
        assert client.publish([{"no": "event"}]).status == 400

        health = eventually(
            lambda: (found := client.get("/healthcheck")).status == 503 and found, seconds=6)
        assert "database" in health.text and "2 events wait for the database" in health.text
        assert client.get("/healthcheck/publishing").status == 200
        page = client.get("/status").json()["spool"]
        assert page["events"] == 2 and page["bytes"] > 0
        assert_age_is_told(server, client)
        assert eventually(lambda: client.get("/status").json()["spool"]["obstacle"])
        assert metric(server, "annals_spool_events") == 2
        assert metric(server, "annals_spool_bytes") == page["bytes"]
        assert metric(server, "annals_events_total", outcome="spooled") == 2

        told = json.loads(annals_spool(server, "status", "--json").stdout)
        assert told["events"] == 2
        lines = annals_spool(server, "export").stdout.splitlines()
        assert [json.loads(line)["message_id"] for line in lines] == [
            events[0]["message_id"], events[2]["message_id"]]
        taken = annals_spool(server, "drain")
        assert taken.returncode == 1 and "already" in taken.stderr

        make_spooling.engine_server.start()
        wait_until_drained(server)
        assert metric(server, "annals_spool_drained_total", outcome="accepted") == 2
        assert client.get("/status").json()["spool"]["oldest_seconds"] is None
        assert metric(server, "annals_spool_oldest_seconds") == 0
        eventually(lambda: client.get("/healthcheck").status == 200, seconds=6)
        assert client.get("/healthcheck").text == "OK"
    assert {event["message_id"] for event in (events[0], events[2])} <= stored(server).keys()
    server.stop()


def assert_age_is_told(server, client) -> None:
    """In whole seconds wherever somebody may look, once what waits is a second old."""
    age = eventually(lambda: client.get("/status").json()["spool"]["oldest_seconds"])
    assert age >= 1
    assert metric(server, "annals_spool_oldest_seconds") >= age
    told = re.search(r", the oldest for (\d+) s", client.get("/healthcheck").text)
    assert told and int(told[1]) >= age
    assert json.loads(annals_spool(server, "status", "--json").stdout)["oldest_seconds"] >= age


@on_servers
def test_a_stop_keeps_what_waits_and_a_command_drains_it(engine, make_spooling):
    server = make_spooling().start()
    make_spooling.engine_server.crash()
    events = [sample("test.stop") for _ in range(50)]
    with server.client() as client:
        assert client.publish(events).status == 202
    assert server.stop() < 10
    early = annals_spool(server, "drain", "--within", "1")
    assert early.returncode == 1 and "50 are left" in early.stdout, early.stdout + early.stderr
    make_spooling.engine_server.start()
    done = annals_spool(server, "drain")
    assert done.returncode == 0 and "Drained 50 events" in done.stdout, done.stdout + done.stderr
    server.start()
    assert {event["message_id"] for event in events} <= stored(server).keys()
    server.stop()


@on_servers
def test_a_full_spool_is_answered_with_503_until_it_is_drained(engine, make_spooling):
    server = make_spooling(maximum_bytes="1MiB").start()
    make_spooling.engine_server.crash()
    acknowledged = []
    with server.client() as client:
        for _ in range(100):
            events = [sample("test.full", text="x" * 2000) for _ in range(20)]
            answer = client.publish(events)
            if answer.status == 503:
                break
            assert answer.status == 202
            acknowledged += [event["message_id"] for event in events]
        assert answer.status == 503 and int(answer.headers["Retry-After"]) >= 1
        assert metric(server, "annals_spool_failures_total", kind="full") >= 1
        assert metric(server, "annals_publish_refused_total", status="503") >= 1
        eventually(lambda: client.get("/healthcheck/publishing").status == 503, seconds=6)
        make_spooling.engine_server.start()
        wait_until_drained(server)
        assert client.publish(events).status == 200
    assert set(acknowledged) <= stored(server).keys()
    server.stop()


@on_servers
def test_a_service_that_starts_without_its_database_spools(engine, make_spooling):
    server = make_spooling()
    make_spooling.engine_server.crash()
    server.launch()
    event = sample("test.start")
    with server.client() as client:
        answer = eventually(lambda: tried(client, event), seconds=30)
        assert answer.status == 202
        make_spooling.engine_server.start()
        wait_until_drained(server)
    assert event["message_id"] in stored(server)
    server.stop()


@on_servers
@pytest.mark.parametrize("drops", [False, True], ids=["silent", "dropping SYNs"])
def test_a_service_that_starts_before_a_black_hole_spools_in_time(engine, make_spooling, drops):
    server = make_spooling()
    right = server.environment["ANNALS_DATABASE_URL"]
    hole = BlackHole(drops)
    port = f":{urlsplit(right).port}/"
    server.environment["ANNALS_DATABASE_URL"] = right.replace(port, f":{hole.port}/")
    # Nobody waits for as long as that with a spool.
    server.environment["ANNALS_DATABASE_CONNECT_TIMEOUT"] = "30s"
    server.launch()
    ledger = SpoolLedger()
    with server.client() as client:
        event = sample("test.hole", round="other")
        assert eventually(lambda: tried(client, event), seconds=25).status == 202
    with SinglePublishers([server], ledger, "hole") as publishers:
        publishers.wait_for(more=100)
    server.stop()
    hole.close()
    server.environment["ANNALS_DATABASE_URL"] = right
    server.start()
    wait_until_drained(server)
    assert_all_acknowledged(ledger)
    assert_kept(ledger, stored(server, ("round", "hole")))
    print(f"{engine}: longest answer {ledger.longest:.2f} s")
    server.stop()


@on_servers
def test_a_database_that_becomes_a_black_hole_is_answered_for_in_time(
    engine, make_spooling, make_server
):
    server = make_spooling()
    right = server.environment["ANNALS_DATABASE_URL"]
    address = urlsplit(right)
    proxy = CuttingProxy((address.hostname, address.port))
    server.environment["ANNALS_DATABASE_URL"] = right.replace(
        f":{address.port}/", f":{proxy.port}/")
    server.start()
    ledger = SpoolLedger()
    with SinglePublishers([server], ledger, "hole") as publishers:
        publishers.wait_for(more=50)
        proxy.become_hole()
        publishers.wait_for(more=100)
        # Until nobody has got through for longer than connecting may take.
        with server.client() as client:
            eventually(lambda: client.get("/healthcheck").status == 503, seconds=60)
        publishers.wait_for(more=50)
        assert waiting_events(server) > 0
        proxy.lead_on()
        publishers.wait_for(more=50)
    wait_until_drained(server)
    assert_all_acknowledged(ledger)
    assert_kept(ledger, stored(server, ("round", "hole")))
    print(f"{engine}: longest answer {ledger.longest:.2f} s, {len(ledger.spooled)} spooled")
    server.stop()
    proxy.close()


def tried(client, event):
    try:
        return client.publish(event)
    except OSError:
        return None  # It does not listen yet.


@on_servers
@pytest.mark.parametrize("torn", [False, True], ids=["all unsynced lost", "torn"])
def test_a_power_loss_loses_nothing_that_was_spooled(
    engine, make_spooling, lostwrites_library, tmp_path, torn
):
    directory = make_spooling.spool()
    directory.mkdir()
    disk = ForgetfulDisk(lostwrites_library, directory, tmp_path / "control")
    server = make_spooling(environment=disk.environment)
    server.start()
    chance = random.Random(20261202 + torn)
    ledger = SpoolLedger()
    for number in range(max(4, ROUNDS // 2)):
        make_spooling.engine_server.crash()
        with SinglePublishers([server], ledger, "power") as publishers:
            publishers.wait_for(more=30)
            time.sleep(chance.uniform(0, 0.2))
            disk.lose_power(torn)
            assert server.process.wait(timeout=10) == 137
        make_spooling.engine_server.start()
        server.start()
        wait_until_drained(server)
        assert_kept(ledger, stored(server, ("round", "power")))
    assert len(ledger.spooled) > 100
    server.stop()


@on_servers
def test_a_spool_whose_disk_fails_promises_nothing_and_recovers(
    engine, make_spooling, lostwrites_library, tmp_path
):
    directory = make_spooling.spool()
    directory.mkdir()
    disk = ForgetfulDisk(lostwrites_library, directory, tmp_path / "control")
    server = make_spooling(environment=disk.environment)
    server.start()
    make_spooling.engine_server.crash()
    acknowledged = set()

    def publish(client) -> int:
        event = sample("test.disk")
        status = client.publish(event).status
        if status == 202:
            acknowledged.add(event["message_id"])
        return status

    with server.client() as client:
        assert publish(client) == 202
        disk.fail_next_sync()
        eventually(lambda: publish(client) == 503)
        assert publish(client) == 202
        disk.fill_up()
        eventually(lambda: publish(client) == 503)
        disk.make_room()
        eventually(lambda: publish(client) == 202)
        disk.lose_power()
        assert server.process.wait(timeout=10) == 137
    make_spooling.engine_server.start()
    server.start()
    wait_until_drained(server)
    assert acknowledged <= stored(server).keys()
    server.stop()


@on_servers
@pytest.mark.parametrize("spool", [True, False], ids=["with a spool", "without one"])
def test_the_plain_publisher_of_ceilometer_loses_nothing(
    engine, make_spooling, authority, spool
):
    """It has no second chance for an event that is answered with 503, as the negative control shows."""
    server = make_spooling()
    server.settings |= {} if spool else {"ingest.spool.path": ""}
    server.start()
    documents = [document | {"message_id": str(uuid.uuid4())} for _ in range(6)
                 for document in lines("events-50.http-single.ndjson")]
    address = f"{server.address}/v2/events?verify_ssl={authority.path}&timeout=5"
    ceilometer = Ceilometer("27")
    for number in range(0, 300, 50):
        if number == 100:
            make_spooling.engine_server.crash()
        if number == 200:
            make_spooling.engine_server.start()
        ceilometer.publish(address, documents[number:number + 50])
    ceilometer.close()
    if spool:
        wait_until_drained(server)
    found = stored(server)
    if spool:
        assert found == {document["message_id"]: as_listed(document) for document in documents}
    else:
        assert len(found) <= 200, "nothing was lost without a spool: this test proves nothing"
    print(f"{engine}, spool {spool}: {len(documents) - len(found)} of {len(documents)} events lost")
    server.stop()


@on_servers
def test_a_stop_while_the_database_hangs_keeps_everything_and_ends_in_time(engine, make_spooling):
    server = make_spooling().start()
    ledger = SpoolLedger()
    process = make_spooling.engine_server.process
    with SinglePublishers([server], ledger, "hangs") as publishers:
        publishers.wait_for(more=50)
        stop_all(process.pid, signal.SIGSTOP)
        publishers.wait_for(more=50)
        took = server.stop(seconds=40)
        publishers.stopping.set()
    stop_all(process.pid, signal.SIGCONT)
    assert took <= 10, "fault table R1: a stop takes at most 10 s"
    server.start()
    wait_until_drained(server)
    assert ledger.refused == {}
    assert_kept(ledger, stored(server, ("round", "hangs")))
    server.stop()


def test_a_second_service_on_the_same_spool_is_refused(make_server, tmp_path):
    first = make_server("first", settings=spool_settings(tmp_path / "spool")).start()
    second = make_server("second", settings=spool_settings(tmp_path / "spool"))
    with pytest.raises(AssertionError, match="at start"):
        second.start()
    assert "ingest.spool.path" in second.log()
    first.stop()


def test_a_full_disk_of_sqlite_is_bridged_by_a_spool_on_another(
    make_server, lostwrites_library, tmp_path
):
    server = make_server(settings=spool_settings(tmp_path / "spool"))
    disk = ForgetfulDisk(lostwrites_library, server.store, tmp_path / "control")
    server.environment = disk.environment
    server.start()
    ledger = SpoolLedger()
    with SinglePublishers([server], ledger, "full", threads=4) as publishers:
        publishers.wait_for(more=50)
        disk.fill_up()
        # The log may have room inside its old length; the spool is used once that is used up.
        eventually(lambda: len(ledger.spooled) > 50, seconds=60)
        disk.make_room()
        wait_until_drained(server)
        publishers.wait_for(more=50)
    wait_until_drained(server)
    assert_all_acknowledged(ledger)
    assert_kept(ledger, stored(server, ("round", "full")))
    server.stop()


def test_refusals_that_lose_events_in_ceilometer_are_counted(make_server, tmp_path):
    accounts = AccountFiles(tmp_path)
    accounts.users.write_text("agent: {roles: [service]}\nreader: {roles: [member]}\n")
    agent, reader = new_password(), new_password()
    accounts.write(accounts.line("agent", agent), accounts.line("reader", reader))
    server = make_server(settings=accounts.settings | {"ingest.maximum_body": "100KiB"}).start()

    def counted() -> dict[str, float]:
        return {status: metric(server, "annals_publish_refused_total", status=status)
                for status in ("401", "403", "413")}

    expected = {"401": 0, "403": 0, "413": 0}
    with server.client() as client:
        for status in expected:
            # There before the first one, so that an alert sees the first one as an increase.
            assert f'annals_publish_refused_total{{status="{status}"}} 0' in client.get("/metrics").text
    for status, headers, text in [
        ("413", basic("agent", agent), "x" * 200_000), ("401", basic("agent", "wrong"), "x"),
        ("403", basic("reader", reader), "x"), ("401", {}, "x")
    ]:
        with server.client(headers=headers) as client:
            assert client.publish([sample("test.refused", text=text)]).status == int(status)
        expected[status] += 1
        assert counted() == expected
    with server.client(headers=basic("reader", reader)) as client:
        assert client.get("/v2/event_types").status == 403, "not for publishers only"
    with server.client(headers=basic("agent", agent)) as client:
        assert client.publish(sample()).status == 200
    assert counted() == expected
    server.stop()
