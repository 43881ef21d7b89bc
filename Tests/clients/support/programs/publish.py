"""Publishes with whatever Ceilometer this Python has: a JSON object a line in, one a line out."""

import datetime
import io
import json
import logging
import sys

from ceilometer import publisher
from ceilometer.event import models
from oslo_config import cfg


def event(document):
    def value(code, given):
        is_date = code == models.Trait.DATETIME_TYPE
        return datetime.datetime.fromisoformat(given) if is_date else given

    return models.Event(
        document["message_id"], document["event_type"],
        datetime.datetime.fromisoformat(document["generated"]),
        [models.Trait(name, code, value(code, given)) for name, code, given in document["traits"]],
        document["raw"])


def publish(request, conf):
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    raised = None
    try:
        publisher.get_publisher(conf, request["address"], "ceilometer.event.publisher") \
            .publish_events([event(one) for one in request["events"]])
    except Exception as error:
        raised = type(error).__name__
    finally:
        logging.getLogger().removeHandler(handler)
    return {"raised": raised, "log": log.getvalue()}


def main():
    conf = cfg.ConfigOpts()
    conf([], project="ceilometer", default_config_files=[], default_config_dirs=[])
    conf.register_opt(cfg.IntOpt("max_parallel_requests", default=64))
    for line in sys.stdin:
        print(json.dumps(publish(json.loads(line), conf)), flush=True)


if __name__ == "__main__":
    main()
