"""One rollout, its crash and its way back, on a real API server. Need WORLD=1; see tests/world."""

import itertools
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import yaml

from installer.apply import verify
from installer.apply.explaining import Crashed
from installer.apply.hands import Hands
from installer.apply.rollout import RESTARTED_AT, RESTARTED_FOR, carry_out, restart, settle
from installer.cluster.connect import connect
from installer.cluster.options import ConnectionOptions
from installer.model.change import Ref
from installer.model.errors import ExitCode, InstallerError
from installer.model.run import Rollout, Target, Verify
from tests.world.api import condition, config_map, namespace_of
from tests.world.crds import crd
from tests.world.processes import wait_for
from tests.world.programs import can_have_world
from tests.world.rhdh import NAME, install_rhdh_operator, operator_flavour, plain_flavour, put
from tests.world.workloads import DEPLOYMENT, rolled_out, workload
from tests.world.world import apply_crd, await_crd, await_service_account, start_world

WHY_NOT = "it needs WORLD=1: a real Kubernetes" if os.environ.get("WORLD") != "1" else can_have_world()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "")

NUMBERS = itertools.count()
PACKAGE = "@redhat/backstage-plugin-orchestrator@1.6.1"
GOOD, BAD = "sha512-" + "A" * 86 + "==", "sha512-" + "B" * 86 + "=="
PLATFORM_CRD = "sonataflowplatforms.sonataflow.org"
PLATFORM = ("sonataflow.org/v1alpha08", "SonataFlowPlatform")
OPERATOR = workload("Deployment", "logic-operator-rhel8-controller-manager", "default")
PLUGINS = "dynamic-plugins-rhdh"


@dataclass
class Heard:
    """Progress that keeps what it was told, and when."""

    lines: list[str] = field(default_factory=list)
    waits: list[tuple[float, str]] = field(default_factory=list)

    def __call__(self, line):
        self.lines.append(line)

    def wait(self, _, last=""):
        self.waits.append((time.time(), last))

    def step(self, name, state):
        self.lines.append(f"{name} {state}")


@dataclass
class Portal:
    """An RHDH that runs, and the hands on it."""

    api: object
    namespace: str
    name: str
    hands: Hands
    before: int

    def step(self, flavour):
        workload = Ref("apps/v1", "Deployment", self.namespace, self.name)
        return Rollout(workload, flavour, self.before)

    def workload(self):
        return self.api.get(*DEPLOYMENT, self.name, self.namespace)

    def pods(self):
        return [one for one in self.api.list("v1", "Pod", self.namespace) if "psql" not in one["metadata"]["name"]]

    def sets(self):
        found = self.api.list("apps/v1", "ReplicaSet", self.namespace)
        return [one for one in found if one["metadata"]["name"].startswith(self.name)]

    def write(self, *entries):
        document = {"includes": ["dynamic-plugins.default.yaml"], "plugins": list(entries)}
        text = yaml.safe_dump(document)
        self.api.patch(config_map(PLUGINS, self.namespace, {}), {"data": {"dynamic-plugins.yaml": text}})

    def serves(self, **published):
        text = yaml.safe_dump({PACKAGE: published})
        self.api.apply(config_map("world-npm", self.namespace, {"packages.yaml": text}))


@pytest.fixture(scope="module")
def world():
    started = start_world(olm=False)
    try:
        install_rhdh_operator(started.api)
        apply_crd(started.api, crd(PLATFORM_CRD))
        await_crd(started.api, PLATFORM_CRD)
        # The stand-in of the platform's operator acts while the Deployment that OLM would have made runs.
        started.api.apply(OPERATOR)
        yield started
    finally:
        started.stop()


@pytest.fixture
def portal(world, tmp_path):
    """Makes a running RHDH of a flavour in a namespace of its own."""
    made = []

    def make(flavour, timeout=60.0, change=None):
        namespace = f"{flavour}-{next(NUMBERS)}"
        world.api.apply(namespace_of(namespace))
        await_service_account(world.api, namespace)
        manifests = (operator_flavour if flavour == "operator" else plain_flavour)(namespace)
        if change:
            change(manifests)
        put(world.api, manifests)
        name = f"backstage-{NAME}" if flavour == "operator" else NAME
        found = world.api.wait(DEPLOYMENT, name, namespace, rolled_out)
        options = ConnectionOptions(kubeconfig=str(world.kubeconfig), cache_dir=str(tmp_path), timeout=timeout)
        cluster = connect(options)
        made.append(cluster)
        resource = Ref("rhdh.redhat.com/v1alpha3", "Backstage", namespace, NAME) if flavour == "operator" else None
        target = Target(flavour, namespace, NAME, "1.6.0", resource, Ref("apps/v1", "Deployment", namespace, name))
        hands = Hands(cluster, target, helm=lambda: pytest.fail("no helm"), progress=Heard(), held=lambda: None)
        return Portal(world.api, namespace, name, hands, found["metadata"]["generation"])

    yield make
    for one in made:
        one.close()


def good():
    return {"package": PACKAGE, "integrity": GOOD}


@pytest.mark.parametrize("flavour", ["operator", "plain"])
def test_a_good_configuration_rolls_out_once(portal, flavour):
    one = portal(flavour)
    [old] = one.pods()
    one.write(good())
    step = one.step(flavour)
    carry_out(step, one.hands)
    found = one.workload()
    assert rolled_out(found)
    assert found["metadata"]["generation"] == one.before + 1
    [new] = [each for each in one.pods() if "deletionTimestamp" not in each["metadata"]]
    assert new["metadata"]["uid"] != old["metadata"]["uid"]
    carry_out(step, one.hands)  # taken up again after it was done
    assert one.workload()["metadata"]["generation"] == one.before + 1
    assert len(one.sets()) == 2
    annotations = found["spec"]["template"]["metadata"].get("annotations", {})
    assert ({RESTARTED_AT, RESTARTED_FOR} <= annotations.keys()) == (flavour == "plain")


FAULTS = [
    ({"package": PACKAGE}, {}, f"No integrity hash provided for Package {PACKAGE}", "has no `integrity`"),
    (
        {"package": PACKAGE, "integrity": BAD},
        {"integrity": GOOD},
        (
            f"{PACKAGE}: The hash of the downloaded package {GOOD.partition('-')[2]} does not match the provided "
            f"integrity hash {BAD.partition('-')[2]} provided in the configuration file"
        ),
        "belongs to another version or build",
    ),
    (good(), {"fault": "npm error code E404"}, "npm error code E404", "the registry does not have this package"),
]


@pytest.mark.parametrize("flavour", ["operator", "plain"])
@pytest.mark.parametrize(("entry", "published", "line", "cause"), FAULTS, ids=["no hash", "wrong hash", "missing"])
def test_a_crash_is_explained_and_the_old_pod_serves_on(portal, flavour, entry, published, line, cause):
    one = portal(flavour)
    [old] = one.pods()
    text = one.api.get("v1", "ConfigMap", PLUGINS, one.namespace)["data"]
    one.serves(**published)
    one.write(entry)
    step = one.step(flavour)
    with pytest.raises(Crashed) as caught:
        carry_out(step, one.hands)
    said_at = datetime.now(UTC)
    [problem] = caught.value.problems
    assert (problem.code, problem.exit) == ("pod-crashed", ExitCode.FINDINGS)
    [new] = [each for each in one.pods() if each["metadata"]["uid"] != old["metadata"]["uid"]]
    assert f"pod {one.namespace}/{new['metadata']['name']}: init container install-dynamic-plugins" in problem.message
    assert f"its log ends with: InstallException: {line}\n" in problem.message
    assert "\ncause: " in problem.message
    assert cause in problem.message
    assert problem.fix
    since = next(each for each in new["status"]["conditions"] if each["type"] == "Initialized")["lastTransitionTime"]
    assert (said_at - datetime.fromisoformat(since)).total_seconds() <= 3
    now = one.api.get("v1", "Pod", old["metadata"]["name"], one.namespace)
    assert (now["metadata"]["uid"], condition(now, "Ready")) == (old["metadata"]["uid"], "True")
    assert "deletionTimestamp" not in now["metadata"]
    assert one.workload()["metadata"]["generation"] == one.before + 1

    one.api.patch(config_map(PLUGINS, one.namespace, {}), {"data": text})
    settle(step, one.hands)
    assert rolled_out(one.workload())
    assert one.workload()["metadata"]["generation"] == one.before + 2
    [left] = [each for each in one.pods() if "deletionTimestamp" not in each["metadata"]]
    assert condition(left, "Ready") == "True"
    assert (left["metadata"]["uid"] == old["metadata"]["uid"]) == (flavour == "operator")
    settle(step, one.hands)
    assert one.workload()["metadata"]["generation"] == one.before + 2


def test_a_killed_restart_is_not_done_twice(portal):
    one = portal("plain")
    step = one.step("plain")
    token = f"generation-{step.since}"
    restart(step.workload, one.hands, token=token, since=step.since)  # and SIGKILL
    carry_out(step, one.hands)
    assert one.workload()["metadata"]["generation"] == one.before + 1


def test_a_scaled_workload_is_no_restart(portal):
    """Somebody else's change in between is not taken for ours."""
    one = portal("plain")
    one.api.patch(one.workload() | {"apiVersion": DEPLOYMENT[0], "kind": DEPLOYMENT[1]}, {"spec": {"replicas": 2}})
    one.api.wait(DEPLOYMENT, one.name, one.namespace, rolled_out)
    carry_out(one.step("plain"), one.hands)
    assert one.workload()["metadata"]["generation"] == one.before + 2
    assert len(one.sets()) == 2
    assert one.hands.progress.waits[-1][1]


def test_images_that_cannot_be_pulled(portal):
    one = portal("plain")
    change = {"spec": {"template": {"metadata": {"annotations": {"world.test/bad-image": "yes"}}}}}
    one.api.patch(one.workload() | {"apiVersion": DEPLOYMENT[0], "kind": DEPLOYMENT[1]}, change)
    with pytest.raises(Crashed, match="container backstage-backend is in ImagePullBackOff\nthe kubelet says: Back-off"):
        carry_out(one.step("plain"), one.hands)


def test_an_operator_that_does_nothing(portal):
    one = portal("operator", timeout=4.0)
    before = one.workload()["metadata"]["generation"]
    with pytest.raises(InstallerError, match="RHDH's operator has not changed Deployment") as caught:
        carry_out(one.step("operator"), one.hands)
    assert caught.value.exit == ExitCode.UNREACHABLE
    assert one.workload()["metadata"]["generation"] == before


def test_a_rollout_that_is_late_says_what_it_waits_for(portal):
    """No node has room for the pod."""
    one = portal("plain", timeout=25.0)
    [container] = one.workload()["spec"]["template"]["spec"]["containers"]
    container["resources"] = {"requests": {"cpu": "1000"}}
    change = {"spec": {"template": {"spec": {"containers": [container]}}}}
    one.api.patch(one.workload() | {"apiVersion": DEPLOYMENT[0], "kind": DEPLOYMENT[1]}, change)
    with pytest.raises(InstallerError, match="Insufficient cpu") as caught:
        carry_out(one.step("plain"), one.hands)
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.UNREACHABLE, "rollout-late")


def test_a_volume_that_another_pod_holds_is_named(portal):
    """Only an event tells of it."""
    one = portal("plain", timeout=25.0)
    [old] = one.pods()
    [container] = one.workload()["spec"]["template"]["spec"]["containers"]
    container["resources"] = {"requests": {"cpu": "1000"}}
    change = {"spec": {"template": {"spec": {"containers": [container]}}}}
    one.api.patch(one.workload() | {"apiVersion": DEPLOYMENT[0], "kind": DEPLOYMENT[1]}, change)
    [new] = wait_for("the new pod", lambda: [each for each in one.pods() if named(each) != named(old)])
    message = 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) developer-hub'
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "attaching", "namespace": one.namespace},
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": named(new), "namespace": one.namespace},
        "type": "Warning",
        "reason": "FailedAttachVolume",
        "message": message,
        "lastTimestamp": "2099-01-01T00:00:00Z",
    }
    one.api.create(event)
    with pytest.raises(InstallerError, match="Multi-Attach error for volume") as caught:
        carry_out(one.step("operator"), one.hands)  # whoever owns it has changed it already
    assert caught.value.problems[0].code == "rollout-late"


def named(one):
    return one["metadata"]["name"]


def test_a_rollout_past_its_own_deadline_is_stuck(portal):
    """ProgressDeadlineExceeded, after which nothing is to be hoped for."""
    one = portal("plain", timeout=60.0)
    [container] = one.workload()["spec"]["template"]["spec"]["containers"]
    container["resources"] = {"requests": {"cpu": "1000"}}
    change = {"spec": {"progressDeadlineSeconds": 3, "template": {"spec": {"containers": [container]}}}}
    one.api.patch(one.workload() | {"apiVersion": DEPLOYMENT[0], "kind": DEPLOYMENT[1]}, change)
    with pytest.raises(Crashed, match="has timed out progressing") as caught:
        carry_out(one.step("operator"), one.hands)
    assert caught.value.problems[0].code == "rollout-stuck"


def test_scaled_to_nothing(portal):
    one = portal("plain")
    one.api.patch(one.workload() | {"apiVersion": DEPLOYMENT[0], "kind": DEPLOYMENT[1]}, {"spec": {"replicas": 0}})
    with pytest.raises(InstallerError, match="scaled to 0 replicas") as caught:
        carry_out(one.step("plain"), one.hands)
    assert caught.value.problems[0].code == "workload-idle"


def test_a_stateful_set(portal, world):
    one = portal("plain")
    stateful = workload("StatefulSet", "stateful", one.namespace, ["first"])
    world.api.apply(stateful)
    kind = (stateful["apiVersion"], stateful["kind"])
    world.api.wait(kind, "stateful", one.namespace, rolled_out)
    step = Rollout(Ref(*kind, one.namespace, "stateful"), "plain", 1)
    carry_out(step, one.hands)
    assert rolled_out(world.api.get(*kind, "stateful", one.namespace))
    change = {"spec": {"template": {"metadata": {"annotations": {"world.test/fail-init": "first"}}}}}
    world.api.patch(stateful, change)
    wait_for("the next revision", lambda: world.api.get(*kind, "stateful", one.namespace)["metadata"]["generation"] > 2)
    with pytest.raises(Crashed, match=r"pod .*/stateful-0: init container first"):
        carry_out(Rollout(step.workload, "operator", 2), one.hands)


def platform(api, namespace, **services):
    metadata = {"name": "sonataflow-platform", "namespace": namespace}
    api.apply({"apiVersion": PLATFORM[0], "kind": PLATFORM[1], "metadata": metadata, "spec": {"services": services}})


@pytest.mark.parametrize("flavour", ["operator", "plain"])
def test_verified(portal, world, flavour):
    """The platform is made at the last moment: its data index is waited for."""
    one = portal(flavour)
    one.write(good())
    carry_out(one.step(flavour), one.hands)
    platform(one.api, one.namespace, dataIndex={"enabled": True})
    log = world.audit()
    verify.carry_out(Verify((PACKAGE.rpartition("@")[0],), one.namespace), one.hands)
    assert log.writes() == []
    assert one.hands.progress.lines == []


def test_a_plugin_that_was_not_installed(portal):
    one = portal("plain")
    platform(one.api, one.namespace, dataIndex={"enabled": True})
    with pytest.raises(InstallerError, match=f"names no {PACKAGE}") as caught:
        verify.carry_out(Verify((PACKAGE,), one.namespace), one.hands)
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.FINDINGS, "plugin-not-installed")


def test_a_pod_that_does_not_run_the_configuration(portal):
    one = portal("plain")
    time.sleep(1.1)  # the API's times count whole seconds
    one.write(good())
    with pytest.raises(InstallerError, match=f"older than the configuration in ConfigMap {PLUGINS}") as caught:
        verify.carry_out(Verify((), one.namespace), one.hands)
    options = f"--instance {one.namespace}/{NAME}"
    fix = f"rhdh-orchestrator restart {options}, then rhdh-orchestrator resume {options}"
    assert caught.value.problems[0].fix == fix


def test_a_rollout_that_the_operator_still_begins(portal):
    """A run that was stopped between its two ConfigMaps: only the rollout for the first one is over."""
    one = portal("operator")
    time.sleep(1.1)  # the API's times count whole seconds
    one.write(good())
    verify.carry_out(Verify((PACKAGE.rpartition("@")[0],), ""), one.hands)


def test_a_platform_that_is_not_there(portal):
    one = portal("plain", timeout=5.0)
    with pytest.raises(InstallerError, match="there is none") as caught:
        verify.carry_out(Verify((), one.namespace), one.hands)
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.UNREACHABLE, "platform-not-ready")


def test_a_data_index_without_endpoints(portal, world):
    """The platform has succeeded, and whoever makes its services is gone: `Succeed` says nothing of them."""
    world.api.delete(*DEPLOYMENT, OPERATOR["metadata"]["name"], "default")
    one = portal("plain", timeout=6.0)
    platform(one.api, one.namespace, dataIndex={"enabled": True})
    succeeded = {"type": "Succeed", "status": "True", "reason": "", "message": ""}
    metadata = {"name": "sonataflow-platform", "namespace": one.namespace}
    status = {"conditions": [succeeded]}
    world.api.apply_status({"apiVersion": PLATFORM[0], "kind": PLATFORM[1], "metadata": metadata, "status": status})
    try:
        with pytest.raises(InstallerError, match="data-index-service has no ready endpoint") as caught:
            verify.carry_out(Verify((), one.namespace), one.hands)
    finally:
        world.api.apply(OPERATOR)
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.UNREACHABLE, "data-index-not-ready")


def test_what_cannot_be_checked_is_said(portal):
    """A log that is gone, and a platform that leaves the data index to another."""
    one = portal("plain")
    [pod] = one.pods()
    one.api.delete("kwok.x-k8s.io/v1alpha1", "Logs", pod["metadata"]["name"], one.namespace)
    platform(one.api, one.namespace)
    verify.carry_out(Verify((PACKAGE,), one.namespace), one.hands)
    assert [line.partition(":")[0] for line in one.hands.progress.lines] == ["not checked", "not checked"]
