"""The link to the database server is encrypted and the server proves who it is, or there is none."""

import pytest
from support.certificates import Authority
from support.engines import Database, annals, upgrade
from support.events import sample
from support.mariadb import MariaDB
from support.postgresql import PostgreSQL

pytestmark = pytest.mark.every_engine("postgresql", "mysql")

ONLY_WITH_TLS = """\
local all all scram-sha-256
hostssl all all 127.0.0.1/32 scram-sha-256
"""


def start_with_tls(engine, authority, hosts=("localhost", "127.0.0.1"), expired=False):
    """A server that takes no connection in clear text over TCP."""
    server = PostgreSQL(access=ONLY_WITH_TLS) if engine == "postgresql" else MariaDB()
    pair = authority.server(f"{server.directory.name}", hosts=hosts, expired=expired)
    certificate = server.write("server.pem", pair.certificate.read_text())
    key = server.write("server-key.pem", pair.key.read_text())
    if engine == "postgresql":
        server.settings |= {"ssl": "on", "ssl_cert_file": f"'{certificate}'",
                            "ssl_key_file": f"'{key}'"}
    else:
        server.settings |= {"ssl-cert": str(certificate), "ssl-key": str(key),
                            "ssl-ca": str(server.write("ca.pem", authority.path.read_text())),
                            "require-secure-transport": "ON"}
    return server.create().start()


@pytest.fixture
def start_server(engine, tmp_path):
    made = []

    def start(**options):
        made.append(start_with_tls(engine, Authority(tmp_path, "database-ca"), **options))
        return made[-1]

    yield start
    for server in made:
        server.close()


def verified(engine, authority_path, host="127.0.0.1"):
    """Parameters that ask for verification of the authority and of the name."""
    if engine == "postgresql":
        return {"sslmode": "verify-full", "sslrootcert": str(authority_path)}
    return {"tls": "verify_identity", "ca": str(authority_path)}


def test_a_verified_link_carries_the_service(engine, start_server, make_server, tmp_path):
    database_server = start_server()
    url = database_server.url(**verified(engine, tmp_path / "database-ca.pem"))
    upgrade(url)
    server = make_server(database_url=url).start()
    with server.client() as client:
        assert client.publish(sample()).status == 200
    if engine == "postgresql":
        [[clear]] = database_server.query(
            "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
            "WHERE NOT ssl AND client_addr IS NOT NULL")
        assert clear == "0"
    server.stop()


def test_a_name_is_looked_up_and_verified(engine, start_server, make_server, tmp_path):
    url = start_server(hosts=("localhost",)).url(
        **verified(engine, tmp_path / "database-ca.pem")).replace("127.0.0.1", "localhost")
    upgrade(url)
    server = make_server(database_url=url).start()
    server.stop()


REFUSALS = {
    "another authority": ({}, "certificate"),
    "another name": ({"hosts": ("database.example.org",)}, "certificate"),
    "expired": ({"expired": True}, "expired"),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_a_server_that_cannot_prove_itself_is_refused(engine, start_server, tmp_path, what):
    options, word = REFUSALS[what]
    database_server = start_server(**options)
    authority = Authority(tmp_path, "strangers").path if what == "another authority" \
        else tmp_path / "database-ca.pem"
    done = annals("db", "status", url=database_server.url(**verified(engine, authority)),
                  check=False)
    said = done.stdout + done.stderr
    assert done.returncode not in (0, 10, 11), said
    assert word in said.lower() or "certificate" in said.lower(), said
    assert database_server.password not in said
    print(f"{engine}, {what}: {said.strip()}")


def test_a_missing_authority_file_is_named(engine, start_server, tmp_path):
    missing = tmp_path / "nowhere.pem"
    done = annals("db", "status", url=start_server().url(**verified(engine, missing)), check=False)
    assert done.returncode not in (0, 10, 11)
    assert str(missing) in done.stdout + done.stderr
