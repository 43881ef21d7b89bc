"""The real pankoclient 1.2.0 against the service, through keystoneauth without Keystone."""

import pytest
from keystoneauth1 import noauth, session
from pankoclient import exceptions
from pankoclient.v2 import client as pankoclient
from support.client import ADMIN
from support.events import as_listed, sample

pytestmark = pytest.mark.every_engine


@pytest.fixture(scope="module")
def events(server):
    published = [sample("test.panko", flavor=f"m{n}", size=n, user_id="user1",
                        project_id="project1") for n in range(5)]
    with server.client() as client:
        assert client.publish(published).json()["accepted"] == 5
    return published


def connect(server, headers):
    connection = session.Session(
        auth=noauth.NoAuth(endpoint=server.address), verify=str(server.authority.path),
        additional_headers=headers)
    return pankoclient.Client(session=connection, endpoint_override=server.address)


@pytest.fixture(scope="module")
def panko(server, events):
    return connect(server, ADMIN)


def test_it_lists_events(panko, events):
    listed = panko.event.list(filters={"event_type": "test.panko"})
    assert [one.to_dict() for one in listed] == [as_listed(event) for event in events]


def test_it_filters_sorts_and_pages(panko, events):
    listed = panko.event.list(filters={"event_type": "test.panko"}, sorts=["generated:desc"],
                              limit=2)
    assert [one.message_id for one in listed] == [events[4]["message_id"],
                                                  events[3]["message_id"]]
    rest = panko.event.list(filters={"event_type": "test.panko"}, sorts=["generated:desc"],
                            limit=2, marker=events[3]["message_id"])
    assert [one.message_id for one in rest] == [events[2]["message_id"], events[1]["message_id"]]
    assert [one.message_id for one in panko.event.list(filters={"flavor": "m3"})] == [
        events[3]["message_id"]]


def test_it_shows_one_event(panko, events):
    assert panko.event.get(events[0]["message_id"]).to_dict() == as_listed(events[0])


def test_it_understands_that_there_is_none(panko):
    with pytest.raises(exceptions.NotFound) as refusal:
        panko.event.get("nope")
    assert "Event nope Not Found" in str(refusal.value)


def test_it_understands_a_bad_request(panko):
    with pytest.raises(exceptions.BadRequest) as refusal:
        panko.event.list(marker="nope")
    assert "nope" in str(refusal.value)


def test_it_lists_types_traits_and_descriptions(panko, events):
    assert "test.panko" in [
        getattr(one, "event_type", one) for one in panko.http_client.get("/v2/event_types/")[1]]
    described = panko.event_trait_description.list("test.panko")
    assert {(one.name, one.type) for one in described} == {
        ("flavor", "string"), ("size", "integer"), ("user_id", "string"),
        ("project_id", "string")}
    traits = panko.event_trait.list("test.panko", "size")
    assert sorted((one.value, one.type) for one in traits) == [
        (str(n), "integer") for n in range(5)]


def test_it_lists_capabilities(panko):
    capabilities = panko.capabilities.list().to_dict()
    assert capabilities["event_storage"] == {"storage:production_ready": True}
    assert capabilities["api"] == {"events:query:simple": True}


def test_a_member_sees_its_own_events_and_no_types(server, events):
    member = connect(server, ADMIN | {"X-Roles": "member"})
    assert len(member.event.list(filters={"event_type": "test.panko"})) == 5
    stranger = connect(server, ADMIN | {"X-Roles": "member", "X-User-Id": "other"})
    assert stranger.event.list(filters={"event_type": "test.panko"}) == []
    with pytest.raises(exceptions.Unauthorized) as refusal:
        member.event_type.list()
    assert "project1" in str(refusal.value)
