"""The password of the database is nowhere to be read: not in logs, answers, status or processes.

Beside these tests, every test with a database server searches the log of its services at its end,
and the process list is searched during all of them.
"""

import re
from pathlib import Path

import pytest
from support import engines
from support.engines import annals
from support.events import sample
from support.waiting import eventually

pytestmark = pytest.mark.every_engine("postgresql", "mysql")

PAGES = ["/", "/status", "/healthcheck", "/metrics", "/v2/capabilities", "/v2/events",
         "/v2/events?q.field=x&q.op=lt&q.value=1", "/v2/event_types", "/v2/nope"]


def assert_clean(text: str, secret: str, where: str):
    assert secret not in text, f"the password is in {where}"


def test_a_service_whose_server_is_broken_at_debug_level_tells_no_password(
    engine, make_server, make_database_server
):
    database_server = make_database_server()
    server = make_server(database_url=make_server.database(database_server.url()).url,
                         settings={"log.level": "trace"}).start()
    secret = database_server.password
    with server.client() as client:
        for broken in (False, True):
            if broken:
                database_server.crash()
                eventually(lambda: client.get("/healthcheck").status == 503)
            for page in PAGES:
                answer = client.get(page, headers={"Accept": "application/json"})
                assert_clean(f"{answer.headers}{answer.text}", secret, page)
            assert_clean(client.publish(sample()).text, secret, "an answer to a publisher")
    assert_clean(server.log(), secret, "the log")
    words = Path(f"/proc/{server.process.pid}/cmdline").read_text()
    assert_clean(words, secret, "the process list")


def test_a_wrong_password_is_refused_without_being_shown(engine):
    url = re.sub(r":[^:@/]+@", ":geheim-4711@", engines.server_url(engine))
    for words in (("db", "status"), ("db", "upgrade"), ("db", "check"), ("selftest",)):
        done = annals(*words, url=url, check=False)
        assert done.returncode not in (0, 10, 11), words
        assert_clean(done.stdout + done.stderr, "geheim-4711", f"annals {' '.join(words)}")
        assert len(done.stdout + done.stderr) > 20, "it says what is wrong"


def test_the_settings_are_shown_without_it(engine):
    url = engines.server_url(engine)
    done = annals("config", "show", url=url)
    assert_clean(done.stdout + done.stderr, url.split("@")[0].split(":")[-1], "config show")


def test_the_password_may_come_from_a_file_or_the_environment(engine, make_server):
    database = make_server.database()
    secret = database.url.split("@")[0].split(":")[-1]
    path = make_server.directory / "password"
    path.write_text(secret + "\n")
    path.chmod(0o600)
    bare = database.url.replace(f":{secret}@", "@")
    server = make_server(database_url=bare, settings={"database.password_file": str(path)}).start()
    with server.client() as client:
        assert client.publish(sample()).status == 200
    server.stop()
    server = make_server(database_url=bare, environment={
        "ANNALS_DATABASE_URL": bare, "ANNALS_DATABASE_PASSWORD": secret}).start()
    with server.client() as client:
        assert client.publish(sample()).status == 200
    server.stop()


def test_no_process_of_this_run_has_shown_a_password_so_far(process_list):
    assert process_list.found == set()
