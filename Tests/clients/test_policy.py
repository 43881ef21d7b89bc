"""The rules of access decide as the real oslo.policy does, and change while the service runs.

ANNALS_POLICY_EXAMPLES: how many sets of rules to compare, other ones each time (the same 100).
"""

import contextlib
import json
import logging
import os
import subprocess

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oslo_config import cfg
from oslo_policy import policy
from support.events import sample
from support.server import binary, clean_environment
from support.waiting import eventually

NAMES = ["a", "b", "c", "default"]
WORDS = ["member", "Admin", "p1", "p2", "u1", "True", "None", "5", "0.5", "x y", "é"]
ATTRIBUTES = ["user_id", "project_id", "system_scope", "system", "is_admin", "roles", "count",
              "token.project.id", "token.tags", "missing", "user_id.deeper", "class", "user_id.0",
              "token.class", "@", "!", "$", "match", "é", "²", "_1", ".user_id", "user_id."]
LITERALS = ["'p1'", '"u1"', "True", "None", "5", "0.5", "'x", "'a':'b'", "01", "1e3", "u'p1'",
            "R'u1'", "r'p\\1'", "ur'p1'", "'\\x701'", "'\\u00e9'", "'\\U000000e9'", "'\\x4'",
            "'p\\61'", "'\\1601'", "0x5", "-0X5", "0b1_01", "0o5", "0xg", "+5", "0_5", "5_",
            "5__0", ".5", "5_0e-2", "5._0", "05.0e-1", "b'é'", "'\\", "u'p1"]
# What stands for something in Python that nobody compares a caller with: denied here, whatever
# stands around it.
STRICTER = ["a-b", "[]", "{}", "f'p1'", "b'p1'", "'p''1'", "'\\q'", "5+0", "--5", "True.x", "..."]
KEYS = ["project_id", "need", "enabled", "missing", "n", "a.b"]

template = st.one_of(
    st.sampled_from([word for word in WORDS if " " not in word]),
    st.sampled_from(KEYS).map(lambda key: f"%({key})s"),
    st.sampled_from(KEYS).map(lambda key: f"x%%%({key})s"))
atom = st.one_of(
    st.sampled_from(["@", "!", "nokind", "'text'", "role:a:b"]),
    st.builds("role:{}".format, template),
    st.builds("rule:{}".format, st.sampled_from(NAMES + ["absent"])),
    st.builds("{}:{}".format, st.sampled_from(ATTRIBUTES + LITERALS), template))
stricter = st.one_of(
    st.builds("{}:{}".format, st.sampled_from(STRICTER), template),
    st.just("http://127.0.0.1:1/nobody"))


def combine(inner):
    return st.one_of(
        st.builds("{} and {}".format, inner, inner),
        st.builds("{} OR {}".format, inner, inner),
        st.builds("not {}".format, inner),
        st.builds("({})".format, inner),
        st.builds("( {} or {} )".format, inner, inner))


words = st.lists(
    st.one_of(atom, st.sampled_from(["and", "or", "not", "(", ")", "((", "AND"])), max_size=6
).map(" ".join)
rule = st.one_of(
    st.just(""), st.recursive(atom, combine, max_leaves=6), words,
    st.lists(st.one_of(atom, st.lists(atom, max_size=3)), max_size=3))
rules = st.fixed_dictionaries({}, optional={name: rule for name in NAMES})
stricter_rules = st.fixed_dictionaries({}, optional={
    name: st.one_of(
        st.recursive(st.one_of(atom, stricter), combine, max_leaves=6),
        st.lists(st.lists(st.one_of(atom, st.lists(atom, max_size=1)), max_size=2), max_size=3))
    for name in NAMES})
value = st.one_of(st.sampled_from(WORDS), st.booleans(), st.none(), st.integers(-10, 10),
                  st.floats(allow_nan=False, allow_infinity=False))
credentials = st.fixed_dictionaries({}, optional={
    "roles": st.lists(st.sampled_from(["member", "ADMIN", "p1", "a:b", "É"]), max_size=3),
    "user_id": value, "project_id": value, "system_scope": st.sampled_from(["all", None, ""]),
    "is_admin": value, "count": value,
    "token": st.fixed_dictionaries({}, optional={
        "project": st.fixed_dictionaries({"id": value}), "tags": st.lists(value, max_size=3)})})
target = st.fixed_dictionaries({}, optional={
    key: st.one_of(value, st.lists(value, max_size=2)) for key in KEYS if key != "missing"})


@contextlib.contextmanager
def quiet():
    """oslo.policy logs a traceback for every odd rule; here they all are."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def real_decision(enforcer, rule, target, credentials):
    """What raises an exception lets nobody in."""
    try:
        return bool(enforcer.enforce(rule, dict(target), dict(credentials)))
    except Exception:
        return False


def our_decisions(directory, text, questions):
    path = directory / "policy.yaml"
    path.write_text(text)
    done = subprocess.run(
        [binary(), "policy", "check", "--cases", "-", "--policy.file", path],
        input="".join(json.dumps(question) + "\n" for question in questions),
        env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [line.startswith("allowed") for line in done.stdout.splitlines()]


def both_decisions(directory, rules, callers, dump):
    """The questions, our answers and the real ones."""
    enforcer = policy.Enforcer(cfg.ConfigOpts(), use_conf=False, default_rule="default")
    enforcer.conf([], project="annals-test")
    with quiet():
        enforcer.set_rules(policy.Rules.load(dump(rules), "default"))
    questions = [{"rule": name, "target": target, "credentials": credentials}
                 for target, credentials in callers for name in NAMES + ["absent"]
                 if name in rules or "default" in rules]
    assume(questions)
    with quiet():
        real = [real_decision(enforcer, question["rule"], question["target"],
                              question["credentials"]) for question in questions]
    ours = our_decisions(directory, dump(rules), questions)
    return list(zip(questions, ours, real, strict=True))


many_examples = settings(
    max_examples=int(os.environ.get("ANNALS_POLICY_EXAMPLES", 100)), deadline=None,
    derandomize="ANNALS_POLICY_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
callers = st.lists(st.tuples(target, credentials), min_size=1, max_size=8)
dumps = st.sampled_from([json.dumps, lambda it: yaml.safe_dump(it, allow_unicode=True)])


@many_examples
@given(rules, callers, dumps)
def test_decisions_are_those_of_oslo_policy(tmp_path, rules, callers, dump):
    decisions = both_decisions(tmp_path, rules, callers, dump)
    differing = [question for question, ours, real in decisions if ours != real]
    assert differing == [], dump(rules)


@many_examples
@given(stricter_rules, callers, dumps)
def test_what_is_stricter_than_oslo_policy_never_lets_more_in(tmp_path, rules, callers, dump):
    decisions = both_decisions(tmp_path, rules, callers, dump)
    looser = [question for question, ours, real in decisions if ours and not real]
    assert looser == [], dump(rules)


def test_a_policy_that_changes_is_in_force_without_a_restart(make_server, tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text('"telemetry:events:index": ""\n')
    server = make_server(settings={"policy.file": str(path)}).start()
    with server.client() as client:
        assert client.publish(sample()).status == 200
        assert client.get("/v2/events").status == 200
        path.write_text('"telemetry:events:index": "role:nobody"\n')
        eventually(lambda: client.get("/v2/events").status == 403)
        assert client.get("/v2/events").fault == "RBAC Authorization Failed"
        path.write_text('"telemetry:events:index":\n')
        eventually(lambda: "annals_policy_current 0" in client.get("/metrics").text)
        assert client.get("/v2/events").status == 403, "the old rules stay"
        status = client.get("/status").json()["policy"]
        assert "telemetry:events:index is empty" in status["last_reload_failure"]
        path.write_text('"telemetry:events:create": "!"\n')
        eventually(lambda: client.get("/v2/events").status == 200)
        refused = client.publish(sample())
        assert refused.status == 403
        assert "telemetry:events:create" in refused.fault
        assert "annals_policy_current 1" in client.get("/metrics").text
    assert len(server.log_errors()) == 1, "the broken file is told once"


def test_a_broken_policy_file_stops_the_start(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text('segregation: !\n')
    for words in (["policy", "list"], ["config", "check"], ["serve"]):
        done = subprocess.run(
            [binary(), *words, "--policy.file", path, "--database.url",
             f"sqlite://{tmp_path}/annals.db", "--tls.enabled", "false"],
            env=clean_environment(), capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 2, words
        assert "the rule segregation is empty" in done.stderr


def test_one_decision_is_an_exit_status(tmp_path):
    def check(*words):
        return subprocess.run([binary(), "policy", "check", *words], env=clean_environment(),
                              capture_output=True, text=True, check=False)

    assert check("--rule", "segregation", "--roles", "member,admin").returncode == 0
    denied = check("--rule", "segregation", "--roles", "member")
    assert (denied.returncode, denied.stdout) == (1, "denied\n")
    assert check("--rule", "context_is_system_reader", "--roles", "reader", "--system-scope",
                 "all").returncode == 0
    own = tmp_path / "policy.json"
    own.write_text(json.dumps({"segregation": "is_admin_project:True"}))
    for words, status in ((), 0), (("--no-admin-project",), 1):
        assert check("--policy.file", own, "--rule", "segregation", *words).returncode == status
    every = check("--roles", "service", "--project", "p", "--user", "u").stdout
    assert "telemetry:events:create: allowed" in every
    assert "telemetry:traits:show: denied" in every
