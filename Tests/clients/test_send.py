"""`annals send`: the command against the real service and against servers that misbehave."""

import gzip
import hashlib
import hmac
import json
import signal
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support import cloudevents, engines
from support.accounts import basic, new_password
from support.server import ROOT, binary, clean_environment
from support.strategies import House
from support.waiting import eventually

SAMPLES = ROOT / "etc" / "sample-events.json"


def start(*words: str, **environment: str) -> subprocess.Popen:
    return subprocess.Popen(
        [binary(), "send", *map(str, words)], text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment() | environment)


def send(*words: str, text: str = "", status: int = 0, **environment: str) -> dict:
    """The report, with what stands beside it. In neither is a secret."""
    process = start(*words, "--json", **environment)
    output, errors = process.communicate(text, timeout=120)
    assert process.returncode == status, output + errors
    assert not [secret for secret in engines.long_secrets() if secret in output + errors]
    return json.loads(output) | {"stderr": errors}


def url(server) -> str:
    return f"https://127.0.0.1:{server.port}"


def is_stored(server, message_id: str) -> bool:
    with server.client() as client:
        return client.get(f"/v2/events/{message_id}").status == 200


def event(number: int, **other) -> dict:
    return {"message_id": f"send-{number}", "event_type": "send.test",
            "generated": "2026-11-20T00:00:00", "traits": [["n", 2, number]]} | other


class FakeServer:
    """Answers each request as it is told to; keeps what it was asked."""

    def __init__(self, answer):
        self.asked = []
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.lock:
                    number = len(outer.asked)
                    lines = gzip.decompress(body).splitlines()
                    outer.asked.append((self.headers, body, lines))
                status, headers, answer_body = answer(number, lines)
                if status is None:
                    self.connection.close()
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer_body)))
                self.end_headers()
                self.wfile.write(answer_body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def fake():
    servers = []

    def make(answer) -> FakeServer:
        servers.append(FakeServer(answer))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


def taken(lines) -> bytes:
    return json.dumps({"accepted": len(lines), "duplicates": 0, "conflicts": 0, "rejected": 0,
                       "items": []}).encode()


def test_sends_the_samples_twice(make_server, authority):
    server = make_server().start()
    first = send(SAMPLES, "--url", url(server), "--ca", authority.path)
    assert (first["accepted"], first["duplicates"], first["complete"]) == (50, 0, True)
    again = send(SAMPLES, "--url", url(server), "--ca", authority.path)
    assert (again["accepted"], again["duplicates"]) == (0, 50)


def test_says_it_in_a_sentence(make_server, authority):
    server = make_server().start()
    process = start(SAMPLES, "--url", url(server), "--ca", authority.path)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert output.startswith("Sent 50 events in ")
    assert "50 new, 0 there already, 0 in conflict, 0 rejected." in output
    assert errors == ""


@pytest.mark.parametrize("form", ["array", "indented", "lines", "object"])
def test_takes_every_form_from_the_standard_input(make_server, authority, form):
    server = make_server().start()
    events = [event(number) for number in range(1 if form == "object" else 2500)]
    text = {"array": lambda: json.dumps(events), "indented": lambda: json.dumps(events, indent=2),
            "lines": lambda: "\n".join(map(json.dumps, events)),
            "object": lambda: json.dumps(events[0], indent=1)}[form]()
    report = send("-", "--url", url(server), "--ca", authority.path, text=text)
    assert report["accepted"] == len(events)
    assert report["requests"] == -(-len(events) // 1000)


@pytest.mark.parametrize("form", ["array", "lines", "object"])
def test_sends_cloudevents_and_audit_documents_as_they_are(make_server, authority, form):
    server = make_server().start()
    made = [cloudevents.make({"n": number}) for number in range(1 if form == "object" else 3)]
    documents = [cloudevents.document_of(each) for each in made]
    stored = {cloudevents.message_id(each): cloudevents.TYPE for each in made}
    if form != "object":  # All kinds may stand beside each other.
        documents += [cloudevents.audit("success"), event(1)]
        stored |= {documents[3]["id"]: "audit.activity", "send-1": "send.test"}
    text = {"array": lambda: json.dumps(documents, indent=1),
            "lines": lambda: "\n".join(map(json.dumps, documents)),
            "object": lambda: json.dumps(documents[0], indent=1)}[form]()
    words = ["-", "--url", url(server), "--ca", authority.path]
    assert send(*words, text=text)["accepted"] == len(documents)
    with server.client() as client:
        found = {each["message_id"]: each["event_type"] for each in client.events()}
        assert found == stored
        assert client.get(f"/v2/events/{cloudevents.message_id(made[0])}").json()["raw"] == {"n": 0}
    assert send(*words, text=text)["duplicates"] == len(documents)


def test_tells_which_cloudevent_is_none(make_server, authority):
    server = make_server().start()
    documents = [cloudevents.document_of(cloudevents.make()) for _ in range(2)]
    del documents[1]["type"]
    report = send("-", "--url", url(server), "--ca", authority.path,
                  text="\n".join(map(json.dumps, documents)), status=1)
    assert (report["accepted"], report["rejections"]) == (1, {"missing_field": 1})
    assert [problem["line"] for problem in report["problems"]] == [2]


def test_tells_of_what_is_not_stored(make_server, authority):
    server = make_server().start()
    lines = [json.dumps(event(1)), "no json", json.dumps(event(2, generated="in the evening")),
             json.dumps(event(1, event_type="other")), json.dumps(event(3))]
    report = send("-", "--url", url(server), "--ca", authority.path, "--parallel", "1",
                  text="\n".join(lines), status=1)
    assert report["complete"] and report["error"] is None
    assert (report["accepted"], report["conflicts"], report["rejected"]) == (2, 1, 2)
    assert report["rejections"] == {"invalid_json": 1, "invalid_generated": 1}
    found = {(problem["event"], problem["line"], problem["status"])
             for problem in report["problems"]}
    assert found == {(2, 2, "rejected"), (3, 3, "rejected"), (4, 4, "conflict")}


def test_sends_what_comes_slowly(make_server, authority):
    server = make_server().start()
    process = start("-", "--url", url(server), "--ca", authority.path)
    process.stdin.write(json.dumps(event(1)) + "\n")
    process.stdin.flush()
    # The input is still open, and the event is stored all the same.
    eventually(lambda: is_stored(server, "send-1"))
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and "1 new" in output


def test_is_stopped_by_a_signal_while_it_waits(make_server, authority):
    server = make_server().start()
    process = start("-", "--url", url(server), "--ca", authority.path)
    process.stdin.write(json.dumps(event(1)) + "\n")
    process.stdin.flush()
    eventually(lambda: is_stored(server, "send-1"))
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 1
    assert "stopped before the end" in process.stdout.read()
    process.stdin.close()


def test_goes_on_after_everything_that_passes(fake):
    answers = [(503, {"Retry-After": "1"}, b"busy"), (429, {}, b""), (None, {}, b""),
               (502, {}, b"<html>")]

    def answer(number, lines):
        return answers[number] if number < len(answers) else (200, {}, taken(lines))

    server = fake(answer)
    text = "\n".join(json.dumps(event(number)) for number in range(30))
    report = send("-", "--url", server.url, "--parallel", "1", text=text)
    assert report["accepted"] == 30
    # Where a kept connection ends without an answer, libcurl itself asks again, on a new one.
    assert report["retries"] == 3 and len(server.asked) == 5
    assert "next try in 1 s" in report["stderr"]


def test_starts_before_the_server_does(make_server, authority, tmp_path):
    server = make_server().start()
    server.stop()
    process = start(SAMPLES, "--url", url(server), "--ca", authority.path, "--json")
    server.start()
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, output + errors
    assert json.loads(output)["accepted"] == 50


def test_gives_up_where_nobody_listens():
    report = send(SAMPLES, "--url", "http://127.0.0.1:9", "--give-up-after", "0", status=1)
    assert not report["complete"]
    assert "cannot be reached" in report["error"]
    assert report["unsent"] == 50


def test_trusts_no_stranger(make_server):
    server = make_server().start()
    report = send(SAMPLES, "--url", url(server), status=1)
    assert "TLS failed" in report["error"]
    assert report["retries"] == 0


def test_halves_what_is_too_large(make_server, authority):
    server = make_server(settings={"ingest.maximum_body": "4KiB"}).start()
    # Text that gzip cannot pack.
    noise = [event(number, raw={"noise": "".join(chr(0x4e00 + (number * 7919 + place * 104729) % 20000)
                                                 for place in range(600))})
             for number in range(20)]
    report = send("-", "--url", url(server), "--ca", authority.path,
                  text="\n".join(map(json.dumps, noise)))
    assert report["accepted"] == 20
    assert report["requests"] > 1


def test_shows_its_credentials_and_no_one_else_sees_them(fake, tmp_path, process_list):
    password, signing, token = new_password(), new_password(), new_password()
    travelling = basic("publisher", password)["Authorization"]
    engines.SECRETS.add(travelling.split()[1])

    def answer(number, lines):
        process_list.wait_for_round()  # While the command still runs.
        return (503, {"Retry-After": "1"}, b"") if number == 0 else (200, {}, taken(lines))

    server = fake(answer)
    (tmp_path / "password").write_text(password + "\n")
    (tmp_path / "signing").write_text(signing + "\n")
    report = send(SAMPLES, "--url", server.url, "--user", "publisher", "--password-file",
                  tmp_path / "password", "--signing-secret-file", tmp_path / "signing",
                  "--key-id", "k1")
    headers, body, _ = server.asked[-1]
    assert headers["Authorization"] == travelling
    assert headers["X-Key-Id"] == "k1"
    signed = headers["X-Timestamp"].encode() + b"\n" + body
    assert headers["X-Signature"] == "v1=" + hmac.new(
        signing.encode(), signed, hashlib.sha256).hexdigest()
    assert "X-Auth-Token" not in headers
    # Over plain HTTP it says that others can read along.
    assert "not https" in report["stderr"]
    send(SAMPLES, "--url", server.url, OS_TOKEN=token)
    assert server.asked[-1][0]["X-Auth-Token"] == token
    send(SAMPLES, "--url", server.url, "--user", "publisher", SEND_PASSWORD=password)
    assert server.asked[-1][0]["Authorization"] == travelling
    refused = fake(lambda number, lines: (401, {}, json.dumps({"token": "no"}).encode()))
    send(SAMPLES, "--url", refused.url, OS_TOKEN=token, status=1)
    assert process_list.found == set()


def test_shows_a_client_certificate(make_server, authority, client_pair):
    server = make_server(
        settings={"tls.client_required": "true"}, client_pair=client_pair).start()
    words = [SAMPLES, "--url", url(server), "--ca", authority.path]
    refused = send(*words, status=1)
    assert refused["accepted"] == 0
    report = send(*words, "--certificate", client_pair.certificate, "--key", client_pair.key)
    assert report["accepted"] == 50


@pytest.mark.parametrize("strategy", ["token", "password", "signature", "certificate"])
def test_is_let_in_by_each_strategy_with_what_holds_and_by_nothing_else(
    make_server, authority, keystone, cloud, tmp_path, strategy
):
    house = House.with_keystone(tmp_path, authority, make_server, keystone, cloud)
    house.server.start()
    file = tmp_path / "secret"
    words = [SAMPLES, "--url", url(house.server), "--ca", authority.path]

    def credentials(token, password, secret, pair) -> tuple[list, dict]:
        if strategy == "token":
            return [], {"OS_TOKEN": token}
        if strategy == "certificate":
            return ["--certificate", pair.certificate, "--key", pair.key], {}
        file.write_text((password if strategy == "password" else secret) + "\n")
        return {"password": ["--user", "publisher", "--password-file", file],
                "signature": ["--signing-secret-file", file, "--key-id", "old"]}[strategy], {}

    more, environment = credentials("garbage", "wrong", house.secrets["new"], house.stranger)
    refused = send(*words, *more, status=1, **environment)
    assert (refused["complete"], refused["accepted"]) == (False, 0)
    assert "401" in refused["error"]
    more, environment = credentials(cloud.token("nova", "service"), house.publisher_password,
                                    house.secrets["old"], house.agent)
    assert send(*words, *more, **environment)["accepted"] == 50


@pytest.mark.parametrize("who", ["a token", "a password"])
def test_is_told_that_who_it_is_may_not_publish(
    make_server, authority, keystone, cloud, tmp_path, who
):
    house = House.with_keystone(tmp_path, authority, make_server, keystone, cloud)
    house.server.start()
    words, environment = [], {"OS_TOKEN": cloud.token("alice", "demo")}
    if who == "a password":
        words, environment = ["--user", "alice"], {"SEND_PASSWORD": house.password}
    report = send(SAMPLES, "--url", url(house.server), "--ca", authority.path, *words, status=1,
                  **environment)
    assert (report["accepted"], report["retries"]) == (0, 0)
    assert "403" in report["error"]


@pytest.mark.parametrize("words, status, reason", [
    (["none.json", "--url", "https://127.0.0.1"], 1, "cannot be opened"),
    ([SAMPLES], 2, "--url"),
    ([SAMPLES, "--url", "https://127.0.0.1", "--user", "a"], 2, "--password-file"),
    ([SAMPLES, "--url", "https://127.0.0.1", "--ca", "none.pem"], 2, "--ca"),
    ([SAMPLES, "--url", "https://u:p@127.0.0.1"], 1, "must not hold a user"),
    ([SAMPLES, "--url", "https://127.0.0.1", "--parallel", "0"], 64, "--parallel"),
])
def test_says_what_is_wrong(words, status, reason):
    process = start(*words)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == status
    assert reason in output + errors
