"""Orphan CSV/CRD/webhook."""

from collections.abc import Iterator

from installer.audit.about_operators import (
    ROLES,
    TITLES,
    controllers,
    extensions,
    installed,
    is_ours_csv,
    look_at_homes,
    own_versions,
    subscriptions,
)
from installer.audit.finding import Found
from installer.audit.kinds import (
    CLUSTER_EXTENSION,
    CRD,
    CSV,
    DEPLOYMENT,
    MUTATING_WEBHOOK,
    SERVICE,
    SUBSCRIPTION,
    VALIDATING_WEBHOOK,
    Kind,
)
from installer.audit.object import Object, every, text
from installer.audit.remedy import DeleteObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.knowledge.packages import csv_package

OF_OURS = ("knative.dev", "sonataflow.org", "rhdh.redhat.com", "serverless.openshift.io")
GROUPS = {"serverless": ".operator.knative.dev", "logic": ".sonataflow.org"}


def check(snapshot: Snapshot) -> Iterator[Found]:
    yield from _versions(snapshot)
    for kind in (VALIDATING_WEBHOOK, MUTATING_WEBHOOK):
        if snapshot.is_read(kind) and snapshot.is_read(SERVICE):
            yield from _webhooks(snapshot, kind)
    if snapshot.is_read(CRD) and snapshot.is_read(DEPLOYMENT):
        yield from _definitions(snapshot)


def _versions(snapshot: Snapshot) -> Iterator[Found]:
    """Deleting a Subscription leaves what it has installed."""
    subscribed = {(one.namespace, one.text("spec", "name")) for one in snapshot.of(SUBSCRIPTION)}
    for one in own_versions(snapshot):
        package = csv_package(one.name).replace("rhdh-operator", "rhdh")
        if is_ours_csv(one.name) and (one.namespace, package) not in subscribed:
            snapshot.within(SUBSCRIPTION, one.namespace)  # was it read there?
            observed = f"no Subscription of {package} in {one.namespace}"
            yield Found(one.at(), observed, "a Subscription, or no ClusterServiceVersion", DeleteObject(one.ref))


def _webhooks(snapshot: Snapshot, kind: Kind) -> Iterator[Found]:
    for one in snapshot.observed(kind):
        if any(name in one.name for name in OF_OURS):
            lost = dict.fromkeys(_services(snapshot, one))
            if lost:
                observed = f"Service {', '.join(lost)} is not there"
                yield Found(one.at("webhooks"), observed, "no webhook without its Service", DeleteObject(one.ref))


def _services(snapshot: Snapshot, one: Object) -> Iterator[str]:
    """The Services that it calls and that are gone."""
    for index, _ in every(one.get("webhooks")):
        service = one.mapping("webhooks", index, "clientConfig", "service")
        name, namespace = text(service.get("name")), text(service.get("namespace"))
        if name and snapshot.named(SERVICE, name, namespace) is None:
            yield f"{namespace}/{name}"


def _definitions(snapshot: Snapshot) -> Iterator[Found]:
    """CRDs of an operator that is there by none of the ways to install it; deleting one deletes all of it."""
    found = snapshot.observed(CRD)
    for role in ROLES:
        if not any(of(snapshot, role) for of in (installed, subscriptions, extensions, controllers)):
            look_at_homes(snapshot, CSV, role)
            look_at_homes(snapshot, DEPLOYMENT, role)
            for one in found:
                if one.name.endswith(GROUPS[role]):
                    yield Found(one.at(), f"{TITLES[role]} is not installed", "its operator, or no CRD of it")


RULE = Rule(
    module=__name__,
    title="Orphan CSV/CRD/webhook",
    severity="medium",
    reads=(SUBSCRIPTION, CSV),
    also=(VALIDATING_WEBHOOK, MUTATING_WEBHOOK, SERVICE, CRD, CLUSTER_EXTENSION, DEPLOYMENT),
    wrong="Of an operator that was removed something is left: its ClusterServiceVersion, its CRDs, or its webhooks.",
    why="A webhook without its Service refuses pods and Services; a stray version stops a new installation.",
    fix="Remove what is left over, or install the operator again where it was removed by mistake.",
    sources=(
        "https://olm.operatorframework.io/docs/tasks/uninstall-operator/",
        "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/",
    ),
    check=check,
)
