"""One kept connection to Annals."""

from __future__ import annotations

import dataclasses
import gzip
import time

import requests
import urllib3
from requests.adapters import HTTPAdapter

from annals_publisher import __version__
from annals_publisher.authentication import Authentication
from annals_publisher.options import OptionError, Options
from annals_publisher.patience import retry_after_seconds

#: Smaller bodies are sent as they are: compression would gain nothing.
GZIP_FROM_BYTES = 1024


class DeliveryError(Exception):
    """Annals has not taken the events, and may take them later."""

    def __init__(self, reason: str, retry_after: float | None = None, status: int | None = None):
        super().__init__(reason)
        #: Of the answer; None where there was none.
        self.status = status
        #: Seconds that the server asked for.
        self.retry_after = retry_after


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    #: The JSON object of the body; None where it is something else.
    document: dict | None
    #: Seconds.
    retry_after: float | None = None

    @property
    def sentence(self) -> str:
        """For the log: the status, and what the server says to it."""
        message = (self.document or {}).get("error_message")
        if isinstance(message, dict):
            message = message.get("faultstring")
        return f"status {self.status}" + (f": {message}" if message else "")


class Connection:
    """Used by one thread. Follows no redirects, and takes nothing from the environment."""

    def __init__(self, options: Options, authentication: Authentication | None = None):
        self._options = options
        self._authentication = authentication
        self._session = requests.Session()
        # No proxies and no .netrc: events go where the address says.
        self._session.trust_env = False
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0, pool_block=True)
        self._session.mount(options.target, adapter)
        self._session.verify = options.verify_ssl
        if options.clientcert:
            self._session.cert = (options.clientcert, options.clientkey) if options.clientkey \
                else options.clientcert
        self._session.headers.update({
            "Content-Type": "application/json", "Accept": "application/json",
            "User-Agent": f"annals-publisher/{__version__}"})
        #: Of bodies, after compression.
        self.bytes_sent = 0
        #: Seconds that the last request took.
        self.last_duration = 0.0

    def post(self, body: bytes, key: str) -> Answer:
        """Sends a JSON array. Throws DeliveryError where there is no answer.

        `key` is for whoever is between, who may tell a repeated request by it.
        """
        answer = self._post(body, key)
        if answer.status == 401 and self._has_another_proof():
            answer = self._post(body, key)
        return answer

    def _has_another_proof(self) -> bool:
        try:
            return self._authentication is not None and self._authentication.refused()
        except OptionError as error:
            raise DeliveryError(f"status 401, and {error}") from error

    def close(self) -> None:
        self._session.close()

    def _post(self, body: bytes, key: str) -> Answer:
        # A string of RFC 8941, hence the quotation marks (draft-ietf-httpapi-idempotency-key).
        headers = {"Idempotency-Key": f'"{key}"'}
        if self._options.gzip and len(body) >= GZIP_FROM_BYTES:
            body = gzip.compress(body, 6)
            headers["Content-Encoding"] = "gzip"
        began = time.monotonic()
        try:
            response = self._session.post(
                self._options.target, data=body, headers=headers, auth=self._authentication,
                timeout=self._options.timeout, allow_redirects=False)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise DeliveryError(f"no answer from {self._options.target}: {error}") from error
        except Exception as error:
            if not _is_of_keystone(error):
                raise
            raise DeliveryError(f"no token from Keystone: {error}") from error
        finally:
            self.last_duration = time.monotonic() - began
        self.bytes_sent += len(body)
        return Answer(response.status_code, _object(response),
                      retry_after_seconds(response.headers.get("Retry-After")))


def _object(response: requests.Response) -> dict | None:
    try:
        document = response.json()
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _is_of_keystone(error: Exception) -> bool:
    """Without importing keystoneauth1 where nobody uses it."""
    return any(kind.__module__.startswith("keystoneauth1.") for kind in type(error).__mro__)
