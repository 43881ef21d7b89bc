"""A service that knows several kinds of credentials, and someone for each."""

import json
from pathlib import Path

from cryptography import x509

from .accounts import AccountFiles, new_password
from .certificates import Authority
from .events import sample

CERTIFICATES = """
- subject: CN=agent
  roles: [service]
- uri: spiffe://example.org/reader
  roles: [member]
  user_id: u-reader
  project_id: p-reader
"""


class House:
    """Not started yet."""

    def __init__(self, directory: Path, authority: Authority, make_server, *,
                 first: str = "", settings: dict | None = None, **options):
        """`first` is what stands before our three strategies, with a comma."""
        self.accounts = AccountFiles(directory)
        self.accounts.users.write_text(
            "alice: {roles: [member], user_id: u, project_id: p}\npublisher: {roles: [service]}\n")
        self.password, self.publisher_password = new_password(), new_password()
        self.accounts.write(self.accounts.line("alice", self.password),
                            self.accounts.line("publisher", self.publisher_password))
        self.certificates = directory / "certificates.yaml"
        self.certificates.write_text(CERTIFICATES)
        self.keys = directory / "keys.yaml"
        self.secrets = {name: new_password() for name in ("old", "new")}
        self.write_keys("old")
        self.agent = authority.client("agent")
        self.stranger = authority.client("stranger")
        self.reader = authority.client("reader", [
            x509.DNSName("reader.example.org"),
            x509.UniformResourceIdentifier("spiffe://example.org/reader")])
        self.server = make_server(settings=self.accounts.settings | {
            "auth.strategies": f"{first}certificate,hmac,basic",
            "certificate.user_file": str(self.certificates), "hmac.key_file": str(self.keys),
        } | (settings or {}), **options)

    @classmethod
    def with_keystone(cls, directory: Path, authority: Authority, make_server, keystone, cloud,
                      settings: dict | None = None, **options) -> "House":
        """One that takes tokens, too, and asks for them first."""
        made = cls(directory, authority, make_server, first="keystone,", settings={
            "keystone.auth_url": keystone.address, "keystone.username": "annals",
            "keystone.project_name": "service"} | (settings or {}), **options)
        made.server.environment["ANNALS_KEYSTONE_PASSWORD"] = cloud.passwords["annals"]
        return made

    def write_keys(self, *names: str) -> None:
        self.keys.write_text("".join(
            f"- {{id: {name}, secret: {self.secrets[name]}, roles: [service]}}\n"
            for name in names))

    def publish(self, headers=None, pair=None, body: bytes | None = None):
        self.server.client_pair = pair
        with self.server.client(headers={"Content-Type": "application/json"}) as client:
            return client.request("POST", "/v2/events", body or self.body(), headers or {})

    def status(self, **options) -> int:
        return self.publish(**options).status

    @staticmethod
    def body() -> bytes:
        return json.dumps([sample(user_id="u-reader", project_id="p-reader")]).encode()
