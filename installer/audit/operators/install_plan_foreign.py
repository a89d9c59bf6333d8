"""Wrong InstallPlan about to be approved."""

from collections.abc import Iterator

from installer.audit.about_operators import foreign, waiting_plans
from installer.audit.finding import Found
from installer.audit.kinds import INSTALL_PLAN
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for plan, brought in waiting_plans(snapshot):
        others = sorted(foreign(brought))
        if others:
            mine = ", ".join(one for one in brought if one not in others)
            spot = plan.at("spec", "clusterServiceVersionNames")
            yield Found(spot, f"{', '.join(others)} beside {mine}", mine, key=",".join(sorted(brought)))


RULE = Rule(
    module=__name__,
    title="Wrong InstallPlan about to be approved",
    severity="high",
    reads=(INSTALL_PLAN,),
    wrong="An InstallPlan that waits for approval brings operators of somebody else along with ours.",
    why="OLM plans a namespace as a whole: whoever approves it for the Orchestrator upgrades the others by accident.",
    fix="Ask the owners of the others before it is approved, or move our operators into namespaces of their own.",
    sources=("https://olm.operatorframework.io/docs/concepts/olm-architecture/dependency-resolution/",),
    check=check,
)
