"""The kinds of the API and how they are addressed, found by one probe and remembered. Reads no object."""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from installer.cluster.errors import NotFound, NotServed
from installer.cluster.remembering import Memory
from installer.model.dataclass import dataclass

# https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery (v2 is stable since 1.30)
_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList"
ACCEPT = ",".join([_AGGREGATED.format("v2"), _AGGREGATED.format("v2beta1"), "application/json"])

# The core group is the same on every cluster: asking for it would be a second probe.
_CORE_NAMESPACED = {
    "ConfigMap": "configmaps",
    "Endpoints": "endpoints",
    "Event": "events",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "Pod": "pods",
    "Secret": "secrets",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
}
# Found as well, and no part of what `namespaced` lists.
_CORE_LIMITS = {"LimitRange": "limitranges", "ResourceQuota": "resourcequotas"}
_CORE_GLOBAL = {"Namespace": "namespaces", "Node": "nodes", "PersistentVolume": "persistentvolumes"}


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """A kind of an API group; the group is empty for core. `version` None means the one the server prefers."""

    group: str
    kind: str
    version: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} ({self.group})" if self.group else self.kind


@dataclass(frozen=True, slots=True)
class Resource:
    """How the API addresses a kind: `plural` as RBAC spells it, `api_version` as objects spell it."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def rbac(self) -> str:
        """`configmaps`, `subscriptions.operators.coreos.com`: the full name, since short ones change their meaning."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        from urllib.parse import quote  # noqa: PLC0415

        prefix = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        inside = f"/namespaces/{quote(namespace, safe='')}" if self.namespaced and namespace else ""
        return f"{prefix}{inside}/{self.plural}" + (f"/{quote(name, safe='')}" if name else "")


# One group: its versions, the preferred first; of each the resources, or None where they must still be asked for.
Group = dict[str, list[Resource] | None]
Ask = Callable[[str, str], Mapping[str, Any]]


class Resources:
    """Finds kinds. `ask(path, accept)` gets a JSON answer; `memory` outlives the process. For several threads."""

    def __init__(self, ask: Ask, memory: Memory) -> None:
        self._ask = ask
        self._memory = memory
        self._groups: dict[str, Group] | None = None
        self._fresh = False
        self._lock = threading.RLock()

    def find(self, kind: Kind) -> Resource | None:
        """The resource of a kind; None where the server has none. What was remembered never says "none"."""
        if not kind.group:
            return core(kind.kind)  # nobody waits for what need not be asked for
        with self._lock:
            found = self._find(kind)
            if found is None and not self._fresh:
                self.forget()
                found = self._find(kind)
            return found

    def need(self, kind: Kind) -> Resource:
        """Raises NotServed."""
        found = self.find(kind)
        if found is None:
            raise NotServed(str(kind))
        return found

    def serves(self, group: str) -> bool:
        """Whether the server has an API group at all (config.openshift.io: it is OpenShift)."""
        with self._lock:
            if group not in self._known() and not self._fresh:
                self.forget()
            return group in self._known()

    def is_served(self, plural: str, group: str) -> bool:
        """Whether it is known to be served; nobody is asked for that, so False may mean unknown."""
        return any(
            one.plural == plural for listed in (self._groups or {}).get(group, {}).values() for one in listed or ()
        )

    def namespaced(self) -> tuple[Resource, ...]:
        """Every kind whose objects live in namespaces, each in the version that the server prefers."""
        found = [Resource("", "v1", kind, plural, namespaced=True) for kind, plural in _CORE_NAMESPACED.items()]
        for group, versions in list(self._known().items()):
            kinds = {one.kind: one for version in reversed(list(versions)) for one in self._resources(group, version)}
            found += [one for one in kinds.values() if one.namespaced]
        return tuple(found)

    def forget(self) -> None:
        """Ask the server again at the next question."""
        with self._lock:
            self._memory.clear()
            self._groups = None

    def _find(self, kind: Kind) -> Resource | None:
        versions = self._known().get(kind.group, {})
        for version in [kind.version] if kind.version else list(versions):
            for one in self._resources(kind.group, version):
                if one.kind == kind.kind:
                    return one
        return None

    def _known(self) -> dict[str, Group]:
        if self._groups is None:
            remembered = self._memory.read()
            self._groups = _parsed(remembered) if remembered is not None else None
            self._fresh = self._groups is None
        if self._groups is None:
            self._groups = _groups(self._ask("/apis", ACCEPT))
            self._remember()
        return self._groups

    def _resources(self, group: str, version: str) -> list[Resource]:
        found = self._known().get(group, {}).get(version, [])
        if found is not None:
            return found
        try:
            answer = self._ask(f"/apis/{group}/{version}", "application/json")
        except NotFound:  # gone between the two questions
            return []
        listed = [
            Resource(group, version, one["kind"], one["name"], bool(one["namespaced"]))
            for one in answer.get("resources") or []
            if "/" not in one["name"]
        ]
        self._known()[group][version] = listed
        self._remember()
        return listed

    def _remember(self) -> None:
        self._memory.write(_spelled(self._groups or {}))


def core(kind: str) -> Resource | None:
    for known, namespaced in ((_CORE_NAMESPACED, True), (_CORE_LIMITS, True), (_CORE_GLOBAL, False)):
        if kind in known:
            return Resource("", "v1", kind, known[kind], namespaced)
    return None


def _groups(answer: Mapping[str, Any]) -> dict[str, Group]:
    if answer.get("kind") == "APIGroupDiscoveryList":
        return {one["metadata"]["name"]: _aggregated(one) for one in answer.get("items") or []}
    return {one["name"]: _listed(one) for one in answer.get("groups") or []}


def _aggregated(group: Mapping[str, Any]) -> Group:
    name = group["metadata"]["name"]
    return {one["version"]: _of_version(name, one) for one in group.get("versions") or []}


def _of_version(group: str, version: Mapping[str, Any]) -> list[Resource] | None:
    """None where an aggregated API did not answer the server lately: it must be asked itself."""
    resources = version.get("resources") or []
    if version.get("freshness") == "Stale" and not resources:
        return None
    return [
        Resource(group, version["version"], one["responseKind"]["kind"], one["resource"], one["scope"] == "Namespaced")
        for one in resources
        if one.get("responseKind", {}).get("kind")
    ]


def _listed(group: Mapping[str, Any]) -> Group:
    preferred = (group.get("preferredVersion") or {}).get("version")
    versions = [one["version"] for one in group.get("versions") or []]
    return dict.fromkeys(sorted(versions, key=lambda one: one != preferred))


def _spelled(groups: dict[str, Group]) -> str:
    return json.dumps(
        {
            name: {
                version: None if listed is None else [[one.kind, one.plural, one.namespaced] for one in listed]
                for version, listed in versions.items()
            }
            for name, versions in groups.items()
        },
        separators=(",", ":"),
    )


def _parsed(text: str) -> dict[str, Group] | None:
    """What was remembered; None where the file was damaged."""
    try:
        return {
            name: {
                version: None
                if listed is None
                else [Resource(name, version, str(k), str(p), bool(n)) for k, p, n in listed]
                for version, listed in versions.items()
            }
            for name, versions in json.loads(text).items()
        }
    except (ValueError, TypeError, AttributeError):
        return None
