"""Plays what OpenShift adds: Route, ClusterVersion and Ingress, as much of them as RHDH and its tools look at.

Copies openshift/api route/v1 (a Route without host gets NAME-NAMESPACE.DOMAIN and is admitted) and config/v1 (the
objects `version` and `cluster`). No traffic flows anywhere. A cluster becomes OpenShift by `make_openshift`; before
that it is plain Kubernetes: tools tell the two apart by the API group config.openshift.io.
"""

from collections.abc import Sequence

from tests.world.api import Api, Manifest
from tests.world.crds import crd
from tests.world.standins.controller import Kind, served
from tests.world.world import apply_crd, await_crd

ROUTE: Kind = ("route.openshift.io/v1", "Route")
INGRESS: Kind = ("config.openshift.io/v1", "Ingress")
CRDS = ("routes.route.openshift.io", "clusterversions.config.openshift.io", "ingresses.config.openshift.io")
DOMAIN = "apps.world.test"


def make_openshift(api: Api, version: str = "4.18.20") -> None:
    """Turn a cluster into an OpenShift of that version; cannot be taken back."""
    for name in CRDS:
        apply_crd(api, crd(name))
    for name in CRDS:
        await_crd(api, name)
    api.apply(cluster_object("Ingress", "cluster", spec={"domain": DOMAIN}))
    running = cluster_object("ClusterVersion", "version", spec={"channel": "stable", "clusterID": "world"})
    api.apply(running)
    history = [{"state": "Completed", "version": version, "image": "", "verified": True}]
    conditions = [{"type": "Available", "status": "True"}, {"type": "Progressing", "status": "False"}]
    status = {"desired": {"version": version}, "history": history, "conditions": conditions}
    api.patch(running, {"status": status}, "status")


def cluster_object(kind: str, name: str, spec: Manifest) -> Manifest:
    return {"apiVersion": INGRESS[0], "kind": kind, "metadata": {"name": name}, "spec": spec}


class Router:
    watches: Sequence[Kind] = (ROUTE,)

    def wakes(self, kind: Kind, changed: Manifest) -> bool:
        return kind == ROUTE and not admitted(changed)

    def objects(self, api: Api) -> list[Manifest]:
        return [one for one in api.list(*ROUTE) if not admitted(one)] if served(api, ROUTE) else []

    def reconcile(self, api: Api, item: Manifest) -> None:
        admit(api, item)


def admitted(route: Manifest) -> bool:
    ingress = route.get("status", {}).get("ingress") or []
    return any(one.get("host") == route["spec"].get("host") for one in ingress)


def admit(api: Api, route: Manifest) -> None:
    metadata = route["metadata"]
    host = route["spec"].get("host") or f"{metadata['name']}-{metadata['namespace']}.{DOMAIN}"
    if route["spec"].get("host") != host:
        api.patch(route, {"spec": {"host": host}})
    conditions = [{"type": "Admitted", "status": "True"}]
    ingress = {"host": host, "routerName": "default", "wildcardPolicy": "None", "conditions": conditions}
    api.patch(route, {"status": {"ingress": [ingress]}}, "status")
