"""Argo managed-by label missing."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import APPLICATION, ARGOCD, NAMESPACE, WORKFLOW
from installer.audit.object import Object
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

MANAGED_BY = "argocd.argoproj.io/managed-by"
PROJECT = "orchestrator-gitops"


def check(snapshot: Snapshot) -> Iterator[Found]:
    # Argo CD without its operator has rights of its own everywhere, and no use for the label.
    homes = {one.namespace for one in snapshot.of(ARGOCD)}
    ours = {one.namespace for one in snapshot.of(WORKFLOW)} if snapshot.is_read(WORKFLOW) else set()
    seen: set[str] = set()
    for one in snapshot.of(APPLICATION):
        name = one.text("spec", "destination", "namespace")
        namespace = snapshot.named(NAMESPACE, name) if name and _is_ours(one, name, ours) else None
        if namespace is None or one.namespace not in homes or name in {one.namespace, *seen}:
            continue
        found = namespace.labels.get(MANAGED_BY)
        if found != one.namespace:
            seen.add(name)
            told = f"{MANAGED_BY}: {found}" if found is not None else f"no label {MANAGED_BY}"
            remedy = PatchObject(namespace.ref, {"metadata": {"labels": {MANAGED_BY: one.namespace}}})
            yield Found(namespace.at("metadata", "labels"), told, f"{MANAGED_BY}: {one.namespace}", remedy, MANAGED_BY)


def _is_ours(application: Object, namespace: str, ours: set[str]) -> bool:
    """Whether an Application deploys workflows: by its project, or by what runs where it deploys to."""
    return application.text("spec", "project") == PROJECT or namespace in ours


RULE = Rule(
    module=__name__,
    title="Argo managed-by label missing",
    severity="medium",
    reads=(NAMESPACE, APPLICATION, ARGOCD),
    also=(WORKFLOW,),
    wrong="An Application deploys workflows into a namespace that is not labelled as managed by its Argo CD.",
    why="OpenShift GitOps gives Argo CD rights by that label alone: each sync of the workflow is denied.",
    fix="Label the namespace with argocd.argoproj.io/managed-by and the namespace of Argo CD.",
    sources=("https://docs.redhat.com/en/documentation/red_hat_openshift_gitops",),
    check=check,
)
