"""Knative stuck deleting."""

from collections.abc import Iterator

from installer.audit.about_operators import PATIENCE
from installer.audit.finding import Found
from installer.audit.kinds import EVENTING, KAFKA, SERVING
from installer.audit.object import strings
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot

KNATIVE = (SERVING, EVENTING, KAFKA)


def check(snapshot: Snapshot) -> Iterator[Found]:
    if not any(map(snapshot.is_read, KNATIVE)):
        raise Skip("nothing of Knative was read")
    for one in (one for kind in filter(snapshot.is_read, KNATIVE) for one in snapshot.of(kind)):
        age = snapshot.age(one.moment("metadata", "deletionTimestamp"))
        holding = strings(one.get("metadata", "finalizers"))
        if holding and age > PATIENCE:
            observed = f"is being deleted since {int(age.total_seconds() // 60)} min; {', '.join(holding)} holds it"
            yield Found(one.at("metadata", "finalizers"), observed, "gone, or not being deleted", key="deleting")


RULE = Rule(
    module=__name__,
    title="Knative stuck deleting",
    severity="critical",
    also=KNATIVE,
    wrong="A Knative resource is being deleted for ten minutes, and a finalizer holds it.",
    why="Its operator, which alone takes the finalizer away, is gone: its namespace never goes, and none comes anew.",
    fix="Install the Serverless operator again and let it clean up; take the finalizer away by hand only after that.",
    sources=("https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/",),
    check=check,
)
