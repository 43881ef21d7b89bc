"""Upgrades through pgbouncer, which gives each transaction another session of the server."""

import pytest
from support.engines import Database
from support.pgbouncer import PgBouncer
from support.postgresql import PostgreSQL
from test_schema import is_as_expected, start_upgrade

pytestmark = pytest.mark.every_engine("postgresql")


@pytest.fixture
def pooler(engine):
    server = PostgreSQL().create()
    made = PgBouncer(server, links=2)
    try:
        server.start()
        yield made.start()
    finally:
        made.close()
        server.close()


def test_runners_queue(pooler):
    database = Database.create("postgresql", pooler.server.url())
    runners = [start_upgrade(pooler.url(database.name)) for _ in range(5)]
    outputs = [runner.communicate(timeout=120)[0] for runner in runners]
    failed = [output for runner, output in zip(runners, outputs) if runner.returncode != 0]
    assert failed == []
    assert sum(output.count("applied 001") for output in outputs) == 1, outputs
    assert is_as_expected(database)
