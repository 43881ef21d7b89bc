"""The publisher for Ceilometer inside this process, against a running service."""

import datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from annals_publisher.publisher import AnnalsPublisher
from ceilometer.event import models
from oslo_config import cfg


def annals_publisher(server, configuration: Path, section: dict[str, str] | None = None,
                     **options) -> AnnalsPublisher:
    """What a pipeline with annalss:// and these options gets.

    `section` is [annals_publisher], in the file `configuration` of Ceilometer.
    """
    configuration.touch(mode=0o600)
    lines = [f"{name} = {value}\n" for name, value in (section or {}).items()]
    configuration.write_text("".join(["[annals_publisher]\n", *lines]))
    conf = cfg.ConfigOpts()
    conf(["--config-file", str(configuration)], project="ceilometer", default_config_dirs=[])
    query = urlencode({"verify_ssl": server.authority.path} | options)
    return AnnalsPublisher(conf, urlsplit(f"annalss://127.0.0.1:{server.port}?{query}"))


def event(document: dict) -> models.Event:
    """Ceilometer's own object of a document without dates in its traits."""
    return models.Event(
        document["message_id"], document["event_type"],
        datetime.datetime.fromisoformat(document["generated"]),
        [models.Trait(*trait) for trait in document["traits"]], document["raw"])
