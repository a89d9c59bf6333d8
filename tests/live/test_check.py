"""Every check on recorded clusters: what it says, and that the others still pass."""

import base64
import copy
import gzip
import json
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from installer.cluster.connect import connect
from installer.cluster.options import ConnectionOptions
from installer.flow.live_check import CHECKS
from installer.flow.live_survey import survey
from installer.instance.stored_release import TYPE
from installer.knowledge.chart import orchestrator
from installer.knowledge.releases import release
from installer.model.errors import ExitCode
from tests.live.conftest import PORTAL, named, put

CASES = yaml.safe_load(Path(__file__).with_name("check_cases.yaml").read_text(encoding="utf-8"))
READY = (*PORTAL, "catalog", "serverlessPackage", "logicPackage", "storageClass")


@pytest.fixture(autouse=True)
def helm(tmp_path, monkeypatch):
    """A helm that says its version, and that somebody names; `said` changes what it says."""
    program = tmp_path / "helm"

    def said(answer):
        program.write_text(f"#!/bin/sh\necho '{answer}'\n")
        program.chmod(0o700)
        return program

    monkeypatch.setenv("RHDH_ORCHESTRATOR_HELM", str(said("v4.0.1")))
    return said


@pytest.fixture
def no_helm(helm, monkeypatch):  # noqa: ARG001 - which names one first
    """Nobody names one, and no wheel brings one."""
    monkeypatch.delenv("RHDH_ORCHESTRATOR_HELM")
    monkeypatch.setattr(metadata, "distributions", lambda: ())


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
def test_check(case, recorded, ask, helm, request):
    prepare(recorded, case)
    if case.get("helm", "") is None:
        request.getfixturevalue("no_helm")
    elif "helm" in case:
        helm(case["helm"])
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


def keep(secret, name, revision, state, values, chart=None):
    """As Helm keeps a revision."""
    record = {"name": name, "version": revision, "info": {"status": state}, "config": values, "chart": chart}
    inner = base64.b64encode(gzip.compress(json.dumps(record).encode()))
    secret["data"] = {"release": base64.b64encode(inner).decode()}


@pytest.fixture
def complete(recorded, tmp_path):
    """A cluster whose infrastructure is as its RHDH's release wants it: on top of a case's objects."""

    def make(case):
        prepare(recorded, case)
        with closing(connect(ConnectionOptions(server=recorded.url, cache_dir=str(tmp_path / "cache")))) as cluster:
            wanted = survey(cluster, cluster, "rhdh", release("1.8")).infrastructure
        ours = orchestrator()
        files = [
            {"name": name, "data": base64.b64encode(text.encode()).decode()} for name, text in ours.templates.items()
        ]
        about = {"name": ours.name, "version": ours.version}
        chart = {"metadata": about, "values": dict(ours.defaults), "templates": files}
        stored = named("deployedRelease")["deployedRelease"] | {"type": TYPE}
        stored["metadata"]["labels"] |= {"name": "orchestrator", "version": "3"}
        keep(stored, "orchestrator", 3, "deployed", dict(wanted.values), chart)
        password = {"name": "orchestrator-postgresql", "namespace": "rhdh"}
        recorded.objects += [stored, {"apiVersion": "v1", "kind": "Secret", "metadata": password}]
        return wanted

    return make


OPERATORS = [
    "serverlessSubscription",
    "serverlessCSV",
    "serverlessGroup",
    "logicSubscription",
    "logicCSV",
    "logicGroup",
]


@pytest.mark.usefixtures("no_helm")
@pytest.mark.parametrize(
    ("flavour", "status", "words"),
    [
        ({"with": [*OPERATORS, "platform"]}, "skip", "an installation would run no helm"),
        (
            {"with": [*OPERATORS, "platform", "helmDeployment"], "without": ["backstage", "deployment"]},
            "warn",
            "new values of the Helm release portal would need helm",
        ),
    ],
)
def test_a_complete_infrastructure_needs_no_helm(flavour, status, words, complete, ask):
    assert complete(flavour).stages != ()
    found = {one["id"]: one for one in ask("check", "--rhdh-version", "1.8").result["checks"]}["helm-program"]
    assert (found["status"], words in found["reason"]) == (status, True), found
    assert "--helm PATH" in found["fix"]


def test_nothing_is_allowed(recorded, ask):
    prepare(recorded, {"denied": ["*"]})
    said = ask("check")
    assert said.code == ExitCode.DENIED
    error = said.document["errors"][0]
    assert error["message"] == "not allowed: list backstages.rhdh.redhat.com in all namespaces"
    assert "--instance NAMESPACE/NAME" in error["fix"]
