"""Whether we may do what an installation needs, asked of the API one permission at a time. Uses none of them."""

from dataclasses import dataclass

from installer.cluster.cluster import Cluster
from installer.cluster.kinds import ACCESS_REVIEW
from installer.flow.live_look import Look, Verdict, failed, passed
from installer.model.change import Flavour

_READ = ("get", "list", "watch")
_WRITE = ("create", "patch")


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """A verb on a resource as RBAC spells them; `subresource` may be empty."""

    verb: str
    group: str
    resource: str
    subresource: str = ""

    def __str__(self) -> str:
        path = f"{self.resource}/{self.subresource}" if self.subresource else self.resource
        return f"{self.verb} {path}.{self.group}" if self.group else f"{self.verb} {path}"


def needed_in_namespace(flavour: Flavour) -> tuple[Permission, ...]:
    """What an installation needs in RHDH's own namespace: its configuration, the journal, the lock, its pods."""
    found = [
        *_all("", "configmaps", *_READ, *_WRITE),
        *_all("", "secrets", *_READ, *_WRITE, "delete"),
        *_all("", "pods", *_READ),
        Permission("get", "", "pods", "log"),
        *_all("", "services", "get", "list"),
        *_all("", "events", "list"),
        *_all("apps", "deployments", *_READ),
        *_all("apps", "replicasets", "list", "watch"),
        *_all("coordination.k8s.io", "leases", "get", *_WRITE, "delete"),
    ]
    match flavour:
        case "operator":
            found += _all("rhdh.redhat.com", "backstages", *_READ, "patch")
        case "plain":
            found += _all("apps", "deployments", "patch")
        case "helm":
            pass
    return tuple(found)


# What it needs everywhere: operators, their resources, the platform.
EVERYWHERE: tuple[Permission, ...] = (
    *(Permission(verb, "", "namespaces") for verb in ("get", "list", "create")),
    *(Permission(verb, "apiextensions.k8s.io", "customresourcedefinitions") for verb in _READ),
    *(Permission(verb, "operators.coreos.com", "subscriptions") for verb in (*_READ, "create")),
    *(Permission(verb, "operators.coreos.com", "clusterserviceversions") for verb in _READ),
    *(Permission(verb, "operators.coreos.com", "installplans") for verb in (*_READ, "patch")),
    *(Permission(verb, "operators.coreos.com", "operatorgroups") for verb in ("list", "create")),
    Permission("list", "operators.coreos.com", "catalogsources"),
    Permission("list", "packages.operators.coreos.com", "packagemanifests"),
    *(Permission(verb, "operator.knative.dev", "knativeservings") for verb in (*_READ, *_WRITE)),
    *(Permission(verb, "operator.knative.dev", "knativeeventings") for verb in (*_READ, *_WRITE)),
    *(Permission(verb, "sonataflow.org", "sonataflowplatforms") for verb in (*_READ, *_WRITE)),
    *(Permission(verb, "networking.k8s.io", "networkpolicies") for verb in ("get", "list", *_WRITE)),
    Permission("list", "storage.k8s.io", "storageclasses"),
    Permission("list", "batch", "cronjobs"),
)


def permissions(look: Look) -> Verdict:
    """Every missing verb by name; an administrator is recognised by one question."""
    if _may(look.cluster, Permission("*", "*", "*"), None):
        return passed("everything is allowed (cluster administrator)")
    namespace = look.running.namespace
    inside = [one for one in needed_in_namespace(look.running.flavour) if not _may(look.cluster, one, namespace)]
    everywhere = [one for one in EVERYWHERE if not _may(look.cluster, one, None)]
    if not inside and not everywhere:
        return passed(f"everything that is needed is allowed, in {namespace} and everywhere")
    said = [f"in {namespace}: {', '.join(map(str, inside))}"] if inside else []
    said += [f"in all namespaces: {', '.join(map(str, everywhere))}"] if everywhere else []
    return failed(f"not allowed: {'; '.join(said)}", "have a Role and a ClusterRole with these verbs bound to you")


def _all(group: str, resource: str, *verbs: str) -> list[Permission]:
    return [Permission(verb, group, resource) for verb in verbs]


def _may(cluster: Cluster, one: Permission, namespace: str | None) -> bool:
    attributes = {"verb": one.verb, "group": one.group, "resource": one.resource}
    attributes |= {"subresource": one.subresource} if one.subresource else {}
    attributes |= {"namespace": namespace} if namespace else {}
    answer = cluster.review(ACCESS_REVIEW, {"spec": {"resourceAttributes": attributes}})
    return bool((answer.get("status") or {}).get("allowed"))
