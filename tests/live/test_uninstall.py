"""`uninstall` on a real API server with the real OLM and helm: what goes, in order, and what stays. Needs WORLD=1."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
import yaml

from installer.model.errors import ExitCode
from tests.live.roles import allow
from tests.world.api import condition, config_map, namespace_of
from tests.world.olm import approve, await_csv, pending_plan
from tests.world.programs import HELM_4, can_have_world, helm
from tests.world.rhdh import plain_flavour, put
from tests.world.workloads import DEPLOYMENT, rolled_out
from tests.world.world import start_world

WHY_NOT = "it needs WORLD=1: a real Kubernetes" if os.environ.get("WORLD") != "1" else can_have_world()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "")

SECRETS = ("v1", "Secret")
NAMESPACE = ("v1", "Namespace")
SUBSCRIPTION = ("operators.coreos.com/v1alpha1", "Subscription")
CSV = ("operators.coreos.com/v1alpha1", "ClusterServiceVersion")
PLATFORM = ("sonataflow.org/v1alpha08", "SonataFlowPlatform")
KNATIVE = "operator.knative.dev/v1beta1"
CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
CLAIM = ("v1", "PersistentVolumeClaim")
OURS = {"app.kubernetes.io/managed-by": "rhdh-orchestrator", "app.kubernetes.io/part-of": "orchestrator"}
JOURNAL = {**OURS, "rhdh-orchestrator/role": "part", "rhdh-orchestrator/instance": "developer-hub"}
OPERATORS = {
    "serverlessOperator": ("openshift-serverless", "serverless-operator", "stable", "serverless-operator.v1.36.0"),
    "sonataFlowOperator": (
        "openshift-serverless-logic", "logic-operator-rhel8", "alpha", "logic-operator-rhel8.v1.36.0",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def world():
    """The tests of this file are told in their order: one world goes from everything to nothing."""
    started = start_world()
    try:
        put(started.api, plain_flavour("rhdh", "1.8"), with_namespace=True)
        install(started)
        yield started
    finally:
        started.stop()


def install(world):
    """Our chart, stage by stage, with plain helm; then what an installation leaves in RHDH's namespace."""
    values = {"postgres": {"bundled": {"enabled": True, "password": "s3cr3t-of-the-test"}}}
    for field, (namespace, package, channel, csv) in OPERATORS.items():
        subscription = {"namespace": namespace, "name": package, "channel": channel, "startingCSV": csv}
        subscription |= {"sourceName": "world-catalog", "sourceNamespace": "olm"}
        values[field] = {"enabled": True, "createNamespace": True, "subscription": subscription}
    upgrade(world, {**values, "stage": "operators"})
    for namespace, _, _, csv in OPERATORS.values():
        approve(world.api, pending_plan(world.api, namespace, [csv]))
    for namespace, _, _, csv in OPERATORS.values():
        await_csv(world.api, namespace, csv)
    upgrade(world, {**values, "stage": "knative"})
    for part in ("serving", "eventing"):
        kind, name = (KNATIVE, f"Knative{part.title()}"), f"knative-{part}"
        world.api.wait(kind, name, name, lambda found: condition(found, "Ready") == "True")
    upgrade(world, values)
    world.api.wait(PLATFORM, "sonataflow-platform", "rhdh", lambda found: condition(found, "Succeed") == "True")
    for name in ("left-over", "in-use"):
        world.api.apply(config_map(name, "rhdh", {}, labels=OURS))
    world.api.apply(config_map("of-a-person", "rhdh", {}))
    world.api.apply(secret("a-record", {"data": "eA=="}, JOURNAL))
    world.api.apply(secret("npmrc", {".npmrc": "eA=="}, OURS))
    deployment = world.api.get(*DEPLOYMENT, "developer-hub", "rhdh")
    volumes = deployment["spec"]["template"]["spec"]["volumes"]
    volumes.append({"name": "in-use", "configMap": {"name": "in-use"}})
    world.api.patch(deployment, {"spec": {"template": {"spec": {"volumes": volumes}}}})
    world.api.wait(DEPLOYMENT, "developer-hub", "rhdh", rolled_out)


def upgrade(world, values):
    argv = [helm(HELM_4), "upgrade", "--install", "orchestrator", "charts/orchestrator", "-n", "rhdh"]
    argv += ["--kubeconfig", world.kubeconfig, "--reset-values", "-f", "-"]
    done = subprocess.run(argv, input=yaml.safe_dump(values), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def secret(name, data, labels):
    return {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "rhdh", "labels": labels},
        "data": data,
    }  # fmt: skip


@pytest.fixture
def uninstall(world):
    def run(*words, kubeconfig=None):
        argv = [
            sys.executable,
            "-m",
            "installer",
            "uninstall",
            "--instance",
            "rhdh/developer-hub",
            "-o",
            "json",
            *words,
        ]
        argv += ["--helm", str(helm(HELM_4)), "--timeout", "2m"]
        env = {**os.environ, "KUBECONFIG": str(kubeconfig or world.kubeconfig)}
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=200, check=False)
        assert "Traceback" not in done.stderr
        document = json.loads(done.stdout)
        return SimpleNamespace(code=done.returncode, document=document, result=document["result"], err=done.stderr)

    return run


def states(said):
    return {one["name"]: one["state"] for one in said.result["steps"]}


def test_a_dry_run_shows_everything_and_writes_nothing(world, uninstall):
    log = world.audit()
    said = uninstall("--dry-run")
    assert said.code == ExitCode.OK, said.document
    assert log.writes() == []
    found = states(said)
    assert found["helm uninstall: orchestrator"] == "pending"
    assert found["delete: ConfigMap rhdh/left-over"] == "pending"
    assert found["keep: ConfigMap rhdh/in-use"] == "skipped"
    assert found["keep: Subscription openshift-serverless/serverless-operator"] == "skipped"
    assert {one["ref"]["kind"] for one in said.document["changes"]} >= {
        "SonataFlowPlatform",
        "StatefulSet",
        "ConfigMap",
    }
    assert "of-a-person" not in json.dumps(said.document)


def test_nobody_to_ask(world, uninstall):
    log = world.audit()
    said = uninstall()
    assert (said.code, said.document["errors"][0]["code"]) == (ExitCode.UNCONFIRMED, "not-confirmed")
    assert log.writes() == []


def test_without_permission_nothing_is_begun(world, uninstall):
    weak = world.weak_user()
    allow(world, weak.name, "rhdh", "--scope", "check", "--flavour", "plain")
    log = world.audit()
    said = uninstall("--yes", kubeconfig=weak.kubeconfig)
    assert said.code == ExitCode.DENIED, said.document
    assert [one for one in log.writes() if "review" not in one.what] == []


def test_what_is_ours_alone_goes_under_exactly_its_role(world, uninstall):
    weak = world.weak_user()
    allow(world, weak.name, "rhdh", "--scope", "uninstall", "--flavour", "plain", "--skip-operators")
    said = uninstall("--yes", kubeconfig=weak.kubeconfig)
    assert said.code == ExitCode.OK, said.document
    found = states(said)
    assert found.pop("helm uninstall: orchestrator") == "done"
    assert all(state == ("skipped" if name.startswith("keep: ") else "done") for name, state in found.items())
    api = world.api
    assert api.find(*PLATFORM, "sonataflow-platform", "rhdh") is None
    left = {one["metadata"]["name"] for one in api.list("v1", "ConfigMap", "rhdh", labels="")}
    assert left >= {"in-use", "of-a-person"}
    assert "left-over" not in left
    secrets = {one["metadata"]["name"] for one in api.list(*SECRETS, "rhdh")}
    assert secrets & {"a-record", "npmrc", "sonataflow-psql-postgresql"} == {"sonataflow-psql-postgresql"}
    assert not [name for name in secrets if name.startswith("sh.helm.release")]
    assert api.list(*CLAIM, "rhdh") != []
    assert api.get(KNATIVE, "KnativeServing", "knative-serving", "knative-serving")
    assert api.get(*SUBSCRIPTION, "serverless-operator", "openshift-serverless")
    assert api.list("coordination.k8s.io/v1", "Lease", "rhdh") == []
    assert "waiting for" in said.err or "helm uninstall" in said.err


def test_what_is_told_goes_though_the_release_is_gone_already(world, uninstall):
    """As after an uninstall that was killed behind helm's part."""
    world.api.apply(config_map("mine", "knative-eventing", {}))
    said = uninstall("--yes", "--data", "--knative", "--operators", "--namespaces", "--keep-journal")
    assert said.code == ExitCode.OK, said.document
    api = world.api
    assert api.find(*SECRETS, "sonataflow-psql-postgresql", "rhdh") is None
    assert api.list(*CLAIM, "rhdh") == []
    assert api.find(KNATIVE, "KnativeServing", "knative-serving", "knative-serving") is None
    assert api.find(*SUBSCRIPTION, "serverless-operator", "openshift-serverless") is None
    assert api.find(*CSV, "serverless-operator.v1.36.0", "openshift-serverless") is None
    assert api.find(*CRD, "knativeservings.operator.knative.dev")
    kept = {one["object"]: one["reason"] for one in said.result["kept"]}
    assert "ConfigMap mine" in kept["Namespace knative-eventing"]
    assert api.get("v1", "ConfigMap", "mine", "knative-eventing")
    assert api.find(*NAMESPACE, "openshift-serverless-logic") is None, kept
    assert api.get(*DEPLOYMENT, "developer-hub", "rhdh")


def test_nothing_is_left_to_do(world, uninstall):
    world.api.delete("v1", "ConfigMap", "mine", "knative-eventing")
    log = world.audit()
    said = uninstall("--yes")
    assert said.code == ExitCode.OK
    assert set(states(said).values()) <= {"skipped"}
    assert log.writes() == []


def test_an_instance_that_is_not_there(world, uninstall):
    world.api.apply(namespace_of("empty"))
    assert uninstall("--instance", "empty/hub").code == ExitCode.TARGET
