"""Cluster-admin ServiceAccount for RHDH."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import CLUSTER_ROLE_BINDING
from installer.audit.object import every, text
from installer.audit.profiles import SECURITY
from installer.audit.remedy import DeleteObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.of(CLUSTER_ROLE_BINDING):
        if one.text("roleRef", "name") != "cluster-admin":
            continue
        for index, subject in every(one.data, "subjects"):
            name, namespace = text(subject.get("name")), text(subject.get("namespace"))
            if subject.get("kind") == "ServiceAccount" and _is_ours(snapshot, name, namespace):
                told = f"{namespace}/{name} is cluster-admin"
                yield Found(one.at("subjects", index), told, "a role with what it needs", DeleteObject(one.ref), told)


def _is_ours(snapshot: Snapshot, name: str, namespace: str) -> bool:
    """RHDH's own accounts, and those that the Orchestrator's scripts make."""
    own = snapshot.has_instance and bool(snapshot.namespace) and namespace == snapshot.namespace
    return own or "orchestrator" in name


RULE = Rule(
    module=__name__,
    title="Cluster-admin ServiceAccount for RHDH",
    severity="critical",
    profiles=SECURITY,
    reads=(CLUSTER_ROLE_BINDING,),
    wrong="A ServiceAccount of RHDH or of the Orchestrator is bound to cluster-admin.",
    why="Whoever gets hold of its token, from the portal's environment or a plugin, owns the cluster.",
    fix="Take the binding away, and give the account a role with what its plugins read.",
    sources=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    check=check,
)
