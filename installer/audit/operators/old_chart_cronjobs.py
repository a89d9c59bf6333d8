"""Reconcile CronJobs of old chart alive."""

from collections.abc import Iterator

from installer.audit.about_operators import RECONCILES
from installer.audit.finding import Found
from installer.audit.kinds import CRON_JOB
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.of(CRON_JOB):
        if RECONCILES in one.labels and one.get("spec", "suspend") is not True:
            what = one.labels[RECONCILES] or one.name
            observed = f"applies {what} again on its schedule ({one.text('spec', 'schedule') or 'not said'})"
            yield Found(one.at("spec"), observed, "suspended", PatchObject(one.ref, {"spec": {"suspend": True}}))


RULE = Rule(
    module=__name__,
    title="Reconcile CronJobs of old chart alive",
    severity="high",
    reads=(CRON_JOB,),
    wrong="A CronJob of the chart `orchestrator`, of before RHDH 1.5, still applies what that chart once rendered.",
    why="Whatever is changed on Knative, the platform or the Backstage resource is taken back within a minute.",
    fix="Suspend the CronJob, or uninstall the release of that chart; its resources are then yours to change.",
    sources=("https://github.com/rhdhorchestrator/orchestrator-helm-chart",),
    check=check,
)
