"""The fixtures of the client tests: an authority, a library, a running service."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support import lostwrites
from support.certificates import Authority, Pair
from support.server import Server, binary


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


@pytest.fixture
def make_server(tmp_path, authority, server_pair):
    """Makes servers, not started yet; whatever still runs at the end is killed."""
    made: list[Server] = []

    def make(name: str = "annals", pair: Pair | None = None, **options) -> Server:
        directory = tmp_path / name
        made.append(Server(directory, authority, pair or server_pair, **options))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory, authority, server_pair):
    """One service for the tests of a file; it must stop well and have logged no error."""
    running = Server(tmp_path_factory.mktemp("annals"), authority, server_pair).start()
    yield running
    try:
        assert running.is_running, f"the service ended by itself:\n{running.log()}"
        running.stop()
        assert running.log_errors() == []
    finally:
        running.close()


@pytest.fixture
def client(server):
    with server.client() as connection:
        yield connection
