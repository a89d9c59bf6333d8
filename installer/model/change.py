"""What a plan would do to the world, object by object. Does not do it."""

from typing import Literal

from installer.model.dataclass import dataclass

Action = Literal["create", "update", "delete"]
Owner = Literal["person", "operator", "helm", "argocd", "flux", "kustomize"]
Flavour = Literal["operator", "helm", "plain"]


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """The address of one Kubernetes object; namespace is empty where none is known."""

    api_version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        scope = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {scope}{self.name}"


@dataclass(frozen=True, slots=True)
class Change:
    """One object or file that a plan creates, updates or deletes.

    `path` is relative to the directory (None on a cluster); `diff` is a unified diff, already redacted.
    """

    action: Action
    ref: Ref | None
    path: str | None
    owner: Owner
    summary: str
    diff: str
