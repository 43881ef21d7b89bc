"""Faults around the service: no room, a second process, a new certificate, many at once."""

import json
import signal
import socket
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.events import as_listed, sample
from support.load import Ledger, Publishers, assert_kept, stored
from support.lostwrites import ForgetfulDisk
from support.server import binary, clean_environment
from support.waiting import eventually


#: Asks for an answer that is sent in many pieces.
LONG_ANSWER = (
    b"GET /v2/events?q.field=all_tenants&q.value=True&limit=2000 HTTP/1.1\r\n"
    b"Host: x\r\nX-Roles: admin\r\nX-User-Id: u\r\nX-Project-Id: p\r\n\r\n")


def test_a_full_disk_refuses_events_serves_readers_and_recovers(
    make_server, lostwrites_library, tmp_path
):
    server = make_server()
    disk = ForgetfulDisk(lostwrites_library, server.store, tmp_path / "control")
    server.environment = disk.environment
    server.start()
    ledger = Ledger()
    with Publishers(server, ledger, "full", threads=4) as publishers:
        publishers.wait_for(acknowledged=100)
        disk.fill_up()
        # The log may have room inside its old length; 503 must come once that is used up.
        eventually(lambda: ledger.refused.get(503, 0) >= 10, seconds=60)
        before = len(ledger.acknowledged)
        with server.client() as client:
            listed = client.get("/v2/events?limit=10&q.field=all_tenants&q.value=True")
            assert listed.status == 200 and len(listed.json()) >= 1
        disk.make_room()
        publishers.wait_for(acknowledged=before + 100)
    assert set(ledger.refused) == {503}
    assert_kept(ledger, stored(server))
    server.stop()


def test_a_refusal_for_want_of_room_says_so_and_when_to_come_back(
    make_server, lostwrites_library, tmp_path
):
    server = make_server()
    disk = ForgetfulDisk(lostwrites_library, server.store, tmp_path / "control")
    server.environment = disk.environment
    server.start()
    disk.fill_up()
    with server.client() as client:
        answer = eventually(lambda: next(
            (answer for _ in range(50)
             if (answer := client.publish([sample(text="x" * 200) for _ in range(50)])).status
             != 200), None))
        assert answer.status in (503, 507)
        assert answer.headers["Retry-After"]
        assert "error_message" in answer.json()
        assert str(server.store) not in answer.text
        disk.make_room()
        assert eventually(lambda: client.publish(sample()).status == 200)


def test_a_second_serving_process_on_the_same_file_is_refused(make_server):
    first = make_server("first").start()
    second = make_server("second", settings={"database.url": f"sqlite://{first.database}"})
    with pytest.raises(AssertionError, match="at start"):
        second.start()
    assert second.process.returncode not in (0, -6, -11)
    assert str(first.database) in second.log() or "another" in second.log()
    with first.client() as client:
        assert client.publish(sample()).status == 200


def test_the_status_command_works_beside_a_running_service(make_server):
    server = make_server().start()
    done = subprocess.run(
        [binary(), "db", "status", "--database.url", f"sqlite://{server.database}"],
        capture_output=True, text=True, timeout=20, env=clean_environment())
    assert done.returncode == 0, done.stderr
    assert server.is_running


def served_certificate(server, authority) -> bytes:
    context = ssl.create_default_context(cafile=str(authority.path))
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            return connection.getpeercert(binary_form=True)


def test_a_new_certificate_is_served_after_a_hangup_without_a_failed_request(
    make_server, authority, tmp_path
):
    pair = authority.server("swapped")
    server = make_server(pair=pair).start()
    ledger = Ledger()
    with Publishers(server, ledger, "swap", threads=6) as publishers:
        publishers.wait_for(acknowledged=50)
        before = served_certificate(server, authority)
        for _ in range(5):
            authority.server("swapped")
            server.process.send_signal(signal.SIGHUP)
            eventually(lambda: served_certificate(server, authority) != before)
            before = served_certificate(server, authority)
        assert all(thread.is_alive() for thread in publishers.threads), "a connection was dropped"
    assert ledger.refused == {}
    assert_kept(ledger, stored(server))
    server.stop()
    assert server.log_errors() == []


def test_a_bad_certificate_leaves_the_old_one_and_is_reported(make_server, authority):
    pair = authority.server("spoiled")
    server = make_server(pair=pair).start()
    before = served_certificate(server, authority)
    pair.certificate.write_text("not a certificate")
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: "certificate" in server.log())
    eventually(lambda: len([line for line in server.log().splitlines()
                            if '"warning"' in line or '"error"' in line]) > 0)
    assert served_certificate(server, authority) == before
    with server.client() as client:
        assert client.publish(sample()).status == 200


@pytest.mark.every_engine
def test_the_same_event_a_thousand_times_in_parallel_is_one_row(server):
    event = sample("test.duplicate", note="once")
    totals = {"accepted": 0, "duplicates": 0, "conflicts": 0, "rejected": 0}
    lock = threading.Lock()

    def publish(_):
        with server.client() as client:
            for _ in range(25):
                answer = client.publish(event)
                assert answer.status == 200
                with lock:
                    for name in totals:
                        totals[name] += answer.json()[name]

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(publish, range(40)))
    assert totals == {"accepted": 1, "duplicates": 999, "conflicts": 0, "rejected": 0}
    found = stored(server, ("event_type", "test.duplicate"))
    assert found == {event["message_id"]: as_listed(event)}


@pytest.mark.every_engine
def test_other_content_under_a_known_id_is_a_conflict_and_the_first_wins(server, client):
    first = sample("test.conflict", note="first")
    assert client.publish(first).json()["accepted"] == 1
    answer = client.publish(first | {"traits": [["note", 1, "second"]]})
    # Nothing of the request is usable only when nothing is stored: a lone conflict is answered too.
    assert answer.status in (200, 400, 409)
    body = answer.json()
    assert body["conflicts"] == 1
    assert body["items"][0]["message_id"] == first["message_id"]
    assert body["items"][0]["status"] == "conflict"
    assert list(stored(server, ("event_type", "test.conflict")).values()) == [as_listed(first)]


@pytest.mark.every_engine
def test_two_hundred_connections_at_once_are_all_served(server):
    barrier = threading.Barrier(200)

    def publish(number):
        with server.client(timeout=60) as client:
            assert client.get("/healthcheck").status == 200
            barrier.wait(timeout=60)
            return client.publish(sample("test.crowd", number=number)).status

    with ThreadPoolExecutor(200) as pool:
        assert set(pool.map(publish, range(200))) == {200}
    assert len(stored(server, ("event_type", "test.crowd"))) == 200


def slow_connection(server):
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    return server.tls().wrap_socket(plain, server_hostname="127.0.0.1")


def test_a_client_that_sends_its_body_byte_by_byte_is_served_and_hinders_no_one(server):
    body = json.dumps(sample("test.slow")).encode()
    head = (f"POST /v2/events HTTP/1.1\r\nHost: x\r\nX-Roles: admin\r\nX-User-Id: u\r\n"
            f"X-Project-Id: p\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode()
    with slow_connection(server) as slow:
        for byte in head:
            slow.sendall(bytes([byte]))
        for position in range(0, len(body), 8):
            slow.sendall(body[position:position + 8])
            with server.client() as quick:
                if position % 64 == 0:
                    assert quick.get("/v2/capabilities").status == 200
        assert slow.recv(100).startswith(b"HTTP/1.1 200")


def test_a_client_that_never_sends_its_head_is_cut_off(make_server):
    server = make_server(settings={"listen.head_timeout": "1s", "listen.idle_timeout": "1s"})
    server.start()
    with slow_connection(server) as slow:
        slow.sendall(b"POST /v2/events HTTP/1.1\r\nHost: x\r\nX-A")
        slow.settimeout(15)
        try:
            answer = slow.recv(1000)
        except ConnectionError:
            answer = b""
        assert answer == b"" or b" 408 " in answer.splitlines()[0]


@pytest.mark.every_engine
def test_clients_that_leave_in_the_middle_of_an_answer_leave_nothing_behind(server):
    text = "x" * 4000
    with server.client() as client:
        for _ in range(4):
            events = [sample("test.left", text=text) | {"raw": {"text": text}}
                      for _ in range(500)]
            assert client.publish(events).status == 200

    def leave(count: int) -> int:
        for _ in range(count):
            with slow_connection(server) as connection:
                connection.sendall(LONG_ANSWER)
                connection.recv(1000)
        time.sleep(1)
        return server.resident_bytes()

    before = leave(40)  # What the first ones need stays in use.
    after = leave(80)
    assert after - before < 40 * 2**20, f"{(after - before) / 2**20:.0f} MiB for 80 clients"


@pytest.mark.every_engine
def test_clients_that_do_not_read_their_answers_leave_the_service_flat(server):
    with server.client() as client:
        text = "x" * 4000
        for _ in range(4):
            events = [sample("test.large", text=text) | {"raw": {"text": text}}
                      for _ in range(500)]
            assert client.publish(events).status == 200
        before = server.resident_bytes()
        lazy = [slow_connection(server) for _ in range(40)]
        for connection in lazy:
            connection.sendall(LONG_ANSWER)
        time.sleep(2)
        grown = server.resident_bytes() - before
        assert client.get("/v2/events?limit=1").status == 200
        for connection in lazy:
            connection.close()
    print(f"40 unread answers of 16 MB each: {grown / 2**20:.0f} MiB more than "
          f"{before / 2**20:.0f} MiB")
    assert server.resident_bytes() < 300 * 2**20, "goals.md row 6"
