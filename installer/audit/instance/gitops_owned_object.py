"""GitOps-owned object about to be patched."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import BACKSTAGE, CONFIG_MAP, Kind
from installer.audit.object import Object
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

ARGOCD = "argocd.argoproj.io/tracking-id"
ARGOCD_LABEL = "argocd.argoproj.io/instance"
FLUX = ("kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name")


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in _ours(snapshot):
        manager = _manager(one)
        if manager and one.is_observed:
            yield Found(one.at("metadata"), manager, "changes come through Git", key="gitops")


def _ours(snapshot: Snapshot) -> Iterator[Object]:
    """What an installation would write: the layers of RHDH's configuration, the Backstage resource."""
    instance = snapshot.instance
    layers = [instance.plugins, *instance.app_config]
    for ref in dict.fromkeys(one.ref for one in layers if one is not None and one.ref is not None):
        found = snapshot.named(Kind("", ref.kind), ref.name, ref.namespace) if ref.kind == "ConfigMap" else None
        yield from [found] if found is not None else []
    if snapshot.is_read(BACKSTAGE):
        yield from (one for one in snapshot.within(BACKSTAGE, instance.namespace) if one.name == instance.name)


def _manager(one: Object) -> str:
    if ARGOCD in one.annotations or ARGOCD_LABEL in one.labels:
        return f"Argo CD keeps it: {one.annotations.get(ARGOCD) or one.labels.get(ARGOCD_LABEL)}"
    flux = next((one.labels[key] for key in FLUX if key in one.labels), "")
    return f"Flux keeps it: {flux}" if flux else ""


RULE = Rule(
    module=__name__,
    title="GitOps-owned object about to be patched",
    severity="high",
    reads=(CONFIG_MAP,),
    also=(BACKSTAGE,),
    wrong="An object of RHDH's configuration carries the mark of Argo CD or Flux.",
    why="A change on the cluster is drift: self-healing takes it back, or the next synchronisation does.",
    fix="Change it in the repository: run the installation with --directory on the checkout, and commit.",
    sources=(
        "https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/",
        "https://fluxcd.io/flux/components/kustomize/kustomizations/",
    ),
    check=check,
)
