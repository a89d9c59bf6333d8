"""Operator-owned ConfigMap edited."""

from collections.abc import Iterator

from installer.audit.about_instance import data_writers
from installer.audit.finding import Found
from installer.audit.kinds import BACKSTAGE, CONFIG_MAP
from installer.audit.object import Object
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot

# Programs that write for people; the operator itself is named differently in every release.
PEOPLE = ("kubectl", "oc", "Mozilla", "k9s", "Lens", "helm", "argocd", "kustomize-controller", "rhdh-orchestrator")
OWN = ("appconfig", "dynamic-plugins", "files", "envs")


def check(snapshot: Snapshot) -> Iterator[Found]:
    own = [one for one in snapshot.of(CONFIG_MAP) if _is_own(snapshot, one)]
    seen = [one for one in own if _is_seen(one)]
    if seen and not any(one.items("metadata", "managedFields") for one in seen):
        raise Skip("what was read does not tell who wrote it (oc get --show-managed-fields does)")
    for one in own:
        if not _is_seen(one):
            yield Found(one.at(), f"{one.name} stands in the manifests", "the operator alone writes it")
        for manager, _, keys in data_writers(one):
            if manager.startswith(PEOPLE):
                observed = f"{', '.join(sorted(keys)) or 'data'} written by {manager}"
                yield Found(one.at("data"), observed, "the operator alone writes it", key=manager)


def _is_seen(one: Object) -> bool:
    """Whether it comes from a cluster; a dump that was tidied up still tells its owners."""
    return one.is_observed or bool(one.owners)


def _is_own(snapshot: Snapshot, one: Object) -> bool:
    if _is_seen(one):
        return any(owner.get("kind") == "Backstage" for owner in one.owners)
    names = {f"backstage-{kind}-{cr.name}" for kind in OWN for cr in snapshot.within(BACKSTAGE, one.namespace)}
    return one.name in names


RULE = Rule(
    module=__name__,
    title="Operator-owned ConfigMap edited",
    severity="high",
    reads=(BACKSTAGE, CONFIG_MAP),
    wrong="Somebody else than RHDH's operator writes a ConfigMap that the operator makes.",
    why="The operator puts its own content back whenever it looks: the change is lost, often at the next restart.",
    fix="Put the content into a ConfigMap of your own that the Backstage resource refers to.",
    sources=("https://github.com/redhat-developer/rhdh-operator/blob/main/docs/configuration.md",),
    check=check,
)
