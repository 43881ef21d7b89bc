"""A small HTTP client on one kept connection: quick enough to load the service from threads."""

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any, Iterator
from urllib.parse import urlencode

ADMIN = {"X-Roles": "admin", "X-User-Id": "user1", "X-Project-Id": "project1"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def fault(self) -> str:
        """The sentence of an error answer."""
        return self.json()["error_message"]["faultstring"]


class Client:
    def __init__(
        self, port: int, tls: ssl.SSLContext, headers: dict[str, str] | None = None,
        timeout: float = 30,
    ):
        self.headers = ADMIN if headers is None else headers
        self.connection = http.client.HTTPSConnection(
            "127.0.0.1", port, context=tls, timeout=timeout)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_) -> None:
        self.connection.close()

    def request(
        self, method: str, path: str, body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Never tries again: what a failed request has done is for the caller to judge."""
        try:
            self.connection.request(method, path, body, self.headers | (headers or {}))
            response = self.connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise

    def get(self, path: str, **options) -> Answer:
        return self.request("GET", path, **options)

    def publish(self, events: Any, path: str = "/v2/events") -> Answer:
        body = json.dumps(events).encode()
        return self.request("POST", path, body, {"Content-Type": "application/json"})

    def events(self, *filters: tuple[str, str], limit: int = 5000) -> Iterator[dict]:
        """Every event that matches, page after page by marker, over all tenants."""
        base = [pair for name, value in (("all_tenants", "True"), *filters)
                for pair in (("q.field", name), ("q.value", value))] + [("limit", str(limit))]
        marker: str | None = None
        while True:
            pairs = base + ([("marker", marker)] if marker is not None else [])
            answer = self.get("/v2/events?" + urlencode(pairs))
            assert answer.status == 200, answer.body[:500]
            page = answer.json()
            yield from page
            if len(page) < limit:
                return
            marker = page[-1]["message_id"]
