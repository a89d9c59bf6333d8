"""What a person does with OLM by hand: group, Subscription, approval, waiting. Approves only what it is told."""

from collections.abc import Sequence
from typing import Any

from tests.world.api import Api, Manifest
from tests.world.processes import wait_for
from tests.world.world import CATALOG, CATALOG_NAMESPACE

V1ALPHA1 = "operators.coreos.com/v1alpha1"
SUBSCRIPTION = (V1ALPHA1, "Subscription")
INSTALL_PLAN = (V1ALPHA1, "InstallPlan")
CSV = (V1ALPHA1, "ClusterServiceVersion")
SECONDS = 120


def operator_group(name: str, namespace: str) -> Manifest:
    """A group for all namespaces."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "operators.coreos.com/v1", "kind": "OperatorGroup", "metadata": metadata, "spec": {}}


def subscription(package: str, namespace: str, channel: str, version: str = "", **spec: Any) -> Manifest:
    """A Subscription with Manual approval, named as its package; `version` makes the startingCSV."""
    starting = {"startingCSV": f"{package}.v{version}"} if version else {}
    source = {"name": package, "channel": channel, "source": CATALOG, "sourceNamespace": CATALOG_NAMESPACE}
    return {
        "apiVersion": V1ALPHA1,
        "kind": "Subscription",
        "metadata": {"name": package, "namespace": namespace},
        "spec": {**source, "installPlanApproval": "Manual", **starting, **spec},
    }


def pending_plan(api: Api, namespace: str, csvs: Sequence[str]) -> Manifest:
    """The InstallPlan that wants exactly these CSVs, once it waits for approval.

    Approved any earlier, OLM throws it away and plans again.
    """

    def ask() -> Manifest | None:
        plans = api.list(*INSTALL_PLAN, namespace)
        ours = [one for one in plans if set(one["spec"]["clusterServiceVersionNames"]) == set(csvs)]
        waiting = [one for one in ours if one.get("status", {}).get("phase") == "RequiresApproval"]
        return max(waiting, key=lambda one: one["spec"].get("generation", 0), default=None)

    found = wait_for(f"an InstallPlan of {', '.join(csvs)} in {namespace}", ask, seconds=SECONDS)
    assert found is not None
    return found


def approve(api: Api, plan: Manifest) -> None:
    api.patch(plan, {"spec": {"approved": True}})


def await_csv(api: Api, namespace: str, csv: str, phase: str = "Succeeded") -> Manifest:
    return api.wait(CSV, csv, namespace, lambda one: one.get("status", {}).get("phase") == phase, SECONDS)


def install(api: Api, package: str, namespace: str, channel: str, version: str) -> None:
    """Subscribe to one version and approve its plan; returns once its CSV is Succeeded."""
    csv = f"{package}.v{version}"
    api.apply(subscription(package, namespace, channel, version))
    approve(api, pending_plan(api, namespace, [csv]))
    await_csv(api, namespace, csv)
