"""Several instances on one database: the same ids at once end as one row, and everyone is told."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.events import as_listed, sample
from support.load import stored

pytestmark = pytest.mark.every_engine("postgresql", "mysql")


@pytest.fixture
def instances(make_server):
    database = make_server.database()
    return [make_server(f"instance{number}", database_url=database.url).start()
            for number in range(3)]


def publish_at_once(servers, batches) -> list[dict]:
    """Each batch through its server, all at the same moment."""
    barrier = threading.Barrier(len(servers))

    def publish(place):
        with servers[place].client(timeout=60) as client:
            client.get("/v2/capabilities")
            barrier.wait()
            while (answer := client.publish(batches[place])).status == 503:
                time.sleep(0.05)
            assert answer.status == 200, answer.text
            return answer.json()

    with ThreadPoolExecutor(len(servers)) as pool:
        return list(pool.map(publish, range(len(servers))))


def test_the_same_batch_at_two_instances_is_accepted_once_and_duplicate_once(instances):
    for number in range(30):
        batch = [sample("test.both", number=number) for _ in range(10)]
        answers = publish_at_once(instances[:2], [batch, batch])
        assert sum(answer["accepted"] for answer in answers) == 10, answers
        assert sum(answer["duplicates"] for answer in answers) == 10, answers
        assert not any(answer["conflicts"] or answer["rejected"] for answer in answers)
    for server in instances:
        assert len(stored(server, ("event_type", "test.both"))) == 300
        server.stop()


def test_other_contents_under_the_same_ids_at_once_have_one_winner_each(instances):
    for number in range(20):
        ours = [sample("test.winner", note="ours") for _ in range(10)]
        theirs = [event | {"traits": [["note", 1, "theirs"]]} for event in ours]
        answers = publish_at_once(instances[:2], [ours, theirs])
        assert sum(answer["accepted"] for answer in answers) == 10, answers
        assert sum(answer["conflicts"] for answer in answers) == 10, answers
        found = stored(instances[2], ("event_type", "test.winner"))
        for one, other in zip(ours, theirs):
            assert found[one["message_id"]] in (as_listed(one), as_listed(other))


def test_overlapping_batches_in_any_order_deadlock_nobody(instances):
    """Each instance writes the same ids in an order of its own, in groups of its own."""
    events = [sample("test.overlap", number=number) for number in range(400)]
    totals = {"accepted": 0, "duplicates": 0, "conflicts": 0, "rejected": 0}
    lock = threading.Lock()

    def publish(place):
        chance = random.Random(place)
        mine = events[:]
        chance.shuffle(mine)
        with instances[place % 3].client(timeout=60) as client:
            for start in range(0, len(mine), 40):
                while (answer := client.publish(mine[start:start + 40])).status == 503:
                    time.sleep(0.05)
                assert answer.status == 200, answer.text
                with lock:
                    for name in totals:
                        totals[name] += answer.json()[name]

    with ThreadPoolExecutor(9) as pool:
        list(pool.map(publish, range(9)))
    assert totals == {"accepted": 400, "duplicates": 3200, "conflicts": 0, "rejected": 0}
    assert len(stored(instances[0], ("event_type", "test.overlap"))) == 400
    for server in instances:
        server.stop()
        assert server.log_errors() == []
