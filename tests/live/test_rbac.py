"""The roles that `rbac print` writes: one table, printed, asked for, and enough on a real API server (WORLD=1)."""

import itertools
import json
import os
import subprocess
import sys

import pytest
import yaml

from installer.cli.boundary import run
from installer.cluster.access import grants
from installer.flow.live_permissions import needed, of_use
from installer.model.errors import ExitCode
from installer.model.permission import Permission
from tests.live.roles import allow
from tests.world.programs import HELM_4, can_have_world, helm
from tests.world.rhdh import install_rhdh_operator, operator_flavour, put
from tests.world.workloads import DEPLOYMENT, rolled_out
from tests.world.world import start_world

WHY_NOT = "it needs WORLD=1: a real Kubernetes" if os.environ.get("WORLD") != "1" else can_have_world()
SCOPES = ("status", "check", "install", "uninstall", "plugins", "restart")
FLAVOURS = ("operator", "helm", "plain")


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        ({"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}, False),
        ({"verbs": ["get"], "apiGroups": [""], "resources": ["pods/log"]}, True),
        ({"verbs": ["get"], "apiGroups": [""], "resources": ["*/log"]}, True),
        ({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}, True),
        ({"verbs": ["get"], "apiGroups": ["apps"], "resources": ["pods/log"]}, False),
        ({"verbs": ["list"], "apiGroups": [""], "resources": ["pods/log"]}, False),
        ({"verbs": ["get"], "apiGroups": [""], "resources": ["pods/log"], "resourceNames": ["a"]}, False),
    ],
)
def test_what_a_rule_gives(rule, given):
    assert grants(rule, Permission("get", "", "pods", "log")) is given


@pytest.mark.parametrize(("scope", "flavour"), list(itertools.product(SCOPES, FLAVOURS)))
def test_the_roles_give_what_is_needed_and_nothing_else(scope, flavour, capsys):
    assert run(["rbac", "print", "-n", "rhdh", "--scope", scope, "--flavour", flavour, "-o", "json"]) == 0
    objects = json.loads(capsys.readouterr().out)["result"]["objects"]
    given = [one for role in objects for one in permissions(role)]
    assert sorted(given) == sorted((*needed(scope, flavour, "rhdh"), *of_use(scope)))


def permissions(role):
    namespace = role["metadata"].get("namespace", "")
    for rule in role["rules"]:
        for group, path, verb in itertools.product(rule["apiGroups"], rule["resources"], rule["verbs"]):
            yield Permission(verb, group, *path.split("/"), namespace=namespace)


def test_each_scope_holds_the_smaller_ones():
    status, check, install = (set(needed(scope, "operator", "rhdh")) for scope in ("status", "check", "install"))
    everywhere = {one for one in install if not one.namespace}
    inside = {one for one in status | check if one not in install}
    assert status <= check
    # What an installation needs everywhere is not said of one namespace again.
    assert {Permission(one.verb, one.group, one.resource) for one in inside} <= everywhere


def test_no_flavour_but_plain_writes_the_workload_by_hand():
    patch = Permission("patch", "apps", "deployments", namespace="rhdh")
    assert patch in needed("install", "plain", "rhdh")
    assert patch not in needed("install", "operator", "rhdh")


def test_without_operators_nothing_of_olm_is_written():
    verbs = {one.verb for one in needed("install", "operator", "rhdh", operators=False) if "coreos" in one.group}
    assert verbs == {"list"}


def test_bindings_and_a_platform_elsewhere(capsys):
    words = ["--infrastructure-namespace", "sonataflow-infra", "--user", "jane", "--serviceaccount", "ci/bot"]
    assert run(["rbac", "print", "-n", "rhdh", *words]) == 0
    objects = list(yaml.safe_load_all(capsys.readouterr().out))
    assert [(one["kind"], one["metadata"].get("namespace")) for one in objects] == [
        ("Role", "sonataflow-infra"),
        ("Role", "rhdh"),
        ("ClusterRole", None),
        ("RoleBinding", "sonataflow-infra"),
        ("RoleBinding", "rhdh"),
        ("ClusterRoleBinding", None),
    ]
    assert objects[3]["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "jane"},
        {"kind": "ServiceAccount", "name": "bot", "namespace": "ci"},
    ]


@pytest.fixture(scope="module")
def world():
    if WHY_NOT:
        pytest.skip(WHY_NOT)
    started = start_world()
    try:
        install_rhdh_operator(started.api)
        put(started.api, operator_flavour("rhdh", "1.8", "v1alpha3"), with_namespace=True)
        started.api.wait(DEPLOYMENT, "backstage-developer-hub", "rhdh", rolled_out)
        yield started
    finally:
        started.stop()


def asked(kubeconfig, *words):
    argv = [sys.executable, "-m", "installer", *words, "--instance", "rhdh/developer-hub", "-o", "json"]
    env = {**os.environ, "KUBECONFIG": str(kubeconfig), "RHDH_ORCHESTRATOR_HELM": str(helm(HELM_4))}
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, json.loads(done.stdout)


def test_status_under_exactly_its_role(world):
    weak = world.weak_user()
    assert asked(weak.kubeconfig, "status")[0] == ExitCode.DENIED
    allow(world, weak.name, "rhdh", "--scope", "status")
    code, document = asked(weak.kubeconfig, "status")
    assert (code, document["errors"]) == (ExitCode.OK, [])


def test_check_under_exactly_its_role_sees_everything(world):
    """Nothing is skipped for want of a permission; that an installation needs more is what it says."""
    weak = world.weak_user()
    allow(world, weak.name, "rhdh", "--scope", "check")
    code, document = asked(weak.kubeconfig, "check")
    found = {one["id"]: one["status"] for one in document["result"]["checks"]}
    assert found == dict.fromkeys(found, "pass") | {"oc": "skip", "permissions": "fail"}
    assert code == ExitCode.FINDINGS
    has = set(needed("check", "operator", "rhdh"))
    everywhere = {one for one in has if not one.namespace}
    absent = [one for one in needed("install", "operator", "rhdh") if one not in has | everywhere]
    reason = document["errors"][0]["message"]
    for one in absent:
        assert str(one) in reason


def test_check_under_the_role_of_an_installation_passes(world):
    weak = world.weak_user()
    allow(world, weak.name, "rhdh", "--scope", "install")
    code, document = asked(weak.kubeconfig, "check")
    found = {one["id"]: one["status"] for one in document["result"]["checks"]}
    assert (code, found) == (ExitCode.OK, dict.fromkeys(found, "pass") | {"oc": "skip"})


def test_one_verb_less_is_named_and_asked_for_in_few_requests(world):
    weak = world.weak_user()
    allow(world, weak.name, "rhdh", "--scope", "install", "--skip-operators")
    role = world.api.get("rbac.authorization.k8s.io/v1", "Role", "rhdh-orchestrator-install", "rhdh")
    for rule in role["rules"]:
        if "configmaps" in rule["resources"]:
            rule["verbs"] = [verb for verb in rule["verbs"] if verb != "patch"]
    world.api.patch(role, {"rules": role["rules"]})
    log = world.audit()
    code, document = asked(weak.kubeconfig, "check", "--skip-operators")
    assert code == ExitCode.FINDINGS
    assert document["errors"][0]["message"] == "permissions: not allowed: in rhdh: patch configmaps"
    reviews = [one for one in log.asked() if "review" in one.what]
    assert len(reviews) <= 3
