"""What the checks look at, read once, and what they say. Judges nothing."""

from dataclasses import field
from typing import Literal

from installer.cluster.cluster import Cluster, Object, Objects
from installer.cluster.errors import NotServed
from installer.cluster.options import ConnectionOptions
from installer.cluster.resources import Kind
from installer.flow.live_instance import Running
from installer.knowledge.releases import Release
from installer.model.dataclass import dataclass

Status = Literal["pass", "warn", "fail", "skip"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says; `fix` is what a person does about it."""

    status: Status
    reason: str
    fix: str | None = None


def passed(reason: str) -> Verdict:
    return Verdict("pass", reason)


def warned(reason: str, fix: str | None = None) -> Verdict:
    return Verdict("warn", reason, fix)


def failed(reason: str, fix: str | None = None) -> Verdict:
    return Verdict("fail", reason, fix)


def skipped(reason: str, fix: str | None = None) -> Verdict:
    return Verdict("skip", reason, fix)


@dataclass
class Look:
    """A cluster through the eyes of the checks: each list is asked for once.

    `oc` and `helm` are the programs that somebody names, `connection` what the cluster was reached by.
    """

    cluster: Cluster
    running: Running
    release: Release | None
    skip_operators: bool = False
    oc: str | None = None
    helm: str | None = None
    connection: ConnectionOptions | None = None
    _lists: dict[tuple[Kind, str | None, str], Objects] = field(default_factory=dict)

    def list(self, kind: Kind, namespace: str | None = None, labels: str = "") -> Objects:
        """Objects of a kind. Raises Forbidden, NotServed."""
        key = (kind, namespace, labels)
        if key not in self._lists:
            self._lists[key] = self.cluster.list(kind, namespace, labels=labels)
        return self._lists[key]

    def list_or_none(self, kind: Kind, labels: str = "") -> Objects:
        """As `list`; nothing where the cluster has no such kind."""
        try:
            return self.list(kind, labels=labels)
        except NotServed:
            return []


def address(one: Object) -> str:
    metadata = one["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}" if metadata.get("namespace") else str(metadata["name"])
