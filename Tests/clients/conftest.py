"""The fixtures of the client tests: an authority, a library, a running service."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support import engines, lostwrites
from support.certificates import Authority, Pair
from support.engines import Database
from support.keystone import Cloud, Keystone
from support.processlist import ProcessListSearch
from support.server import Server, binary
from support.tokens import settings as token_settings


def pytest_generate_tests(metafunc):
    """A test that is marked `every_engine` runs once on each; the others know SQLite only."""
    if "engine" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("every_engine")
    names = (marker.args or engines.ALL) if marker else ["sqlite"]
    metafunc.parametrize("engine", [name for name in names if name in engines.wanted()],
                         scope="module")


def pytest_collection_modifyitems(config, items):
    """Tests of engines that nobody asked for are left out, and counted as such."""
    out = [item for item in items
           if "NOTSET" in getattr(getattr(item, "callspec", None), "id", "")]
    if out:
        items[:] = [item for item in items if item not in out]
        config.hook.pytest_deselected(items=out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A failure shows what the service said last."""
    report = yield
    if report.failed:
        servers = getattr(item.funcargs.get("make_server"), "servers", [])
        for server in [*servers, *filter(None, [item.funcargs.get("server")])]:
            report.sections.append((f"log of {server.directory.name}", server.log()[-5000:]))
    return report


def pytest_report_header():
    return f"engines: {' '.join(engines.wanted())}"


@pytest.fixture(scope="session", autouse=True)
def process_list():
    """Searched for passwords from the first test to the last."""
    search = ProcessListSearch()
    yield search
    search.close()
    assert search.found == set(), "a password was in the process list"


@pytest.fixture(scope="session")
def annals_binary() -> Path:
    return binary()


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def server_pair(authority) -> Pair:
    return authority.server()


@pytest.fixture(scope="session")
def client_pair(authority) -> Pair:
    return authority.client()


@pytest.fixture(scope="session")
def lostwrites_library(tmp_path_factory) -> Path:
    return lostwrites.build(tmp_path_factory.mktemp("lostwrites"))


class Makers:
    """Makes servers, not started yet, and databases for them."""

    def __init__(self, engine: str, directory: Path, authority: Authority, pair: Pair):
        self.engine, self.directory, self.authority, self.pair = engine, directory, authority, pair
        self.servers: list[Server] = []
        self.databases: list[Database] = []

    def __call__(self, name: str = "annals", pair: Pair | None = None, **options) -> Server:
        if self.engine != "sqlite" and "database_url" not in options:
            options["database_url"] = self.database().url
        self.servers.append(
            Server(self.directory / name, self.authority, pair or self.pair, **options))
        return self.servers[-1]

    def database(self, server: str | None = None) -> Database:
        """A new one with its schema, in the shared server or in the one with that address."""
        made = Database.create(self.engine, server)
        if server is None:
            self.databases.append(made)  # The others go with their servers.
        engines.upgrade(made.url)
        return made

    def close(self) -> None:
        """Whatever still runs at the end is killed."""
        for server in self.servers:
            server.close()
        for database in self.databases:
            database.drop()
        for server in self.servers:
            for secret in engines.SECRETS:
                assert secret not in server.log(), f"a password is in {server.log_path}"


@pytest.fixture
def make_database_server(engine):
    """Servers of a test's own, which it may break. They run."""
    made = []

    def make(**options):
        made.append(engines.SERVERS[engine](**options))
        return made[-1].create().start()

    yield make
    for server in made:
        server.close()


@pytest.fixture
def make_server(engine, tmp_path, authority, server_pair):
    makers = Makers(engine, tmp_path, authority, server_pair)
    yield makers
    makers.close()


@pytest.fixture(scope="session")
def make_makers(tmp_path_factory, authority, server_pair):
    """For services that the tests of a file share and that have settings of their own."""
    def make(name: str, engine: str = "sqlite") -> Makers:
        return Makers(engine, tmp_path_factory.mktemp(name), authority, server_pair)

    return make


@pytest.fixture(scope="session")
def keystone():
    """One for all tests; who stops it starts it again."""
    server = Keystone().create()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(scope="session")
def cloud(keystone) -> Cloud:
    return Cloud(keystone)


@pytest.fixture
def make_service(make_server, keystone, cloud):
    """Services that take tokens of that Keystone; keywords are settings `keystone...`."""
    def make(name="annals", server=None, of=None, **more):
        domain = f"@{more['user_domain_name']}" if "user_domain_name" in more else ""
        password = (of or cloud).passwords[more.get("username", "annals") + domain]
        return make_server(name, settings=token_settings(server or keystone, **more), environment={
            "ANNALS_KEYSTONE_PASSWORD": password}).start()

    return make


@pytest.fixture(scope="module")
def server(engine, tmp_path_factory, authority, server_pair):
    """One service for the tests of a file; it must stop well and have logged no error."""
    makers = Makers(engine, tmp_path_factory.mktemp("annals"), authority, server_pair)
    try:
        running = makers("annals").start()
        yield running
        assert running.is_running, f"the service ended by itself:\n{running.log()}"
        running.stop()
        assert running.log_errors() == []
    finally:
        makers.close()


@pytest.fixture
def client(server):
    with server.client() as connection:
        yield connection
