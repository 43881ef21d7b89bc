"""Waiting for what must come, with a bound, and measuring it."""

import time


def eventually(condition, seconds: float = 10):
    """The first value of `condition` that is true."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)
    return value


def seconds_until(server, action, seconds: float = 20) -> float:
    """How long it takes until `action` of a new client has a 200; before it there is 503 only."""
    began = time.monotonic()
    with server.client() as client:
        while (answer := action(client)).status != 200:
            assert answer.status == 503, answer.text
            assert "Retry-After" in answer.headers, answer.text
            assert time.monotonic() - began < seconds, f"no 200 within {seconds} s: {answer.text}"
            time.sleep(0.01)
    return time.monotonic() - began
