"""What each command needs to be allowed: the one table of it, for `check`, `rbac print` and install. Asks nothing.

A row is true for exactly the calls that our code and helm make; the tests run the program under these roles.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from installer.model.change import Flavour
from installer.model.permission import Permission

Scope = Literal["status", "check", "install", "uninstall", "plugins", "restart"]
# Where a row counts: RHDH's namespace, the platform's, or everywhere.
_Place = Literal["own", "platform", "everywhere"]
_Row = tuple[_Place, str, str, str]

_APPS, _OLM, _KNATIVE = "apps", "operators.coreos.com", "operator.knative.dev"
_STATUS: tuple[_Row, ...] = (
    ("own", "", "configmaps", "get"),
    ("own", _APPS, "deployments statefulsets", "list"),
    ("own", "rhdh.redhat.com", "backstages", "list"),
    ("platform", _APPS, "deployments", "list"),
    ("everywhere", _OLM, "subscriptions clusterserviceversions", "list"),
    ("everywhere", _KNATIVE, "knativeservings knativeeventings", "list"),
    ("everywhere", "sonataflow.org", "sonataflowplatforms", "list"),
)
_CHECK: tuple[_Row, ...] = (
    *_STATUS,
    ("own", "", "pods secrets", "list"),
    ("own", _APPS, "replicasets", "list"),
    ("everywhere", "batch", "cronjobs", "list"),
    ("everywhere", "rhdh.redhat.com", "orchestrators", "list"),
    ("everywhere", "storage.k8s.io", "storageclasses", "list"),
    ("everywhere", "config.openshift.io", "clusterversions", "get"),
)
_CHECK_OPERATORS: tuple[_Row, ...] = (
    ("own", "packages.operators.coreos.com", "packagemanifests", "list"),
    ("everywhere", _OLM, "catalogsources operatorgroups", "list"),
)
# Helm reads every object of its release and patches it; its own Secrets it updates and, of old revisions, deletes.
# What there is of OLM it reads in any case. Whoever may install may check: a row of `check` is in here, used or not.
_INSTALL: tuple[_Row, ...] = (
    *_CHECK,
    *_CHECK_OPERATORS,
    ("everywhere", "packages.operators.coreos.com", "packagemanifests", "list"),
    ("everywhere", _OLM, "installplans", "list"),
    ("own", "", "configmaps", "list create patch delete"),
    ("own", "", "secrets", "get watch create update patch delete"),
    ("own", "", "pods", "watch"),
    ("own", "", "pods/log", "get"),
    ("own", "", "events", "list"),
    ("own", _APPS, "deployments statefulsets", "get watch"),
    ("own", "coordination.k8s.io", "leases", "get create patch delete"),
    ("own", "rhdh.redhat.com", "backstages", "get"),
    ("platform", "", "secrets", "get create patch"),
    ("platform", "", "services", "get list create patch"),
    ("platform", "", "pods", "list"),
    ("platform", _APPS, "deployments", "get watch"),
    ("platform", _APPS, "replicasets", "list"),
    ("platform", _APPS, "statefulsets", "get list create patch"),
    ("platform", "discovery.k8s.io", "endpointslices", "list watch"),
    ("platform", "networking.k8s.io", "networkpolicies", "get list create patch"),
    ("platform", "sonataflow.org", "sonataflowplatforms", "get watch create patch"),
    ("everywhere", "", "namespaces", "get list create patch"),
    ("everywhere", "apiextensions.k8s.io", "customresourcedefinitions", "list watch"),
    ("everywhere", _KNATIVE, "knativeservings knativeeventings", "get watch create patch"),
)
_INSTALL_OPERATORS: tuple[_Row, ...] = (
    ("everywhere", _OLM, "subscriptions", "get watch create patch"),
    ("everywhere", _OLM, "operatorgroups", "get create patch"),
    ("everywhere", _OLM, "clusterserviceversions", "watch"),
    ("everywhere", _OLM, "installplans", "get patch"),
    # Why an operator does not become ready.
    ("everywhere", _APPS, "deployments", "list"),
    ("everywhere", "", "pods", "list"),
)
# One rollout of one RHDH, followed to its end, while nobody else writes.
_ROLLOUT: tuple[_Row, ...] = (
    ("own", "", "pods", "list watch"),
    ("own", "", "pods/log", "get"),
    ("own", "", "events", "list"),
    ("own", _APPS, "deployments statefulsets", "get list watch"),
    ("own", _APPS, "replicasets", "list"),
    ("own", "coordination.k8s.io", "leases", "get create patch delete"),
    ("own", "rhdh.redhat.com", "backstages", "get list"),
)
# Other versions of plugins: what is written and looked at of one RHDH.
_PLUGINS: tuple[_Row, ...] = (
    ("own", "", "configmaps", "get list create patch delete"),
    ("own", "", "secrets", "get list watch create update patch delete"),
    *_ROLLOUT,
)
# It writes no text and keeps no run; it looks whether one is unfinished.
_RESTART: tuple[_Row, ...] = (("own", "", "secrets", "list"), *_ROLLOUT)
_BY_FLAVOUR: dict[Flavour, tuple[_Row, ...]] = {
    "operator": (("own", "rhdh.redhat.com", "backstages", "patch"),),
    "plain": (("own", _APPS, "deployments statefulsets", "patch"),),
    # `helm upgrade` of RHDH's own chart.
    "helm": (
        ("own", "", "services serviceaccounts persistentvolumeclaims", "get create patch delete"),
        ("own", _APPS, "deployments statefulsets", "create patch delete"),
        ("own", "networking.k8s.io", "networkpolicies ingresses", "get create patch delete"),
        ("own", "policy", "poddisruptionbudgets", "get create patch delete"),
        ("own", "autoscaling", "horizontalpodautoscalers", "get create patch delete"),
        ("own", "route.openshift.io", "routes", "get create patch delete"),
    ),
}
# What goes is watched until it is gone; of each kind, so that a watch can begin: get, list, watch.
_UNINSTALL: tuple[_Row, ...] = (
    *_STATUS,
    ("own", "", "configmaps", "list watch delete"),
    ("own", "", "secrets", "get list watch update delete"),
    ("own", "coordination.k8s.io", "leases", "get create patch delete"),
    ("own", "", "persistentvolumeclaims", "list"),
    ("platform", "", "secrets persistentvolumeclaims services", "get list watch delete"),
    ("platform", _APPS, "statefulsets", "get list watch delete"),
    ("platform", "networking.k8s.io", "networkpolicies", "get list watch delete"),
    ("platform", "sonataflow.org", "sonataflowplatforms", "get watch delete"),
    ("everywhere", "", "namespaces", "list"),
    ("everywhere", _OLM, "operatorgroups", "list"),
)
# With --operators and --knative. To see all that a namespace holds, for --namespaces, takes an administrator.
_UNINSTALL_OPERATORS: tuple[_Row, ...] = (
    ("everywhere", _OLM, "subscriptions clusterserviceversions operatorgroups", "get watch delete"),
    ("everywhere", _KNATIVE, "knativeservings knativeeventings", "get watch delete"),
)
# Whether an Argo CD keeps what bears a label that others use too; without it such a label is taken for another's.
_OF_USE: dict[Scope, Permission] = dict.fromkeys(
    ("check", "install", "plugins", "restart"), Permission("list", "argoproj.io", "applications", "", "")
)


def of_use(scope: Scope) -> tuple[Permission, ...]:
    """What a command looks at where it may, and does without where not."""
    return (_OF_USE[scope],) if scope in _OF_USE else ()


def needed(
    scope: Scope, flavour: Flavour, namespace: str, platform: str | None = None, *, operators: bool = True
) -> tuple[Permission, ...]:
    """What a command needs, each permission once.

    :param platform: the namespace of the SonataFlow platform; RHDH's own where it is None
    :param operators: False with --skip-operators
    """
    places = {"own": namespace, "platform": platform or namespace, "everywhere": ""}
    found: dict[Permission, None] = {}
    for place, group, resources, verbs in _rows(scope, flavour, operators=operators):
        found |= dict.fromkeys(_permissions(places[place], group, resources.split(), verbs.split()))
    return tuple(_needed_once(found))


def _rows(scope: Scope, flavour: Flavour, *, operators: bool) -> tuple[_Row, ...]:
    match scope:
        case "status":
            return _STATUS
        case "check":
            return (*_CHECK, *(_CHECK_OPERATORS if operators else ()))
        case "install":
            return (*_INSTALL, *_BY_FLAVOUR[flavour], *(_INSTALL_OPERATORS if operators else ()))
        case "plugins":
            return (*_PLUGINS, *_BY_FLAVOUR[flavour])
        case "restart":
            # What a chart owns is not ours to restart.
            return (*_RESTART, *(_BY_FLAVOUR[flavour] if flavour != "helm" else ()))
        case "uninstall":
            return (*_UNINSTALL, *(_UNINSTALL_OPERATORS if operators else ()))


def _permissions(namespace: str, group: str, resources: Iterable[str], verbs: Iterable[str]) -> Iterator[Permission]:
    for path in resources:
        resource, _, subresource = path.partition("/")
        for verb in verbs:
            yield Permission(verb, group, resource, subresource, namespace)


def _needed_once(found: Iterable[Permission]) -> Iterator[Permission]:
    """Without what is needed everywhere anyway."""
    everywhere = {one for one in found if not one.namespace}
    for one in found:
        if not one.namespace or _everywhere(one) not in everywhere:
            yield one


def _everywhere(one: Permission) -> Permission:
    return Permission(one.verb, one.group, one.resource, one.subresource)
