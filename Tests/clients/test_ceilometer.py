"""The real publisher of Ceilometer 27 over TLS with a client certificate, and what it left behind."""

import datetime
import uuid

import pytest
from ceilometer import publisher
from ceilometer.event import models
from oslo_config import cfg
from support.certificates import Authority
from support.client import Client
from support.events import as_listed, lines
from support.load import stored

pytestmark = pytest.mark.every_engine


@pytest.fixture
def make_publisher(server, authority, client_pair):
    """The class that a pipeline with this address gets."""

    def make(**options):
        conf = cfg.ConfigOpts()
        conf([], project="ceilometer")
        conf.register_opt(cfg.IntOpt("max_parallel_requests", default=64))
        words = {
            "verify_ssl": authority.path, "clientcert": client_pair.certificate,
            "clientkey": client_pair.key, "timeout": 10,
        } | options
        query = "&".join(f"{name}={value}" for name, value in words.items())
        return publisher.get_publisher(
            conf, f"{server.address}/v2/events?{query}", "ceilometer.event.publisher")

    return make


def ceilometer_event(document: dict) -> models.Event:
    def value(code, given):
        return datetime.datetime.fromisoformat(given) if code == models.Trait.DATETIME_TYPE \
            else given

    return models.Event(
        document["message_id"], document["event_type"],
        datetime.datetime.fromisoformat(document["generated"]),
        [models.Trait(name, code, value(code, given)) for name, code, given in
         document["traits"]],
        document["raw"])


def fresh(name: str, mark: str) -> list[dict]:
    """The recorded events under new ids, marked with a trait."""
    return [
        document | {
            "message_id": str(uuid.uuid4()),
            "traits": document["traits"] + [["round", 1, mark]],
        } for document in lines(name)]


@pytest.mark.parametrize("name", ["events-50.http-single.ndjson", "events-50.http-withraw.ndjson"])
@pytest.mark.parametrize("batch", [True, False], ids=["one array", "one event a request"])
def test_what_ceilometer_publishes_is_read_back_whole(server, make_publisher, batch, name):
    mark = f"ceilometer-{batch}-{name}"
    documents = fresh(name, mark)
    make_publisher(batch=batch).publish_events([ceilometer_event(one) for one in documents])
    assert stored(server, ("round", mark)) == {
        document["message_id"]: as_listed(document) for document in documents}


def test_publishing_again_changes_nothing(server, make_publisher):
    documents = fresh("events-50.http-single.ndjson", "again")
    events = [ceilometer_event(one) for one in documents]
    for _ in range(3):
        make_publisher().publish_events(events)
    assert len(stored(server, ("round", "again"))) == 50


def test_one_event_at_a_time_as_the_agent_does(server, make_publisher):
    documents = fresh("events-50.http-single.ndjson", "agent")
    agent = make_publisher()
    for document in documents:
        agent.publish_events([ceilometer_event(document)])
    assert len(stored(server, ("round", "agent"))) == 50


def test_payloads_without_their_event_are_refused_with_a_reason(server, make_publisher, caplog):
    documents = fresh("events-50.http-withraw.ndjson", "raw-only")
    make_publisher(raw_only=True).publish_events([ceilometer_event(one) for one in documents])
    assert stored(server, ("round", "raw-only")) == {}
    assert "Status Code: 400" in caplog.text


def test_the_reason_names_the_option(client):
    answer = client.publish(lines("events-50.http-rawonly.ndjson"))
    assert answer.status == 400
    assert "raw_only" in answer.text or "message_id" in answer.text


def test_options_that_ceilometer_passes_on_are_ignored(server, make_publisher):
    documents = fresh("events-50.http-single.ndjson", "passed-on")
    make_publisher(tenant="a+b", q="foo").publish_events(
        [ceilometer_event(one) for one in documents])
    assert len(stored(server, ("round", "passed-on"))) == 50


def test_an_empty_list_sends_nothing(make_publisher):
    make_publisher().publish_events([])


def test_the_shape_of_the_file_publisher_is_taken_too(server, client):
    documents = lines("events-50.file.ndjson")
    for document in documents:
        document["message_id"] = str(uuid.uuid4())
        document["traits"].append({"name": "round", "dtype": 1, "value": "file"})
    answer = client.publish(documents)
    assert (answer.status, answer.json()["accepted"]) == (200, 50)
    assert stored(server, ("round", "file")).keys() == {one["message_id"] for one in documents}


def test_events_signed_by_the_notifier_publisher_are_taken_too(server, client):
    documents = fresh("events-50.notifier-signed.ndjson", "signed")
    answer = client.publish(documents)
    assert (answer.status, answer.json()["accepted"]) == (200, 50)
    assert len(stored(server, ("round", "signed"))) == 50


def test_what_the_api_lists_can_be_posted_back(server, client):
    documents = fresh("events-50.http-withraw.ndjson", "posted-back")
    assert client.publish(documents).json()["accepted"] == 50
    listed = list(stored(server, ("round", "posted-back")).values())
    answer = client.publish(listed)
    assert (answer.status, answer.json()["duplicates"]) == (200, 50)
    assert answer.json()["conflicts"] == 0


def test_a_publisher_without_the_authority_is_not_served(server, make_publisher):
    event = ceilometer_event(fresh("events-50.http-single.ndjson", "untrusting")[0])
    with pytest.raises(OSError):
        make_publisher(verify_ssl=True).publish_events([event])


def test_a_required_client_certificate_is_required(make_server, client_pair, tmp_path):
    server = make_server(settings={"tls.client_required": "true"}, client_pair=client_pair)
    server.start()
    assert server.client().get("/v2/capabilities").status == 200
    strangers = Authority(tmp_path, "strangers").client()
    for pair in (None, strangers):
        with Client(server.port, server.tls(pair)) as stranger:
            answer = stranger.get("/v2/capabilities")
        assert answer.status == 403
        assert "certificate" in answer.fault
