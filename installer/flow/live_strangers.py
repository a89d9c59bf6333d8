"""Whether a namespace holds anything of somebody else, whatever its kind. Changes nothing."""

from installer.cluster.cluster import Cluster, Object
from installer.cluster.errors import NotServed, Refused
from installer.cluster.resources import Kind, Resource

# What is no object of anybody: told by the API itself, or a trace of others.
_NO_OBJECTS = frozenset({"events.k8s.io", "metrics.k8s.io", "packages.operators.coreos.com", "authorization.k8s.io"})
_TRACES = frozenset({"Event", "Endpoints", "EndpointSlice", "Binding", "LocalSubjectAccessReview"})
# What Kubernetes and OpenShift put into every namespace.
_EVERYWHERE = frozenset({
    ("ConfigMap", "kube-root-ca.crt"), ("ConfigMap", "openshift-service-ca.crt"), ("ServiceAccount", "default"),
    ("ServiceAccount", "builder"), ("ServiceAccount", "deployer"),
})  # fmt: skip
_SYSTEM = "system:"
_ACCOUNT = "kubernetes.io/service-account.name"
_SHOWN = 5


def strangers(cluster: Cluster, namespace: str, going: frozenset[tuple[str, str]]) -> str:
    """The first objects in a namespace that are neither going anyway nor everywhere; "" where there is none.

    :param going: kind and name of what is deleted before the namespace
    Asks for every kind that the API serves. Raises Forbidden where one may not be listed.
    """
    found: list[str] = []
    for resource in cluster.namespaced():
        if resource.group in _NO_OBJECTS or resource.kind in _TRACES:
            continue
        here = [one for one in _listed(cluster, resource, namespace) if not _is_nobodys(one)]
        names = {one["metadata"]["name"] for one in here}
        found += [f"{resource.kind} {name}" for name in sorted(names) if (resource.kind, name) not in going]
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more


def _listed(cluster: Cluster, resource: Resource, namespace: str) -> list[Object]:
    try:
        return cluster.list(Kind(resource.group, resource.kind, resource.version), namespace)
    except (NotServed, Refused):  # gone meanwhile, or a question that has no list
        return []


def _is_nobodys(one: Object) -> bool:
    metadata = one["metadata"]
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    return (
        "olm.copiedFrom" in labels
        or "deletionTimestamp" in metadata
        # Goes with its owner, which is looked at itself.
        or bool(metadata.get("ownerReferences"))
        or (one["kind"], metadata["name"]) in _EVERYWHERE
        or metadata["name"].startswith(_SYSTEM)
        or ("ServiceAccount", annotations.get(_ACCOUNT)) in _EVERYWHERE
    )
