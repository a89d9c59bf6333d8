"""Every check on recorded clusters: what it says, and that the others still pass."""

import base64
import copy
import gzip
import json
from pathlib import Path

import pytest
import yaml

from installer.flow.live_check import CHECKS
from installer.model.errors import ExitCode
from tests.live.conftest import PORTAL, named, put

CASES = yaml.safe_load(Path(__file__).with_name("check_cases.yaml").read_text(encoding="utf-8"))
READY = (*PORTAL, "catalog", "serverlessPackage", "logicPackage", "storageClass")


def prepare(recorded, case):
    wanted = [name for name in (*READY, *case.get("with", ())) if name not in case.get("without", ())]
    made = named(*(name for name in wanted if name not in case.get("add", {})))
    for name, changes in case.get("add", {}).items():
        made[name] = copy.deepcopy(made[changes["from"]])
        for path, value in changes.items():
            if path != "from":
                put(made[name], path.split("."), value)
    for path, value in case.get("set", {}).items():
        put(made, path.split("."), value)
    recorded.objects = list(made.values())
    # A plain Kubernetes, unless the case has OpenShift's objects.
    plain = () if "openshift" in made else ("config.openshift.io",)
    recorded.unserved = frozenset([*case.get("unserved", ()), *plain])
    recorded.denied = frozenset(case.get("denied", ()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_check(case, recorded, ask):
    prepare(recorded, case)
    options = [word for key, value in case.get("options", {}).items() for word in (f"--{key.replace('_', '-')}", value)]
    said = ask("check", *options)
    found = {one["id"]: one for one in said.result["checks"]}
    one = found[case["check"]]
    assert one["status"] == case["status"], one
    for words in case.get("words", ()):
        assert words in one["reason"]
    assert one["reason"] == case.get("reason", one["reason"])
    assert one["fix"] or one["status"] == "pass"
    expected = dict.fromkeys(found, "pass") | {"oc": "skip"} | case.get("also", {}) | {case["check"]: case["status"]}
    assert {name: one["status"] for name, one in found.items()} == expected
    failed = [one["id"] for one in found.values() if one["status"] == "fail"]
    assert said.code == (ExitCode.FINDINGS if failed else ExitCode.OK)
    assert [error["code"] for error in said.document["errors"]] == [f"check-{name}" for name in failed]


def test_every_check_has_a_case_for_each_end():
    told = {(case["check"], case["status"]) for case in CASES}
    for name in [name for name, _ in CHECKS if name != "oc"]:
        ends = {status for check, status in told if check == name}
        assert ends & {"fail", "warn"}, name


def test_checks_come_in_their_order_and_write_nothing(recorded, ask):
    prepare(recorded, {})
    assert [one["id"] for one in ask("check").result["checks"]] == [name for name, _ in CHECKS]
    assert {one.method for one in recorded.asked} == {"GET", "POST"}
    assert {one.path for one in recorded.asked if one.method == "POST"} == {
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    }


@pytest.mark.parametrize(
    ("login", "status", "words"),
    [
        ("echo kube:admin", "pass", "oc 4.18.3, logged in as kube:admin"),
        ("echo error: You must be logged in to the server >&2; exit 1", "warn", "oc 4.18.3 is not logged in"),
        ("echo error: no route to host >&2; exit 1", "fail", "oc whoami: no route to host"),
    ],
)
def test_oc_says_who_is_logged_in(login, status, words, recorded, ask, tmp_path, monkeypatch):
    prepare(recorded, {})
    version = """echo '{"releaseClientVersion": "4.18.3"}'"""
    program = tmp_path / "oc"
    program.write_text(f"#!/bin/sh\ncase $1 in whoami) {login};; *) {version};; esac\n")
    program.chmod(0o700)
    monkeypatch.setenv("RHDH_ORCHESTRATOR_OC", str(program))
    found = {one["id"]: one for one in ask("check").result["checks"]}["oc"]
    assert (found["status"], found["reason"]) == (status, words)


def test_an_oc_that_is_not_there(recorded, ask):
    prepare(recorded, {})
    said = ask("check", "--oc", "/nowhere/oc")
    assert said.code == ExitCode.FINDINGS
    assert said.document["errors"][0]["message"] == "oc: there is no program /nowhere/oc"


def test_an_archive_for_support(recorded, ask, tmp_path, monkeypatch):
    prepare(recorded, {})
    recorded.objects += [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": one}} for one in ("rhdh", "knative-serving")
    ]
    program, folder = tmp_path / "oc", tmp_path / "archive"
    program.write_text(
        """#!/bin/sh
case $1 in
  adm) shift
    for one in "$@"; do
      case $one in --dest-dir=*) mkdir "${one#*=}"; echo "$@" > "${one#*=}/seen";; esac
    done;;
  whoami) echo me;;
  *) echo '{"releaseClientVersion": "4.18.3"}';;
esac
"""
    )
    program.chmod(0o700)
    found = {one["id"]: one for one in ask("check", "--oc", str(program), "--archive", str(folder)).result["checks"]}
    assert found["archive"]["status"] == "pass", found["archive"]
    words = (folder / "seen").read_text().split()
    assert words[:1] == ["inspect"]
    assert {one for one in words if one.startswith("namespace/")} == {"namespace/rhdh", "namespace/knative-serving"}
    again = ask("check", "--oc", str(program), "--archive", str(folder))
    assert again.code == ExitCode.FINDINGS
    assert "no empty folder" in again.document["errors"][0]["message"]
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    without = {one["id"]: one for one in ask("check", "--archive", str(tmp_path / "other")).result["checks"]}
    assert without["archive"]["status"] == "fail"


def test_operators_of_others_are_not_checked(recorded, ask):
    prepare(recorded, {"without": ["catalog", "logicPackage"]})
    recorded.denied = frozenset({"create subscriptions", "patch installplans"})
    said = ask("check", "--skip-operators")
    found = {one["id"]: one["status"] for one in said.result["checks"]}
    assert said.code == ExitCode.OK
    skipped = {"oc", "olm", "catalogs", "packages", "operator-groups"}
    assert found == dict.fromkeys(found, "pass") | dict.fromkeys(skipped, "skip")


def test_what_a_pending_operation_was_about_to_change(recorded, ask):
    prepare(recorded, {"with": ["pendingRelease", "deployedRelease"]})
    pending, deployed = recorded.objects[-2:]
    values = {"global": {"dynamic": {"plugins": []}}, "password": "hunter2secret", "a": 1}
    keep(pending, "portal", 3, "pending-upgrade", values)
    keep(deployed, "portal", 2, "deployed", {"global": {"dynamic": {}}, "password": "other", "a": 1, "b": 2})
    said = ask("check")
    found = {one["id"]: one for one in said.result["checks"]}["helm"]
    assert found["reason"] == (
        "a Helm operation is pending: rhdh/portal revision 3 is pending-upgrade "
        "(it changes the values b, global.dynamic.plugins, password)"
    )
    assert found["fix"] == "wait for the helm that runs; if none does: helm rollback portal 2 -n rhdh"
    assert "hunter2secret" not in str(said.document)


def keep(secret, name, revision, state, values):
    """As Helm keeps a revision."""
    record = {"name": name, "version": revision, "info": {"status": state}, "config": values}
    inner = base64.b64encode(gzip.compress(json.dumps(record).encode()))
    secret["data"] = {"release": base64.b64encode(inner).decode()}


def test_nothing_is_allowed(recorded, ask):
    prepare(recorded, {"denied": ["*"]})
    said = ask("check")
    assert said.code == ExitCode.DENIED
    error = said.document["errors"][0]
    assert error["message"] == "not allowed: list backstages.rhdh.redhat.com in all namespaces"
    assert "--instance NAMESPACE/NAME" in error["fix"]
