"""PostgreSQL with a synchronous standby: the primary dies, the standby takes over, all is there."""

import pytest
from support.engines import Database, upgrade
from support.events import sample
from support.load import Ledger, Publishers, assert_kept, stored
from support.postgresql import PostgreSQL, Standby, several_hosts
from support.waiting import eventually, seconds_until

pytestmark = pytest.mark.every_engine("postgresql")


@pytest.fixture
def pair():
    primary = PostgreSQL().create().start()
    standby = Standby(primary)
    try:
        standby.create().start()
        standby.follow_synchronously()
        yield primary, standby
    finally:
        standby.close()
        primary.close()


@pytest.fixture
def start_service(make_server, pair):
    """A service that knows both servers and wants the one that takes writes."""

    def start(**settings):
        database = Database.create("postgresql", pair[0].url())
        url = several_hosts(list(pair), database.name, target_session_attrs="read-write",
                            connect_timeout="3")
        upgrade(url)
        return make_server(database_url=url, settings=settings).start()

    return start


def test_a_promoted_standby_has_everything_that_was_acknowledged(pair, start_service):
    primary, standby = pair
    server = start_service()
    ledger = Ledger()
    with Publishers(server, ledger, "failover") as publishers:
        publishers.wait_for(acknowledged=500)
        primary.kill()
        standby.promote()
        gap = seconds_until(server, lambda client: client.publish(sample("test.probe")))
        publishers.wait_for(acknowledged=len(ledger.acknowledged) + 500)
        assert all(thread.is_alive() for thread in publishers.threads), "a connection was dropped"
    assert set(ledger.refused) <= {503}, ledger.refused
    assert_kept(ledger, stored(server, ("round", "failover")))
    server.stop()
    print(f"{len(ledger.acknowledged)} acknowledged events, all on the promoted standby; "
          f"written again {gap:.3f} s after the promotion; refused: {ledger.refused}")
    assert gap < 2, "a second after the new primary is there, and one of slack"


def test_a_primary_that_has_become_read_only_is_left_for_another(pair, start_service):
    """It still answers, but refuses every write with 25006."""
    primary, standby = pair
    server = start_service()
    ledger = Ledger()
    with Publishers(server, ledger, "read-only", threads=4) as publishers:
        publishers.wait_for(acknowledged=100)
        # The old primary must not wait for a standby that has left it.
        primary.settings |= {"default_transaction_read_only": "on",
                             "synchronous_standby_names": "''"}
        primary.reload()
        standby.promote()
        # Sessions that began before the change learn of it with their next transaction.
        gap = seconds_until(server, lambda client: client.publish(sample("test.probe")))
        publishers.wait_for(acknowledged=len(ledger.acknowledged) + 200)
        assert all(thread.is_alive() for thread in publishers.threads), "a connection was dropped"
    assert set(ledger.refused) <= {503}, ledger.refused
    [[written]] = standby.query("SELECT count(*) FROM pg_stat_activity WHERE datname LIKE "
                                "'annals_test_%' AND backend_type = 'client backend'")
    assert int(written) > 0, "the service has not moved"
    server.stop()
    print(f"moved after {gap:.3f} s, {len(ledger.acknowledged)} acknowledged")


def test_an_old_primary_that_comes_back_is_not_written_to(pair, start_service):
    """It comes back as a standby would: recovering, and so read-only."""
    primary, standby = pair
    server = start_service()
    with server.client() as client:
        assert client.publish(sample("test.first")).status == 200
        primary.kill()
        standby.promote()
        seconds_until(server, lambda one: one.publish(sample("test.probe")))
        (primary.data / "standby.signal").touch()
        primary.account.give(primary.data / "standby.signal")
        primary.settings["synchronous_standby_names"] = "''"
        primary.configure()
        primary.start()
        assert primary.query("SELECT pg_is_in_recovery()") == [["t"]]
        for number in range(30):
            assert client.publish(sample("test.after", number=number)).status == 200
    assert len(stored(server, ("event_type", "test.after"))) == 30
    eventually(lambda: server.client().get("/healthcheck").status == 200)
    server.stop()
