"""Obsolete permission names."""

from collections.abc import Iterator

from installer.audit.about_permissions import OBSOLETE, policies
from installer.audit.finding import Found
from installer.audit.kinds import CONFIG_MAP
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in policies(snapshot):
        if one.permission in OBSOLETE:
            yield Found(one.spot, one.permission, OBSOLETE[one.permission], key=one.words)


RULE = Rule(
    module=__name__,
    title="Obsolete permission names",
    severity="high",
    reads=(CONFIG_MAP,),
    releases=("1.5", None),
    wrong="A policy names a permission of the Orchestrator as RHDH 1.4 and older called it.",
    why="Nothing asks for that name any more: the policy grants nothing, silently, and people lose their workflows.",
    fix="Rename the permission: orchestrator.workflow to see workflows, orchestrator.workflow.use to start them.",
    sources=("https://github.com/redhat-developer/rhdh-plugins/blob/main/workspaces/orchestrator/docs/Permissions.md",),
    check=check,
)
