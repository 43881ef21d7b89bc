"""Proof of identity, one class a way. A client certificate comes beside it, from the address."""

from __future__ import annotations

import collections
import hashlib
import hmac
import time
from typing import Callable
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from annals_publisher import configuration
from annals_publisher.options import OptionError, Options

#: Signatures that are remembered so that none is sent twice.
RECENT_SIGNATURES = 256


class Authentication(AuthBase):
    """What proves who we are: a callable that adds headers to a prepared request."""

    def refused(self) -> bool:
        """Called after 401. Whether the next request has another proof, worth sending at once."""
        return False


class BasicAuthentication(Authentication):
    """User and password in UTF-8; requests alone would take Latin-1."""

    def __init__(self, username: str, password: Callable[[], str]):
        """`password` is asked again after a refusal: a file may have a new one."""
        if ":" in username:
            raise OptionError("auth=basic: the user has a colon, which ends a user's name there")
        self._username = username
        self._read = password
        self._password = password()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return HTTPBasicAuth(self._username.encode(), self._password.encode())(request)

    def refused(self) -> bool:
        before, self._password = self._password, self._read()
        return self._password != before


class SignatureAuthentication(Authentication):
    """Signs the bytes as they are sent, with the time, so that a repeated request is signed anew.

    `X-Signature: v1=` and the hexadecimal HMAC-SHA256 of `X-Timestamp` (seconds since 1970), a
    line feed and the body.
    """

    def __init__(self, secret: Callable[[], str], key_id: str | None = None, now=time.time):
        if key_id and not (key_id.isascii() and key_id.isprintable() and key_id.strip()):
            raise OptionError("auth=hmac: hmac_key_id may have visible ASCII characters only")
        self._read = secret
        self._secret = secret()
        self._key_id = key_id
        self._now = now
        self._recent: collections.deque[str] = collections.deque(maxlen=RECENT_SIGNATURES)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        timestamp = int(self._now())
        # The same bytes twice in a second would look like a replay: the next second is as good.
        while (signature := self._sign(timestamp, request.body)) in self._recent:
            timestamp += 1
        self._recent.append(signature)
        request.headers["X-Timestamp"] = str(timestamp)
        request.headers["X-Signature"] = f"v1={signature}"
        if self._key_id:
            request.headers["X-Key-Id"] = self._key_id
        return request

    def refused(self) -> bool:
        before, self._secret = self._secret, self._read()
        return self._secret != before

    def _sign(self, timestamp: int, body: bytes) -> str:
        text = b"%d\n%b" % (timestamp, body)
        return hmac.new(self._secret.encode(), text, hashlib.sha256).hexdigest()


class KeystoneAuthentication(Authentication):
    """A token of Keystone, fetched when it is needed and renewed when it ends or is refused."""

    def __init__(self, plugin, session):
        self._plugin = plugin
        self._session = session

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._plugin.get_headers(self._session) or {})
        return request

    def refused(self) -> bool:
        # A revoked token looks well until somebody refuses it.
        return self._plugin.invalidate()


def make_authentication(conf, options: Options) -> Authentication | None:
    """What `auth` of the address asks for. Throws OptionError where something is missing."""
    section = configuration.register(conf)
    if options.auth == "basic":
        if options.username is not None:
            return BasicAuthentication(options.username, lambda: options.password or "")
        if not section.basic_user:
            raise _missing("basic", "basic_user")
        return BasicAuthentication(section.basic_user, _secret(section, "basic", "basic_password"))
    if options.auth == "hmac":
        return SignatureAuthentication(
            _secret(section, "hmac", "hmac_secret"), section.hmac_key_id)
    if options.auth == "keystone":
        return _keystone(conf, options.timeout)
    return None


def _secret(section, way: str, name: str) -> Callable[[], str]:
    def read() -> str:
        secret = configuration.read_secret(section, name)
        if secret is None:
            raise _missing(way, f"{name} or {name}_file")
        return secret
    return read


def _keystone(conf, timeout: float) -> KeystoneAuthentication:
    """`timeout` is for each request to Keystone where the section has none, in seconds."""
    # Here, because most sites do without, and Ceilometer loads publishers at its start.
    from keystoneauth1 import exceptions, loading

    loading.register_auth_conf_options(conf, configuration.SECTION)
    loading.register_session_conf_options(conf, configuration.SECTION)
    try:
        plugin = loading.load_auth_from_conf_options(conf, configuration.SECTION)
        session = loading.load_session_from_conf_options(conf, configuration.SECTION)
    except (exceptions.ClientException, TypeError, ValueError) as error:
        raise OptionError(f"[{configuration.SECTION}]: {error}") from None
    if plugin is None:
        raise _missing("keystone", "auth_type and what it needs (auth_url, username, ...)")
    # The one thread that sends asks for the token: it would wait for ever, and all callers with it.
    session.timeout = session.timeout or timeout
    # As for Annals: no proxies and no .netrc.
    session.session.trust_env = False
    return KeystoneAuthentication(plugin, session)


def _missing(way: str, what: str) -> OptionError:
    return OptionError(f"auth={way} needs {what} in the section [{configuration.SECTION}]")


def is_insecure(options: Options) -> bool:
    """Whether a password or a token would cross a network without TLS, or go to anybody."""
    url = urlsplit(options.target)
    host = url.hostname or ""
    is_local = host in ("localhost", "::1") or host.startswith("127.")
    is_open = url.scheme == "http" or options.verify_ssl is False
    return options.auth in ("basic", "keystone") and is_open and not is_local
