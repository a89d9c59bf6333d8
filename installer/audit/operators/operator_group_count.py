"""TooManyOperatorGroups / none."""

from collections import Counter
from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import OPERATOR_GROUP, SUBSCRIPTION
from installer.audit.remedy import DeleteObject
from installer.audit.rule import Rule
from installer.audit.shapes import missing
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    groups = Counter(one.namespace for one in snapshot.of(OPERATOR_GROUP))
    for namespace in sorted({one.namespace for one in snapshot.of(SUBSCRIPTION)}):
        here = [one for one in snapshot.of(OPERATOR_GROUP) if one.namespace == namespace]
        if not here:
            yield Found(missing(OPERATOR_GROUP, namespace, version="v1"), f"none in {namespace}", "one OperatorGroup")
        elif groups[namespace] > 1:
            names = ", ".join(sorted(one.name for one in here))
            youngest = max(here, key=lambda one: (one.text("metadata", "creationTimestamp"), one.name))
            yield Found(youngest.at(), f"{names} in {namespace}", "one OperatorGroup", DeleteObject(youngest.ref))


RULE = Rule(
    module=__name__,
    title="TooManyOperatorGroups / none",
    severity="critical",
    reads=(SUBSCRIPTION, OPERATOR_GROUP),
    wrong="A namespace with a Subscription has no OperatorGroup, or more than one.",
    why="OLM installs nothing there: the ClusterServiceVersion fails with NoOperatorGroup or TooManyOperatorGroups.",
    fix="Leave exactly one OperatorGroup in the namespace.",
    sources=("https://olm.operatorframework.io/docs/advanced-tasks/operator-scoping-with-operatorgroups/",),
    check=check,
)
