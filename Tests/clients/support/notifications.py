"""Notifications of OpenStack's services, made from recorded ones and sent with oslo.messaging."""

import copy
import random
import uuid

import oslo_messaging
from oslo_config import cfg

from .events import lines

EXCHANGE = "nova"


def recorded_events() -> list[dict]:
    """What Ceilometer made of the recorded notifications, which are in `raw`."""
    return lines("events-50.http-withraw.ndjson")


class Context:
    """What a service hands to oslo.messaging: each has a class of its own with these two methods."""

    def __init__(self, values: dict):
        self.values = values

    def redacted_copy(self) -> "Context":
        return self

    def to_dict(self) -> dict:
        return self.values


class Notification:
    """A recorded notification under a request identifier of its own, which becomes a trait."""

    def __init__(self, recorded: dict, request_id: str):
        self.request_id = request_id
        self.recorded = recorded

    @property
    def context(self) -> "Context":
        return Context(self.recorded["raw"]["ctxt"] | {"request_id": self.request_id})

    @property
    def expected_traits(self) -> list[list]:
        """As Ceilometer converted the recorded one, with the new identifier, sorted."""
        traits = [list(trait) for trait in self.recorded["traits"]]
        for trait in traits:
            if trait[0] == "request_id":
                trait[2] = self.request_id
        return sorted(traits)


def generate(count: int, seed: int) -> list[Notification]:
    """In an order by chance; the same ones for the same seed."""
    chance = random.Random(seed)
    recorded = recorded_events()
    return [
        Notification(chance.choice(recorded), f"req-{uuid.UUID(int=chance.getrandbits(128))}")
        for _ in range(count)]


class Service:
    """An OpenStack service, as far as RabbitMQ knows: it notifies on its exchange."""

    def __init__(self, url: str, exchange: str = EXCHANGE):
        conf = cfg.ConfigOpts()
        conf([], project="annals-tests", default_config_files=[], default_config_dirs=[])
        oslo_messaging.set_transport_defaults(control_exchange=exchange)
        self.transport = oslo_messaging.get_notification_transport(conf, url=url)
        self.notifier = oslo_messaging.Notifier(
            self.transport, driver="messagingv2", topics=["notifications"])

    def send(self, notification: Notification) -> None:
        raw = copy.deepcopy(notification.recorded["raw"])
        notifier = self.notifier.prepare(publisher_id=raw["publisher_id"])
        send = notifier.error if raw["event_type"].endswith(".error") else notifier.info
        send(notification.context, raw["event_type"], raw["payload"])

    def close(self) -> None:
        self.transport.cleanup()
