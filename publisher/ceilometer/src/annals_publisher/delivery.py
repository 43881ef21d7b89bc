"""One attempt to hand a batch over, and what the answer means for each event of it."""

from __future__ import annotations

import dataclasses
from typing import Callable, Sequence

from annals_publisher.connection import Answer, Connection, DeliveryError
from annals_publisher.counters import Counters
from annals_publisher.documents import Document, array, key


#: Of a report: each event is in one of them.
COUNTS = ("accepted", "duplicates", "conflicts", "spooled", "rejected")


@dataclasses.dataclass(frozen=True)
class Refusal:
    """Annals will never take this event, however often it is sent."""

    code: str
    detail: str


#: Told about each event as soon as its fate is known: None where it is stored.
Settle = Callable[[int, "Refusal | None"], None]


class Delivery:
    def __init__(self, connection: Connection, counters: Counters):
        self._connection = connection
        self._counters = counters

    def deliver(self, documents: Sequence[Document], settle: Settle) -> None:
        """Sends them in one request, or in halves where that is too much or holds poison.

        `settle` is called with the index of each document whose fate is known.

        Throws DeliveryError when the server cannot take events now. Those that were settled before
        stay settled; the others are to be sent again.
        """
        parts = [range(len(documents))]
        while parts:
            part = parts.pop()
            answer = self._post([documents[index] for index in part])
            if _is_report(answer):
                self._read_report(answer.document, part, settle)
            elif not _blames_content(answer):
                raise DeliveryError(answer.sentence, answer.retry_after, answer.status)
            elif len(part) > 1:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
            else:
                settle(part[0], Refusal(f"status_{answer.status}", answer.sentence))

    def _post(self, documents: list[Document]) -> Answer:
        try:
            return self._connection.post(array(documents), key(documents))
        finally:
            self._counters.request(self._connection)

    def _read_report(self, report: dict, part: range, settle: Settle) -> None:
        # What it does not count may not be stored.
        if (counted := sum(report.get(name, 0) for name in COUNTS)) != len(part):
            raise DeliveryError(f"the report counts {counted} of {len(part)} events")
        if not all(0 <= item["index"] < len(part) for item in report["items"]):
            raise DeliveryError("the report names events that were not sent")
        refusals = {
            item["index"]: Refusal(str(item.get("code")), str(item.get("detail")))
            for item in report["items"] if item.get("status") == "rejected"}
        if len(refusals) != report["rejected"]:
            raise DeliveryError(
                f"the report names {len(refusals)} of {report['rejected']} rejected events")
        self._counters.report(report)
        for position, index in enumerate(part):
            settle(index, refusals.get(position))


def _is_report(answer: Answer) -> bool:
    """Whether this is Annals' word on each event. A proxy's 200 or 400 is not."""
    if answer.status not in (200, 201, 202, 400) or answer.document is None:
        return False
    items = answer.document.get("items")
    return (
        {"accepted", "rejected"} <= answer.document.keys()
        and all(_is_count(answer.document.get(name, 0)) for name in COUNTS)
        and isinstance(items, list)
        and all(isinstance(item, dict) and _is_count(item.get("index")) for item in items))


def _is_count(value) -> bool:
    return type(value) is int and value >= 0  # True is an int, too.


def _blames_content(answer: Answer) -> bool:
    """Whether the same bytes would be refused again. Without Annals' word, only for their size."""
    if answer.status == 413:
        return True
    return answer.status in (400, 422) and "error_message" in (answer.document or {})
