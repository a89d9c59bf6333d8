"""Plays RHDH's operator: a `Backstage` resource becomes ConfigMaps, a database, a Deployment, a Route.

Copies redhat-developer/rhdh-operator internal/controller (backstage_controller.go, spec_preprocessor.go, watchers.go):
- everything is written by server-side apply with force, field manager `backstage-controller`, owned by the resource;
  the database's Secret alone is created once and never touched again;
- referenced ConfigMaps and Secrets get the label rhdh.redhat.com/ext-config-sync and the annotation
  rhdh.redhat.com/backstage-name, by an update, so their resourceVersion changes once;
- the hash of their contents stands in the pod template, so a changed content rolls the pods, and nothing else of
  theirs does; edits of the operator's own ConfigMaps stay until the next reason to reconcile, and are then reverted;
- a referenced object that is missing makes Deployed=False, reason DeployFailed;
- Deployed is True whenever as many replicas are ready as there are, an old pod beside a failing new one aside.
What differs between its releases is in backstage_objects.py. Stores no data, runs no RHDH.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence

from tests.world.api import Api, Manifest, Refused
from tests.world.standins.backstage_objects import Wanted, needed, objects
from tests.world.standins.controller import Kind, living, served, set_condition
from tests.world.standins.openshift import INGRESS, ROUTE
from tests.world.workloads import DEPLOYMENT

# The versions a cluster may serve, the newest first; each lets every field through.
BACKSTAGES: tuple[Kind, ...] = tuple((f"rhdh.redhat.com/v1alpha{one}", "Backstage") for one in (5, 4, 3))
CONFIG_MAP: Kind = ("v1", "ConfigMap")
SECRET: Kind = ("v1", "Secret")
MANAGER = "backstage-controller"
SYNC, NAME = "rhdh.redhat.com/ext-config-sync", "rhdh.redhat.com/backstage-name"


class Missing(LookupError):
    """An object that the resource names is not there."""


class RhdhOperator:
    watches: Sequence[Kind] = (*BACKSTAGES, CONFIG_MAP, SECRET, DEPLOYMENT)

    def wakes(self, kind: Kind, changed: Manifest) -> bool:
        labels = changed["metadata"].get("labels", {})
        if kind in (CONFIG_MAP, SECRET):
            return labels.get(SYNC) == "true"
        return kind in BACKSTAGES or labels.get("app.kubernetes.io/name") == "backstage"

    def objects(self, api: Api) -> list[Manifest]:
        newest = next((kind for kind in BACKSTAGES if served(api, kind)), None)
        return living(api, newest) if newest else []

    def reconcile(self, api: Api, item: Manifest) -> None:
        try:
            bring_up(api, item)
        except Missing as missing:
            message = f"failed to preprocess backstage spec failed to get external config from {missing}"
            deployed(api, item, "False", "DeployFailed", message)
            # Nobody tells the operator of an object that is made later: it tries again.
            raise


def bring_up(api: Api, resource: Manifest) -> None:
    """One reconciliation. Raises Missing."""
    referenced = list(external(api, resource))
    digest = hashlib.sha256(b"".join(content(one) for one in referenced if watched(resource, one))).hexdigest()
    wanted = Wanted(resource, {name_of(one): one for one in referenced}, digest, domain(api))
    namespace = resource["metadata"]["namespace"]
    for manifest in objects(wanted):
        if manifest["kind"] == "Secret":
            create_once(api, manifest)
        else:
            # Without a difference the API server changes nothing, and nobody is woken.
            api.apply(manifest, MANAGER)
    report(api, resource, api.get(*DEPLOYMENT, f"backstage-{resource['metadata']['name']}", namespace))


def external(api: Api, resource: Manifest) -> Iterator[Manifest]:
    """Every referenced ConfigMap and Secret, marked as such. Raises Missing."""
    metadata = resource["metadata"]
    for kind, name, _ in needed(resource):
        found = api.find("v1", kind, name, metadata["namespace"])
        if found is None:
            words = "configmaps" if kind == "ConfigMap" else "secrets"
            raise Missing(f'{name}: {words} "{name}" not found')
        if watched(resource, found) and not marked(found):
            change = {"metadata": {"labels": {SYNC: "true"}, "annotations": {NAME: metadata["name"]}}}
            found = api.patch({"apiVersion": "v1", "kind": kind, **found}, change)
        yield {"apiVersion": "v1", "kind": kind, **found}


def watched(resource: Manifest, manifest: Manifest) -> bool:
    """Directories are refreshed in place by the kubelet: the operator looks only at what it mounts file by file."""
    return any(sync for kind, name, sync in needed(resource) if (kind, name) == name_of(manifest))


def name_of(manifest: Manifest) -> tuple[str, str]:
    return manifest["kind"], manifest["metadata"]["name"]


def marked(manifest: Manifest) -> bool:
    metadata = manifest["metadata"]
    return bool(metadata.get("labels", {}).get(SYNC) and metadata.get("annotations", {}).get(NAME))


def content(manifest: Manifest) -> bytes:
    """What counts as a change: keys and values, in a fixed order."""
    parts = [manifest.get("data") or {}, manifest.get("binaryData") or {}]
    return json.dumps(parts, sort_keys=True).encode()


def domain(api: Api) -> str | None:
    """The cluster's domain for Routes, None on plain Kubernetes."""
    if not served(api, ROUTE):
        return None
    ingress = api.find(*INGRESS, "cluster") if served(api, INGRESS) else None
    return str(ingress["spec"].get("domain", "")) if ingress else ""


def create_once(api: Api, manifest: Manifest) -> None:
    try:
        api.create(manifest)
    except Refused as no:
        if no.reason != "AlreadyExists":
            raise


def report(api: Api, resource: Manifest, deployment: Manifest) -> None:
    status = deployment.get("status", {})
    if status.get("readyReplicas", 0) == status.get("replicas", 0):
        deployed(api, resource, "True", "Deployed", "")
        return
    said = [f"{one['type']}: {one['message']}" for one in status.get("conditions") or []]
    deployed(api, resource, "False", "DeployInProgress", " ".join(["Deployment status:", *said]))


def deployed(api: Api, resource: Manifest, status: str, reason: str, message: str) -> None:
    set_condition(api, resource, {"type": "Deployed", "status": status, "reason": reason, "message": message})
