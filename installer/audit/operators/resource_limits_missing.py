"""Resource limits absent."""

from collections.abc import Iterator

from installer.audit.about_instance import installs_plugins
from installer.audit.finding import Found
from installer.audit.kinds import DEPLOYMENT, LIMIT_RANGE, WORKFLOW
from installer.audit.object import Object, dig, every, mapping, mappings, text
from installer.audit.profiles import PRODUCTION
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot

LIMITS = ("resources", "limits")
OF_WORKFLOW = ("spec", "podTemplate", "container")
OF_DEPLOYMENT = ("spec", "template", "spec", "containers")
SERVICE = "sonataflow.org/service"  # the label of a data index and of a jobs service
# What the sample workflows were measured to need, with room.
USUAL = {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"cpu": "500m", "memory": "1Gi"}}


def check(snapshot: Snapshot) -> Iterator[Found]:
    if not (snapshot.is_read(WORKFLOW) or snapshot.is_read(DEPLOYMENT)):
        raise Skip("neither SonataFlows nor Deployments were read")
    for one in snapshot.of(WORKFLOW) if snapshot.is_read(WORKFLOW) else ():
        if not _is_limited(one.get(*OF_WORKFLOW)) and not _limits_all(snapshot, one.namespace):
            patch = {"spec": {"podTemplate": {"container": {"resources": USUAL}}}}
            yield Found(one.at(*OF_WORKFLOW, *LIMITS), "no limit of memory", "limits", PatchObject(one.ref, patch))
    for one in snapshot.of(DEPLOYMENT) if snapshot.is_read(DEPLOYMENT) else ():
        # A workflow's Deployment says what its SonataFlow says.
        if (installs_plugins(one) or _is_service(one)) and not _limits_all(snapshot, one.namespace):
            yield from _containers(one)


def _is_service(one: Object) -> bool:
    return SERVICE in one.labels or SERVICE in mapping(one.get("spec", "template", "metadata", "labels"))


def _containers(one: Object) -> Iterator[Found]:
    for index, container in every(one.data, *OF_DEPLOYMENT):
        if not _is_limited(container):
            name = text(container.get("name"))
            yield Found(one.at(*OF_DEPLOYMENT, index), f"{name} has no limit of memory", "limits", key=name)


def _is_limited(container: object) -> bool:
    return bool(text(dig(container, *LIMITS, "memory")))


def _limits_all(snapshot: Snapshot, namespace: str) -> bool:
    """Whether a LimitRange gives a limit to every container of the namespace that has none."""
    ranges = snapshot.within(LIMIT_RANGE, namespace) if snapshot.is_read(LIMIT_RANGE) else ()
    limits = (limit for one in ranges for limit in mappings(one.get("spec", "limits")))
    return any(limit.get("type") == "Container" and text(dig(limit, "default", "memory")) for limit in limits)


RULE = Rule(
    module=__name__,
    title="Resource limits absent",
    severity="medium",
    profiles=PRODUCTION,
    also=(WORKFLOW, DEPLOYMENT, LIMIT_RANGE),
    wrong="A workflow, a service of the platform or RHDH runs without a limit of memory.",
    why="One workflow with a leak takes the node's memory, and the portal beside it is thrown out.",
    fix="Set requests and limits of what was measured, or a LimitRange in the namespace.",
    sources=("https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",),
    check=check,
)
