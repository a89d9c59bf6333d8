"""A cluster out of a list of objects, served by the recorded fake API: lists with selectors, gets, access reviews.

`denied` holds "verb resource" pairs that are refused; `Cluster.fake` has the requests. Knows no RHDH.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.cluster.fake import Asked, Fake, items, status

# Kinds that a cluster serves though it has no such object: plural and whether they are namespaced.
SERVED = {
    ("v1", "Service"): ("services", True),
    ("v1", "ConfigMap"): ("configmaps", True),
    ("v1", "Endpoints"): ("endpoints", True),
    ("v1", "Event"): ("events", True),
    ("v1", "LimitRange"): ("limitranges", True),
    ("v1", "Node"): ("nodes", False),
    ("v1", "PersistentVolumeClaim"): ("persistentvolumeclaims", True),
    ("v1", "ResourceQuota"): ("resourcequotas", True),
    ("v1", "ServiceAccount"): ("serviceaccounts", True),
    ("v1", "Namespace"): ("namespaces", False),
    ("v1", "Secret"): ("secrets", True),
    ("v1", "Pod"): ("pods", True),
    ("apps/v1", "Deployment"): ("deployments", True),
    ("apps/v1", "StatefulSet"): ("statefulsets", True),
    ("apps/v1", "ReplicaSet"): ("replicasets", True),
    ("batch/v1", "CronJob"): ("cronjobs", True),
    ("storage.k8s.io/v1", "StorageClass"): ("storageclasses", False),
    ("authorization.k8s.io/v1", "SelfSubjectAccessReview"): ("selfsubjectaccessreviews", False),
    ("config.openshift.io/v1", "ClusterVersion"): ("clusterversions", False),
    ("rhdh.redhat.com/v1alpha3", "Backstage"): ("backstages", True),
    ("rhdh.redhat.com/v1alpha3", "Orchestrator"): ("orchestrators", True),
    ("operators.coreos.com/v1alpha1", "Subscription"): ("subscriptions", True),
    ("operators.coreos.com/v1alpha1", "ClusterServiceVersion"): ("clusterserviceversions", True),
    ("operators.coreos.com/v1alpha1", "CatalogSource"): ("catalogsources", True),
    ("operators.coreos.com/v1", "OperatorGroup"): ("operatorgroups", True),
    ("packages.operators.coreos.com/v1", "PackageManifest"): ("packagemanifests", True),
    ("operator.knative.dev/v1beta1", "KnativeServing"): ("knativeservings", True),
    ("operator.knative.dev/v1beta1", "KnativeEventing"): ("knativeeventings", True),
    ("sonataflow.org/v1alpha08", "SonataFlowPlatform"): ("sonataflowplatforms", True),
    ("argoproj.io/v1alpha1", "Application"): ("applications", True),
}


@dataclass
class Recorded(Fake):
    objects: list[dict[str, Any]] = field(default_factory=list)
    unserved: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()

    def answer(self, asked: Asked) -> tuple[int, Any]:
        self.groups = self._groups()
        found = self._of_objects(asked)
        return super().answer(asked) if found is None else found

    def _groups(self) -> dict[str, dict[str, list[tuple[str, str, bool]]]]:
        groups: dict[str, dict[str, list[tuple[str, str, bool]]]] = {}
        for (api_version, kind), (plural, inside) in SERVED.items():
            group, _, version = api_version.rpartition("/")
            if group and group not in self.unserved and kind not in self.unserved:
                groups.setdefault(group, {}).setdefault(version, []).append((kind, plural, inside))
        return groups

    def _of_objects(self, asked: Asked) -> tuple[int, Any] | None:
        if asked.path == "/version":
            return 200, {"gitVersion": "v1.31.0"}
        if asked.path.endswith("/selfsubjectaccessreviews"):
            return 201, {"status": {"allowed": self._allows(asked.body["spec"]["resourceAttributes"])}}
        match = re.fullmatch(r"/apis?/((?:[^/]+/)?v[^/]+)(?:/namespaces/([^/]+))?/([a-z]+)(?:/([^/]+))?", asked.path)
        if match is None:
            return None
        api_version, namespace, plural, name = match.groups()
        kind = next((k for (a, k), (p, _) in SERVED.items() if (a, p) == (api_version, plural)), None)
        if kind is None or api_version.rpartition("/")[0] in self.unserved or kind in self.unserved:
            return None
        verb = "get" if name else "list"
        if {f"{verb} {plural}", f"{verb} {plural} in {namespace or '*'}", "*"} & self.denied:
            return 403, status(403, "Forbidden")
        found = [
            one for one in self._of_kind(api_version, kind) if namespace in (None, one["metadata"].get("namespace"))
        ]
        if name:
            named = [one for one in found if one["metadata"]["name"] == name]
            return (200, named[0]) if named else (404, status(404, "NotFound", name=name))
        wanted, by_name = asked.query.get("labelSelector", ""), asked.query.get("fieldSelector", "")
        if by_name.startswith("metadata.name="):
            found = [one for one in found if one["metadata"]["name"] == by_name.partition("=")[2]]
        shown = bare if "PartialObjectMetadata" in "".join(asked.header("accept")) else dict
        return 200, {**items(*(shown(one) for one in found if selects(wanted, labels(one)))), "apiVersion": api_version}

    def _of_kind(self, api_version: str, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.objects if (one["apiVersion"], one["kind"]) == (api_version, kind)]

    def _allows(self, wanted: Mapping[str, str]) -> bool:
        if wanted["verb"] == "*":
            return not self.denied
        path = f"{wanted['resource']}/{wanted['subresource']}" if "subresource" in wanted else wanted["resource"]
        asked = f"{wanted['verb']} {path}"
        return not {asked, f"{asked} in {wanted.get('namespace', '*')}", "*"} & self.denied


def bare(one: Mapping[str, Any]) -> dict[str, Any]:
    """An object as who asks for metadata alone gets it."""
    return {"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": one["metadata"]}


def labels(one: Mapping[str, Any]) -> Mapping[str, str]:
    return one["metadata"].get("labels") or {}


def selects(selector: str, found: Mapping[str, str]) -> bool:
    return all(_matches(part, found) for part in _parts(selector))


def _parts(selector: str) -> Iterable[str]:
    return [part for part in re.split(r",(?![^(]*\))", selector) if part]


def _matches(part: str, found: Mapping[str, str]) -> bool:
    if several := re.fullmatch(r"(\S+) in \((.*)\)", part):
        return found.get(several[1]) in several[2].split(",")
    if part.startswith("!"):
        return part[1:] not in found
    if "!=" in part:
        key, _, value = part.partition("!=")
        return found.get(key) != value
    key, equals, value = part.partition("=")
    return found.get(key) == value if equals else key in found
