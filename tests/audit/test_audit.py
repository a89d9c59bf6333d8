"""`audit` and its kin through the program: contract, profiles, gates, what is accepted, the verdict on production."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from installer.audit.production import REQUIREMENTS
from installer.audit.rules import rules
from installer.cli.boundary import run
from installer.cli.schema import envelope_schema
from installer.directory.read import read
from installer.flow.audit_source import now_of

BASE = (Path(__file__).parent / "bases" / "operator.yaml").read_text(encoding="utf-8")
VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
WORKFLOW = """apiVersion: sonataflow.org/v1alpha08
kind: SonataFlow
metadata:
  name: greeting
  namespace: portal
  annotations:
    sonataflow.org/profile: dev
"""
TWICE = """apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata: {name: old, namespace: openshift-operators}
spec: {name: logic-operator-rhel8}
---
apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata: {name: new, namespace: openshift-operators}
spec: {name: logic-operator}
"""
DUMPED = """apiVersion: v1
kind: Pod
metadata: {name: hub, creationTimestamp: "2999-01-01T00:00:00Z"}
status:
  startTime: "2999-01-02T00:00:00Z"
  notAfter: "3999-01-02T00:00:00Z"
"""
ONLY = ("--rule", "logic-operator-twice")
EXCEPTION = """exceptions:
  - rule: logic-operator-twice
    object: Subscription/openshift-*/old
    reason: moved next week
    owner: platform team
    expires: {day}
"""


@pytest.fixture
def ask(tmp_path, capsys, monkeypatch):
    """Runs the program beside a directory `manifests`: words -> code, result, errors."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manifests").mkdir()
    write(tmp_path, "manifests/rhdh.yaml", BASE)

    def asked(*words, directory=True):
        capsys.readouterr()
        code = run(("audit", *(("--directory", "manifests") if directory else ()), *words, "-o", "json"))
        document = json.loads(capsys.readouterr().out)
        VALIDATOR.validate(document)
        assert document["exit"]["code"] == code
        return SimpleNamespace(code=code, document=document, **(document["result"] or {"findings": []}))

    return asked


def write(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")


def found(said):
    return [one["rule"] for one in said.findings]


def test_a_healthy_rhdh(ask):
    said = ask()
    assert [one for one in said.findings if one["severity"] in ("critical", "high")] == []
    assert said.crashed == []
    assert said.production is None
    assert said.summary["skipped"] == len({one["rule"] for one in said.skipped})


def test_a_finding_in_full(ask, tmp_path):
    write(tmp_path, "manifests/subscriptions.yaml", TWICE)
    said = ask("--rule", "logic-operator-twice")
    (one,) = said.findings
    assert one == {
        "rule": "logic-operator-twice",
        "title": "Both logic-operator-rhel8 and logic-operator present",
        "severity": "critical",
        "object": {
            "apiVersion": "operators.coreos.com/v1alpha1",
            "kind": "Subscription",
            "namespace": "openshift-operators",
            "name": "old",
        },
        "where": {"file": "subscriptions.yaml", "line": 4, "column": 8},
        "path": "spec.name",
        "observed": "logic-operator-rhel8 beside logic-operator",
        "expected": "logic-operator",
        "why": one["why"],
        "fix": {
            "summary": one["fix"]["summary"],
            "commands": ["oc -n openshift-operators delete subscription.operators.coreos.com old"],
            "patch": None,
        },
        "fingerprint": one["fingerprint"],
        "suppressed": None,
    }
    assert said.summary["critical"] == 1


def test_profiles_and_rules(ask, tmp_path):
    write(tmp_path, "manifests/workflow.yaml", WORKFLOW)
    assert "workflow-dev-profile" not in found(ask())
    assert "workflow-dev-profile" in found(ask("--profile", "production"))
    assert "workflow-dev-profile" in found(ask("--profile", "all"))
    assert found(ask("--rule", "workflow-dev-profile")) == ["workflow-dev-profile"]
    assert ask("--rule", "replicas-too-few").summary["medium"] == 0


def test_gates(ask, tmp_path):
    write(tmp_path, "manifests/workflow.yaml", WORKFLOW)
    chosen = ("--rule", "workflow-dev-profile")
    assert [ask(*chosen, *words).code for words in ((), ("--fail-on", "critical"), ("--fail-on", "high"))] == [0, 0, 4]
    hidden = ask(*chosen, "--severity", "critical", "--fail-on", "info")
    assert (hidden.findings, hidden.summary["high"], hidden.code) == ([], 1, 4)
    assert ask("--rule", "misnested-backend", "--strict").code == 0
    assert ask("--rule", "platform-not-ready", "--strict").code == 4


def test_the_clock_of_a_dump_may_be_ahead(tmp_path):
    write(tmp_path, "dump.yaml", f"{BASE}---\n{DUMPED}")
    assert now_of(read(str(tmp_path))) == datetime(2999, 1, 2, tzinfo=UTC)
    write(tmp_path, "dump.yaml", BASE)
    assert now_of(read(str(tmp_path))) < datetime(2999, 1, 1, tzinfo=UTC)


def test_what_cannot_be_read(ask, tmp_path):
    write(tmp_path, "manifests/other.yaml", "a: [")
    said = ask()
    assert said.code == 0
    assert said.document["warnings"][0]["where"]["file"] == "other.yaml"
    write(tmp_path, "manifests/rhdh.yaml", BASE.replace("kind: Backstage", "kind: Backstage\n  x: ["))
    said = ask()
    assert said.code == 6
    assert "platform-not-ready" in {one["rule"] for one in said.skipped}


def test_no_rhdh_is_a_finding_and_one_that_was_named_is_an_error(ask, tmp_path):
    (tmp_path / "manifests" / "rhdh.yaml").unlink()
    write(tmp_path, "manifests/subscriptions.yaml", TWICE)
    said = ask()
    assert {"instance-not-identifiable", "logic-operator-twice"} <= set(found(said))
    assert said.code == 0
    write(tmp_path, "manifests/rhdh.yaml", BASE)
    said = ask("--instance", "other/one")
    assert (said.code, said.document["errors"][0]["code"]) == (3, "instance-unknown")


def test_fingerprints_do_not_move(ask, tmp_path):
    write(tmp_path, "manifests/subscriptions.yaml", TWICE)
    before = [one["fingerprint"] for one in ask(*ONLY).findings]
    (tmp_path / "manifests" / "subscriptions.yaml").unlink()
    first, second = TWICE.split("---\n")
    write(tmp_path, "manifests/a.yaml", f"# moved\n\n{second}---\n{first}")
    assert [one["fingerprint"] for one in ask(*ONLY).findings] == before
    assert len(before) == 1


def test_a_baseline(ask, tmp_path):
    write(tmp_path, "manifests/subscriptions.yaml", TWICE)
    assert ask(*ONLY, "--write-baseline", "known.json", "--fail-on", "critical").code == 4
    said = ask(*ONLY, "--baseline", "known.json", "--fail-on", "critical")
    assert said.code == 0
    assert [one["suppressed"]["by"] for one in said.findings] == ["baseline"]
    assert (said.summary["critical"], said.summary["suppressed"]) == (0, 1)
    write(tmp_path, "known.json", "{}")
    assert ask("--baseline", "known.json").code == 6
    write(tmp_path, "known.json", "")
    assert ask("--baseline", "known.json").code == 6


def test_an_annotation(ask, tmp_path):
    note = 'annotations: {rhdh-orchestrator/ignore: "x=y; logic-operator-twice=moved next week"}, name: old'
    write(tmp_path, "manifests/subscriptions.yaml", TWICE.replace("name: old", note))
    said = ask(*ONLY, "--fail-on", "info")
    assert said.findings[0]["suppressed"] == {"by": "annotation", "reason": "moved next week"}
    assert said.code == 0
    write(tmp_path, "manifests/subscriptions.yaml", TWICE.replace("name: old", note.replace("moved next week", "")))
    assert ask(*ONLY, "--fail-on", "info").code == 4


def test_an_exception_and_its_end(ask, tmp_path):
    write(tmp_path, "manifests/subscriptions.yaml", TWICE)
    write(tmp_path, "accepted.yaml", EXCEPTION.format(day="2999-01-01"))
    said = ask(*ONLY, "--rule", "expired-exception", "--exceptions", "accepted.yaml", "--fail-on", "critical")
    assert said.findings[0]["suppressed"]["by"] == "exception"
    assert "moved next week (platform team, until 2999-01-01)" in said.findings[0]["suppressed"]["reason"]
    assert said.code == 0
    write(tmp_path, "accepted.yaml", EXCEPTION.format(day="2020-01-01"))
    said = ask(*ONLY, "--rule", "expired-exception", "--exceptions", "accepted.yaml", "--fail-on", "critical")
    assert said.code == 4
    assert found(said) == ["logic-operator-twice", "expired-exception"]
    assert said.findings[1]["where"] == {"file": "accepted.yaml", "line": 2, "column": 5}


@pytest.mark.parametrize(
    "text",
    [
        *("exceptions: {}", "exceptions: [7]", "exceptions: [", "", "exceptions: [{rule: x}]"),
        EXCEPTION.format(day="soon"),
        EXCEPTION.format(day="2999-01-01").replace("logic-operator-twice", "no-such-rule"),
        EXCEPTION.format(day="2999-01-01") + "    extra: 1\n",
    ],
)
def test_a_broken_file_of_exceptions(text, ask, tmp_path):
    write(tmp_path, "accepted.yaml", text)
    said = ask("--exceptions", "accepted.yaml")
    assert (said.code, said.document["errors"][0]["code"]) == (6, "exceptions-broken")


def test_differences(ask, tmp_path):
    write(tmp_path, "manifests/workflow.yaml", WORKFLOW)
    chosen = ("--rule", "workflow-dev-profile", "--rule", "logic-operator-twice")
    write(tmp_path, "old.json", json.dumps(ask(*chosen).document))
    (tmp_path / "manifests" / "workflow.yaml").unlink()
    write(tmp_path, "manifests/subscriptions.yaml", TWICE)
    write(tmp_path, "new.json", json.dumps(ask(*chosen).document))
    said = ask("diff", "old.json", "new.json", directory=False)
    told = [[one["rule"] for one in part] for part in (said.new, said.gone, said.same)]
    assert told == [["logic-operator-twice"], ["workflow-dev-profile"], []]
    said = ask("diff", "old.json", "old.json", directory=False)
    assert [len(part) for part in (said.new, said.gone, said.same)] == [0, 0, 1]


def test_the_verdict_on_production(ask, tmp_path):
    write(tmp_path, "manifests/workflow.yaml", WORKFLOW)
    said = ask("--profile", "production")
    assert [one["requirement"] for one in said.production] == [1, 2, 3, 4, 5, 6, 7, 8]
    first = said.production[0]
    assert first["verdict"] == "not-met"
    assert any("workflow-dev-profile: SonataFlow portal/greeting" in words for words in first["evidence"])
    # Nothing was read of brokers: that is no yes.
    assert said.production[2]["verdict"] == "unknown"
    assert all(one["evidence"] for one in said.production)


def test_requirements_name_rules_of_the_table():
    table = (Path(__file__).parent / "slugs.txt").read_text(encoding="utf-8").splitlines()
    slugs = {line.partition("\t")[0] for line in table}
    assert {slug for one in REQUIREMENTS for slug in (*one.rules, *one.also)} <= slugs
    assert [one.number for one in REQUIREMENTS] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_every_rule_is_listed_and_explained(ask, capsys):
    listed = ask("rules", directory=False).rules
    assert [one["slug"] for one in listed] == [*(rule.slug for rule in rules()), "expired-exception"]
    for one in listed:
        capsys.readouterr()
        assert run(("explain", one["slug"])) == 0
        assert one["why"] in capsys.readouterr().out


@pytest.mark.usefixtures("ask")
def test_text_says_what_is_wrong_and_how_to_put_it_right(tmp_path, capsys):
    write(tmp_path, "manifests/subscriptions.yaml", TWICE)
    capsys.readouterr()
    assert run(("audit", "--directory", "manifests", *ONLY)) == 0
    told = capsys.readouterr().out
    assert "CRITICAL  logic-operator-twice  Subscription openshift-operators/old  subscriptions.yaml:4:8" in told
    assert "    oc -n openshift-operators delete subscription.operators.coreos.com old" in told
    assert told.splitlines()[-1].startswith("1 finding (1 critical)")


@pytest.mark.usefixtures("ask")
def test_a_hostile_name_writes_nothing_to_the_terminal(tmp_path, capsys):
    hostile = TWICE.replace("name: old", 'name: "old\\e[2J\\nCRITICAL  invented"')
    write(tmp_path, "manifests/subscriptions.yaml", hostile)
    capsys.readouterr()
    assert run(("audit", "--directory", "manifests", *ONLY)) == 0
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert not any(line.startswith("CRITICAL  invented") for line in told.splitlines())
