"""The real ceilometer-agent-notification, of either release, from RabbitMQ to one publisher."""

import os
import signal
import subprocess
from pathlib import Path

from .ceilometer import ENVIRONMENTS
from .process import end_with_parent

PIPELINE = """\
sources:
  - name: event_source
    events: ["*"]
    sinks: [annals_sink]
sinks:
  - name: annals_sink
    publishers:
      - {address}
"""
CONFIGURATION = """\
[DEFAULT]
transport_url = {broker}
event_pipeline_cfg_file = {directory}/event_pipeline.yaml
max_parallel_requests = 64
host = annals-tests
{logging}
[notification]
pipelines = event
workers = {workers}
batch_size = 1
ack_on_event_error = {acknowledge}
notification_control_exchanges = {exchange}
[annals_publisher]
{section}
"""


class Agent:
    """What it could not publish goes back to RabbitMQ unless `acknowledge` is set."""

    def __init__(self, directory: Path, release: str, broker: str, address: str, *,
                 exchange: str, packages: Path, section: dict[str, str] | None = None,
                 acknowledge: bool = False, workers: int = 1, debug: bool = False):
        """With `debug` every library under it tells all it has to tell, too."""
        self.release = release
        self.python = ENVIRONMENTS[release] / "bin"
        self.packages = packages
        self.directory = directory
        self.log_path = directory / "agent.log"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "event_pipeline.yaml").write_text(PIPELINE.format(address=address))
        configuration = directory / "ceilometer.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(CONFIGURATION.format(
            broker=broker, directory=directory, acknowledge=acknowledge, exchange=exchange,
            workers=workers, logging="debug = true\ndefault_log_levels =" if debug else "",
            section="\n".join(f"{name} = {value}" for name, value in (section or {}).items())))
        self.process: subprocess.Popen | None = None

    def start(self) -> "Agent":
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [self.python / "python", self.python / "ceilometer-agent-notification",
                 "--config-file", self.directory / "ceilometer.conf"],
                cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                process_group=0, preexec_fn=lambda: end_with_parent(signal.SIGTERM),
                env=os.environ | {"PYTHONPATH": str(self.packages),
                                  "HOME": str(self.directory),
                                  "PYTHONWARNINGS": "ignore"})
        return self

    def stop(self, seconds: float = 20) -> None:
        """SIGTERM; the whole group is killed where that takes too long."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """kill -9 of the agent and its workers."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")
