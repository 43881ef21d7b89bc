"""schemathesis against the description that the service serves of itself.

ANNALS_FUZZ_SECONDS: the time it may take (100 on SQLite, else 25). ANNALS_FUZZ_EXAMPLES: cases per
operation (60).
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.client import ADMIN
from support.events import lines

EXAMPLES = int(os.environ.get("ANNALS_FUZZ_EXAMPLES", "60"))


@pytest.mark.every_engine
def test_schemathesis_finds_nothing(engine, server, client, tmp_path):
    seconds = int(os.environ.get("ANNALS_FUZZ_SECONDS", 100 if engine == "sqlite" else 25))
    assert client.get("/openapi.yaml").status == 200
    assert client.publish(lines("events-50.http-single.ndjson")).status == 200
    headers = [word for name, value in ADMIN.items() for word in ("-H", f"{name}: {value}")]
    done = subprocess.run(
        [Path(sys.executable).parent / "schemathesis", "run", f"{server.address}/openapi.yaml",
         "--url", server.address, "--tls-verify", str(server.authority.path), *headers,
         "--checks", "all", "--mode", "all", "--max-examples", str(EXAMPLES),
         "--max-time", str(seconds), "--seed", "20261121", "--continue-on-failure",
         "--request-timeout", "30", "--no-color"],
        cwd=tmp_path, capture_output=True, text=True, timeout=seconds * 3 + 120)
    print(done.stdout[-30_000:])
    assert done.returncode == 0, done.stderr[-2000:]
