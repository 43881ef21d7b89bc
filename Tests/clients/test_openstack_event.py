"""The commands `openstack event ...` of pankoclient 1.2.0, as users run them: Keystone's catalog leads
them to the service.
"""

import json
import os
import subprocess
import sys

import pytest
from support.events import sample

EVENTS = 5


@pytest.fixture(scope="module")
def service(make_makers, keystone, cloud):
    makers = make_makers("openstack")
    try:
        running = makers("service", settings={
            "auth.strategies": "keystone", "keystone.auth_url": keystone.address,
            "keystone.username": "annals", "keystone.project_name": "service",
        }, environment={"ANNALS_KEYSTONE_PASSWORD": cloud.passwords["annals"]}).start()
        cloud.set_event_endpoint(running.address)
        yield running
        running.stop()
        assert running.log_errors() == []
    finally:
        makers.close()


@pytest.fixture(scope="module")
def events(service, cloud):
    """Five of alice's and one of bob's."""
    mine = [sample("test.openstack", flavor=f"m{n}", size=n, user_id=cloud.users["alice"],
                   project_id=cloud.projects["demo"]) for n in range(EVENTS)]
    theirs = sample("test.foreign", user_id=cloud.users["bob"],
                    project_id=cloud.projects["other"])
    with service.client(headers={"X-Auth-Token": cloud.token("admin", "admin")}) as client:
        assert client.publish([*mine, theirs]).json()["accepted"] == EVENTS + 1
    return mine


@pytest.fixture(scope="module")
def openstack(keystone, cloud, authority, events):
    """Runs a command as a user in a project; the document it prints."""
    def run(*words: str, user="alice", project="demo", fails=False):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("OS_", "ANNALS_"))}
        environment |= {
            "OS_AUTH_URL": f"{keystone.address}/v3", "OS_USERNAME": user,
            "OS_PASSWORD": cloud.passwords[user], "OS_PROJECT_NAME": project,
            "OS_USER_DOMAIN_ID": "default", "OS_PROJECT_DOMAIN_ID": "default",
            "OS_REGION_NAME": "RegionOne", "OS_INTERFACE": "public",
            "OS_IDENTITY_API_VERSION": "3", "OS_CACERT": str(authority.path), "NO_PROXY": "*",
        }
        done = subprocess.run(
            [sys.executable, "-m", "openstackclient.shell", "event", *words,
             *([] if fails else ["-f", "json"])],
            env=environment, capture_output=True, text=True, timeout=120)
        if fails:
            assert done.returncode != 0, done.stdout
            return done.stderr
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)
    return run


def ids(rows) -> list[str]:
    return [row["message_id"] for row in rows]


def test_list_shows_the_events_of_the_user_and_no_others(openstack, events):
    assert ids(openstack("list")) == ids(events)
    assert ids(openstack("list", user="rita")) == []
    [foreign] = openstack("list", user="bob", project="other")
    assert foreign["event_type"] == "test.foreign"


@pytest.mark.parametrize("filters, wanted", [
    (["event_type=test.openstack"], [0, 1, 2, 3, 4]), (["event_type=test.foreign"], []),
    (["flavor=m3"], [3]), (["event_type=test.openstack", "flavor=m1"], [1]),
    (["flavor=m1", "size=2"], [])])
def test_list_filters(openstack, events, filters, wanted):
    words = [word for text in filters for word in ("--filter", text)]
    assert ids(openstack("list", *words)) == [events[n]["message_id"] for n in wanted]


def test_list_sorts_limits_and_goes_on_behind_a_marker(openstack, events):
    down = ["list", "--sort", "generated:desc", "--limit", "2"]
    assert ids(openstack(*down)) == [events[4]["message_id"], events[3]["message_id"]]
    rest = openstack(*down, "--marker", events[3]["message_id"])
    assert ids(rest) == [events[2]["message_id"], events[1]["message_id"]]


def test_show_shows_one_and_knows_no_foreign_one(openstack, events):
    shown = openstack("show", events[2]["message_id"])
    assert shown["message_id"] == events[2]["message_id"]
    assert {trait["name"]: trait["value"] for trait in json.loads(shown["traits"])}["size"] == "2"
    failure = openstack("show", events[2]["message_id"], user="bob", project="other", fails=True)
    assert "Not Found" in failure and "404" in failure


def test_capabilities_are_listed(openstack):
    shown = openstack("capabilities", "list")
    assert shown["event_storage"] == {"storage:production_ready": True}


def test_an_administrator_lists_trait_values_and_descriptions(openstack):
    described = openstack("trait", "description", "test.openstack", user="admin", project="admin")
    assert {(row["name"], row["type"]) for row in described} == {
        ("flavor", "string"), ("size", "integer"), ("user_id", "string"), ("project_id", "string")}
    traits = openstack("trait", "list", "test.openstack", "size", user="admin", project="admin")
    assert sorted((row["value"], row["type"]) for row in traits) == [
        (str(n), "integer") for n in range(EVENTS)]


def test_an_administrator_lists_types(openstack):
    rows = openstack("type", "list", user="admin", project="admin")
    assert [row["Event Type"] for row in rows] == ["test.foreign", "test.openstack"]


def test_a_wrong_password_ends_at_keystone(openstack, cloud):
    cloud.passwords["ghost"] = "wrong"
    assert "401" in openstack("list", user="ghost", fails=True)
