"""What sslyze, a scanner of TLS servers, finds: protocols, suites, curves, the chain, known attacks."""

import json
import subprocess
from pathlib import Path

import pytest
from support.certificates import Authority
from support.server import ROOT

PYTHON = ROOT / ".venv-tls" / "bin" / "python"
#: All of TLS 1.2's with forward secrecy and authenticated encryption, and those of TLS 1.3.
STRONG = ("TLS_ECDHE_ECDSA_WITH_", "TLS_ECDHE_RSA_WITH_", "TLS_AES_", "TLS_CHACHA20_")


@pytest.fixture(scope="module")
def scan(tmp_path_factory, authority):
    """The whole report on a service whose certificate comes with an intermediate."""
    from conftest import Makers
    directory = tmp_path_factory.mktemp("scan")
    between = Authority(directory, "between", above=authority)
    makers = Makers("sqlite", directory, authority, between.server("scanned"))
    try:
        server = makers().start()
        report = scanned(server.port, authority.path, directory / "report.json")
        assert server.is_running
        assert server.log_errors() == []
        server.stop()
        yield report
    finally:
        makers.close()


def scanned(port: int, authority: Path, report: Path) -> dict:
    # Its own judgement is the exit status: Mozilla's recommendation for services of any age.
    done = subprocess.run(
        [PYTHON, "-m", "sslyze", "--quiet", "--json_out", report, "--mozilla_config",
         "intermediate", "--early_data", "--certinfo_ca_file", authority, f"localhost:{port}"],
        capture_output=True, text=True, timeout=300)
    (result,) = json.loads(report.read_text())["server_scan_results"]
    assert result["scan_status"] == "COMPLETED", result
    attempts = result["scan_result"]
    return {"compliance": done.stdout + done.stderr, "exit": done.returncode} | {
        name: attempt["result"] for name, attempt in attempts.items()}


def suites(scan, protocol: str) -> list[dict]:
    return scan[f"{protocol}_cipher_suites"]["accepted_cipher_suites"]


@pytest.mark.parametrize("protocol", ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"])
def test_old_protocols_are_refused(scan, protocol):
    assert suites(scan, protocol) == []


@pytest.mark.parametrize("protocol", ["tls_1_2", "tls_1_3"])
def test_only_strong_suites_are_offered(scan, protocol):
    accepted = suites(scan, protocol)
    assert accepted, f"{protocol} is not spoken"
    for one in accepted:
        suite = one["cipher_suite"]
        assert suite["name"].startswith(STRONG), suite
        assert "_CBC_" not in suite["name"] and not suite["is_anonymous"], suite
        assert suite["key_size"] >= 128
        assert one["ephemeral_key"]["size"] >= 253, one


def test_the_chain_is_whole_in_its_order_and_leads_to_the_authority(scan):
    (deployment,) = scan["certificate_info"]["certificate_deployments"]
    subjects = [one["subject"]["rfc4514_string"]
                for one in deployment["received_certificate_chain"]]
    assert subjects == ["CN=scanned", "CN=between"]
    assert deployment["received_chain_has_valid_order"]
    assert not deployment["received_chain_contains_anchor_certificate"]
    verified = {one["trust_store"]["name"]: one["was_validation_successful"]
                for one in deployment["path_validation_results"]}
    assert verified["Supplied CA file"]


def test_known_attacks_find_nothing(scan):
    assert not scan["heartbleed"]["is_vulnerable_to_heartbleed"]
    assert not scan["openssl_ccs_injection"]["is_vulnerable_to_ccs_injection"]
    assert not scan["tls_compression"]["supports_compression"]
    assert not scan["tls_1_3_early_data"]["supports_early_data"]
    assert scan["tls_fallback_scsv"]["supports_fallback_scsv"]
    assert scan["robot"]["robot_result"].startswith("NOT_VULNERABLE")
    renegotiation = scan["session_renegotiation"]
    assert renegotiation["supports_secure_renegotiation"]
    assert not renegotiation["is_vulnerable_to_client_renegotiation_dos"]


def test_it_complies_with_what_mozilla_recommends(scan):
    assert scan["exit"] == 0, scan["compliance"]
    assert "OK - Compliant" in scan["compliance"]
