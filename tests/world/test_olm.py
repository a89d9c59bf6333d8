"""The world's OLM is the real one, over our own catalog: it resolves, waits, installs, upgrades, gets stuck."""

import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.world.api import Api, condition, namespace_of
from tests.world.catalogs import packages, write_catalogs
from tests.world.olm import CSV, SUBSCRIPTION, approve, await_csv, install, operator_group, pending_plan, subscription
from tests.world.processes import wait_for
from tests.world.workloads import DEPLOYMENT, rolled_out, waiting_reasons
from tests.world.world import World, await_catalog, start_catalog, start_world

MANIFEST = ("packages.operators.coreos.com/v1", "PackageManifest")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One of this file's own, as operators are everybody's; each test has packages and namespaces of its own in it."""
    started = start_world()
    yield started
    started.stop()


def group_in(api: Api, *namespaces: str) -> None:
    for namespace in namespaces:
        api.apply(namespace_of(namespace))
        api.apply(operator_group(namespace, namespace))


def test_packagemanifests_tell_what_the_catalog_holds(api: Api) -> None:
    for name, package in packages().items():
        status = api.get(*MANIFEST, name, "default")["status"]
        heads = {one["name"]: one["currentCSV"] for one in status["channels"]}
        newest = f"{name}.v{package['versions'][-1]}"
        assert (status["catalogSource"], status["defaultChannel"]) == ("world-catalog", package["channels"][0])
        assert heads == dict.fromkeys(package["channels"], newest)


def test_operator_is_installed_and_upgraded_after_approval(api: Api) -> None:
    namespace = "openshift-serverless-logic"
    group_in(api, namespace)
    install(api, "logic-operator-rhel8", namespace, "alpha", "1.35.0")
    name = "logic-operator-rhel8-controller-manager"
    assert rolled_out(api.get(*DEPLOYMENT, name, namespace))
    assert api.list("sonataflow.org/v1alpha08", "SonataFlowPlatform") == []

    upgrade = pending_plan(api, namespace, ["logic-operator-rhel8.v1.36.0"])
    waiting = api.wait(
        SUBSCRIPTION, "logic-operator-rhel8", namespace, lambda one: one["status"]["state"] == "UpgradePending"
    )
    assert waiting["status"]["installedCSV"] == "logic-operator-rhel8.v1.35.0"
    approve(api, upgrade)
    await_csv(api, namespace, "logic-operator-rhel8.v1.36.0")
    wait_for("the old CSV to go", lambda: api.find(*CSV, "logic-operator-rhel8.v1.35.0", namespace) is None)
    # All namespaces see a copy of it, which is no install.
    copy = await_csv(api, "default", "logic-operator-rhel8.v1.36.0")
    assert copy["metadata"]["labels"]["olm.copiedFrom"] == namespace


def test_stuck_operator_stays_installing(api: Api) -> None:
    group_in(api, "stuck")
    api.apply(subscription("stuck-operator", "stuck", "stable"))
    approve(api, pending_plan(api, "stuck", ["stuck-operator.v0.1.0"]))
    csv = "stuck-operator.v0.1.0"
    waiting = api.wait(CSV, csv, "stuck", lambda one: one.get("status", {}).get("reason") == "InstallWaiting")
    assert "stuck-controller-manager" in waiting["status"]["message"]
    wait_for("its pod", lambda: [waiting_reasons(one) for one in api.list("v1", "Pod", "stuck")] == [PULLING])
    assert api.get(*CSV, "stuck-operator.v0.1.0", "stuck")["status"]["phase"] == "Installing"


PULLING = {"manager": "ImagePullBackOff"}


def test_two_subscriptions_of_one_namespace_share_a_plan(api: Api) -> None:
    group_in(api, "shared")
    api.apply(subscription("unrelated-operator", "shared", "stable", "2.3.0"))
    api.apply(subscription("serverless-operator", "shared", "stable", "1.37.1"))
    both = ["unrelated-operator.v2.3.0", "serverless-operator.v1.37.1"]
    approve(api, pending_plan(api, "shared", both))
    for one in both:
        await_csv(api, "shared", one)


def test_two_groups_of_one_namespace_are_named_a_mistake(api: Api, namespaces: Callable[[str], str]) -> None:
    namespace = namespaces("groupless")
    for name in ("one", "two"):
        api.apply(operator_group(name, namespace))
    api.wait(
        ("operators.coreos.com/v1", "OperatorGroup"),
        "two",
        namespace,
        lambda one: condition(one, "MultipleOperatorGroup") == "True",
    )


def test_catalog_can_change_while_the_world_runs(world: World, api: Api) -> None:
    """The catalog is served anew from changed files, as a catalog image with a new digest would be.

    The last one: the others need the packages as they were.
    """
    changed = packages()
    changed["logic-operator"]["versions"].append("9.9.9")
    del changed["stuck-operator"]
    shutil.rmtree(world.folder / "catalog")
    write_catalogs(world.folder / "catalog", changed)
    world.end("catalog")
    start_catalog(world)

    def new_head() -> bool:
        status = api.get(*MANIFEST, "logic-operator", "default")["status"]
        return status["channels"][0]["currentCSV"] == "logic-operator.v9.9.9"

    await_catalog(api, "world-catalog")
    wait_for("the new head of the channel", new_head)
    assert api.find(*MANIFEST, "stuck-operator", "default") is None
