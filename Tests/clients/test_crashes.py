"""What was acknowledged survives a killed process, and a stop loses nothing.

ANNALS_KILL_ROUNDS: rounds of the kill test (50 on SQLite, which recovers by itself; else 12).
ANNALS_STOP_ROUNDS: of the stop test (8, else 4).
"""

import os
import random
import signal
import statistics
import time

import pytest
from support.load import Ledger, Publishers, assert_kept, stored

pytestmark = pytest.mark.every_engine


def rounds(variable: str, on_sqlite: int, elsewhere: int, engine: str) -> int:
    default = on_sqlite if engine == "sqlite" else elsewhere
    return int(os.environ.get(variable, default))


def union(ledgers: list[Ledger]) -> Ledger:
    whole = Ledger()
    for ledger in ledgers:
        whole.sent |= ledger.sent
        whole.acknowledged |= ledger.acknowledged
    return whole


def test_every_acknowledged_event_survives_kill_9(engine, make_server, record_property):
    count = rounds("ANNALS_KILL_ROUNDS", 50, 12, engine)
    server = make_server().start()
    chance = random.Random(20261121)
    ledgers, starts = [], []
    for number in range(count):
        ledgers.append(Ledger())
        with Publishers(server, ledgers[-1], f"kill-{number}") as publishers:
            publishers.wait_for(acknowledged=1)
            time.sleep(chance.uniform(0, 0.4))
            server.kill()
        server.start()
        starts.append(server.ready_seconds)
        assert_kept(ledgers[-1], stored(server, ("round", f"kill-{number}")))
    whole = union(ledgers)
    assert_kept(whole, stored(server))
    server.stop()
    assert server.log_errors() == []
    record_property("acknowledged", len(whole.acknowledged))
    record_property("restart_seconds_worst", round(max(starts), 3))
    print(f"{len(whole.acknowledged)} events over {count} kills of annals on {engine}; restart: median "
          f"{statistics.median(starts):.3f} s, worst {max(starts):.3f} s")
    assert max(starts) < 2 + 1, "fault table D1: a restart takes less than 2 s (and 1 s of slack)"


def test_a_stop_under_load_loses_nothing_and_exits_with_0(engine, make_server):
    count = rounds("ANNALS_STOP_ROUNDS", 8, 4, engine)
    server = make_server().start()
    ledgers, stops = [], []
    for number in range(count):
        ledgers.append(Ledger())
        with Publishers(server, ledgers[-1], f"stop-{number}", threads=16) as publishers:
            publishers.wait_for(acknowledged=50)
            stops.append(server.stop())
        server.start()
        assert_kept(ledgers[-1], stored(server, ("round", f"stop-{number}")))
    assert_kept(union(ledgers), stored(server))
    assert server.log_errors() == []
    print(f"{engine}: stop under load: median {statistics.median(stops):.3f} s, worst {max(stops):.3f} s")
    assert max(stops) <= 10, "fault table R1: a stop takes at most 10 s"


def test_a_stop_during_one_large_batch_answers_it_first(make_server):
    server = make_server().start()
    ledger = Ledger()
    with Publishers(server, ledger, "large", threads=2) as publishers:
        publishers.wait_for(acknowledged=20)
        server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=15) == 0
    server.start()
    assert_kept(ledger, stored(server))
