"""No secret of a run with every strategy is to be read anywhere: log, answers, metrics, status, command
line, process list, settings shown.

Looked for: the passwords of database, users and Keystone's account, the keys of publishers, tokens, the
private keys of the service and of a client, and the header field in which a password travels.
"""

import time
from pathlib import Path

import pytest
from support import engines
from support.accounts import basic
from support.client import Client
from support.engines import annals
from support.signing import signed
from support.strategies import House
from support.waiting import eventually

pytestmark = pytest.mark.every_engine

PAGES = ["/", "/status", "/healthcheck", "/metrics", "/v2/capabilities", "/v2/events",
         "/v2/events?q.field=x&q.op=lt&q.value=1", "/v2/event_types", "/v2/nope"]


@pytest.fixture
def house(tmp_path, authority, make_server, keystone, cloud):
    return House.with_keystone(
        tmp_path, authority, make_server, keystone, cloud, settings={"log.level": "trace"})


class Search:
    """Everything that could be read, with the place where it stood."""

    def __init__(self, house: House):
        self.house = house
        self.texts: list[tuple[str, str]] = []

    def note(self, where: str, text: str) -> None:
        self.texts.append((where, text))

    def ask(self, what: str, client: Client, body: bytes, headers: dict) -> int:
        """Every page and a publication; the status of the latter."""
        for page in PAGES:
            answer = client.get(page, headers=headers)
            self.note(f"{page} for {what}", f"{answer.headers}{answer.body}")
        answer = client.request("POST", "/v2/events", body, headers)
        self.note(f"a publication by {what}", f"{answer.headers}{answer.body}")
        return answer.status

    def secrets(self, *more: str) -> set[str]:
        found = engines.long_secrets() | set(more)
        for key in (self.house.server.settings["tls.key"], self.house.agent.key):
            lines = Path(key).read_text().splitlines()
            found |= {line for line in lines if not line.startswith("-----") and len(line) >= 16}
        return found

    def findings(self, *more: str) -> set[str]:
        return {where for where, text in self.texts
                for secret in self.secrets(*more) if secret in text}


def test_no_secret_of_a_run_with_every_strategy_is_to_be_read(house, cloud, process_list):
    search = Search(house)
    server = house.server.start()
    token = cloud.token("admin", "admin")
    right, secret = basic("alice", house.password), house.secrets["old"]
    body = house.body()

    def attempts():
        yield "a token", {"X-Auth-Token": token}
        yield "a wrong token", {"X-Auth-Token": token[:-3] + "xyz"}
        yield "a bearer", {"Authorization": f"Bearer {token}"}
        yield "a password", right
        yield "a wrong password", basic("alice", house.password[:-1])
        yield "a password in the wrong place", basic(house.password, "x")
        yield "no base64", {"Authorization": right["Authorization"] + "?"}
        yield "a scheme", {"Authorization": right["Authorization"].replace("Basic ", "Digest ")}
        yield "a signature", signed(secret, body)
        yield "a late signature", signed(secret, body, timestamp=int(time.time()) - 999)
        yield "a secret in the wrong place", signed(secret, body, key_id=secret)
        yield "nobody", {}

    statuses = set()
    for what, headers in attempts():
        server.client_pair = house.agent if what == "nobody" else None
        with server.client(headers={"Content-Type": "application/json"}) as client:
            statuses.add(search.ask(what, client, body, headers))
    assert {200, 401} <= statuses, "some were let in and some were not"

    house.keys.write_text(f"- {{id: old, secret: [{secret}]}}\n")
    house.accounts.write(f"alice:{house.password}\n")
    server.client_pair = None  # Which would be asked first, and hold.
    with server.client(headers={"Content-Type": "application/json"}) as client:
        eventually(lambda: "only bcrypt hashes" in _asked(server, client, right))
        eventually(lambda: "secret must be a text" in _asked(server, client, signed(secret, b"")))
    words = [word for name, value in server.settings.items() if name != "database.url"
             for word in (f"--{name}", value)]
    url = server.environment.get("ANNALS_DATABASE_URL", server.settings.get("database.url"))
    for command in ("check", "show"):
        done = annals("config", command, *words, url=url, check=False)
        assert done.stdout + done.stderr
        search.note(f"config {command}", done.stdout + done.stderr)
    search.note("the command line", Path(f"/proc/{server.process.pid}/cmdline").read_text())
    search.note("the log", server.log())
    server.stop()
    search.note("the log at its end", server.log())
    travelling = right["Authorization"].removeprefix("Basic ")
    assert search.findings(travelling) == set()
    assert len(search.secrets()) >= 8, "there was something to look for"
    assert process_list.found == set()


def test_the_search_finds_what_is_there(house):
    """Its own proof: a secret that does stand somewhere."""
    search = Search(house)
    search.note("here", f"a text with {house.password} in it")
    search.note("there", "a text without")
    assert search.findings() == {"here"}


def _asked(server, client: Client, headers: dict) -> str:
    """The log after a request, which makes the service look at its files."""
    client.request("POST", "/v2/events", b"[]", headers)
    return server.log()
