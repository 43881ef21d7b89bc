"""CloudEvents by the SDK for Python and CADF documents by pycadf."""

import datetime
import json
import uuid

from cloudevents.core.bindings.http import to_structured_event
from cloudevents.core.v1.event import CloudEvent
from pycadf import event as cadf
from pycadf import identifier, resource

TYPE = "org.example.door.opened"


def make(data=None, **attributes) -> CloudEvent:
    return CloudEvent(
        attributes={"id": uuid.uuid4().hex, "source": "https://door.example/1", "type": TYPE,
                    "specversion": "1.0",
                    "time": datetime.datetime(2026, 4, 5, 17, 31, tzinfo=datetime.timezone.utc)}
        | attributes, data=data)


def message_id(event: CloudEvent) -> str:
    """The rule of api-ref/publishing.md."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{event.get_source()}\n{event.get_id()}"))


def document_of(event: CloudEvent) -> dict:
    """Its structured form."""
    return json.loads(to_structured_event(event).body)


def audit(outcome: str, **other) -> dict:
    initiator = resource.Resource(id=identifier.generate_uuid(), name="somebody",
                                  typeURI="service/security/account/user")
    target, observer = (resource.Resource(id=identifier.generate_uuid(), name="nova",
                                          typeURI="service/compute/servers") for _ in range(2))
    return cadf.Event(
        eventType="activity", id=identifier.generate_uuid(), action="read/list", outcome=outcome,
        initiator=initiator, target=target, observer=observer, **other).as_dict()
