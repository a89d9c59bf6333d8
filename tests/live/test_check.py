"""Every check on recorded clusters: what it says, and that the others still pass."""

import copy
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
    expected = dict.fromkeys(found, "pass") | case.get("also", {}) | {case["check"]: case["status"]}
    assert {name: one["status"] for name, one in found.items()} == expected
    failed = [one["id"] for one in found.values() if one["status"] == "fail"]
    assert said.code == (ExitCode.FINDINGS if failed else ExitCode.OK)
    assert [error["code"] for error in said.document["errors"]] == [f"check-{name}" for name in failed]


def test_every_check_has_a_case_for_each_end():
    told = {(case["check"], case["status"]) for case in CASES}
    for name, _ in CHECKS:
        ends = {status for check, status in told if check == name}
        assert ends & {"fail", "warn"}, name


def test_checks_come_in_their_order_and_write_nothing(recorded, ask):
    prepare(recorded, {})
    assert [one["id"] for one in ask("check").result["checks"]] == [name for name, _ in CHECKS]
    assert {one.method for one in recorded.asked} == {"GET", "POST"}
    assert {one.path for one in recorded.asked if one.method == "POST"} == {
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    }


def test_nothing_is_allowed(recorded, ask):
    prepare(recorded, {"denied": ["*"]})
    said = ask("check")
    assert said.code == ExitCode.DENIED
    error = said.document["errors"][0]
    assert error["message"] == "not allowed: list backstages.rhdh.redhat.com in all namespaces"
    assert "--instance NAMESPACE/NAME" in error["fix"]
