"""The recordings of a real Panko 10, replayed over HTTP: the same answers on every engine.

A difference must stand in api-ref/deviations.md, and what stands there must differ.
"""

import http.client
import json
import re

import pytest
from support.client import Answer
from support.server import ROOT

pytestmark = pytest.mark.every_engine

FIXTURES = ROOT / "Tests" / "APITests" / "Fixtures"
CASES = [json.loads(line) for line in (FIXTURES / "recorded-cases.jsonl").read_text().splitlines()]
HOST = "127.0.0.1:18977"


def deviations() -> dict[str, int]:
    """`| case | Panko | Annals | reason |` by case: the status of Annals."""
    text = (ROOT / "api-ref" / "deviations.md").read_text()
    rows = re.findall(r"^\| `([^`]+)` *\|[^|]*\| *(\d+)[^|]*\|", text, re.MULTILINE)
    return {name: int(status) for name, status in rows}


@pytest.fixture(scope="module")
def seeded(server):
    with server.client() as client:
        answer = client.publish(json.loads((FIXTURES / "seed.json").read_text()))
        assert answer.status == 200, answer.text
    return server


def send(server, case) -> Answer:
    """The recorded head and body, byte by byte where HTTP allows it."""
    connection = http.client.HTTPSConnection(
        "127.0.0.1", server.port, context=server.tls(), timeout=30)
    try:
        connection.putrequest(
            case["method"], case["path"], skip_host=True, skip_accept_encoding=True)
        headers = [line.split(":", 1) for line in case["request_headers"] or []]
        if not any(name.lower() == "host" for name, _ in headers):
            headers.append(["Host", HOST])
        for name, value in headers:
            connection.putheader(name, value.strip())
        body = (case["request_body"] or "").encode()
        if body and not any(name.lower() == "content-length" for name, _ in headers):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def is_answered(case, answer: Answer) -> bool:
    if answer.status != case["status"]:
        return False
    if case["method"] == "HEAD":
        return True
    if not case["body"]:
        return not answer.body
    try:
        # Panko was recorded without TLS, which shows in the links of its root only.
        wanted = json.loads(case["body"].replace('"href": "http://', '"href": "https://'))
    except ValueError:
        return not case["body"].startswith("<") and case["body"] == answer.text
    found = answer.json()
    if case["status"] >= 400:
        return includes(found, wanted)
    if "/traits" in case["path"]:  # Panko promises no order for these.
        return sorted(map(json.dumps, found)) == sorted(map(json.dumps, wanted))
    return with_traits_in_order(found) == with_traits_in_order(wanted)


def includes(found, wanted) -> bool:
    """Error objects may say more than Panko's."""
    if not isinstance(found, dict) or not isinstance(wanted, dict):
        return found == wanted
    return all(name in found and includes(found[name], value) for name, value in wanted.items())


def with_traits_in_order(document):
    if isinstance(document, list):
        return [with_traits_in_order(one) for one in document]
    if isinstance(document, dict) and isinstance(document.get("traits"), list):
        key = lambda trait: (trait["name"], trait["type"])
        return document | {"traits": sorted(document["traits"], key=key)}
    return document


def test_every_recorded_request_is_answered_as_panko_answered_or_as_the_table_says(seeded):
    listed, wrong = deviations(), []
    for case in CASES:
        answer = send(seeded, case)
        name = case["name"]
        if name in listed:
            if is_answered(case, answer) or answer.status != listed[name]:
                wrong.append(f"{name} is listed as {listed[name]}: {answer.status}")
        elif not is_answered(case, answer):
            wrong.append(f"{name}: {case['status']} {case['body'][:200]} became "
                         f"{answer.status} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert len(CASES) == 237
