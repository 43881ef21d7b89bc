"""The section [annals_publisher] of Ceilometer's configuration: what no pipeline should hold."""

from __future__ import annotations

from oslo_config import cfg

from annals_publisher.options import OptionError

SECTION = "annals_publisher"
OPTIONS = [
    cfg.StrOpt("url", secret=True,
               help="Address for pipelines that name no host, such as panko://. "
                    "Example: annalss://events.example.org:8977?auth=hmac"),
    # Not username and password: those are Keystone's in this section.
    cfg.StrOpt("basic_user", help="User for auth=basic."),
    cfg.StrOpt("basic_password", secret=True, help="Password for auth=basic."),
    cfg.StrOpt("basic_password_file",
               help="File whose first line is the password for auth=basic."),
    cfg.StrOpt("hmac_secret", secret=True, help="Secret for auth=hmac."),
    cfg.StrOpt("hmac_secret_file", help="File whose first line is the secret for auth=hmac."),
    cfg.StrOpt("hmac_key_id", help="Name of the secret for auth=hmac, sent as X-Key-Id."),
]


def list_opts():
    """For oslo-config-generator."""
    from keystoneauth1 import loading

    return [(SECTION, [
        *OPTIONS, *loading.get_auth_common_conf_options(), *loading.get_session_conf_options(),
        *loading.get_auth_plugin_conf_options("v3password"),
        *loading.get_auth_plugin_conf_options("v3applicationcredential")])]


def register(conf: cfg.ConfigOpts):
    """Makes the section known, which may be done any number of times, and returns it."""
    conf.register_opts(OPTIONS, group=SECTION)
    return conf[SECTION]


def read_secret(section, name: str) -> str | None:
    """The option `name`, else the first line of the file `name`_file."""
    value, path = section[name], section[f"{name}_file"]
    if value and path:
        raise OptionError(f"[{SECTION}] has both {name} and {name}_file")
    if not path:
        return value or None
    try:
        with open(path, encoding="utf-8") as file:
            value = file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(f"[{SECTION}] {name}_file={path} cannot be read: {error}") from None
    if not value:
        raise OptionError(f"[{SECTION}] {name}_file={path}: the first line is empty")
    return value
