"""OLM's objects from the short words of the cases, in the form that the real OLM of tests/world gives them."""

from typing import Any

from installer.plan.olm import NO_OLM, Olm
from tests.world.catalogs import packages

LOGIC, SERVERLESS = "openshift-serverless-logic", "openshift-serverless"
KNOWN = {
    "olm", "subscriptions", "csvs", "groups", "catalogs", "packages", "served", "plans", "namespaces",
}  # fmt: skip


def olm(there: dict[str, Any]) -> Olm:
    """One snapshot. Without `packages` and `catalogs` one ready catalog serves what tests/world/packages.yaml holds."""
    assert there.keys() <= KNOWN, there
    if there.get("olm") == "absent":
        return NO_OLM
    served = packages() if "packages" not in there else there["packages"]
    for name, channels in there.get("served", {}).items():
        served[name] = channels
    return Olm(
        subscriptions=[subscription(one) for one in there.get("subscriptions", [])],
        csvs=[csv(one) for one in there.get("csvs", [])],
        groups=[group(one) for one in there.get("groups", [])],
        catalogs=[catalog(one) for one in there.get("catalogs", [{"name": "a-catalog"}])],
        packages=[package(name, one) for name, one in served.items() if one],
        install_plans=[plan(one) for one in there.get("plans", [])],
        namespaces=[namespace(one) for one in there.get("namespaces", ["olm"])],
    )


def metadata(one: dict[str, Any]) -> dict[str, Any]:
    annotations = {}
    if "release" in one:
        annotations = {
            "meta.helm.sh/release-name": "orchestrator",
            "meta.helm.sh/release-namespace": one["release"],
        }
    return {"name": one["name"], "namespace": one["in"], "resourceVersion": "7", "annotations": annotations}


def subscription(one: dict[str, Any]) -> dict[str, Any]:
    given = {"currentCSV": "current", "installedCSV": "installed", "installPlanGeneration": "generation"}
    conditions = [
        {"type": kind, "status": "True", "message": message} for kind, message in one.get("conditions", {}).items()
    ]
    spec = {
        "name": one["package"],
        "channel": one.get("channel", "stable"),
        "installPlanApproval": one.get("approval", "Manual"),
        "source": "a-catalog",
        "sourceNamespace": "olm",
    }
    if "starting" in one:
        spec["startingCSV"] = one["starting"]
    status = {**{key: one[word] for key, word in given.items() if word in one}, "conditions": conditions}
    named = {"name": one["package"], **one}
    return {"kind": "Subscription", "metadata": metadata(named), "spec": spec, "status": status}


def csv(one: dict[str, Any]) -> dict[str, Any]:
    status = {"phase": one.get("phase", "Succeeded"), "reason": one.get("reason"), "message": one.get("message")}
    made = {"kind": "ClusterServiceVersion", "metadata": metadata(one), "status": status}
    if one.get("going"):
        made["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    deployments = [{"name": name} for name in one.get("deployments", [])]
    return {**made, "spec": {"install": {"spec": {"deployments": deployments}}}}


def group(one: dict[str, Any]) -> dict[str, Any]:
    spec = {"targetNamespaces": one["targets"]} if "targets" in one else {}
    if "selector" in one:
        spec["selector"] = {"matchLabels": one["selector"]}
    return {"metadata": metadata(one), "spec": spec}


def catalog(one: dict[str, Any]) -> dict[str, Any]:
    state = {"connectionState": {"lastObservedState": one.get("state", "READY")}}
    return {"metadata": metadata({"in": "olm", **one}), "status": state}


def package(name: str, one: dict[str, Any]) -> dict[str, Any]:
    names = [f"{name}.v{version}" for version in one["versions"]]
    entries = [] if one.get("head-only") else [{"name": each} for each in reversed(names)]
    channels = [{"name": each, "currentCSV": names[-1], "entries": entries} for each in one["channels"]]
    source = {"catalogSource": one.get("catalog", "a-catalog"), "catalogSourceNamespace": one.get("catalog-in", "olm")}
    named = {"name": one.get("package", name), "namespace": SERVERLESS}
    return {"metadata": named, "status": {**source, "channels": channels}}


def plan(one: dict[str, Any]) -> dict[str, Any]:
    spec = {
        "approval": "Manual",
        "approved": one.get("approved", False),
        "clusterServiceVersionNames": one["csvs"],
        "generation": one.get("generation", 1),
    }
    status: dict[str, Any] = {"phase": one.get("phase", "RequiresApproval")}
    if "failure" in one:
        status["conditions"] = [{"type": "Installed", "status": "False", "message": one["failure"]}]
    return {"metadata": metadata({"in": LOGIC, **one}), "spec": spec, "status": status}


def namespace(one: str) -> dict[str, Any]:
    """NAME, NAME@RELEASE-NAMESPACE for one of our release, NAME! for one that is being deleted."""
    name, _, release = one.rstrip("!").partition("@")
    made = {"metadata": metadata({"name": name, "in": None, **({"release": release} if release else {})})}
    if one.endswith("!"):
        made["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    return made
