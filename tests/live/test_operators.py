"""Operators of the real OLM: observed, decided, approved, awaited. Need WORLD=1; see tests/world."""

import contextlib
import os
import shutil
from dataclasses import dataclass, field

import pytest

from installer.apply.hands import Hands
from installer.apply.operators import carry_out
from installer.cluster.connect import connect
from installer.cluster.options import ConnectionOptions
from installer.flow.live_olm import observe
from installer.knowledge.releases import release
from installer.model.errors import ExitCode, InstallerError
from installer.model.run import MANAGER, Operator, Operators, Target
from installer.plan.operators import HOMES, decide
from tests.world.api import namespace_of
from tests.world.catalogs import packages, write_catalogs
from tests.world.olm import (
    CSV,
    INSTALL_PLAN,
    SUBSCRIPTION,
    await_csv,
    install,
    operator_group,
    pending_plan,
    subscription,
)
from tests.world.processes import wait_for
from tests.world.programs import can_have_world
from tests.world.world import CATALOG, CATALOG_NAMESPACE, CATALOG_SOURCE, await_catalog, start_catalog, start_world

WHY_NOT = "it needs WORLD=1: a real Kubernetes" if os.environ.get("WORLD") != "1" else can_have_world()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "")

SERVERLESS, LOGIC = HOMES["serverless"], HOMES["logic"]
GROUP = ("operators.coreos.com/v1", "OperatorGroup")
MANIFEST = ("packages.operators.coreos.com/v1", "PackageManifest")
UNRELATED = "unrelated-operator.v2.3.0"
TARGET = Target("plain", "rhdh", "developer-hub", "1.6.0", None, None)
SECONDS = 150


@pytest.fixture
def world():
    started = start_world(stand_ins=False)
    try:
        yield started
    finally:
        started.stop()


@dataclass
class Said:
    """What a step tells of its progress."""

    lines: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)

    def __call__(self, line):
        self.lines.append(line)

    def wait(self, what, last=""):
        self.waits.append(f"{what}: {last}")


def helm():
    raise AssertionError("no operator is installed by helm")


@contextlib.contextmanager
def hands_of(world, seconds=SECONDS):
    options = ConnectionOptions(
        kubeconfig=str(world.kubeconfig), timeout=seconds, cache_dir=str(world.folder / "cache")
    )
    cluster = connect(options)
    held = []
    try:
        made = Hands(cluster, TARGET, helm, Said(), lambda: held.append("held"))
        yield made
    finally:
        cluster.close()


def carried_out(world, *wanted, seconds=SECONDS):
    """Do the step; what it said."""
    with hands_of(world, seconds) as hands:
        carry_out(Operators(wanted), hands)
        return hands.progress


def refused(world, *wanted, seconds=SECONDS):
    with hands_of(world, seconds) as hands, pytest.raises(InstallerError) as error:
        carry_out(Operators(wanted), hands)
    return error.value, "\n".join(f"{one.message}\n{one.fix}" for one in error.value.problems)


def decided(world, minor="1.6", **options):
    with hands_of(world) as hands:
        found = observe(hands.cluster, release(minor))
    return found, decide(found, release(minor), openshift=False, namespace="rhdh", **options)


def subscribe(api, *parts):
    """What our chart would make of the values, Helm's mark on it included."""
    annotations = {"meta.helm.sh/release-name": "orchestrator", "meta.helm.sh/release-namespace": "rhdh"}
    made = []
    for values in parts:
        spec = values["subscription"]
        where = spec["namespace"]
        made += [namespace_of(where)] if values["createNamespace"] else []
        made += [operator_group(where, where)] if values["createOperatorGroup"] else []
        version = spec["startingCSV"].partition(".v")[2]
        made.append(subscription(spec["name"], where, spec["channel"], version))
    for one in made:
        api.apply({**one, "metadata": {**one["metadata"], "annotations": annotations}})


def approvals(api, namespace):
    """CSVs of every plan, with whether it is approved."""
    plans = api.list(*INSTALL_PLAN, namespace)
    return {(*sorted(one["spec"]["clusterServiceVersionNames"]), one["spec"]["approved"]) for one in plans}


def grouped(api, namespace, *names):
    api.apply(namespace_of(namespace))
    for name in names or (namespace,):
        api.apply(operator_group(name, namespace))


def test_from_nothing_to_succeeded_and_nothing_further(world):
    """Two operators side by side, two namespaces; the second run finds nothing to do; upgrades stay unapproved."""
    api = world.api
    found, wanted = decided(world)
    assert [one.csv for one in wanted.operators] == ["serverless-operator.v1.36.1", "logic-operator-rhel8.v1.36.0"]
    assert wanted.values["serverlessOperator"]["subscription"]["sourceName"] == CATALOG
    assert wanted.values["serverlessOperator"]["subscription"]["sourceNamespace"] == CATALOG_NAMESPACE
    assert {one["metadata"]["name"] for one in found.packages} == {"serverless-operator", "logic-operator-rhel8"}
    subscribe(api, *wanted.values.values())
    audit = world.audit()
    said = carried_out(world, *wanted.operators)
    for one in wanted.operators:
        assert api.get(*CSV, one.csv, one.namespace)["status"]["phase"] == "Succeeded"
        assert f"operator {one.package} in {one.namespace}: {one.csv} has Succeeded" in said.lines
    assert said.waits
    assert {(one.verb, one.what) for one in audit.writes()} == {("patch", "installplans")}
    managers = [one["metadata"]["managedFields"] for one in api.list(*INSTALL_PLAN, SERVERLESS)]
    assert any(each["manager"] == MANAGER for fields in managers for each in fields)

    # The channel holds newer ones: their plan comes, and is a person's decision.
    pending_plan(api, SERVERLESS, ["serverless-operator.v1.37.0"])
    audit.restart()
    carried_out(world, *wanted.operators)
    assert not audit.writes()
    assert approvals(api, SERVERLESS) == {("serverless-operator.v1.36.1", True), ("serverless-operator.v1.37.0", False)}
    # All namespaces have copies by now, which are no installs; what ours made renders the same again.
    await_csv(api, "default", "serverless-operator.v1.36.1")
    again, second = decided(world)
    assert {(one["metadata"]["namespace"], one["metadata"]["name"]) for one in again.csvs} == {
        (one.namespace, one.csv) for one in wanted.operators
    }
    assert (second.operators, second.values, again.packages) == ((), wanted.values, [])

    # A second group beside the first breaks what worked; both are named.
    api.apply(operator_group("another", LOGIC))
    with pytest.raises(InstallerError, match=f"2 OperatorGroups in namespace {LOGIC}: another, {LOGIC}") as error:
        decided(world)
    assert error.value.exit == ExitCode.FINDINGS
    # RHDH 1.9 needs the operator under its new name.
    api.delete(*GROUP, "another", LOGIC)
    with pytest.raises(
        InstallerError, match="logic-operator-rhel8 in openshift-serverless-logic is its former"
    ) as error:
        decided(world, "1.9")
    assert error.value.exit == ExitCode.DECIDE


def test_two_subscriptions_of_ours_in_one_namespace(world):
    """Whichever way OLM plans them, together or one after the other, nothing but ours is approved."""
    api, csvs = world.api, ("serverless-operator.v1.37.1", "logic-operator.v1.38.1")
    grouped(api, "shared")
    for csv in csvs:
        package, _, version = csv.partition(".v")
        api.apply(subscription(package, "shared", "stable", version))
    carried_out(world, *(Operator(one.partition(".v")[0], "shared", one) for one in csvs))
    for one in csvs:
        assert api.get(*CSV, one, "shared")["status"]["phase"] == "Succeeded"
    approved = {csv for *names, is_approved in approvals(api, "shared") if is_approved for csv in names}
    assert approved == set(csvs)


def test_bundled_plan_is_refused_until_it_is_allowed(world):
    """Somebody's older Subscription waits in the namespace: OLM plans it again, together with ours."""
    api, ours = world.api, "logic-operator.v1.38.1"
    grouped(api, "team")
    api.apply(subscription("unrelated-operator", "team", "stable", "2.3.0"))
    pending_plan(api, "team", [UNRELATED])
    api.apply(subscription("logic-operator", "team", "stable", "1.38.1"))
    pending_plan(api, "team", [UNRELATED, ours])
    error, words = refused(world, Operator("logic-operator", "team", ours))
    assert error.exit == ExitCode.DECIDE
    assert f"would install {UNRELATED} together with {ours}" in words
    assert f"--approve {UNRELATED}" in words
    assert not any(is_approved for *_, is_approved in approvals(api, "team"))
    with pytest.raises(InstallerError, match=f"would install {UNRELATED}"):  # before anything is written, too
        decided(world, "1.10")
    assert decided(world, "1.10", allowed=(UNRELATED,))[1].operators[1].allowed == (UNRELATED,)
    carried_out(world, Operator("logic-operator", "team", ours, (UNRELATED,)))
    await_csv(api, "team", UNRELATED)
    assert (UNRELATED, False) in approvals(api, "team")  # the older plan is left as it was


def test_somebodys_upgrade_that_waits_is_not_approved_with_ours(world):
    api, upgrade = world.api, "unrelated-operator.v2.4.0"
    grouped(api, LOGIC)
    install(api, "unrelated-operator", LOGIC, "stable", "2.3.0")
    pending_plan(api, LOGIC, [upgrade])
    with pytest.raises(InstallerError, match=f"in namespace {LOGIC} {upgrade} waits for approval") as error:
        decided(world, "1.10")
    assert error.value.exit == ExitCode.DECIDE
    api.apply(subscription("logic-operator", LOGIC, "stable", "1.38.1"))
    error, words = refused(world, Operator("logic-operator", LOGIC, "logic-operator.v1.38.1"))
    assert (error.exit, f"would install {upgrade} together" in words) == (ExitCode.DECIDE, True)
    assert {one for one in approvals(api, LOGIC) if one[-1]} == {(UNRELATED, True)}
    assert api.get(*CSV, UNRELATED, LOGIC)["status"]["phase"] == "Succeeded"


def test_stuck_operators_are_named_with_what_stands_in_the_way(world):
    api = world.api
    grouped(api, "stuck")
    api.apply(subscription("stuck-operator", "stuck", "stable"))
    error, words = refused(world, Operator("stuck-operator", "stuck", "stuck-operator.v0.1.0"), seconds=25)
    assert error.exit == ExitCode.UNREACHABLE
    assert "Deployment stuck/stuck-controller-manager: pod stuck-controller-manager-" in words
    assert "ImagePullBackOff" in words

    grouped(api, "crowded", "one", "two")
    api.apply(subscription("unrelated-operator", "crowded", "stable", "2.3.0"))
    error, words = refused(world, Operator("unrelated-operator", "crowded", UNRELATED))
    assert (error.exit, "2 OperatorGroups in namespace crowded: one, two" in words) == (ExitCode.FINDINGS, True)

    api.apply(namespace_of("groupless"))
    api.apply(subscription("unrelated-operator", "groupless", "stable", "2.3.0"))
    error, words = refused(world, Operator("unrelated-operator", "groupless", UNRELATED))
    assert (error.exit, "no OperatorGroup in namespace groupless" in words) == (ExitCode.FINDINGS, True)

    grouped(api, "unresolved")
    api.apply(subscription("unrelated-operator", "unresolved", "gone"))
    error, words = refused(world, Operator("unrelated-operator", "unresolved", UNRELATED))
    assert (error.exit, "ResolutionFailed: " in words, "gone" in words) == (ExitCode.FINDINGS, True, True)

    error, words = refused(world, Operator("unrelated-operator", "nowhere", UNRELATED))
    assert (error.exit, "no Subscription of unrelated-operator in namespace nowhere" in words) == (
        ExitCode.FINDINGS,
        True,
    )


def test_catalog_without_the_package_and_catalog_that_is_down(world):
    api = world.api
    kept = packages()
    del kept["logic-operator-rhel8"]
    kept["serverless-operator"]["channels"] = ["beta"]
    shutil.rmtree(world.folder / "catalog")
    write_catalogs(world.folder / "catalog", kept)
    world.end("catalog")
    start_catalog(world)

    def is_served_anew():
        manifest = api.find(*MANIFEST, "serverless-operator", "default") or {"status": {"channels": []}}
        return [one["name"] for one in manifest["status"]["channels"]] == ["beta"]

    wait_for("the changed channel", is_served_anew, seconds=90)
    await_catalog(api, CATALOG)
    with pytest.raises(InstallerError) as error:
        decided(world)
    words = str(error.value)
    assert error.value.exit == ExitCode.FINDINGS
    assert "package serverless-operator has no channel stable; there is beta" in words
    assert "no catalog serves the package logic-operator-rhel8" in words

    world.end("catalog")

    def is_down():
        state = api.get(*CATALOG_SOURCE, CATALOG, CATALOG_NAMESPACE)["status"]["connectionState"]
        return state["lastObservedState"] != "READY"

    wait_for("OLM to see it", is_down, seconds=90)
    with pytest.raises(InstallerError, match=f"CatalogSource {CATALOG_NAMESPACE}/{CATALOG} is "):
        decided(world)
    assert not api.list(*SUBSCRIPTION)
