"""GitOps-owned object about to be patched."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import APPLICATION, BACKSTAGE, CONFIG_MAP, Kind
from installer.audit.object import Object
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.instance.tracking import ARGO_ANNOTATION, ARGO_LABEL, FLUX_LABELS, application_of, claimed, keeper


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in _ours(snapshot):
        manager = _manager(snapshot, one)
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


def _manager(snapshot: Snapshot, one: Object) -> str:
    match keeper(one.labels, one.annotations):
        case "argocd":
            return f"Argo CD keeps it: {one.annotations.get(ARGO_ANNOTATION) or one.labels.get(ARGO_LABEL)}"
        case "flux":
            return f"Flux keeps it: {next(one.labels[key] for key in FLUX_LABELS if key in one.labels)}"
        case None:
            return _by_application(snapshot, one)


def _by_application(snapshot: Snapshot, one: Object) -> str:
    """By the label that others use too, which alone is no mark."""
    if claimed(one.data) is None or not snapshot.is_read(APPLICATION):
        return ""
    found = application_of(one.data, [each.data for each in snapshot.of(APPLICATION)])
    return f"Argo CD keeps it: Application {found}" if found else ""


RULE = Rule(
    module=__name__,
    title="GitOps-owned object about to be patched",
    severity="high",
    reads=(CONFIG_MAP,),
    also=(BACKSTAGE, APPLICATION),
    wrong="An object of RHDH's configuration carries the mark of Argo CD or Flux, or an Application lists it.",
    why="A change on the cluster is drift: self-healing takes it back, or the next synchronisation does.",
    fix="Change it in the repository: run the installation with --directory on the checkout, and commit.",
    sources=(
        "https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/",
        "https://fluxcd.io/flux/components/kustomize/kustomizations/",
    ),
    check=check,
)
