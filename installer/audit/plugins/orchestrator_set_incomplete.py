"""Orchestrator set incomplete."""

from collections.abc import Iterator

from installer.audit.about_plugins import set_of
from installer.audit.finding import Found
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.knowledge.aliases import role_of

OPTIONAL = ("orchestrator-loki",)


def check(snapshot: Snapshot) -> Iterator[Found]:
    on = set_of(snapshot)
    if not on:
        return
    spot = next(iter(on.values())).spot
    for goal in snapshot.orchestrator:
        role = role_of(goal.package)
        if role and role not in on and role not in OPTIONAL:
            fields = {"disabled": False} | ({"integrity": goal.integrity} if goal.integrity else {})
            remedy = SetPlugin(goal.package, fields)
            yield Found(spot, f"{', '.join(on)} without {role}", f"{goal.package} is on", remedy, role)


RULE = Rule(
    module=__name__,
    title="Orchestrator set incomplete",
    severity="high",
    wrong="Some of the Orchestrator's plugins are on, and others that they need are not.",
    why="A page without backend shows errors, templates lack their steps, and forms of workflows stay empty.",
    fix="Switch the whole set of this release on.",
    sources=(
        "https://docs.redhat.com/en/documentation/red_hat_developer_hub/1.8/html/orchestrator_in_red_hat_developer_hub",
    ),
    check=check,
)
