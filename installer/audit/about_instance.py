"""What several rules about RHDH itself share: its workload, its pods, who wrote an object, when. Judges nothing."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from installer.audit.images import minor_of_tag
from installer.audit.kinds import DEPLOYMENT, POD, REPLICA_SET, STATEFUL_SET, Kind
from installer.audit.object import Object, dig, every, mapping, mappings, moment, text
from installer.audit.rule import Skip
from installer.audit.snapshot import Snapshot
from installer.model.image import image

INIT = "install-dynamic-plugins"
WORKLOADS = (DEPLOYMENT, STATEFUL_SET)
SYNC_HASH = "rhdh.redhat.com/ext-config-hash"
RESTARTED = "kubectl.kubernetes.io/restartedAt"
_TEMPLATE = ("spec", "template")
_REVISION = "deployment.kubernetes.io/revision"


def workloads(snapshot: Snapshot, kinds: tuple[Kind, ...] = WORKLOADS) -> list[Object]:
    """What RHDH's pods are made by: of the name that its operator gives, or that has the init container of plugins.

    `kinds` are those of the two that the rule declares. Raises Skip where none of them was read.
    """
    if not any(map(snapshot.is_read, kinds)):
        raise Skip("neither Deployments nor StatefulSets were read")
    there = [one for kind in kinds if snapshot.is_read(kind) for one in snapshot.within(kind, snapshot.namespace)]
    return [one for one in there if _is_of_instance(snapshot, one)]


def _is_of_instance(snapshot: Snapshot, one: Object) -> bool:
    instance = snapshot.instance
    if instance.flavour == "operator":
        return one.name == f"backstage-{instance.name}"
    if instance.flavour == "plain":
        return one.name == instance.name and installs_plugins(one)
    # The chart's name may be overridden; an operator's RHDH beside it is named for its Backstage resource.
    return installs_plugins(one) and not any(owner.get("kind") == "Backstage" for owner in one.owners)


def installs_plugins(one: Object) -> bool:
    """Whether the pods of a workload run RHDH's installer of plugins."""
    return _runs_installer(template(one, "spec"))


def _runs_installer(pod_spec: Any) -> bool:
    return any(each.get("name") == INIT for _, each in every(pod_spec, "initContainers"))


def observed_deployment(snapshot: Snapshot) -> Object:
    """RHDH's Deployment as the cluster has it. Raises Skip where there is none."""
    found = next((one for one in workloads(snapshot, (DEPLOYMENT,)) if one.is_observed), None)
    if found is None:
        raise Skip("RHDH's Deployment, as a cluster has it, was not read")
    return found


def template(one: Object, *path: str | int) -> Any:
    """What the pod template of a workload or ReplicaSet says."""
    return one.get(*_TEMPLATE, *path)


def replica_sets(snapshot: Snapshot, workload: Object) -> list[Object]:
    """The ReplicaSets of a Deployment, the oldest revision first."""
    owned = [one for one in snapshot.within(REPLICA_SET, workload.namespace) if is_owned(one, workload)]
    return sorted(owned, key=lambda one: _number(one.annotations.get(_REVISION, "")))


def _number(words: str) -> int:
    return int(words) if words.isdecimal() and len(words) < len(_REVISION) else 0


def is_owned(one: Object, by: Object) -> bool:
    """Whether an object has another as its owner; by uid, and by name where the uid is not told."""
    uid = by.text("metadata", "uid")
    return any(
        (owner.get("uid") == uid) if uid and owner.get("uid") else _address(owner) == (by.kind, by.name)
        for owner in one.owners
    )


def _address(owner: Mapping[str, Any]) -> tuple[str, str]:
    return text(owner.get("kind")), text(owner.get("name"))


def pods(snapshot: Snapshot) -> list[Object]:
    """RHDH's pods, those that go included: those in its namespace that run the installer of plugins.

    Of a second RHDH in the namespace only the names tell them apart.
    """
    prefix = {"operator": f"backstage-{snapshot.instance.name}-", "plain": f"{snapshot.instance.name}-", "helm": ""}
    return [
        one
        for one in snapshot.within(POD, snapshot.namespace)
        if one.name.startswith(prefix[snapshot.flavour]) and _runs_installer(one.get("spec"))
    ]


# -- who wrote it, and when


def writers(one: Object) -> Iterator[tuple[str, datetime | None, str]]:
    """(manager, time, apiVersion) of each entry of `managedFields`."""
    for entry in mappings(one.get("metadata", "managedFields")):
        yield text(entry.get("manager")), moment(entry.get("time")), text(entry.get("apiVersion"))


def data_writers(one: Object) -> Iterator[tuple[str, datetime | None, frozenset[str]]]:
    """(manager, time, keys) of whoever wrote keys of a ConfigMap's `data`."""
    for entry in mappings(one.get("metadata", "managedFields")):
        fields = mapping(dig(entry, "fieldsV1", "f:data"))
        keys = frozenset(key.removeprefix("f:") for key in fields if key.startswith("f:"))
        if keys or "." in fields:
            yield text(entry.get("manager")), moment(entry.get("time")), keys


UNTOLD = "what was read does not tell who wrote it, and when (oc get --show-managed-fields does)"


def is_untold(seen: Iterable[Object]) -> bool:
    """Whether none of these, as a cluster has them, tells who wrote it: kubectl leaves `managedFields` out of dumps."""
    observed = [one for one in seen if one.text("metadata", "uid")]
    return bool(observed) and not any(one.items("metadata", "managedFields") for one in observed)


def written(one: Object) -> datetime | None:
    """When the content of a ConfigMap was written last; when it was made, where nothing more is told."""
    times = [time for _, time, _ in data_writers(one) if time is not None]
    return max(times, default=one.created)


# -- the rest


def postgresql_major(reference: str) -> str:
    """The major of PostgreSQL in an image: of its name (`rhel9/postgresql-15`) or of its tag; empty where none is."""
    found = image(reference)
    _, dash, rest = found.repository.rpartition("/")[2].partition("postgresql-")
    named = rest.split("-")[0] if dash else ""
    if named.isdecimal():
        return named
    if not found.repository.rpartition("/")[2].startswith("postgres"):
        return ""
    whole = found.tag.split("-")[0]
    numbers = minor_of_tag(found.tag)
    return whole if whole.isdecimal() else str(numbers[0]) if numbers else ""


def containers(pod_spec: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """The containers of a pod spec, each with its number."""
    return every(pod_spec, "containers")
