"""Both Deployment and StatefulSet exist."""

from collections.abc import Iterator

from installer.audit.about_instance import workloads
from installer.audit.finding import Found
from installer.audit.kinds import DEPLOYMENT, STATEFUL_SET
from installer.audit.object import number
from installer.audit.remedy import DeleteObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    found = workloads(snapshot)
    kinds = {one.kind for one in found}
    if len(kinds) > 1:
        # The one without a ready pod is left over; where both have some, the Deployment is what every release makes
        # unless it is told otherwise.
        stale = next((one for one in found if not number(one.get("status", "readyReplicas"))), found[-1])
        names = ", ".join(str(one.ref) for one in found)
        yield Found(stale.at(), f"both {names}", "one of them", DeleteObject(stale.ref), key="both")


RULE = Rule(
    module=__name__,
    title="Both Deployment and StatefulSet exist",
    severity="medium",
    reads=(DEPLOYMENT, STATEFUL_SET),
    wrong="RHDH has a Deployment and a StatefulSet at the same time.",
    why="Two portals run on one database, and whoever opens the page gets the one or the other.",
    fix="Delete the one that is left over from another deployment kind.",
    sources=("https://github.com/redhat-developer/rhdh-operator/blob/main/docs/configuration.md",),
    check=check,
)
