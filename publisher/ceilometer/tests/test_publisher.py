"""What Ceilometer sees: one object a worker, that never fails to load."""

import logging
import os
import signal
from urllib.parse import urlsplit

import pytest
from annals_publisher import configuration
from annals_publisher import publisher as publisher_module
from annals_publisher.connection import DeliveryError
from annals_publisher.publisher import AnnalsPublisher
from conftest import Event
from oslo_config import cfg


@pytest.fixture
def waits(monkeypatch):
    waits = []
    monkeypatch.setattr(publisher_module.time, "sleep", waits.append)
    return waits


def test_a_wrong_address_takes_no_events_but_is_there(conf, caplog, waits):
    publisher = AnnalsPublisher(conf, urlsplit("annalss://h:1?timout=3"))
    assert "no option timout" in caplog.text
    with pytest.raises(DeliveryError, match="no option timout"):
        publisher.publish_events([Event()])
    assert waits == [publisher_module.REFUSAL_PAUSE], "the agent must not spin"


def test_a_wrong_address_in_the_configuration_takes_no_events_but_is_there(conf, caplog, waits):
    configuration.register(conf)
    conf.set_override("url", "annalss://user:geheim@[::1:8977", group="annals_publisher")
    publisher = AnnalsPublisher(conf, urlsplit("panko://"))
    assert "is no address" in caplog.text
    with pytest.raises(DeliveryError, match="is no address"):
        publisher.publish_events([Event()])
    assert waits == [publisher_module.REFUSAL_PAUSE]
    assert "geheim" not in caplog.text


def test_a_fault_of_our_own_keeps_no_publisher_from_loading(conf, caplog, waits, monkeypatch):
    secret = "geheim"

    def fail(*_):
        raise RuntimeError(secret)

    monkeypatch.setattr(publisher_module, "read_options", fail)
    publisher = AnnalsPublisher(conf, urlsplit("annals://h"))
    assert "RuntimeError" in caplog.text
    assert "in fail" in caplog.text, "where it was"
    assert "geheim" not in caplog.text, "who knows what is in it"
    with pytest.raises(DeliveryError, match="RuntimeError"):
        publisher.publish_events([Event()])
    assert waits == [publisher_module.REFUSAL_PAUSE]


def test_a_secret_that_goes_before_the_first_event_does_not_make_the_agent_spin(
        annals, make_publisher, conf, waits, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("geheim\n")
    configuration.register(conf)
    conf.set_override("hmac_secret_file", str(secret), group="annals_publisher")
    publisher = make_publisher(auth="hmac")
    secret.unlink()
    with pytest.raises(DeliveryError, match="hmac_secret_file=.* cannot be read"):
        publisher.publish_events([Event()])
    assert waits == [publisher_module.REFUSAL_PAUSE]
    secret.write_text("geheim\n")
    publisher.publish_events([Event()])
    assert len(annals.stored) == 1, "mended without a restart"


def test_no_thread_now_keeps_no_publisher_with_a_spool_from_loading(
        annals, make_publisher, caplog, waits, monkeypatch, tmp_path):
    def fail(_):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as shortage:
        shortage.setattr(publisher_module.Sender, "start", fail)
        publisher = make_publisher(spool=tmp_path / "spool")
        assert "RuntimeError" in caplog.text
        with pytest.raises(DeliveryError, match="RuntimeError"):
            publisher.publish_events([Event()])
    assert waits == [publisher_module.REFUSAL_PAUSE]
    publisher.publish_events([Event()])
    assert len(annals.stored) == 1


def test_panko_takes_its_address_from_the_configuration(annals, conf, make_publisher):
    conf.register_opts([cfg.StrOpt("url")], group="other")
    configuration.register(conf)
    conf.set_override("url", f"annals://127.0.0.1:{annals.port}", group="annals_publisher")
    make_publisher("panko://").publish_events([Event()])
    assert len(annals.stored) == 1


@pytest.mark.parametrize("is_lossy", [True, False])
def test_it_warns_where_the_agent_acknowledges_what_was_not_published(
        conf, make_publisher, caplog, is_lossy):
    conf.set_override("ack_on_event_error", is_lossy, group="notification")
    make_publisher()
    assert ("ack_on_event_error is True" in caplog.text) == is_lossy


def test_it_works_outside_the_agent(annals):
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[], default_config_dirs=[])
    publisher = AnnalsPublisher(conf, urlsplit(f"annals://127.0.0.1:{annals.port}"))
    publisher.publish_events([Event()])
    publisher.close()
    assert len(annals.stored) == 1


def test_figures_are_logged_now_and_then(annals, make_publisher, caplog):
    caplog.set_level(logging.INFO)
    publisher = make_publisher(report_interval=0.001)
    for _ in range(3):
        publisher.publish_events([Event()])
    publisher.close()
    lines = [line for line in caplog.messages if line.startswith("published to")]
    assert lines
    fields = [dict(word.split("=") for word in line.split(": ", 1)[1].split()) for line in lines]
    assert sum(int(line["accepted"]) for line in fields) == 3
    assert sum(int(line["requests"]) for line in fields) == 3
    assert {"rejected", "returned", "in_spool", "mean_ms", "bytes"} <= fields[0].keys()


def test_it_is_silent_without_an_interval(annals, make_publisher, caplog):
    caplog.set_level(logging.INFO)
    publisher = make_publisher(report_interval=0)
    publisher.publish_events([Event()])
    publisher.close()
    assert not [line for line in caplog.messages if line.startswith("published to")]


def test_a_child_process_has_a_thread_of_its_own(annals, make_publisher):
    publisher = make_publisher()
    publisher.publish_events([Event("parent")])
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(20)
            publisher.publish_events([Event("child")])
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    publisher.publish_events([Event("parent again")])
    assert annals.stored.keys() == {"parent", "child", "parent again"}
    assert len({one.connection for one in annals.requests}) == 2


def test_a_sender_that_fails_unexpectedly_goes_on(annals, make_publisher, monkeypatch, caplog):
    publisher = make_publisher()
    failures = [RuntimeError("A fault of our own.")]
    deliver = publisher._running_sender()._delivery.deliver

    def fail_once(documents, settle):
        if failures:
            raise failures.pop()
        deliver(documents, settle)

    monkeypatch.setattr(publisher._running_sender()._delivery, "deliver", fail_once)
    publisher.publish_events([Event()])
    assert len(annals.stored) == 1
    assert "A fault of our own." in caplog.text


def test_an_unexpected_failure_is_what_callers_are_told(
        annals, make_publisher, refusal_of, monkeypatch):
    publisher = make_publisher()

    def fail(*_):
        raise RuntimeError("A fault of our own.")

    monkeypatch.setattr(publisher._running_sender()._delivery, "deliver", fail)
    assert "unexpected RuntimeError" in refusal_of(publisher)


def test_many_threads_lose_and_double_nothing(annals, make_publisher, make_callers):
    answers = [503, 429, None, 413, "store", "store", 500, "store", 401, "store"] * 20
    annals.script.extend(answers)
    callers = make_callers(make_publisher(batch_events=16))
    events = [Event() for _ in range(300)]
    for number in range(0, 300, 3):
        callers.publish(*events[number:number + 3])
    assert callers.join().failures == {}
    assert annals.stored.keys() == {event.message_id for event in events}
    assert callers.publisher.counters.duplicates == 0
