"""`restart` and `wait` as processes on a real API server. Need WORLD=1; see tests/world."""

import json
import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
import yaml

from installer.model.errors import ExitCode
from tests.live.roles import allow
from tests.world.api import condition, config_map, namespace_of
from tests.world.crds import crd
from tests.world.programs import can_have_world
from tests.world.rhdh import NAME, config_maps, install_rhdh_operator, operator_flavour, plain_flavour, put
from tests.world.users import RBAC
from tests.world.workloads import DEPLOYMENT, rolled_out, workload
from tests.world.world import apply_crd, await_crd, await_service_account, start_world

WHY_NOT = "it needs WORLD=1: a real Kubernetes" if os.environ.get("WORLD") != "1" else can_have_world()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "")

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
PACKAGE = "@acme/x@1.0.0"
PLUGINS = yaml.safe_dump({"plugins": [{"package": PACKAGE, "integrity": "sha512-" + "A" * 86 + "=="}]})
WRITTEN = {"operator": ["backstages.rhdh.redhat.com"], "plain": ["deployments.apps", "statefulsets.apps"]}
NAMES = {"operator": f"backstage-{NAME}", "plain": NAME}
HEALTHY = {
    "knativeservings.operator.knative.dev": ("operator.knative.dev/v1beta1", "KnativeServing", "knative-serving"),
    "knativeeventings.operator.knative.dev": ("operator.knative.dev/v1beta1", "KnativeEventing", "knative-eventing"),
}


@pytest.fixture(scope="module")
def world():
    started = start_world(olm=False)
    try:
        install_rhdh_operator(started.api, ("v1alpha3",))
        for flavour, name in NAMES.items():
            made = operator_flavour(flavour) if flavour == "operator" else plain_flavour(flavour)
            started.api.apply(namespace_of(flavour))
            await_service_account(started.api, flavour)
            made[1]["data"] = {"dynamic-plugins.yaml": PLUGINS}
            put(started.api, made)
            started.api.wait(DEPLOYMENT, name, flavour, rolled_out)
        yield started
    finally:
        started.stop()


@pytest.fixture
def ask(world, tmp_path):
    """Run the program as a process: words -> (code, result, errors, err)."""

    def answer(*words):
        argv = [sys.executable, "-m", "installer", *words, "-o", "json", "--cache-dir", str(tmp_path / "cache")]
        env = {**os.environ, "KUBECONFIG": str(world.kubeconfig)}
        done = subprocess.run(
            argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
        )
        assert "Traceback" not in done.stderr
        document = json.loads(done.stdout)
        return SimpleNamespace(
            code=done.returncode, result=document["result"], errors=document["errors"], err=done.stderr
        )

    return answer


def pods(api, namespace):
    found = [one for one in api.list("v1", "Pod", namespace) if "psql" not in one["metadata"]["name"]]
    return [one for one in found if "deletionTimestamp" not in one["metadata"]]


@pytest.mark.parametrize("flavour", NAMES)
def test_restarted_once(world, ask, flavour):
    [old] = pods(world.api, flavour)
    before = world.api.get(*DEPLOYMENT, NAMES[flavour], flavour)["metadata"]["generation"]
    log = world.audit()
    said = ask("restart", "--instance", f"{flavour}/{NAME}", "--yes", "--timeout", "60s")
    assert said.code == ExitCode.OK, said
    step = {"name": f"rollout: Deployment {flavour}/{NAMES[flavour]}", "state": "done"}
    assert (said.result["run"], said.result["steps"]) == (None, [step])
    assert said.result["instance"]["flavour"] == flavour
    found = world.api.get(*DEPLOYMENT, NAMES[flavour], flavour)
    assert rolled_out(found)
    assert found["metadata"]["generation"] == before + 1
    assert RESTARTED_AT in found["spec"]["template"]["metadata"]["annotations"]
    [new] = pods(world.api, flavour)
    assert new["metadata"]["uid"] != old["metadata"]["uid"]
    written = {one.what for one in log.writes()}
    assert written == {"leases", "backstages" if flavour == "operator" else "deployments"}


@pytest.mark.parametrize("flavour", NAMES)
def test_a_crash_is_explained_and_the_old_pod_serves_on(world, ask, flavour):
    """The registry has lost a plugin since RHDH was started."""
    [old] = pods(world.api, flavour)
    text = yaml.safe_dump({PACKAGE: {"fault": "npm error code E404"}})
    world.api.apply(config_map("world-npm", flavour, {"packages.yaml": text}))
    said = ask("restart", "--instance", f"{flavour}/{NAME}", "--yes", "--timeout", "90s")
    assert (said.code, [one["code"] for one in said.errors]) == (ExitCode.FINDINGS, ["pod-crashed"]), said
    assert "its log ends with: InstallException: npm error code E404" in said.errors[0]["message"]
    assert "cause: the registry does not have this package or version" in said.errors[0]["message"]
    assert said.result["steps"][0]["state"] == "failed"
    assert condition(world.api.get("v1", "Pod", old["metadata"]["name"], flavour), "Ready") == "True"
    world.api.apply(config_map("world-npm", flavour, {"packages.yaml": "{}"}))
    assert ask("restart", "--instance", f"{flavour}/{NAME}", "--yes", "--timeout", "90s").code == ExitCode.OK


@pytest.mark.parametrize("flavour", NAMES)
def test_under_exactly_its_role(world, ask, flavour):
    weak = world.weak_user()
    allow(world, weak.name, flavour, "--scope", "restart", "--flavour", flavour)
    words = ("restart", "--instance", f"{flavour}/{NAME}", "--yes", "--timeout", "60s", "--kubeconfig", weak.kubeconfig)
    said = ask(*words)
    assert (said.code, said.errors) == (ExitCode.OK, []), said
    role = world.api.get(RBAC, "Role", "rhdh-orchestrator-restart", flavour)
    verbs = [[one for one in rule["verbs"] if one != "patch"] for rule in role["rules"]]
    world.api.patch(role, {"rules": [rule | {"verbs": one} for rule, one in zip(role["rules"], verbs, strict=True)]})
    log = world.audit()
    said = ask(*words)
    assert said.code == ExitCode.DENIED
    missing = {
        one["message"].removeprefix("not allowed: ").removesuffix(f" in namespace {flavour}") for one in said.errors
    }
    assert missing == {f"patch {one}" for one in ("leases.coordination.k8s.io", *WRITTEN[flavour])}
    roles = f"rhdh-orchestrator rbac print -n {flavour} --scope restart --flavour {flavour}"
    assert all(one["fix"].endswith(roles) for one in said.errors)
    assert log.writes() == []


def test_nobody_can_be_asked(world, ask):
    log = world.audit()
    said = ask("restart", "--instance", f"plain/{NAME}")
    assert (said.code, said.result["steps"][0]["state"]) == (ExitCode.UNCONFIRMED, "pending")
    assert log.writes() == []


@pytest.mark.parametrize(
    ("change", "code", "fix"),
    [
        (
            {"metadata": {"annotations": {"meta.helm.sh/release-name": NAME}}},
            "owned-by-helm",
            f"kubectl rollout restart deployment/{NAME} -n refused",
        ),
        (
            {"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "hub:apps/Deployment"}}},
            "managed-by-gitops",
            f"kubectl rollout restart deployment/{NAME} -n refused",
        ),
        ({"spec": {"replicas": 0}}, "workload-idle", f"kubectl scale deployment/{NAME} -n refused --replicas 1"),
    ],
)
def test_not_ours_to_restart(world, ask, change, code, fix):
    made = plain_flavour("refused")
    put(world.api, made, with_namespace=True)
    world.api.patch(made[-1], change)
    log = world.audit()
    said = ask("restart", "--instance", f"refused/{NAME}", "--yes")
    assert (said.code, said.errors[0]["code"], said.errors[0]["fix"]) == (ExitCode.FINDINGS, code, fix)
    assert log.writes() == []
    world.api.delete(*DEPLOYMENT, NAME, "refused")


def test_waited_in_vain(ask):
    said = ask("wait", "--instance", f"plain/{NAME}", "--timeout", "5s")
    assert (said.code, said.errors[0]["code"]) == (ExitCode.UNREACHABLE, "not-healthy")
    assert "no operator serverless-operator is installed" in said.errors[0]["message"]
    assert said.result["healthy"] is False
    assert "waiting for the Orchestrator" in said.err


def test_waits_until_everything_is_there(world, ask):
    """The kinds, the operators and what they make come one by one while it waits."""
    done = {}
    waiting = threading.Thread(
        target=lambda: done.update(said=ask("wait", "--instance", f"plain/{NAME}", "--timeout", "90s"))
    )
    waiting.start()
    bring_everything(world.api)
    plugins = "plugins: [{package: ./dynamic-plugins/dist/backstage-plugin-orchestrator, disabled: false}]"
    world.api.patch(config_maps("plain")[1], {"data": {"dynamic-plugins.yaml": plugins}})
    waiting.join(100)
    said = done["said"]
    assert (said.code, said.result["healthy"], said.result["reasons"]) == (ExitCode.OK, True, [])
    assert said.result["platform"] == {"namespace": "plain", "name": "sonataflow-platform", "ready": True}


def bring_everything(api):
    """What OLM would: CSVs that have succeeded, the Deployments that the stand-ins act for, then the resources."""
    names = [*HEALTHY, "sonataflowplatforms.sonataflow.org"]
    for name in names:
        apply_crd(api, crd(name))
        await_crd(api, name)
    olm_kinds(api)
    for package, name in (("serverless-operator", "knative-openshift"), ("logic-operator-rhel8", LOGIC)):
        csv = f"{package}.v1.36.0"
        metadata = {"name": csv, "namespace": "default"}
        api.apply({"apiVersion": OLM, "kind": "ClusterServiceVersion", "metadata": metadata, "spec": {}})
        status = {"phase": "Succeeded"}
        api.apply_status({"apiVersion": OLM, "kind": "ClusterServiceVersion", "metadata": metadata, "status": status})
        api.apply(workload("Deployment", name, "default"))
    for version, kind, name in HEALTHY.values():
        api.apply(namespace_of(name))
        await_service_account(api, name)
        api.apply({"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": name}, "spec": {}})
    platform = {"apiVersion": "sonataflow.org/v1alpha08", "kind": "SonataFlowPlatform"}
    metadata = {"name": "sonataflow-platform", "namespace": "plain"}
    api.apply({**platform, "metadata": metadata, "spec": {"services": {"dataIndex": {"enabled": True}}}})


LOGIC = "logic-operator-rhel8-controller-manager"
OLM = "operators.coreos.com/v1alpha1"


def olm_kinds(api):
    """Open CRDs of the two kinds of OLM that `status` reads."""
    for plural, kind in (("subscriptions", "Subscription"), ("clusterserviceversions", "ClusterServiceVersion")):
        manifest = crd("unrelateds.example.invalid", ("v1alpha1",))
        name = f"{plural}.operators.coreos.com"
        manifest["metadata"]["name"] = name
        names = {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}
        manifest["spec"] |= {"group": "operators.coreos.com", "names": names}
        apply_crd(api, manifest)
        await_crd(api, name)
