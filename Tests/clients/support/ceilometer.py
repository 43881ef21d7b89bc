"""Publishers of real Ceilometer releases, each in the Python environment of its release."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
#: By release. scripts/test-clients makes both.
ENVIRONMENTS = {"27": ROOT / ".venv", "19": ROOT / ".venv-ceilometer-19"}
PROGRAM = Path(__file__).parent / "programs" / "publish.py"


class Ceilometer:
    """A process that publishes what it is told to, with the class that a pipeline would load."""

    def __init__(self, release: str):
        self.process = subprocess.Popen(
            [ENVIRONMENTS[release] / "bin" / "python", "-W", "ignore", PROGRAM],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def publish(self, address: str, events: list[dict]) -> "Outcome":
        """In one call of `publish_events`, through a new publisher."""
        self.process.stdin.write(json.dumps({"address": address, "events": events}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the process of Ceilometer has ended"
        return Outcome(**json.loads(answer))

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()


class Outcome:
    """`raised` is the name of the exception that the agent would see, or None."""

    def __init__(self, raised: str | None, log: str):
        self.raised, self.log = raised, log
