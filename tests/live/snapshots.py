"""What a cluster holds that counts, without what differs from run to run, so that two ends can be compared."""

import base64
import gzip
import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from tests.world.api import Api, Manifest, Refused

OLM = "operators.coreos.com"
KINDS = (
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "Service"),
    ("v1", "ServiceAccount"),
    ("v1", "PersistentVolumeClaim"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rhdh.redhat.com/v1alpha3", "Backstage"),
    (f"{OLM}/v1alpha1", "Subscription"),
    (f"{OLM}/v1", "OperatorGroup"),
    ("operator.knative.dev/v1beta1", "KnativeServing"),
    ("operator.knative.dev/v1beta1", "KnativeEventing"),
    ("sonataflow.org/v1alpha08", "SonataFlowPlatform"),
)
# Whose lists are long in a world where earlier tests have left theirs.
LARGE = (("v1", "ConfigMap"), ("v1", "Secret"), ("apps/v1", "Deployment"))
# Of every object: what the API server and its controllers count and stamp.
STAMPS = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")
# What the API server picks for every new object.
DRAWN = {"Service": ("clusterIP", "clusterIPs"), "PersistentVolumeClaim": ("volumeName",)}
# Times and counters of rollouts, and RHDH's operator's hashes, in which the name of the namespace takes part.
ANNOTATIONS = ("restartedat", "restarted-for", "deployment.kubernetes.io/revision", "config-hash")
# A chart's, of texts in which the name of the namespace takes part; the texts themselves are compared.
CHECKSUM = re.compile(r'(checksum/[\w-]+"?: "?)[0-9a-f]{64}')
OURS = "rhdh-orchestrator"
HELM_RELEASE = "helm.sh/release.v1"
AUTHORITY = "kube-root-ca.crt"
DATABASE = "Secret/sonataflow-psql-postgresql"
WORKLOADS = ("Deployment", "StatefulSet")

State = dict[str, Any]


def state(api: Api, *namespaces: str) -> State:
    """Address -> object, of every kind that counts and is served. The namespaces' own names are masked by their order.

    A Helm release stands for its Secrets: what it is, not how often it was written. Journal and Lease are left out.
    """
    found: State = {}
    for one in objects(api, namespaces):
        address, content = reduced(one)
        masked = json.dumps(content, sort_keys=True)
        for index, name in enumerate(namespaces):
            masked = masked.replace(name, f"NAMESPACE-{index}")
        masked = CHECKSUM.sub(r"\1CHECKSUM", masked)
        found[f"{namespaces.index(one['metadata']['namespace'])}/{address}"] = json.loads(masked)
    return found


def objects(api: Api, namespaces: Collection[str]) -> Iterator[Manifest]:
    """One list per kind, of the whole cluster: a list for each namespace too takes longer, but for what is large."""
    newest: dict[tuple[str, str], Manifest] = {}
    for kind in KINDS:
        for one in listed(api, kind, namespaces if kind in LARGE else (None,)):
            if one["metadata"]["namespace"] not in namespaces:
                continue
            if one.get("type") == HELM_RELEASE:
                keep_newest(newest, one)
            elif not passes_by(one):
                yield one
    yield from map(release, newest.values())


def listed(api: Api, kind: tuple[str, str], namespaces: Iterable[str | None]) -> list[Manifest]:
    """Of all namespaces for None."""
    try:
        return [one for namespace in namespaces for one in api.list(*kind, namespace)]
    except Refused as no:
        if no.code != 404:
            raise
        return []


def passes_by(one: Manifest) -> bool:
    """The Secrets of the journal; volumes that come and go with a pod; the authority of the world at hand."""
    owners = one["metadata"].get("ownerReferences", [])
    return (
        one["metadata"]["name"] == AUTHORITY
        or str(one.get("type", "")).startswith(f"{OURS}/")
        or any(owner["kind"] == "Pod" for owner in owners)
    )


def keep_newest(newest: dict[tuple[str, str], Manifest], one: Manifest) -> None:
    labels = one["metadata"]["labels"]
    name = one["metadata"]["namespace"], labels["name"]
    if name not in newest or int(labels["version"]) > int(newest[name]["metadata"]["labels"]["version"]):
        newest[name] = one


def release(secret: Manifest) -> Manifest:
    """What Helm keeps in a Secret: base64 of gzip of JSON, in the base64 of every Secret."""
    text = gzip.decompress(base64.b64decode(base64.b64decode(secret["data"]["release"])))
    data = json.loads(text)
    metadata = {"name": data["name"], "namespace": secret["metadata"]["namespace"]}
    content = {"status": data["info"]["status"], "values": data.get("config"), "manifest": data["manifest"]}
    return {"kind": "HelmRelease", "metadata": metadata, **content, "chart": data["chart"]["metadata"]}


def reduced(one: Manifest) -> tuple[str, Any]:
    """Its address within its namespace, and its content."""
    content = {key: value for key, value in one.items() if key != "status" or one["kind"] == "HelmRelease"}
    content["metadata"] = without_stamps(one["metadata"])
    kind, spec = one["kind"], one.get("spec")
    if kind in DRAWN:
        content["spec"] = {key: value for key, value in spec.items() if key not in DRAWN[kind]}
    if kind in WORKLOADS:
        template = spec["template"]
        content["spec"] = {**spec, "template": {**template, "metadata": without_stamps(template["metadata"])}}
    return f"{one['kind']}/{one['metadata']['name']}", content


def without_stamps(metadata: Manifest) -> Manifest:
    kept = {key: value for key, value in metadata.items() if key not in STAMPS}
    annotations = {
        key: value
        for key, value in (kept.pop("annotations", None) or {}).items()
        if not any(part in key.lower() for part in ANNOTATIONS)
    }
    if annotations:
        kept["annotations"] = annotations
    if "ownerReferences" in kept:
        kept["ownerReferences"] = [{**one, "uid": ""} for one in kept["ownerReferences"]]
    return kept


def differences(before: State, after: State) -> list[str]:
    """A line for each object that is missing or more, and for each place that is not the same; empty where none is."""
    gone = [f"- {name}" for name in sorted(before.keys() - after.keys())]
    new = [f"+ {name}" for name in sorted(after.keys() - before.keys())]
    other = [
        f"~ {name}: {line}"
        for name in sorted(before.keys() & after.keys())
        for line in places(before[name], after[name])
    ]
    return gone + new + other


def places(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Where two values differ, and what stands there."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from places(before.get(key), after.get(key), f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from places(one, other, f"{path}[{index}]")
    elif before != after:
        yield f"{path}: {json.dumps(before)} -> {json.dumps(after)}"


def without_secrets(found: State) -> State:
    """The same with only the keys of Secrets: passwords are drawn anew in every installation."""
    return {
        name: {**one, "data": sorted(one.get("data") or {})} if one["kind"] == "Secret" else one
        for name, one in found.items()
    }


def made_for_the_plugins(found: State) -> set[str]:
    """The objects that the program itself has made, but for the password of the platform's database."""
    return {name for name in labelled(found, "managed-by", OURS) if not name.endswith(DATABASE)}


def of_the_platform(found: State) -> set[str]:
    """The objects of operators, Knative and the platform, which an undo leaves."""
    return labelled(found, "part-of", "orchestrator") - made_for_the_plugins(found)


def labelled(found: State, name: str, value: str) -> set[str]:
    label = f"app.kubernetes.io/{name}"
    return {one for one, content in found.items() if content["metadata"].get("labels", {}).get(label) == value}
