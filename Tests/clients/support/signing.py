"""Requests signed as docs/identity.md says."""

import hashlib
import hmac
import time


def signed(secret: str, body: bytes, key_id: str | None = None, timestamp: int | None = None):
    """The header fields of one request."""
    text = str(int(time.time()) if timestamp is None else timestamp)
    code = hmac.new(secret.encode(), text.encode() + b"\n" + body, hashlib.sha256).hexdigest()
    headers = {"X-Timestamp": text, "X-Signature": f"v1={code}", "Content-Type": "application/json"}
    return headers | ({"X-Key-Id": key_id} if key_id else {})
