"""`check` and `status` on a real API server with the real OLM. Need WORLD=1; see tests/world."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from installer.cluster.connect import connect
from installer.cluster.deadline import Deadline
from installer.cluster.errors import Conflict, Forbidden, NotFound, NotServed
from installer.cluster.options import ConnectionOptions
from installer.cluster.resources import Kind
from installer.cluster.watching import watch
from installer.flow.live_permissions import needed
from installer.model.errors import ExitCode
from tests.world.api import config_map, namespace_of
from tests.world.olm import install, operator_group, subscription
from tests.world.programs import HELM_4, can_have_world, helm
from tests.world.rhdh import install_rhdh_operator, operator_flavour, plain_flavour, put
from tests.world.users import grant
from tests.world.workloads import DEPLOYMENT, rolled_out
from tests.world.world import start_world

WHY_NOT = "it needs WORLD=1: a real Kubernetes" if os.environ.get("WORLD") != "1" else can_have_world()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "")

CONFIG_MAP = Kind("", "ConfigMap")
SERVERLESS, LOGIC = "openshift-serverless", "openshift-serverless-logic"


@pytest.fixture(scope="module")
def world():
    """One of our own: operators are cluster-wide. The tests of this file are told in their order."""
    started = start_world()
    try:
        install_rhdh_operator(started.api)
        put(started.api, operator_flavour("rhdh", "1.8", "v1alpha3"), with_namespace=True)
        started.api.wait(DEPLOYMENT, "backstage-developer-hub", "rhdh", rolled_out)
        yield started
    finally:
        started.stop()


@pytest.fixture
def ask(world, tmp_path):
    """Run the program as a process: words -> (code, document)."""

    def answer(*words, kubeconfig=None):
        argv = [sys.executable, "-m", "installer", *words, "-o", "json", "--cache-dir", str(tmp_path / "cache")]
        env = {**os.environ, "KUBECONFIG": str(kubeconfig or world.kubeconfig)}
        env["RHDH_ORCHESTRATOR_HELM"] = str(helm(HELM_4))
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert "Traceback" not in done.stderr
        document = json.loads(done.stdout)
        return SimpleNamespace(code=done.returncode, document=document, result=document["result"])

    return answer


@pytest.fixture
def cluster(world, tmp_path):
    made = connect(ConnectionOptions(kubeconfig=str(world.kubeconfig), cache_dir=str(tmp_path / "cache")))
    yield made
    made.close()


def rule(permission):
    path = "/".join(filter(None, (permission.resource, permission.subresource)))
    return {"apiGroups": [permission.group], "resources": [path], "verbs": [permission.verb]}


def is_ready(one):
    return any(
        each["type"] == "Ready" and each["status"] == "True" for each in one.get("status", {}).get("conditions") or []
    )


def verdicts(said):
    return {one["id"]: one["status"] for one in said.result["checks"]}


def test_a_cluster_that_is_ready_for_it(world, ask):
    log = world.audit()
    said = ask("check")
    found = verdicts(said)
    assert (said.code, found) == (ExitCode.OK, dict.fromkeys(found, "pass") | {"oc": "skip"}), said.result
    assert log.writes() == []


def test_what_kubectl_names_wrong_we_do_not(cluster):
    """`ip` is an IPAddress on this server; the kind by its group is not."""
    found = cluster.find(Kind("operators.coreos.com", "InstallPlan"))
    assert found.rbac == "installplans.operators.coreos.com"
    assert cluster.find(Kind("packages.operators.coreos.com", "PackageManifest")).plural == "packagemanifests"


def test_status_counts_as_the_server_does(world, ask):
    log = world.audit()
    said = ask("status")
    assert said.code == ExitCode.OK
    assert said.result["instance"]["name"] == "developer-hub"
    asked = [one for one in log.asked() if one.verb != "watch"]
    assert len(asked) == said.result["requests"] <= 10
    assert log.writes() == []


def test_two_instances_and_one_by_hand(world, ask):
    put(world.api, plain_flavour("by-hand"), with_namespace=True)
    world.api.wait(DEPLOYMENT, "developer-hub", "by-hand", rolled_out)
    assert ask("status").document["errors"][0]["code"] == "instance-ambiguous"
    instance = ask("status", "--instance", "by-hand/developer-hub").result["instance"]
    assert (instance["flavour"], instance["version"]) == ("plain", "1.6")
    world.api.delete("v1", "Namespace", "by-hand")
    world.api.delete(*DEPLOYMENT, "developer-hub", "by-hand")


def test_a_weak_user_is_told_every_missing_verb(world, ask):
    weak = world.weak_user()
    said = ask("status", kubeconfig=weak.kubeconfig)
    assert said.code == ExitCode.DENIED
    assert "list backstages.rhdh.redhat.com in all namespaces" in said.document["errors"][0]["message"]
    withheld = ("patch configmaps", "get pods/log")
    all_of_it = needed("install", "operator", "rhdh")
    # What an installation needs everywhere, looking needs in RHDH's namespace only.
    inside = [one for one in (*all_of_it, *needed("check", "operator", "rhdh")) if one.namespace]
    grant(world.api, weak, [rule(one) for one in inside if str(one) not in withheld], ("rhdh",))
    said = ask("check", "--instance", "rhdh/developer-hub", kubeconfig=weak.kubeconfig)
    reason = next(one["reason"] for one in said.result["checks"] if one["id"] == "permissions")
    assert "in rhdh: patch configmaps, get pods/log" in reason
    assert "list subscriptions.operators.coreos.com" in reason
    assert verdicts(said) | {"rhdh": "pass", "permissions": "fail", "operators": "skip"} == verdicts(said)
    grant(world.api, weak, [rule(one) for one in all_of_it if not one.namespace])
    said = ask("check", "--instance", "rhdh/developer-hub", kubeconfig=weak.kubeconfig)
    reason = next(one["reason"] for one in said.result["checks"] if one["id"] == "permissions")
    assert reason == "not allowed: in rhdh: patch configmaps, get pods/log"
    assert weak.token not in json.dumps(said.document)


@pytest.mark.usefixtures("world")
def test_impersonation(ask):
    assert ask("status", "--as", "nobody-at-all").code == ExitCode.DENIED
    assert ask("status", "--as", "me", "--as-group", "a", "--as-group", "system:masters").code == ExitCode.OK


def test_certificates(world, ask):
    server = f"https://127.0.0.1:{world.ports.api}"
    untrusted = ask("status", "--server", server, "--certificate-authority", "/etc/ssl/certs/ca-certificates.crt")
    assert (untrusted.code, untrusted.document["errors"][0]["code"]) == (ExitCode.UNREACHABLE, "api-unreachable")
    assert ask("status", "--insecure-skip-tls-verify").code == ExitCode.OK
    assert ask("status", "--tls-server-name", "localhost").code == ExitCode.OK
    assert ask("status", "--tls-server-name", "elsewhere.example").code == ExitCode.UNREACHABLE


def test_objects_written_and_watched(world, cluster):
    world.api.apply(namespace_of("written"))
    made = cluster.create(CONFIG_MAP, config_map("one", "written", {"a": "1"}), "written")
    version = made["metadata"]["resourceVersion"]
    after = cluster.patch(CONFIG_MAP, "one", "written", {"data": {"a": "2"}}, version=version, manager="test")
    with pytest.raises(Conflict):
        cluster.patch(CONFIG_MAP, "one", "written", {"data": {"a": "3"}}, version=version, manager="test")
    events = watch(cluster, CONFIG_MAP, "written", until=Deadline.after(20), name="one")
    assert next(events).object["data"] == {"a": "2"}
    with pytest.raises(Conflict):
        cluster.create(CONFIG_MAP, config_map("one", "written", {"a": "9"}), "written")
    uid = after["metadata"]["uid"]
    with pytest.raises(Conflict):
        cluster.delete(CONFIG_MAP, "one", "written", uid="another")
    cluster.delete(CONFIG_MAP, "one", "written", uid=uid)
    assert next(events).type == "DELETED"
    with pytest.raises(NotFound, match="ConfigMap written/one does not exist"):
        cluster.get(CONFIG_MAP, "one", "written")


def test_pages_of_a_long_list(world, cluster):
    world.api.apply(namespace_of("long"))
    for number in range(7):
        world.api.apply(config_map(f"n-{number}", "long", {}))
    whole = [one["metadata"]["name"] for one in cluster.list(CONFIG_MAP, "long")]
    before = cluster.requests
    assert [one["metadata"]["name"] for one in cluster.list(CONFIG_MAP, "long", page=3)] == whole
    assert cluster.requests - before == 3


def test_absent_and_forbidden_are_two(world, cluster, tmp_path):
    with pytest.raises(NotServed):
        cluster.list(Kind("nowhere.example", "Nothing"))
    with pytest.raises(NotFound):
        cluster.get(CONFIG_MAP, "nothing", "nowhere")
    weak = connect(ConnectionOptions(kubeconfig=str(world.weak_user().kubeconfig), cache_dir=str(tmp_path)))
    with pytest.raises(Forbidden, match="get configmaps nothing in namespace nowhere"):
        weak.get(CONFIG_MAP, "nothing", "nowhere")
    weak.close()


def test_operators_and_what_is_wrong_with_them(world, ask):
    for namespace in (SERVERLESS, LOGIC):
        world.api.apply(namespace_of(namespace))
        world.api.apply(operator_group(namespace, namespace))
    install(world.api, "serverless-operator", SERVERLESS, "stable", "1.36.0")
    install(world.api, "logic-operator-rhel8", LOGIC, "alpha", "1.36.0")
    world.api.apply(namespace_of("knative-serving"))
    serving = {"apiVersion": "operator.knative.dev/v1beta1", "kind": "KnativeServing"}
    world.api.apply({**serving, "metadata": {"name": "knative-serving", "namespace": "knative-serving"}})
    metadata = {"name": "sonataflow-platform", "namespace": "rhdh"}
    services = {"dataIndex": {"enabled": True}}
    platform = {"apiVersion": "sonataflow.org/v1alpha08", "kind": "SonataFlowPlatform", "metadata": metadata}
    world.api.apply({**platform, "spec": {"services": services}})
    world.api.wait(DEPLOYMENT, "sonataflow-platform-data-index-service", "rhdh", rolled_out)
    world.api.wait((serving["apiVersion"], serving["kind"]), "knative-serving", "knative-serving", is_ready)
    said = ask("status")
    assert {(one["package"], one["csv"], one["phase"]) for one in said.result["operators"]} == {
        ("serverless-operator", "serverless-operator.v1.36.0", "Succeeded"),
        ("logic-operator-rhel8", "logic-operator-rhel8.v1.36.0", "Succeeded"),
    }
    assert said.result["knative"] == {"serving": "ready", "eventing": "absent"}
    assert said.result["platform"] == {"namespace": "rhdh", "name": "sonataflow-platform", "ready": True}
    assert said.result["requests"] <= 10
    assert verdicts(ask("check"))["operators"] == "pass"

    world.api.apply(subscription("logic-operator", LOGIC, "stable"))
    world.api.apply(operator_group("another", LOGIC))
    found = {one["id"]: one for one in ask("check").result["checks"]}
    assert found["operators"]["status"] == found["operator-groups"]["status"] == "fail"
    assert "is subscribed" not in found["operators"]["reason"]
    assert f"2 OperatorGroups in {LOGIC}: another, {LOGIC}" in found["operator-groups"]["reason"]


def test_the_api_is_down(world, ask):
    world.end("api")
    said = ask("status", "--timeout", "10s")
    assert (said.code, said.document["errors"][0]["code"]) == (ExitCode.UNREACHABLE, "api-unreachable")
