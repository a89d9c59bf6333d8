"""Pending InstallPlan."""

from collections.abc import Iterator

from installer.audit.about_operators import PATIENCE, foreign, installed, role_of, waiting_plans, wanted_minor
from installer.audit.finding import Found
from installer.audit.kinds import CSV, INSTALL_PLAN
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.versions import minor
from installer.knowledge.packages import csv_package, csv_version


def check(snapshot: Snapshot) -> Iterator[Found]:
    for plan, brought in waiting_plans(snapshot):
        snapshot.within(CSV, plan.namespace)  # was it read there?
        needed = [one for one in brought if _is_needed(snapshot, one)]
        age = snapshot.age(plan.created)
        if needed and age > PATIENCE:
            observed = f"{', '.join(needed)} waits for approval since {int(age.total_seconds() // 60)} min"
            remedy = None if foreign(brought) else PatchObject(plan.ref, {"spec": {"approved": True}})
            yield Found(plan.at("spec", "approved"), observed, "approved", remedy, ",".join(sorted(needed)))


def _is_needed(snapshot: Snapshot, csv: str) -> bool:
    """Whether one of our operators is not there, or is older than this RHDH wants; other upgrades may well wait."""
    role = role_of(csv_package(csv))
    if role is None:
        return False
    there = [minor(csv_version(one.name)) for one in installed(snapshot, role)]
    brings, wanted = minor(csv_version(csv)), wanted_minor(snapshot, role)
    if not there:
        return True
    behind = wanted is not None and all(one is None or one < wanted for one in there)
    return behind and brings is not None and wanted is not None and brings <= wanted


RULE = Rule(
    module=__name__,
    title="Pending InstallPlan",
    severity="high",
    reads=(INSTALL_PLAN, CSV),
    wrong="An InstallPlan that brings a version which this RHDH needs waits for approval for ten minutes.",
    why="The operator is not installed, or stays too old, and nothing on the cluster fails that would say so.",
    fix="Approve the InstallPlan by its name, after a look at everything that it installs.",
    sources=("https://olm.operatorframework.io/docs/concepts/crds/installplan/",),
    check=check,
)
