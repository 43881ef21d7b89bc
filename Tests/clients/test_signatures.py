"""Signatures of events: the service finds the ones that the real ceilometer makes, and only those."""

import copy
import json
import uuid

import pytest
from ceilometer.publisher.utils import compute_signature
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import cloudevents
from support.events import lines, sample

SECRET = "geheim-8264"

# Whatever JSON can hold and Python can sign: no halves of surrogate pairs.
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalar = st.one_of(
    text, st.booleans(), st.none(), st.floats(), st.integers(-2**70, 2**70),
    st.sampled_from([1e16, 1e15, 2.0**53 + 2, 1e-5, 1e-4, 5e-324, -0.0, 1.7976931348623157e308]),
    st.sampled_from(["it's", 'say "hi"', "both ' and \"", "a\\b", "\x00\x7f\x80", "é", "é", "💡"]))
document = st.recursive(
    scalar, lambda inner: st.one_of(st.lists(inner, max_size=4),
                                    st.dictionaries(text, inner, max_size=4)), max_leaves=12)
name = st.one_of(text, st.sampled_from(["a:b", "message_signature", "raw", "É", "zz"]))


@pytest.fixture(scope="module")
def signing(tmp_path_factory, authority, server_pair):
    """A service for each demand."""
    from support.server import Server
    servers = {}
    directory = tmp_path_factory.mktemp("signatures")
    secret = directory / "secret"
    secret.write_text(SECRET + "\n")
    for demand in ("required", "optional", "marked"):
        servers[demand] = Server(
            directory / demand, authority, server_pair, settings={
                "ingest.telemetry_secret_file": str(secret), "ingest.signatures": demand}).start()
    yield servers
    for server in servers.values():
        server.stop()
        assert SECRET not in server.log()


def signed(event: dict, secret: str = SECRET) -> dict:
    return event | {"message_signature": compute_signature(event, secret)}


@settings(max_examples=150, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(raws=st.lists(st.dictionaries(name, document, max_size=5), min_size=1, max_size=6),
       more=document)
def test_what_ceilometer_signs_is_taken(signing, raws, more):
    events = [signed(sample(value="x") | {"raw": raw, "more": more}) for raw in raws]
    wrong = copy.deepcopy(events[0])
    wrong["message_id"] = str(uuid.uuid4())
    with signing["required"].client() as client:
        answer = client.publish([*events, wrong])
    assert answer.status == 200, answer.text
    report = answer.json()
    assert report["accepted"] == len(events), json.dumps(events)
    rejected = [item for item in report["items"] if item["status"] == "rejected"]
    assert [(item["code"], item["message_id"]) for item in rejected] == [
        ("bad_signature", wrong["message_id"])]


@pytest.mark.parametrize("number", [
    "-0", "0", "1E5", "1.0e+2", "1e400", "-1e400", "0.1e-6", "123456789012345678901234567890",
    "1e22", "100000000000000000000.0", "NaN", "-Infinity", "1.10", "5e-324"])
def test_numbers_as_they_are_written(signing, number):
    event = sample()
    words = json.dumps(event | {"raw": {"n": "HERE", "list": ["HERE", {"k": "HERE"}]}})
    words = words.replace('"HERE"', number)
    signature = compute_signature(json.loads(words), SECRET)
    body = f'{words[:-1]}, "message_signature": "{signature}"}}'
    with signing["required"].client() as client:
        answer = client.request("POST", "/v2/events", body.encode(),
                                {"Content-Type": "application/json"})
    assert answer.json()["accepted"] == 1, body


def test_recorded_events_under_another_secret_are_refused(signing):
    events = lines("events-50.notifier-signed.ndjson")
    with signing["optional"].client() as client:
        refused = client.publish(events)
        assert refused.status == 400
        assert {item["code"] for item in refused.json()["items"]} == {"bad_signature"}
        again = [signed({name: value for name, value in event.items()
                         if name != "message_signature"}) for event in events]
        assert client.publish(again).json()["accepted"] == 50


def test_each_demand_tells_what_became_of_an_event(signing):
    events = [signed(sample()), sample(), signed(sample(), "another"),
              sample() | {"message_signature": ""}]
    expected = {"required": ["accepted", "unsigned", "bad_signature", "unsigned"],
                "optional": ["accepted", "accepted", "bad_signature", "accepted"],
                "marked": ["accepted", "unsigned", "bad_signature", "unsigned"]}
    for demand, server in signing.items():
        with server.client() as client:
            report = client.publish(events, "/v2/events?verbose=true").json()
            found = [item["code"] or item["status"] for item in report["items"]]
            assert found == expected[demand], demand
            taken = 4 if demand == "marked" else expected[demand].count("accepted")
            assert report["accepted"] == taken, demand
            metrics = client.get("/metrics").text
            for verdict in ("valid", "unsigned", "invalid"):
                assert f'annals_event_signatures_total{{verdict="{verdict}"}}' in metrics


def foreign_documents() -> dict[str, dict]:
    """One of each standard beside ours."""
    return {"CloudEvent": cloudevents.document_of(cloudevents.make({"n": 1})),
            "CADF": cloudevents.audit("success")}


@pytest.mark.parametrize("standard", ["CloudEvent", "CADF"])
def test_documents_of_other_standards_are_under_the_same_demand(signing, standard):
    """Nothing but the signature tells whose they are: their form is no way around it."""
    expected = {"required": ["accepted", "unsigned", "accepted", "bad_signature"],
                "optional": ["accepted", "accepted", "accepted", "bad_signature"],
                "marked": ["accepted", "unsigned", "accepted", "bad_signature"]}
    for demand, server in signing.items():
        bare, right, wrong = (foreign_documents()[standard] for _ in range(3))
        batch = [signed(sample()), bare, signed(right), signed(wrong, "another")]
        with server.client() as client:
            answer = client.publish(batch, "/v2/events?verbose=true")
            assert answer.status == 200, answer.text
            report = answer.json()
            assert [item["code"] or item["status"] for item in report["items"]] == expected[demand]
            taken = 4 if demand == "marked" else expected[demand].count("accepted")
            assert report["accepted"] == taken, demand


@pytest.mark.parametrize("mode", [to_structured_event, to_binary_event])
def test_a_cloudevent_alone_needs_a_signature_where_one_is_required(signing, mode):
    for demand, status in (("required", 400), ("optional", 200), ("marked", 200)):
        message = mode(cloudevents.make({"n": 1}))
        body = message.body if isinstance(message.body, bytes) else message.body.encode()
        with signing[demand].client() as client:
            answer = client.request("POST", "/v2/events", body, dict(message.headers))
        assert answer.status == status, answer.text
        codes = [item["code"] for item in answer.json()["items"]]
        assert codes == ([] if demand == "optional" else ["unsigned"])


def test_a_batch_of_cloudevents_is_refused_event_by_event(signing):
    documents = [cloudevents.document_of(cloudevents.make({"n": number})) for number in range(4)]
    del documents[1]["type"]
    documents[2] = signed(documents[2])
    documents[3] = signed(documents[3], "another")
    for demand, codes in (
        ("required", ["unsigned", "missing_field", None, "bad_signature"]),
        ("optional", [None, "missing_field", None, "bad_signature"]),
    ):
        with signing[demand].client() as client:
            answer = client.request(
                "POST", "/v2/events?verbose=true", json.dumps(documents).encode(),
                {"Content-Type": "application/cloudevents-batch+json"})
        assert [item["code"] for item in answer.json()["items"]] == codes
