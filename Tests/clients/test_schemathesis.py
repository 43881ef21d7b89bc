"""schemathesis against the description that the service serves of itself.

ANNALS_FUZZ_SECONDS: the time a run may take (80 on SQLite, else 25). ANNALS_FUZZ_EXAMPLES: cases per
operation (60).
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.accounts import AccountFiles, basic, new_password
from support.client import ADMIN
from support.events import lines

EXAMPLES = int(os.environ.get("ANNALS_FUZZ_EXAMPLES", "60"))


@pytest.mark.every_engine
def test_schemathesis_finds_nothing(engine, server, client, tmp_path):
    assert client.get("/openapi.yaml").status == 200
    assert client.publish(lines("events-50.http-single.ndjson")).status == 200
    run(server, ADMIN, 80 if engine == "sqlite" else 25, tmp_path)


@pytest.mark.parametrize("knows_password", [True, False])
def test_schemathesis_finds_nothing_where_passwords_are_asked(
        make_server, tmp_path, knows_password):
    """Every status that a strategy answers is in the description."""
    accounts = AccountFiles(make_server.directory)
    password = new_password()
    accounts.write(accounts.line("alice", password))
    accounts.users.write_text("alice: {roles: [member], user_id: u, project_id: p}\n")
    server = make_server(settings=accounts.settings | {
        # The fuzzing itself is no guessing.
        "basic.failures_per_minute": "1000000"}).start()
    run(server, basic("alice", password if knows_password else "another"), 10, tmp_path)
    server.stop()
    assert server.log_errors() == []


def run(server, identity: dict[str, str], most_seconds: int, directory: Path) -> None:
    seconds = int(os.environ.get("ANNALS_FUZZ_SECONDS", most_seconds))
    headers = [word for name, value in identity.items() for word in ("-H", f"{name}: {value}")]
    done = subprocess.run(
        [Path(sys.executable).parent / "schemathesis", "run", f"{server.address}/openapi.yaml",
         "--url", server.address, "--tls-verify", str(server.authority.path), *headers,
         "--checks", "all", "--mode", "all", "--max-examples", str(EXAMPLES),
         "--max-time", str(seconds), "--seed", "20261121", "--continue-on-failure",
         "--request-timeout", "30", "--no-color"],
        cwd=directory, capture_output=True, text=True, timeout=seconds * 3 + 120)
    print(done.stdout[-30_000:])
    assert done.returncode == 0, done.stderr[-2000:]
