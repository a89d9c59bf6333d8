"""Finds the RHDH of a cluster in lists that an audit has read anyway, and asks for what they lack. Writes nothing."""

from typing import Any

from installer.audit import kinds
from installer.audit.kinds import Kind
from installer.cluster.cluster import Cluster, Objects
from installer.cluster.errors import ClusterError, Forbidden
from installer.cluster.kinds import CONFIG_MAP, SECRET
from installer.cluster.resources import Kind as Asked
from installer.flow.audit_live_lists import Lists
from installer.flow.live_gitops import kept
from installer.flow.live_instance import Running, find
from installer.flow.live_observing import LiveObserved, observed
from installer.instance.operator import owned_name
from installer.instance.stored_release import labels
from installer.knowledge.releases import Release
from installer.model.dataclass import dataclass

_SUPERSEDED = "status!=superseded"
_RHDH = "rhdh"  # the package of its operator


@dataclass(frozen=True)
class Reader:
    """Answers from the lists; where there is none, asks the cluster for as little as can be."""

    cluster: Cluster
    lists: Lists

    def list(
        self, kind: Asked, namespace: str | None = None, *, labels: str = "", fields: str = "", page: int = 500
    ) -> Objects:
        """As `Cluster.list`. Who may not look everywhere may still look in the namespace that is asked for."""
        known = Kind(kind.group, kind.kind)
        if known in self.lists.found and not labels and not fields:
            every = self.lists.found[known]
            return [one for one in every if namespace in (None, one["metadata"].get("namespace"))]
        refusal = self.lists.refused.get(known)
        if refusal is not None and not (isinstance(refusal, Forbidden) and namespace and not self.lists.within):
            raise refusal
        inside = namespace or self.lists.within
        return self.cluster.list(kind, inside, labels=labels, fields=fields, page=page)


def observe(reader: Reader, selection: str | None, asked: Release | None, default_text: str | None) -> LiveObserved:
    """RHDH, with its texts. Raises InstallerError: TARGET, INVALID, DECIDE, DENIED, as on a directory."""
    running = find(reader, selection, reader.lists.within).running
    others = [*reader.list(CONFIG_MAP, running.namespace), *_route(reader, running), *_telling(reader, running)]
    by_git = kept(reader, [one for one in (running.resource, running.workload, *others) if one is not None])
    return observed(running, _secrets(reader, running), others, asked, default_text, by_git)


def _secrets(reader: Reader, running: Running) -> Objects:
    """Of RHDH's namespace. Where they may not be read they are like those that a directory lacks, but for Helm's."""
    if running.flavour == "helm":
        selector = f"{labels(running.name)},{_SUPERSEDED}"
        records = reader.cluster.list(SECRET, running.namespace, labels=selector, page=0)
    else:
        records = []
    try:
        return [*reader.list(SECRET, running.namespace), *records]
    except ClusterError:
        return records


def _route(reader: Reader, running: Running) -> Objects:
    """What the operator makes of a resource tells the address of RHDH."""
    if running.flavour != "operator":
        return []
    name = owned_name("", running.name)
    return [one for one in _read(reader, kinds.ROUTE, running.namespace) if one["metadata"]["name"] == name]


def _telling(reader: Reader, running: Running) -> Objects:
    """The Subscription of RHDH's operator, where nothing else tells the release."""
    if running.version is not None or running.flavour != "operator":
        return []
    found = _read(reader, kinds.SUBSCRIPTION, None)
    return [one for one in found if _spec(one).get("name") == _RHDH]


def _read(reader: Reader, kind: Kind, namespace: str | None) -> Objects:
    found = reader.lists.found.get(kind, [])
    return [one for one in found if namespace in (None, one["metadata"].get("namespace"))]


def _spec(one: dict[str, Any]) -> dict[str, Any]:
    return one.get("spec") or {}
