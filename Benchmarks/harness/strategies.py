"""Row 2 with each way to prove who one is, with rules from a file and with a spool, against the same
without any."""

import contextlib
import statistics
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import tools
from .places import PAGE, ROOT
from .schedule import Schedule
from .service import ProcessorTime, Service
from .tools import say

from support.keystone import Cloud, Keystone

BEGIN, END = "<!-- strategies: begin -->", "<!-- strategies: end -->"
#: Bcrypt of cost 10, of `benchmark-password`.
HASH = "$2b$10$benchmarkbenchmarkbenOMDaDePaU.JT4l1rznb7NE3i7yPhdP7G"
SECRET = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Strategy:
    name: str
    #: Of the service.
    settings: dict[str, str] = field(default_factory=dict)
    #: Of the load generator.
    options: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def strategies(directory: Path) -> Iterator[list[Strategy]]:
    """Without any first; the files they need are written into the directory, and a Keystone runs."""
    directory.mkdir(parents=True, exist_ok=True)
    _make_certificates(directory)
    keystone = Keystone().create()
    try:
        keystone.start()
        yield [Strategy("none"), *_without_identity(directory), *_with_files(directory),
               _with_keystone(directory, Cloud(keystone))]
    finally:
        keystone.close()


def _written(path: Path, text: str) -> str:
    path.touch(mode=0o600)
    path.write_text(text)
    return str(path)


def _without_identity(directory: Path) -> list[Strategy]:
    return [
        Strategy("none, policy.file", {"policy.file": str(ROOT / "etc" / "policy.yaml")}),
        Strategy("none, ingest.spool", {"ingest.spool.path": str(directory / "spool")}),
    ]


def _with_keystone(directory: Path, cloud: Cloud) -> Strategy:
    """One token for all requests: all but the first find it in the cache."""
    token = cloud.token("nova", "service")
    return Strategy("keystone", {
        "auth.strategies": "keystone", "keystone.auth_url": cloud.keystone.address,
        "keystone.username": "annals", "keystone.project_name": "service",
        "keystone.password_file": _written(directory / "password", cloud.passwords["annals"]),
    }, {"headers_file": _written(directory / "token", f"X-Auth-Token: {token}\n")})


def _with_files(directory: Path) -> list[Strategy]:
    def written(name: str, text: str) -> str:
        return _written(directory / name, text)

    headers = written("headers", "Authorization: Basic YmVuY2g6YmVuY2htYXJrLXBhc3N3b3Jk\n")
    who = "roles: [service], user_id: bench, project_id: bench"
    return [
        Strategy("certificate", {
            "auth.strategies": "certificate", "tls.client_ca": f"{directory}/ca.pem",
            "certificate.user_file": written(
                "certificates.yaml", f"- {{subject: CN=bench, {who}}}\n"),
        }, {"certificate": f"{directory}/bench.pem", "key": f"{directory}/bench.key"}),
        Strategy("hmac", {
            "auth.strategies": "hmac",
            "hmac.key_file": written("keys.yaml", f"- {{id: a, secret: {SECRET}, {who}}}\n"),
        }, {"hmac_secret_file": written("secret", SECRET + "\n")}),
        Strategy("basic", {
            "auth.strategies": "basic",
            "basic.password_file": written("users.htpasswd", f"bench:{HASH}\n"),
            "basic.user_file": written("users.yaml", f"bench: {{{who}}}\n"),
        }, {"headers_file": headers}),
    ]


def _make_certificates(directory: Path) -> None:
    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=directory, check=True, capture_output=True)

    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *new_key, "-subj", "/CN=authority", "-days", "10",
            "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *new_key, "-subj", "/CN=bench", "-keyout", "bench.key", "-out", "bench.csr")
    (directory / "usage").write_text("extendedKeyUsage=clientAuth\n")
    openssl("x509", "-req", "-in", "bench.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "10", "-extfile", "usage", "-out", "bench.pem")


def measure(engine, directory: Path, repeats: int, seconds: int) -> list[dict]:
    """Each in turn on a new database, `repeats` times. Each round begins with another one: what the
    disk still has to do for one run is paid by the next."""
    with strategies(directory) as all_of_them:
        runs: dict[str, list[dict]] = {one.name: [] for one in all_of_them}
        for number in range(repeats):
            first = number % len(all_of_them)
            for one in all_of_them[first:] + all_of_them[:first]:
                runs[one.name].append(_run(engine, one, seconds))
                say(f"{one.name} {number + 1}/{repeats}: {runs[one.name][-1]}")
        return [_medians(one.name, runs[one.name], runs["none"]) for one in all_of_them]


def _run(engine, strategy: Strategy, seconds: int) -> dict:
    service = Service(engine, "strategy", strategy.settings).fresh()
    # What is found out once about a caller is not what a request costs.
    tools.publish(service.port, Schedule.of_now(), count=64, seed=2, **strategy.options)
    with ProcessorTime(service) as spent:
        report = tools.publish(service.port, Schedule.of_now(), batch=1, connections=64,
                               seconds=seconds, count=10_000_000, **strategy.options)
    service.stop()
    service.remove()
    return {"rate": report["unitsPerSecond"], "p99": report["milliseconds"]["p99"],
            **spent.microseconds(report["units"])}


def _medians(name: str, runs: list[dict], without: list[dict]) -> dict:
    """The ratio is that of each run to the one without in the same round."""
    ratios = sorted(run["rate"] / other["rate"] for run, other in zip(runs, without))
    medians = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    return medians | {"name": name, "ratio": statistics.median(ratios), "least": ratios[0],
                      "greatest": ratios[-1]}


def table(results: list[dict], conditions: str) -> str:
    lines = [conditions, "",
             "| strategy | events/s | to `none` | service | client | p99 |", "|---|---|---|---|---|---|"]
    for one in results:
        lines.append(
            f"| `{one['name']}` | {one['rate']:,.0f} | {one['ratio']:.2f} "
            f"({one['least']:.2f}-{one['greatest']:.2f}) | {one['service_cpu']:.0f} us "
            f"| {one['client_cpu']:.0f} us | {one['p99']:.1f} ms |")
    return "\n".join(lines)


def write(text: str) -> None:
    """Between its marks in docs/performance.md."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
