"""What stands in the address of a publisher: where to, how patiently, and who it is."""

from __future__ import annotations

import dataclasses
import os
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit, urlunsplit

DEFAULT_PATH = "/v2/events"
#: By scheme of the pipeline. `panko` stands for the address in the configuration.
SCHEMES = {"annals": "http", "annalss": "https"}
AUTHENTICATIONS = ("none", "basic", "hmac", "keystone")


class OptionError(Exception):
    """An option is wrong. The message names it, says what is allowed, and holds no secret."""


@dataclasses.dataclass(frozen=True)
class Options:
    """All but the secrets. Durations are in seconds, sizes in bytes."""

    #: Without user, password, query and fragment.
    target: str
    #: From user:password@ in the address, percent-decoded. Better in the configuration.
    username: str | None = None
    password: str | None = dataclasses.field(default=None, repr=False)
    #: To connect, and for each read of the answer.
    timeout: float = 10.0
    #: How long a caller waits for its acknowledgement before it gets an error.
    deadline: float = 60.0
    #: How long the first event of a batch waits for others.
    linger: float = 0.02
    #: Most events of a request.
    batch_events: int = 200
    #: Most bytes of a request before compression; one event may be larger.
    batch_bytes: int = 4 * 1024 * 1024
    gzip: bool = True
    #: True, or the path of a file or directory with authorities. False trusts everybody.
    verify_ssl: bool | str = True
    clientcert: str | None = None
    clientkey: str | None = None
    auth: str = "none"
    #: Directory of the disk spool; None has none.
    spool: str | None = None
    #: Most bytes of one worker's spool.
    spool_bytes: int = 256 * 1024 * 1024
    #: How long Annals may be away before events go to the spool.
    spool_after: float = 5.0
    #: File to which refused events are appended, a JSON object a line; None only logs them.
    rejects: str | None = None
    #: Time between two log lines with figures; 0 writes none.
    report_interval: float = 60.0


def read_options(address: SplitResult, configured_url: str | None = None) -> Options:
    """The options of a pipeline's address.

    An address without a host (`panko://`, `annalss://`) stands for `configured_url`.
    """
    if not address.netloc:
        if not configured_url:
            raise OptionError(
                f"{address.scheme}:// names no host: write annalss://host:8977, or set url in the "
                "section [annals_publisher]")
        address = _split(configured_url)
    if address.scheme not in SCHEMES:
        raise OptionError(
            f"the scheme {address.scheme!r} is not known: annalss://host:8977 is with TLS, "
            "annals://host:8977 without")
    if "@" in address.path + address.query or address.fragment:
        # A part of a password may be here, so nothing is quoted.
        raise OptionError(
            "an @ or a # stands behind the host of the address: in user, password and options "
            "write / as %2F, ? as %3F, # as %23 and @ as %40")
    values: dict = dict(_parse(name, texts) for name, texts in
                        parse_qs(address.query, keep_blank_values=True).items())
    if address.username is not None:
        values["username"] = unquote(address.username)
        values["password"] = unquote(address.password or "")
        values.setdefault("auth", "basic")
    options = Options(target=_target(address), **values)
    _check(options)
    return options


def _split(configured_url: str) -> SplitResult:
    try:
        return urlsplit(configured_url)
    except ValueError:
        # Its message may quote the address, where a password may be.
        raise OptionError(
            "url in the section [annals_publisher] is no address: write annalss://host:8977, and "
            "an IPv6 address in brackets") from None


def _target(address: SplitResult) -> str:
    try:
        host, port = address.hostname, address.port
    except ValueError:
        # As above.
        raise OptionError("the port of the address is no number from 0 to 65535") from None
    if not host:
        raise OptionError("the address names no host: write annalss://host:8977")
    if ":" in host:
        host = f"[{host}]"
    path = address.path if address.path not in ("", "/") else DEFAULT_PATH
    place = host if port is None else f"{host}:{port}"
    return urlunsplit((SCHEMES[address.scheme], place, path, "", ""))


def _check(options: Options) -> None:
    if options.clientkey and not options.clientcert:
        raise OptionError("clientkey is given without clientcert")
    for name in ("verify_ssl", "clientcert", "clientkey"):
        path = getattr(options, name)
        if isinstance(path, str) and not os.access(path, os.R_OK):
            hint = ": true, false or the path of a file" if name == "verify_ssl" else ""
            raise OptionError(f"{name}={path}: there is no such file that can be read{hint}")
    if options.target.startswith("http:") and options.clientcert:
        raise OptionError("clientcert needs annalss://")
    _check_deadline(options)


def _check_deadline(options: Options) -> None:
    # What is sent is not on disk before an attempt has failed, and that may take the timeout.
    least, what = options.linger, "linger"
    if options.spool is not None:
        least, what = options.spool_after + options.timeout, "spool_after and timeout together"
    if options.deadline <= least:
        raise OptionError(
            f"deadline={options.deadline:g} is not longer than {what} ({least:g} s): callers "
            "would get an error before their events are safe")


# Single options

def _number(least: float, most: float):
    def parse(text: str) -> float:
        value = float(text)
        if not least <= value <= most:  # Also where it is NaN.
            raise ValueError
        return value
    return parse, f"a number of seconds from {least:g} to {most:g}"


def _whole_number(least: int, most: int):
    def parse(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise ValueError
        return value
    return parse, f"a whole number from {least} to {most}"


def _parse_switch(text: str) -> bool:
    if text.lower() in ("true", "1", "yes", "on"):
        return True
    if text.lower() in ("false", "0", "no", "off"):
        return False
    raise ValueError


def _parse_verification(text: str) -> bool | str:
    try:
        return _parse_switch(text)
    except ValueError:
        return _parse_path(text)


def _parse_path(text: str) -> str:
    if not text:
        raise ValueError
    return text


def _parse_authentication(text: str) -> str:
    if text not in AUTHENTICATIONS:
        raise ValueError
    return text


_PARSERS = {
    "timeout": _number(0.1, 600),
    "deadline": _number(0.1, 3600),
    "linger": _number(0, 10),
    "batch_events": _whole_number(1, 10_000),
    "batch_bytes": _whole_number(1024, 1 << 30),
    "gzip": (_parse_switch, "true or false"),
    "verify_ssl": (_parse_verification, "true, false or the path of a file"),
    "clientcert": (_parse_path, "the path of a file"),
    "clientkey": (_parse_path, "the path of a file"),
    "auth": (_parse_authentication, f"one of {', '.join(AUTHENTICATIONS)}"),
    "spool": (_parse_path, "the path of a directory"),
    "spool_bytes": _whole_number(65_536, 1 << 50),
    "spool_after": _number(0, 3600),
    "rejects": (_parse_path, "the path of a file"),
    "report_interval": _number(0, 86_400),
}


def _parse(name: str, texts: list[str]) -> tuple[str, object]:
    if name not in _PARSERS:
        raise OptionError(f"there is no option {name}; there are {', '.join(_PARSERS)}")
    if len(texts) > 1:
        raise OptionError(f"{name} is given {len(texts)} times")
    parse, allowed = _PARSERS[name]
    try:
        return name, parse(texts[0])
    except ValueError:
        raise OptionError(f"{name}={texts[0]}: allowed is {allowed}") from None
