"""Automatic approval in prod."""

from collections.abc import Iterator

from installer.audit.about_operators import ROLES, subscriptions
from installer.audit.finding import Found
from installer.audit.kinds import SUBSCRIPTION
from installer.audit.profiles import PRODUCTION
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for role in ROLES:
        for one in subscriptions(snapshot, role):
            approval = one.text("spec", "installPlanApproval")
            if approval != "Manual":
                remedy = PatchObject(one.ref, {"spec": {"installPlanApproval": "Manual"}})
                observed = approval or "Automatic (nothing is said)"
                yield Found(one.at("spec", "installPlanApproval"), observed, "Manual", remedy)


RULE = Rule(
    module=__name__,
    title="Automatic approval in prod",
    severity="info",
    profiles=PRODUCTION,
    reads=(SUBSCRIPTION,),
    wrong="OLM upgrades Serverless or Serverless Logic in production by itself.",
    why="An upgrade needs workflows to be stopped and rebuilt, and the database to be migrated: it comes unprepared.",
    fix="Set installPlanApproval to Manual, and approve upgrades when the workflows are ready for them.",
    sources=("https://olm.operatorframework.io/docs/concepts/crds/subscription/",),
    check=check,
)
