"""What several rules about operators share: what is installed, subscribed to, planned. Judges nothing by itself."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Literal

from installer.audit.finding import Found
from installer.audit.kinds import CLUSTER_EXTENSION, CSV, DEPLOYMENT, INSTALL_PLAN, SUBSCRIPTION, Kind
from installer.audit.object import Object, strings
from installer.audit.remedy import CreateObject
from installer.audit.rule import Check
from installer.audit.shapes import condition_words, missing
from installer.audit.snapshot import Snapshot
from installer.audit.versions import minor
from installer.knowledge.packages import csv_package, ours
from installer.plan.operator_homes import HOMES

Role = Literal["serverless", "logic"]
ROLES: tuple[Role, ...] = ("serverless", "logic")
TITLES = {"serverless": "OpenShift Serverless", "logic": "OpenShift Serverless Logic"}
RHDH = "rhdh"
PATIENCE = timedelta(minutes=10)
CONSOLE_HOME = "openshift-operators"  # where the console installs to, unless it is told otherwise
_COPIED = "olm.copiedFrom"
# On the CronJobs by which the chart `orchestrator` applied its resources again and again.
RECONCILES = "orchestrator.rhdh.redhat.com/reconciles"
# The same operators under the names that they have outside of Red Hat's catalog.
UPSTREAM = {"serverless": ("knative-operator",), "logic": ("sonataflow-operator",)}
# Their Deployments; outside of OLM nothing else tells that they are there.
CONTROLLERS = {
    "serverless": ("knative-operator", "knative-operator-webhook"),
    "logic": (
        *("logic-operator-rhel8-controller-manager", "logic-operator-controller-manager"),
        "sonataflow-operator-controller-manager",
    ),
}


def packages(role: Role) -> tuple[str, ...]:
    """Every name that an operator has in a catalog, the oldest first."""
    return (*ours(role), *UPSTREAM[role])


def role_of(package: str) -> Role | None:
    """Which of our operators a package is; None for every other."""
    return next((role for role in ROLES if package in packages(role)), None)


def is_ours(package: str) -> bool:
    """Whether a package is Serverless, Serverless Logic or RHDH's operator."""
    return package == RHDH or csv_package(package) == "rhdh-operator" or role_of(package) is not None


# -- operators


def own_versions(snapshot: Snapshot) -> list[Object]:
    """The ClusterServiceVersions without their copies, which OLM puts into every namespace: those are no installs."""
    return [one for one in snapshot.of(CSV) if _COPIED not in one.labels]


def subscriptions(snapshot: Snapshot, role: Role) -> list[Object]:
    return [one for one in snapshot.of(SUBSCRIPTION) if one.text("spec", "name") in packages(role)]


def installed(snapshot: Snapshot, role: Role) -> list[Object]:
    """The ClusterServiceVersions of an operator, without the copies that OLM puts into every namespace."""
    return [one for one in own_versions(snapshot) if csv_package(one.name) in packages(role)]


def extensions(snapshot: Snapshot, role: Role) -> list[Object]:
    """What OLM v1 installs it by; none where those were not read."""
    if not snapshot.is_read(CLUSTER_EXTENSION):
        return []
    path = ("spec", "source", "catalog", "packageName")
    return [one for one in snapshot.of(CLUSTER_EXTENSION) if one.text(*path) in packages(role)]


def controllers(snapshot: Snapshot, role: Role) -> list[Object]:
    """Its Deployments; none where those were not read."""
    if not snapshot.is_read(DEPLOYMENT):
        return []
    return [one for one in snapshot.of(DEPLOYMENT) if one.name in CONTROLLERS[role]]


def wanted_minor(snapshot: Snapshot, role: Role) -> tuple[int, int] | None:
    """The minor of an operator that this release of RHDH goes with; None where RHDH or the minor is not known."""
    if not snapshot.has_instance:
        return None
    return minor(snapshot.release.operators[role].version or "") if role in snapshot.release.operators else None


def operator_is_there(role: Role) -> Check:
    """The operator was installed, by OLM or otherwise, and no installation of it stands still."""

    def check(snapshot: Snapshot) -> Iterator[Found]:
        csvs = installed(snapshot, role) if snapshot.is_read(CSV) else []
        subscribed, extended = subscriptions(snapshot, role), extensions(snapshot, role)
        if csvs:
            yield from _unsuccessful(csvs)
        elif subscribed:
            yield from _uninstalled(subscribed, csvs_are_read=snapshot.is_read(CSV))
        elif extended:
            for one in extended:
                found = one.condition("Installed")
                if one.is_observed and found.get("status") != "True":
                    yield Found(one.at("status", "conditions"), condition_words("Installed", found), "Installed: True")
        elif not controllers(snapshot, role):
            look_at_homes(snapshot, SUBSCRIPTION, role)
            yield _absent(snapshot, role)

    return check


def _unsuccessful(csvs: list[Object]) -> Iterator[Found]:
    """Of several versions the one that is being replaced serves until the next one does."""
    phases = {one.text("status", "phase") for one in csvs if one.is_observed}
    if not phases or phases & {"Succeeded", "Replacing"}:
        return
    for one in csvs:
        told = ": ".join(filter(None, (one.text("status", "reason"), one.text("status", "message"))))
        phase = one.text("status", "phase") or "no phase"
        yield Found(one.at("status"), f"{phase} ({told})" if told else phase, "Succeeded", key="phase")


def _uninstalled(subscribed: list[Object], *, csvs_are_read: bool) -> Iterator[Found]:
    """Subscribed to on a cluster, with nothing there; what stands in Git has no status, and is enough."""
    for one in subscribed:
        if one.is_observed and (csvs_are_read or not one.text("status", "installedCSV")):
            state = one.text("status", "state") or "no state"
            yield Found(one.at("status"), f"nothing is installed ({state})", "a version that has Succeeded", key="none")


def _absent(snapshot: Snapshot, role: Role) -> Found:
    wanted = snapshot.release.operators.get(role) if snapshot.has_instance else None
    package = wanted.package if wanted is not None else packages(role)[0]
    spot = missing(SUBSCRIPTION, HOMES[role], package, "v1alpha1")
    spec = {"name": package, "source": "<CATALOG>", "sourceNamespace": "<NAMESPACE OF THE CATALOG>"}
    if wanted is not None:
        spec |= {"channel": wanted.channel, "installPlanApproval": "Manual"}
        spec |= {"startingCSV": wanted.starting_csv} if wanted.starting_csv else {}
    metadata = {"name": package, "namespace": HOMES[role]}
    manifest = {"apiVersion": spot.ref.api_version, "kind": "Subscription", "metadata": metadata, "spec": spec}
    return Found(spot, f"{TITLES[role]} is not installed", f"a Subscription of {package}", CreateObject(manifest))


def look_at_homes(snapshot: Snapshot, kind: Kind, role: Role) -> None:
    """Raises Skip where the namespaces that an operator is usually in were not read: it may be there."""
    for namespace in (HOMES[role], CONSOLE_HOME):
        snapshot.within(kind, namespace)


# -- InstallPlans


def waiting_plans(snapshot: Snapshot) -> Iterator[tuple[Object, list[str]]]:
    """The InstallPlans that wait for approval and bring something of ours, with all they bring.

    OLM leaves a plan that it has replaced where it was: of those of a namespace that bring the same, the one of the
    highest generation counts.
    """
    plans = [one for one in snapshot.observed(INSTALL_PLAN) if awaits_approval(one)]
    for one in plans:
        brought = brought_by(one)
        newer = [each for each in plans if each.namespace == one.namespace and _generation(each) > _generation(one)]
        if any(map(is_ours_csv, brought)) and not any(set(brought) <= set(brought_by(each)) for each in newer):
            yield one, brought


def awaits_approval(plan: Object) -> bool:
    return plan.text("status", "phase") == "RequiresApproval" and plan.get("spec", "approved") is not True


def brought_by(plan: Object) -> list[str]:
    """The names of the ClusterServiceVersions that a plan installs."""
    return strings(plan.get("spec", "clusterServiceVersionNames"))


def is_ours_csv(name: str) -> bool:
    return is_ours(csv_package(name))


def foreign(brought: Iterable[str]) -> list[str]:
    return [one for one in brought if not is_ours_csv(one)]


def _generation(plan: Object) -> int:
    found = plan.get("spec", "generation")
    return found if isinstance(found, int) else 0
