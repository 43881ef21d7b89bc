"""What was acknowledged survives a power loss; without synchronous=FULL it would not.

ANNALS_POWER_ROUNDS: rounds of each test (12).
"""

import os
import random
import time

import pytest
from support.load import Ledger, Publishers, assert_kept, missing, stored
from support.lostwrites import ForgetfulDisk

ROUNDS = int(os.environ.get("ANNALS_POWER_ROUNDS", "12"))


@pytest.fixture
def on_forgetful_disk(make_server, lostwrites_library, tmp_path):
    """Makes a server whose store forgets what was not synced."""

    def make(name: str, **options):
        server = make_server(name, **options)
        disk = ForgetfulDisk(lostwrites_library, server.store, tmp_path / f"{name}.control")
        server.environment = disk.environment
        return server, disk

    return make


def lose_power_under_load(server, disk, mark: str, seconds: float, torn: bool) -> Ledger:
    ledger = Ledger()
    with Publishers(server, ledger, mark) as publishers:
        publishers.wait_for(acknowledged=1)
        time.sleep(seconds)
        disk.lose_power(torn)
        assert server.process.wait(timeout=10) == 137
    return ledger


@pytest.mark.parametrize("torn", [False, True], ids=["all unsynced lost", "torn"])
def test_every_acknowledged_event_survives_a_power_loss(on_forgetful_disk, torn):
    server, disk = on_forgetful_disk("durable")
    server.start()
    chance = random.Random(20261121 + torn)
    whole = Ledger()
    for number in range(ROUNDS):
        mark = f"power-{number}"
        ledger = lose_power_under_load(server, disk, mark, chance.uniform(0, 0.6), torn)
        server.start()
        assert_kept(ledger, stored(server, ("round", mark)))
        whole.sent |= ledger.sent
        whole.acknowledged |= ledger.acknowledged
    assert_kept(whole, stored(server))
    server.stop()
    assert server.log_errors() == []
    print(f"{len(whole.acknowledged)} acknowledged events over {ROUNDS} power losses, none lost")


def test_negative_control_without_full_synchronization_events_are_lost(on_forgetful_disk):
    server, disk = on_forgetful_disk(
        "unsafe", url_options="?synchronous=normal",
        settings={"database.allow_unsafe": "true"})
    lost = 0
    for number in range(ROUNDS):
        server.start()
        mark = f"unsafe-{number}"
        ledger = lose_power_under_load(server, disk, mark, 0.2, torn=False)
        server.start()
        lost += len(missing(ledger, stored(server, ("round", mark))))
        server.kill()
        if lost:
            break
    assert lost > 0, "this disk forgets nothing: the tests above prove nothing"
    print(f"synchronous=normal: {lost} acknowledged events lost in round {number + 1}")


def test_unsafe_settings_are_refused_unless_allowed(make_server):
    server = make_server(url_options="?synchronous=normal")
    with pytest.raises(AssertionError, match="at start"):
        server.start()
    assert "allow_unsafe" in server.log()


def test_a_failed_sync_is_never_acknowledged_nor_anything_after_it_in_vain(on_forgetful_disk):
    server, disk = on_forgetful_disk("failing")
    server.start()
    ledger = Ledger()
    with Publishers(server, ledger, "failing") as publishers:
        publishers.wait_for(acknowledged=50)
        disk.fail_next_sync()
        time.sleep(1.5)
        with server.client() as client:
            health = client.get("/healthcheck")
    refused = dict(ledger.refused)
    assert set(refused) <= {503} and refused, f"one batch at least gets a 503: {refused}"
    # Blocks whose sync failed are lost for certain, so the service must not go on as if all were well.
    assert health.status == 503, health.body
    if server.is_running:  # It may also end itself: then its supervisor starts it again.
        disk.lose_power()
        assert server.process.wait(timeout=10) == 137
    server.start()
    assert_kept(ledger, stored(server))
