"""A private Keystone of the Debian package: SQLite, uwsgi, no systemd, a directory of its own.

Making its database takes half a minute, so it is made once and kept, below ANNALS_KEYSTONE_CACHE or in
the directory for temporary files, for all runs of a job; each server starts with a copy.
"""

import fcntl
import json
import os
import secrets
import shutil
import signal
import sqlite3
import ssl
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from . import engines
from .process import Account, DatabaseServer, free_port

ADMINISTRATOR = "admin"
REGION = "RegionOne"
#: Seconds that an expired token is still shown to services.
EXPIRED_WINDOW = 3600


class Keystone(DatabaseServer):
    """With an administrator and the catalog's identity endpoints after start(); see seed()."""

    user = "keystone"

    def __init__(self, pair=None, client_authority=None, client_pair=None):
        """With a certificate and its key it speaks TLS only.

        With an authority of clients it demands a certificate of it; we show `client_pair`.
        """
        super().__init__()
        self.pair, self.client_authority, self.client_pair = pair, client_authority, client_pair
        self.inner_port = free_port()
        self.password = ""
        self.authority: str | None = None

    # Making it

    def create(self) -> "Keystone":
        """The database and the keys, from the kept ones; it does not run yet."""
        shutil.copytree(template(), self.data)
        for path in [self.data, *self.data.rglob("*")]:
            self.account.give(path)
        self.password = (self.data / "password").read_text()
        engines.SECRETS.add(self.password)
        self.configure()
        # What `keystone-manage bootstrap` would do in several seconds.
        with sqlite3.connect(self.data / "keystone.sqlite") as database:
            database.execute("UPDATE endpoint SET url = ?", (f"{self.address}/v3",))
        for path in self.data.glob("keystone.sqlite*"):
            self.account.give(path)
        if self.pair is not None:
            for name, path in (("cert.pem", self.pair.certificate), ("key.pem", self.pair.key)):
                self.write(name, path.read_text())
        if self.client_authority is not None:
            self.write("clients.pem", self.client_authority.path.read_text())
        return self

    def configure(self, expiration: int = 3600) -> None:
        """In force after the next start. Seconds that a token lives."""
        self.write("keystone.conf", configuration(self.data, self.address, expiration))

    @property
    def address(self) -> str:
        return f"{'https' if self.pair else 'http'}://127.0.0.1:{self.port}"

    # Running

    def command(self) -> list:
        words = ["/usr/bin/uwsgi_python3", "--wsgi-file", "/usr/bin/keystone-wsgi-public",
                 "--processes", "1", "--threads", "1", "--buffer-size", "65535", "--die-on-term",
                 "--need-app", "--master", "--no-orphans", "--listen", "100"]
        if self.pair is None:
            # uwsgi closes each connection without saying so.
            return [*words, "--http-socket", f"127.0.0.1:{self.port}",
                    "--add-header", "Connection: close"]
        https = f"127.0.0.1:{self.port},{self.directory}/cert.pem,{self.directory}/key.pem"
        if self.client_authority is not None:
            # The exclamation mark demands what would be asked for else.
            https += f",HIGH,!{self.directory}/clients.pem"
        return [*words, "--plugin", "http", "--socket", f"127.0.0.1:{self.inner_port}",
                "--https", https]

    def environment(self) -> dict[str, str]:
        return super().environment() | {"OS_KEYSTONE_CONFIG_DIR": str(self.directory)}

    def is_ready(self) -> bool:
        try:
            return self.request("GET", "/v3")[0] == 200
        except OSError:
            return False

    def crash(self) -> None:
        """kill -9 of uwsgi and its workers at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def hang(self) -> None:
        """Connections are still taken, by the kernel, and nobody answers; until go_on()."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)

    # Talking

    def request(self, method: str, path: str, body=None, headers=None, timeout: float = 30):
        """Status, header fields and document."""
        context = None
        if self.pair is not None:
            context = ssl.create_default_context(cafile=self.authority)
            if self.client_pair is not None:
                context.load_cert_chain(self.client_pair.certificate, self.client_pair.key)
        request = urllib.request.Request(
            self.address + path, method=method, headers=headers or {},
            data=None if body is None else json.dumps(body).encode())
        if body is not None:
            request.add_header("Content-Type", "application/json")
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
        try:
            with opener.open(request, timeout=timeout) as response:
                text = response.read()
                return response.status, response.headers, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, error.headers, json.loads(text) if text[:1] in b"{[" else None

    def authenticate(self, identity: dict, scope=None) -> str:
        """A token."""
        body = {"auth": {"identity": identity} | ({"scope": scope} if scope else {})}
        status, headers, document = self.request("POST", "/v3/auth/tokens", body)
        assert status == 201, document
        token = headers["X-Subject-Token"]
        engines.SECRETS.add(token)
        return token

    def token(self, user: str, password: str, project: str | None = None, *, domain=None,
              system: bool = False) -> str:
        """A token of the user, in the scope asked for; unscoped without one. See reference()."""
        named = reference(user) | {"password": password}
        scope = None
        if project is not None:
            scope = {"project": reference(project)}
        elif domain is not None:
            scope = {"domain": {"id": domain}}
        elif system:
            scope = {"system": {"all": True}}
        return self.authenticate(
            {"methods": ["password"], "password": {"user": named}}, scope)

    def revoke(self, token: str) -> None:
        status, _, document = self.request("DELETE", "/v3/auth/tokens", headers={
            "X-Auth-Token": token, "X-Subject-Token": token})
        assert status == 204, document


def reference(name: str) -> dict:
    """A user or a project in Keystone's words: `alice` of the domain `default`, `alice@other`."""
    name, _, domain = name.partition("@")
    return {"name": name, "domain": {"name": domain} if domain else {"id": "default"}}


class Cloud:
    """Projects, users and roles in a Keystone, and their ids. Every name is its own password's.

    Names are those of the domain `default`; `alice@other` is alice of the domain `other`.
    """

    def __init__(self, keystone: Keystone, event_url: str = "http://127.0.0.1:8977"):
        self.keystone = keystone
        self.admin = keystone.token(ADMINISTRATOR, keystone.password, "admin")
        self.roles = {role["name"]: role["id"] for role in self._get("/v3/roles", "roles")}
        self.projects = {one["name"]: one["id"] for one in self._get("/v3/projects", "projects")}
        self.users = {one["name"]: one["id"] for one in self._get("/v3/users", "users")}
        self.passwords = {ADMINISTRATOR: keystone.password}
        self.domains = {"": "default"}
        self.make_domain("other")
        for name in ("service", "demo", "other", "service@other", "demo@other"):
            self.make_project(name)
        self.make_role("service")
        self.make_role("publisher")
        self.imply("publisher", "service")
        for user, project, role in (
            ("annals", "service", "service"), ("nova", "service", "service"),
            ("helpless", "service", "member"),
            ("alice", "demo", "member"), ("bob", "other", "member"), ("rita", "demo", "reader"),
            # Named like others, and somebody else.
            ("annals@other", "service@other", "service"), ("alice@other", "demo@other", "member"),
            ("paul", "service", "publisher"),
        ):
            self.make_user(user)
            self.grant(user, role, project)
        self.make_user("auditor")
        self._put(f"/v3/system/users/{self.users['auditor']}/roles/{self.roles['reader']}")
        self._put(f"/v3/domains/default/users/{self.users['auditor']}/roles/"
                  f"{self.roles['reader']}")
        self._put(f"/v3/system/users/{self.users['admin']}/roles/{self.roles['admin']}")
        self.set_event_endpoint(event_url)

    # Making things

    def make_domain(self, name: str) -> None:
        self.domains[name] = self._post("/v3/domains", {"domain": {"name": name}})["domain"]["id"]

    def make_project(self, name: str) -> None:
        if name not in self.projects:
            made = self._post("/v3/projects", {"project": self._placed(name)})
            self.projects[name] = made["project"]["id"]

    def _placed(self, name: str) -> dict:
        bare, _, domain = name.partition("@")
        return {"name": bare, "domain_id": self.domains[domain]}

    def make_role(self, name: str) -> None:
        if name not in self.roles:
            self.roles[name] = self._post("/v3/roles", {"role": {"name": name}})["role"]["id"]

    def imply(self, role: str, implied: str, holds: bool = True) -> None:
        """Whoever has the one role has the other with it; or not any more."""
        path = f"/v3/roles/{self.roles[role]}/implies/{self.roles[implied]}"
        self._call("PUT" if holds else "DELETE", path)

    def make_user(self, name: str) -> None:
        password = secrets.token_hex(12)
        engines.SECRETS.add(password)
        made = self._post("/v3/users", {"user": self._placed(name) | {"password": password}})
        self.users[name], self.passwords[name] = made["user"]["id"], password

    def grant(self, user: str, role: str, project: str) -> None:
        self._put(f"/v3/projects/{self.projects[project]}/users/{self.users[user]}/roles/"
                  f"{self.roles[role]}")

    def roles_of(self, user: str, project: str) -> list[str]:
        """Those that were granted, without what they imply."""
        found = self._get(f"/v3/projects/{self.projects[project]}/users/{self.users[user]}/roles",
                          "roles")
        return [role["name"] for role in found]

    def set_event_endpoint(self, url: str) -> None:
        """The catalog's entry for the events, at one address for all interfaces."""
        for service in self._get("/v3/services?type=event", "services"):
            self._call("DELETE", f"/v3/services/{service['id']}")
        service = self._post("/v3/services", {"service": {"type": "event", "name": "annals"}})
        for interface in ("public", "internal", "admin"):
            self._post("/v3/endpoints", {"endpoint": {
                "service_id": service["service"]["id"], "region_id": REGION,
                "interface": interface, "url": url}})

    def application_credential(self, user: str, project: str, name: str, rules=None,
                               roles=None) -> tuple[str, str]:
        """Its id and its secret."""
        document = {"name": name}
        if rules is not None:
            document["access_rules"] = rules
        if roles is not None:
            document["roles"] = [{"name": role} for role in roles]
        made = self._call(
            "POST", f"/v3/users/{self.users[user]}/application_credentials",
            {"application_credential": document}, token=self.token(user, project))
        made = made["application_credential"]
        engines.SECRETS.add(made["secret"])
        return made["id"], made["secret"]

    # Using them

    def token(self, user: str, project: str | None = None, **scope) -> str:
        return self.keystone.token(user, self.passwords[user], project, **scope)

    def credential_token(self, identifier: str, secret: str) -> str:
        return self.keystone.authenticate({
            "methods": ["application_credential"],
            "application_credential": {"id": identifier, "secret": secret}})

    def _call(self, method: str, path: str, body=None, token: str | None = None):
        status, _, document = self.keystone.request(
            method, path, body, {"X-Auth-Token": token or self.admin})
        assert status < 300, f"{method} {path} answered {status}: {document}"
        return document

    def _get(self, path: str, member: str):
        return self._call("GET", path)[member]

    def _post(self, path: str, body):
        return self._call("POST", path, body)

    def _put(self, path: str) -> None:
        self._call("PUT", path)


# The kept database


def configuration(data: Path, address: str, expiration: int) -> str:
    return f"""[DEFAULT]
use_stderr = true
public_endpoint = {address}
[database]
connection = sqlite:///{data}/keystone.sqlite
[token]
provider = fernet
expiration = {expiration}
allow_expired_window = {EXPIRED_WINDOW}
[fernet_tokens]
key_repository = {data}/fernet-keys
[fernet_receipts]
key_repository = {data}/fernet-keys
[credential]
key_repository = {data}/credential-keys
[identity]
password_hash_rounds = 4
[cache]
enabled = true
backend = dogpile.cache.memory
[oslo_policy]
policy_dirs = {data}/policy.d
[oslo_messaging_notifications]
driver = noop
"""


def manage(directory: Path, *words: str) -> list:
    return ["/usr/bin/keystone-manage", "--config-file", f"{directory}/keystone.conf", *words]


def bootstrap(address: str) -> list[str]:
    """The password comes from OS_BOOTSTRAP_PASSWORD: everybody may read the process list."""
    words = ["bootstrap", "--bootstrap-username", ADMINISTRATOR, "--bootstrap-project-name", "admin",
             "--bootstrap-role-name", "admin", "--bootstrap-service-name", "keystone",
             "--bootstrap-region-id", REGION]
    for interface in ("public", "internal", "admin"):
        words += [f"--bootstrap-{interface}-url", f"{address}/v3"]
    return words


def template() -> Path:
    """A directory with a database and keys, made by whoever comes first."""
    root = Path(os.environ.get("ANNALS_KEYSTONE_CACHE") or
                Path(tempfile.gettempdir()) / f"annals-keystone-cache-{os.geteuid()}")
    root.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = root / "data"
        if not (made / "password").exists():
            shutil.rmtree(made, ignore_errors=True)
            _Maker().make(made)
        return made


class _Maker(Keystone):
    """Makes the database and the keys."""

    def make(self, result: Path) -> None:
        self.make_directory("data")
        for name in ("fernet-keys", "credential-keys", "policy.d"):
            self.account.give(_made(self.data / name))
        # Without it a running Keystone finds its database locked at nearly every write.
        with sqlite3.connect(self.data / "keystone.sqlite") as database:
            database.execute("PRAGMA journal_mode=WAL")
        for path in self.data.glob("keystone.sqlite*"):
            self.account.give(path)
        self.write("keystone.conf", configuration(self.data, "http://127.0.0.1:5000", 3600))
        account = Account(self.user)
        name = account.entry.pw_name if account.entry else os.environ.get("USER", "nobody")
        keys = ["--keystone-user", name, "--keystone-group", name]
        self.run(manage(self.directory, "db_sync"))
        self.run(manage(self.directory, "fernet_setup", *keys))
        self.run(manage(self.directory, "credential_setup", *keys))
        password = secrets.token_hex(12)
        self.run(manage(self.directory, *bootstrap("http://127.0.0.1:5000")),
                 environment={"OS_BOOTSTRAP_PASSWORD": password})
        shutil.copytree(self.data, result.with_suffix(".part"), dirs_exist_ok=True)
        shutil.rmtree(result, ignore_errors=True)
        result.with_suffix(".part").rename(result)
        (result / "password").touch(mode=0o600)
        (result / "password").write_text(password)
        self.close()


def _made(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
