"""How long to wait before the next attempt."""

from __future__ import annotations

import datetime
import email.utils
import random
import time

#: Seconds before the second attempt, doubled with each failure.
FIRST = 0.2
#: Most seconds between two attempts, unless the server asks for more.
LONGEST = 10.0
#: Most seconds a server can ask for.
LONGEST_ASKED = 120.0


class Patience:
    """Counts the failures in a row, and spreads the attempts of many publishers by chance."""

    def __init__(self, chance=random.random, now=time.monotonic):
        self._chance = chance
        self._now = now
        self._failures = 0
        self._next_attempt = 0.0

    def succeeded(self) -> None:
        self._failures = 0
        self._next_attempt = 0.0

    def failed(self, retry_after: float | None) -> None:
        """`retry_after` is what the server asked for, in seconds."""
        longest = min(LONGEST, FIRST * 2 ** min(self._failures, 30))
        delay = longest * (0.5 + self._chance() / 2)
        if retry_after is not None:
            # A tenth more at most: those who were refused together should not return together.
            asked = min(retry_after, LONGEST_ASKED) * (1 + self._chance() / 10)
            delay = max(delay, asked)
        self._failures += 1
        self._next_attempt = self._now() + delay

    @property
    def is_tried(self) -> bool:
        """Whether the last attempt failed."""
        return self._failures > 0

    @property
    def remaining(self) -> float:
        """Seconds until the next attempt; 0 where it may be now."""
        return max(0.0, self._next_attempt - self._now())


def retry_after_seconds(text: str | None, now=None) -> float | None:
    """The header Retry-After, a number of seconds or a date; None where it says nothing usable."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.timezone.utc)
    now = now or datetime.datetime.now(datetime.timezone.utc)
    return max(0.0, (when - now).total_seconds())
