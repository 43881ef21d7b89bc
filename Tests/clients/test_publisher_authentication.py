"""The publisher for Ceilometer proves who it is to the real service, in every way that both know."""

import pytest
from annals_publisher.connection import DeliveryError
from support.accounts import AccountFiles, basic, new_password
from support.events import sample
from support.publishing import annals_publisher, event

USERS = """
agent: {roles: [service], user_id: u-agent, project_id: p-service}
reader: {roles: [admin], user_id: u-reader, project_id: p-reader}
"""


@pytest.fixture
def accounts(tmp_path):
    files = AccountFiles(tmp_path)
    files.users.write_text(USERS)
    return files


@pytest.fixture
def publish(tmp_path):
    """One event, through a new publisher; returns the publisher."""
    made = []

    def do(server, document, section=None, **options):
        made.append(annals_publisher(server, tmp_path / "ceilometer.conf", section, **options))
        made[-1].publish_events([event(document)])
        return made[-1]

    yield do
    for publisher in made:
        publisher.close()


def found(server, document, headers):
    with server.client(headers=headers) as client:
        return client.get(f"/v2/events/{document['message_id']}").status == 200


def test_a_password(make_server, accounts, publish, tmp_path):
    password, reader = new_password(), new_password()
    accounts.write(accounts.line("agent", password), accounts.line("reader", reader))
    server = make_server(settings=accounts.settings).start()
    document = sample(project_id="p-reader")
    file = tmp_path / "password"
    file.write_text(password + "\n")
    publish(server, document, {"basic_user": "agent", "basic_password_file": str(file)},
            auth="basic")
    assert found(server, document, basic("reader", reader))


def test_a_password_that_is_changed_while_both_run(make_server, accounts, publish, tmp_path):
    old, new, reader = new_password(), new_password(), new_password()
    accounts.write(accounts.line("agent", old), accounts.line("reader", reader))
    server = make_server(settings=accounts.settings).start()
    file = tmp_path / "password"
    file.write_text(old)
    publisher = publish(server, sample(), {
        "basic_user": "agent", "basic_password_file": str(file)}, auth="basic", deadline=30)
    file.write_text(new)
    accounts.write(accounts.line("agent", new), accounts.line("reader", reader))
    document = sample(project_id="p-reader")
    publisher.publish_events([event(document)])
    assert found(server, document, basic("reader", reader))


def test_a_wrong_password_is_no_loss_but_an_error(make_server, accounts, publish):
    password, reader = new_password(), new_password()
    accounts.write(accounts.line("agent", password), accounts.line("reader", reader))
    server = make_server(settings=accounts.settings).start()
    document = sample(project_id="p-reader")
    section = {"basic_user": "agent", "basic_password": f"not-{password}"}
    with pytest.raises(DeliveryError, match="status (401|429)"):
        publish(server, document, section, auth="basic", deadline=1)
    assert not found(server, document, basic("reader", reader))


def test_a_signature_also_when_the_same_bytes_are_sent_again(
        make_server, accounts, publish, tmp_path):
    secret, reader = new_password(), new_password()
    accounts.write(accounts.line("agent", new_password()), accounts.line("reader", reader))
    keys, file = tmp_path / "keys.yaml", tmp_path / "secret"
    keys.write_text(f"- {{id: agents, secret: {secret}, roles: [service]}}\n")
    file.write_text(secret + "\n")
    server = make_server(settings=accounts.settings | {
        "auth.strategies": "hmac,basic", "hmac.key_file": str(keys)}).start()
    document = sample(project_id="p-reader")
    publisher = publish(server, document, {
        "hmac_secret_file": str(file), "hmac_key_id": "agents"}, auth="hmac")
    for _ in range(5):
        publisher.publish_events([event(document)])
    assert found(server, document, basic("reader", reader))
    assert (publisher.counters.accepted, publisher.counters.duplicates) == (1, 5)
    assert publisher.counters.failures == 0, "none was taken for a replay"


def test_a_client_certificate_as_proof(make_server, accounts, authority, publish, tmp_path):
    reader, pair = new_password(), authority.client("agent-of-ceilometer")
    accounts.write(accounts.line("agent", new_password()), accounts.line("reader", reader))
    users = tmp_path / "certificates.yaml"
    users.write_text("- subject: CN=agent-of-ceilometer\n  roles: [service]\n")
    server = make_server(settings=accounts.settings | {
        "auth.strategies": "certificate,basic", "certificate.user_file": str(users)}).start()
    document = sample(project_id="p-reader")
    with pytest.raises(DeliveryError, match="status 401"):
        publish(server, document, deadline=1)
    publish(server, document, clientcert=pair.certificate, clientkey=pair.key)
    assert found(server, document, basic("reader", reader))


@pytest.fixture
def keystone_server(make_server, keystone, cloud):
    return make_server(settings={
        "auth.strategies": "keystone", "keystone.auth_url": keystone.address,
        "keystone.username": "annals", "keystone.project_name": "service",
    }, environment={"ANNALS_KEYSTONE_PASSWORD": cloud.passwords["annals"]}).start()


def test_a_password_of_keystone(keystone_server, keystone, cloud, publish):
    document = sample(project_id=cloud.projects["demo"], user_id=cloud.users["alice"])
    publish(keystone_server, document, {
        "auth_type": "password", "auth_url": f"{keystone.address}/v3", "username": "nova",
        "password": cloud.passwords["nova"], "user_domain_id": "default",
        "project_name": "service", "project_domain_id": "default"}, auth="keystone")
    assert found(keystone_server, document, {"X-Auth-Token": cloud.token("alice", "demo")})


def test_an_application_credential_of_keystone(keystone_server, keystone, cloud, publish):
    identifier, secret = cloud.application_credential("nova", "service", "publisher")
    document = sample(project_id=cloud.projects["demo"], user_id=cloud.users["alice"])
    publish(keystone_server, document, {
        "auth_type": "v3applicationcredential", "auth_url": f"{keystone.address}/v3",
        "application_credential_id": identifier, "application_credential_secret": secret,
    }, auth="keystone")
    assert found(keystone_server, document, {"X-Auth-Token": cloud.token("alice", "demo")})


def test_a_wrong_password_of_keystone_is_said(keystone_server, keystone, publish):
    section = {
        "auth_type": "password", "auth_url": f"{keystone.address}/v3", "username": "nova",
        "password": "wrong", "user_domain_id": "default", "project_name": "service",
        "project_domain_id": "default"}
    with pytest.raises(DeliveryError, match="no token from Keystone"):
        publish(keystone_server, sample(), section, auth="keystone", deadline=2)


def test_a_client_certificate_where_one_is_required(make_server, client_pair, publish):
    server = make_server(settings={"tls.client_required": "true"}, client_pair=client_pair).start()
    document = sample()
    with pytest.raises(DeliveryError, match="status 403"):
        publish(server, document, deadline=1)
    publish(server, document, clientcert=client_pair.certificate, clientkey=client_pair.key)
    with server.client() as client:
        assert [one["message_id"] for one in client.events()] == [document["message_id"]]


def test_an_unknown_authority_is_not_trusted(server, publish):
    with pytest.raises(DeliveryError, match="certificate verify failed"):
        publish(server, sample(), verify_ssl="true", deadline=1)
