"""Upgrades through different nodes of a Galera cluster, where no lock of one node holds on another."""

import time

import pytest
from support.engines import Database, annals
from support.galera import Cluster
from test_schema import is_as_expected, start_upgrade

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
    """Empty: no schema yet."""
    made = Database.create("mysql", cluster.nodes[0].url())
    yield made
    made.drop()


def test_runners_on_all_nodes_queue(cluster, database):
    runners = [start_upgrade(cluster.url(place % 3, database.name)) for place in range(6)]
    outputs = [runner.communicate(timeout=120)[0] for runner in runners]
    failed = [output for runner, output in zip(runners, outputs) if runner.returncode != 0]
    assert failed == []
    assert sum(output.count("applied 001") for output in outputs) == 1, outputs
    assert is_as_expected(database)
    assert database.query("SELECT owner FROM schema_lock") == [[""]]


def test_a_killed_runner_is_followed_by_one_on_another_node(cluster, database):
    for milliseconds in (30, 60, 120, 240):
        runner = start_upgrade(cluster.url(0, database.name))
        time.sleep(milliseconds / 1000)
        runner.kill()
        runner.wait()
    annals("db", "upgrade", url=cluster.url(1, database.name))
    assert is_as_expected(database)
