"""Addresses of pipelines, right and wrong."""

from urllib.parse import urlsplit

import pytest
from annals_publisher.options import OptionError, Options, read_options


def read(address, configured_url=None):
    return read_options(urlsplit(address), configured_url)


@pytest.mark.parametrize("address, target", [
    ("annals://h:8977", "http://h:8977/v2/events"),
    ("annalss://h:8977/", "https://h:8977/v2/events"),
    ("annalss://h", "https://h/v2/events"),
    ("annalss://h/prefix/v2/events", "https://h/prefix/v2/events"),
    ("annalss://[::1]:8977", "https://[::1]:8977/v2/events"),
    ("annalss://u:p@h:1?timeout=3", "https://h:1/v2/events"),
])
def test_the_address_says_where_to(address, target):
    assert read(address).target == target


def test_without_options_there_are_defaults():
    assert read("annals://h") == Options(target="http://h/v2/events")


def test_every_option_is_read(tmp_path):
    file = tmp_path / "file.pem"
    file.touch()
    options = read(
        f"annalss://h?timeout=1.5&deadline=7&linger=0&batch_events=3&batch_bytes=2048&gzip=off"
        f"&verify_ssl={file}&clientcert={file}&clientkey={file}&auth=hmac&spool=/s"
        f"&spool_bytes=65536&spool_after=0&rejects=/r&report_interval=0")
    assert options == Options(
        target="https://h/v2/events", timeout=1.5, deadline=7, linger=0, batch_events=3,
        batch_bytes=2048, gzip=False, verify_ssl=str(file), clientcert=str(file),
        clientkey=str(file), auth="hmac", spool="/s", spool_bytes=65536, spool_after=0,
        rejects="/r", report_interval=0)


def test_user_and_password_are_percent_decoded_and_mean_basic():
    options = read("annalss://s%40vc:p%3Aw%2F@h")
    assert (options.username, options.password, options.auth) == ("s@vc", "p:w/", "basic")
    assert "p:w/" not in repr(options)


@pytest.mark.parametrize("scheme", ["panko", "annalss", "annals"])
def test_an_address_without_a_host_stands_for_the_configured_one(scheme):
    options = read(f"{scheme}://", "annalss://other:1?timeout=2")
    assert (options.target, options.timeout) == ("https://other:1/v2/events", 2)


@pytest.mark.parametrize("address, words", [
    ("panko://", "names no host"),
    ("annalss://", "section [annals_publisher]"),
    ("annalss://:8977", "names no host"),
    ("annalss://h:99999", "the port of the address"),
    ("annalss://h?timout=3", "no option timout"),
    ("annalss://h?timeout=soon", "timeout=soon: allowed is a number of seconds from 0.1 to 600"),
    ("annalss://h?timeout=nan", "timeout=nan"),
    ("annalss://h?timeout=0", "timeout=0"),
    ("annalss://h?timeout=1&timeout=2", "timeout is given 2 times"),
    ("annalss://h?batch_events=0", "batch_events=0: allowed is a whole number from 1"),
    ("annalss://h?batch_events=1.5", "batch_events=1.5"),
    ("annalss://h?gzip=maybe", "gzip=maybe: allowed is true or false"),
    ("annalss://h?gzip=", "gzip=: allowed is true or false"),
    ("annalss://h?verify_ssl=ture", "verify_ssl=ture: there is no such file that can be read"),
    ("annalss://h?clientcert=/nope.pem", "clientcert=/nope.pem"),
    ("annalss://h?clientkey=/nope.pem", "clientkey is given without clientcert"),
    ("annalss://h?auth=magic", "auth=magic: allowed is one of none, basic, hmac, keystone"),
    ("annalss://h?spool=", "spool=: allowed is the path of a directory"),
    ("annalss://h?spool=/s&deadline=5",
     "deadline=5 is not longer than spool_after and timeout together (15 s)"),
    ("annalss://h?spool=/s&deadline=15", "deadline=15 is not longer"),
    ("annalss://h?spool=/s&spool_after=55&timeout=5", "deadline=60 is not longer"),
    ("annalss://h?deadline=2&linger=2", "deadline=2 is not longer than linger (2 s)"),
])
def test_what_is_wrong_is_named(address, words):
    with pytest.raises(OptionError) as problem:
        read(address)
    assert words in str(problem.value)


@pytest.mark.parametrize("address", [
    "annalss://h?deadline=5", "annalss://h?spool=/s&deadline=16", "annalss://h?spool=/s",
])
def test_a_deadline_that_is_long_enough_is_taken(address):
    read(address)


@pytest.mark.parametrize("address", [
    "annalss://user:gehe/im@h", "annalss://user:gehe?im@h", "annalss://user:gehe#im@h",
    "annalss://user:12/geheim@h", "annalss://user:12?geheim@h", "annalss://user:12#geheim@h",
    "annalss://user:12?timeout=geheim@h", "annalss://h#fragment",
])
def test_a_password_that_breaks_the_address_is_not_quoted(address):
    with pytest.raises(OptionError, match="write / as %2F") as problem:
        read(address)
    assert "gehe" not in str(problem.value)


def test_an_at_that_is_encoded_is_taken():
    assert read("annalss://h/a%40b?rejects=/r%40s").rejects == "/r@s"


@pytest.mark.parametrize("address", [
    "annalss://user:geheim@[::1:8977", "annalss://user:geheim@h]:1",
    "annalss://user:geheim@h\u2100:1",  # Its compatible form is a/c.
])
def test_a_configured_address_that_is_none_is_not_quoted(address):
    with pytest.raises(OptionError, match="url in the section .* is no address") as problem:
        read("panko://", address)
    assert "geheim" not in str(problem.value)
    assert problem.value.__suppress_context__, "Python's text would quote it"


def test_the_configured_address_must_name_a_host_and_a_scheme():
    with pytest.raises(OptionError, match="scheme 'https' is not known"):
        read("panko://", "https://h:8977")


def test_a_client_certificate_needs_tls(tmp_path):
    file = tmp_path / "file.pem"
    file.touch()
    with pytest.raises(OptionError, match="clientcert needs annalss"):
        read(f"annals://h?clientcert={file}")
