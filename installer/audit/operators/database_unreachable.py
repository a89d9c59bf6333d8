"""DB Service unreachable / no endpoints."""

from collections.abc import Iterator

from installer.audit.about_operators import PATIENCE
from installer.audit.about_platform import Database, databases
from installer.audit.finding import Found
from installer.audit.kinds import ENDPOINT_SLICE, ENDPOINTS, PLATFORM, SERVICE, WORKFLOW
from installer.audit.object import Object, dig, every, items
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

OF_SERVICE = "kubernetes.io/service-name"


def check(snapshot: Snapshot) -> Iterator[Found]:
    services = snapshot.observed(SERVICE)
    seen = {one.namespace for one in services}
    for one in databases(snapshot):
        # Of a namespace that was not read nothing can be said; a host of two parts may be none of the cluster.
        if one.service and (one.namespace == one.owner.namespace or one.namespace in seen):
            yield from _judged(snapshot, one)


def _judged(snapshot: Snapshot, one: Database) -> Iterator[Found]:
    address = f"{one.namespace}/{one.service}"
    service = snapshot.named(SERVICE, one.service, one.namespace)
    if service is None:
        observed = f"Service {address} is not there"
    elif _is_settled(snapshot, service) and _is_served(snapshot, service) is False:
        observed = f"Service {address} has no endpoint that is ready"
    else:
        return
    yield Found(one.owner.at(*one.reference), observed, "a Service with a database that is ready")


def _is_settled(snapshot: Snapshot, service: Object) -> bool:
    """One that was just made waits for its pods; an ExternalName has none."""
    is_young = service.created is not None and snapshot.age(service.created) < PATIENCE
    return not is_young and service.text("spec", "type") != "ExternalName"


def _is_served(snapshot: Snapshot, service: Object) -> bool | None:
    """Whether a pod or an address stands behind a Service; None where neither kind of object tells."""
    if snapshot.is_read(ENDPOINT_SLICE):
        slices = [one for one in snapshot.within(ENDPOINT_SLICE, service.namespace) if _is_of(one, service)]
        if slices:
            endpoints = [one for each in slices for _, one in every(each.get("endpoints"))]
            return any(
                dig(one, "conditions", "ready") is not False and items(one.get("addresses")) for one in endpoints
            )
    found = None
    if snapshot.is_read(ENDPOINTS):
        found = snapshot.named(ENDPOINTS, service.name, service.namespace)
    return None if found is None else any(items(one.get("addresses")) for _, one in every(found.get("subsets")))


def _is_of(one: Object, service: Object) -> bool:
    return one.labels.get(OF_SERVICE) == service.name


RULE = Rule(
    module=__name__,
    title="DB Service unreachable / no endpoints",
    severity="critical",
    reads=(PLATFORM, SERVICE),
    also=(WORKFLOW, ENDPOINT_SLICE, ENDPOINTS),
    wrong="The Service by which a platform or a workflow reaches its database is not there, or has no pods.",
    why="Data index, jobs service or workflow crash at their start, and are started again without end.",
    fix="Start the database, or name the Service and the namespace that it has.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/using-persistence.html",),
    check=check,
)
