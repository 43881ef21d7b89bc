"""CloudEvents made by the SDK for Python, and CADF documents made by pycadf."""

import json

import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from pycadf import reason
from support.cloudevents import TYPE, audit, document_of, make, message_id


def publish(client, message):
    body = message.body if isinstance(message.body, bytes) else message.body.encode()
    return client.request("POST", "/v2/events", body, dict(message.headers))


def stored(client, name: str) -> dict:
    answer = client.request("GET", f"/v2/events/{name}")
    assert answer.status == 200, answer.text
    return answer.json()


def traits(document: dict) -> dict:
    return {trait["name"]: trait["value"] for trait in document["traits"]}


@pytest.mark.parametrize("mode", [to_structured_event, to_binary_event])
def test_an_event_of_the_sdk_is_stored_in_either_mode(client, mode):
    event = make({"door": 7}, datacontenttype="application/json", subject="grüße 100 %",
                 projectid="project1", userid="user1")
    answer = publish(client, mode(event))
    assert answer.status == 200, answer.text
    assert answer.json()["accepted"] == 1
    document = stored(client, message_id(event))
    assert document["event_type"] == TYPE
    assert document["generated"] == "2026-04-05T17:31:00"
    assert document["raw"] == {"door": 7}
    found = traits(document)
    assert found["subject"] == "grüße 100 %"
    assert (found["project_id"], found["user_id"]) == ("project1", "user1")
    assert (found["id"], found["source"]) == (event.get_id(), event.get_source())


@pytest.mark.parametrize("data, kind", [
    ({"a": [1, 2.5, None]}, "application/json"), ("some text", "text/plain"),
    (b"\x00\xff", "application/octet-stream")])
def test_both_modes_are_the_same_event(client, data, kind):
    event = make(data, datacontenttype=kind, extension="x")
    assert publish(client, to_binary_event(event)).json()["accepted"] == 1
    again = publish(client, to_structured_event(event)).json()
    assert (again["duplicates"], again["conflicts"]) == (1, 0), again


def test_a_batch_is_stored_event_by_event(client):
    events = [make({"n": number}) for number in range(20)]
    documents = [document_of(event) for event in events]
    documents[7].pop("type")
    answer = client.request(
        "POST", "/v2/events", json.dumps(documents).encode(),
        {"Content-Type": "application/cloudevents-batch+json; charset=UTF-8"})
    assert answer.status == 200
    report = answer.json()
    assert (report["accepted"], report["rejected"]) == (19, 1)
    assert [(item["index"], item["code"]) for item in report["items"]] == [(7, "missing_field")]
    assert stored(client, message_id(events[19]))["raw"] == {"n": 19}


def test_a_large_event_is_taken(client):
    event = make({"text": "x" * 100_000})
    assert publish(client, to_structured_event(event)).json()["accepted"] == 1


def test_other_formats_are_415(client):
    answer = client.request("POST", "/v2/events", b"\x00",
                            {"Content-Type": "application/cloudevents+avro"})
    assert answer.status == 415
    assert "application/cloudevents+json" in answer.fault


def test_an_audit_event_of_pycadf_is_stored_with_its_traits(client):
    document = audit("success", reason=reason.Reason(reasonType="HTTP", reasonCode="200"))
    answer = client.publish([document])
    assert answer.json()["accepted"] == 1, answer.text
    event = stored(client, document["id"])
    assert event["event_type"] == "audit.activity"
    found = traits(event)
    assert found["outcome"] == "success" and found["reason_code"] == "200"
    assert found["user_id"] == document["initiator"]["id"]
    assert (found["initiator_name"], found["target_name"]) == ("somebody", "nova")
    assert event["raw"]["observer"]["typeURI"] == "service/compute/servers"


def test_a_request_and_its_outcome_are_two_events(client):
    pending = audit("pending") | {"requestPath": "/v2.1/servers"}
    done = pending | {"outcome": "failure", "reason": {"reasonCode": "403", "reasonType": "HTTP"}}
    report = client.publish([pending, done, pending]).json()
    assert (report["accepted"], report["duplicates"], report["conflicts"]) == (2, 1, 0)
    assert stored(client, pending["id"] + ".pending")["event_type"] == "audit.http.request"
    assert stored(client, pending["id"])["event_type"] == "audit.http.response"
