"""A service that takes tokens of Keystone, and how it is asked."""

from .client import Client
from .keystone import Keystone

#: Shown with each 401; nobody listens there.
PUBLIC = "http://keystone.public:5000"
CHALLENGE = f'Keystone uri="{PUBLIC}"'
UNAUTHORIZED = {"error": {"code": 401, "title": "Unauthorized",
                          "message": "The request you have made requires authentication."}}


def settings(keystone: Keystone, **more: str) -> dict[str, str]:
    return {
        "auth.strategies": "keystone", "keystone.auth_url": keystone.address,
        "keystone.www_authenticate_uri": PUBLIC, "keystone.username": "annals",
        "keystone.project_name": "service", "keystone.region_name": "RegionOne",
        "log.level": "debug",
    } | {f"keystone.{name}": value for name, value in more.items()}


def session(service, token: str | None = None, timeout: float = 30, **headers: str) -> Client:
    shown = {} if token is None else {"X-Auth-Token": token}
    return service.client(headers=shown | headers, timeout=timeout)


def get(service, token: str | None = None, path: str = "/v2/events", timeout: float = 30,
        **headers: str):
    with session(service, token, timeout, **headers) as client:
        return client.get(path)


def numbers(answer) -> set[int]:
    """The trait `number` of each listed event."""
    assert answer.status == 200, answer.text
    return {int(trait["value"]) for event in answer.json() for trait in event["traits"]
            if trait["name"] == "number"}


def counter(service, metric: str) -> float:
    text = get(service, path="/metrics").text
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
               if line.startswith(metric))
