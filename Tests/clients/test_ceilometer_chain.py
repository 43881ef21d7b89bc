"""The whole chain with real parts: notification, RabbitMQ, Ceilometer's agent, TLS, Annals, PostgreSQL.

What an OpenStack service has notified is in the store once, whatever happens in between: the
service is killed, the database is away, the agent is killed.
"""

import pytest
from support import engines, notifications, publisher_package
from support.accounts import basic
from support.ceilometer_agent import Agent
from support.load import stored
from support.rabbitmq import RabbitMQ
from support.spool import metric, waiting_events
from support.strategies import House
from support.waiting import eventually

pytestmark = pytest.mark.every_engine("postgresql")

COUNT = 3000


releases = pytest.mark.parametrize("release, workers", [("27", 2), ("19", 1)])


@pytest.fixture(scope="session")
def broker():
    server = RabbitMQ().create()
    engines.SECRETS.add(server.password)
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """annals-publisher as an operator installs it."""
    main, _ = publisher_package.build_wheels(tmp_path_factory.mktemp("wheels"))
    return publisher_package.install(tmp_path_factory.mktemp("site"), main)


class Chain:
    """From a service that notifies to the events in the store."""

    def __init__(self, broker, database_server, database, server, make_agent):
        self.broker, self.database_server = broker, database_server
        self.database, self.server, self.make_agent = database, server, make_agent
        self.agent = make_agent().start()
        self.service = notifications.Service(broker.url)
        self.sent: list[notifications.Notification] = []
        eventually(lambda: broker.control("list_consumers", "queue_name"), 60)

    def send(self, batch) -> None:
        for notification in batch:
            self.service.send(notification)
            self.sent.append(notification)

    def count(self) -> int:
        return int(self.database.query("SELECT count(*) FROM event")[0][0])

    def wait_for(self, count: int, seconds: float = 60) -> None:
        try:
            eventually(lambda: self.count() >= count, seconds)
        except AssertionError:
            raise AssertionError(
                f"{self.count()} of {count} events came\n{self.agent.log()[-6000:]}") from None

    def assert_everything_once(self) -> None:
        self.wait_for(len(self.sent))
        eventually(lambda: self.waiting_notifications() == 0, 30)
        found: dict[str, dict] = {}
        for event in stored(self.server).values():
            identifier = next(
                trait["value"] for trait in event["traits"] if trait["name"] == "request_id")
            assert identifier not in found, f"twice: {identifier}"
            found[identifier] = event
        assert found.keys() == {one.request_id for one in self.sent}
        for one in self.sent:
            event = found[one.request_id]
            assert event["event_type"] == one.recorded["event_type"]
            traits = {(trait["name"], trait["value"]) for trait in event["traits"]}
            expected = {(name, str(value)) for name, _, value in one.expected_traits}
            # Ceilometer 19 has fewer definitions of traits than 27, which was recorded.
            assert traits <= expected
            assert traits == expected or self.agent.release == "19"

    def waiting_notifications(self) -> int:
        """In RabbitMQ, those included that the agent has not acknowledged."""
        lines = self.broker.control("list_queues", "--no-table-headers", "messages").split()
        return sum(map(int, lines))

    def close(self) -> None:
        """What a failed test leaves in RabbitMQ must not reach the next one."""
        self.service.close()
        self.agent.stop()
        for queue in self.broker.control("list_queues", "--no-table-headers", "name").split():
            self.broker.control("purge_queue", queue)
        for secret in engines.long_secrets():
            assert secret not in self.agent.log(), f"a secret is in {self.agent.log_path}"


@pytest.fixture
def make_chain(broker, packages, make_server, make_database_server, authority, tmp_path):
    made = []

    def make(release, scheme, settings=None, guarded=None, acknowledge=False, workers=1,
             debug=False, **options):
        """`guarded` makes a service that not everybody may publish to, and says what the agent needs
        for that in [annals_publisher]."""
        database_server = make_database_server()
        database = make_server.database(database_server.url())
        if guarded is None:
            server, section = make_server(database_url=database.url, settings=settings), None
        else:
            server, section = guarded(database.url)
        server.start()
        words = {"verify_ssl": authority.path} | options
        query = "&".join(f"{name}={value}" for name, value in words.items())
        address = f"{scheme}://127.0.0.1:{server.port}/v2/events?{query}"

        def make_agent():
            return Agent(tmp_path / "agent", release, broker.url, address, packages=packages,
                         exchange=notifications.EXCHANGE, section=section,
                         acknowledge=acknowledge, workers=workers, debug=debug)

        made.append(Chain(broker, database_server, database, server, make_agent))
        return made[-1]

    yield make
    for chain in made:
        chain.close()


@releases
def test_annalss_loses_and_doubles_nothing(make_chain, release, workers):
    chain = make_chain(release, "annalss", workers=workers, report_interval=1)
    first, second, third, fourth, fifth = parts(COUNT, seed=int(release))
    chain.send(first)
    chain.wait_for(100)
    chain.server.kill()
    chain.send(second)
    chain.server.start()
    chain.send(third)
    chain.wait_for(len(first) + 100)
    chain.database_server.crash()
    chain.send(fourth)
    eventually(lambda: "status 503" in chain.agent.log(), 30)
    chain.database_server.start()
    chain.send(fifth)
    chain.assert_everything_once()
    assert "Annals takes events again" in chain.agent.log()


@releases
def test_https_and_the_spool_of_the_service_lose_and_double_nothing(
        make_chain, tmp_path, release, workers):
    """Without the spool the agent would lose each event that is answered with 503."""
    chain = make_chain(release, "https", {"ingest.spool.path": str(tmp_path / "spool")},
                       workers=workers, timeout=20)
    first, second, third, fourth, fifth = parts(COUNT, seed=int(release))
    chain.send(first)
    chain.wait_for(100)
    chain.server.kill()
    chain.send(second)
    chain.server.start()
    chain.send(third)
    chain.wait_for(len(first) + 100)
    chain.database_server.crash()
    chain.send(fourth)
    eventually(lambda: waiting_events(chain.server) >= 100, 30)
    waiting = waiting_events(chain.server)
    chain.server.kill()
    chain.server.launch()  # It is ready once the database is.
    chain.database_server.start()
    chain.send(fifth)
    chain.assert_everything_once()
    eventually(lambda: waiting_events(chain.server) == 0)
    # Counted from the launch on: what the killed service had acknowledged is among it.
    drained = sum(metric(chain.server, "annals_spool_drained_total", outcome=outcome)
                  for outcome in ("accepted", "duplicate"))
    assert drained >= waiting


def test_the_spool_of_the_publisher_outlives_the_agent(make_chain, tmp_path):
    """Even where the agent acknowledges what it could not publish, which is its default."""
    chain = make_chain("27", "annalss", acknowledge=True, spool=tmp_path / "spool", spool_after=0.2)
    first, second, third = parts(900, seed=5, into=3)
    chain.send(first)
    chain.wait_for(300)
    chain.database_server.crash()
    chain.send(second)
    eventually(lambda: chain.waiting_notifications() == 0, 60)
    assert list((tmp_path / "spool").glob("*.db")), "acknowledged, so on disk"
    chain.agent.kill()
    chain.database_server.start()
    chain.agent = chain.make_agent().start()
    chain.send(third)
    chain.assert_everything_once()
    assert "events of former workers are in the spool" in chain.agent.log()
    eventually(lambda: list((tmp_path / "spool").iterdir()) == [], 10)


@pytest.mark.parametrize("strategy", ["basic", "hmac", "keystone"])
def test_the_log_of_an_agent_at_debug_level_has_no_secret(
        make_chain, make_server, authority, keystone, cloud, tmp_path, strategy):
    def guarded(database_url):
        house = House.with_keystone(
            tmp_path, authority, make_server, keystone, cloud, settings={"log.level": "trace"},
            database_url=database_url)
        return house.server, {
            "basic": {"basic_user": "publisher", "basic_password": house.publisher_password},
            "hmac": {"hmac_secret": house.secrets["old"], "hmac_key_id": "old"},
            "keystone": {
                "auth_type": "password", "auth_url": f"{keystone.address}/v3", "username": "nova",
                "password": cloud.passwords["nova"], "user_domain_id": "default",
                "project_name": "service", "project_domain_id": "default"},
        }[strategy]

    chain = make_chain("27", "annalss", guarded=guarded, debug=True, auth=strategy)
    chain.send(notifications.generate(20, seed=7))
    chain.wait_for(20)
    chain.agent.stop()
    log = chain.agent.log()
    talkative = "DEBUG keystoneauth" if strategy == "keystone" else "DEBUG urllib3"
    assert talkative in log, "it was told to say all"
    secrets = engines.long_secrets()
    # As they travel with HTTP Basic; and the first letters of any token of Keystone's.
    secrets |= {basic("publisher", secret)["Authorization"].split()[1] for secret in secrets}
    for secret in secrets | {"gAAAA"}:
        assert secret not in log
        assert secret not in chain.server.log()


def parts(count: int, seed: int, into: int = 5) -> list[list[notifications.Notification]]:
    made = notifications.generate(count, seed)
    size = count // into
    return [made[start:start + size] for start in range(0, count, size)]
