"""Deprecated per-workflow permissions."""

from collections.abc import Iterator

from installer.audit.about_permissions import policies
from installer.audit.finding import Found
from installer.audit.kinds import CONFIG_MAP
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in policies(snapshot):
        if one.generic is not None:
            workflow = one.permission.removeprefix(f"{one.generic}.")
            expected = f"{one.generic}, on the condition IS_ALLOWED_WORKFLOW_ID {workflow}"
            yield Found(one.spot, one.permission, expected, key=one.words)


RULE = Rule(
    module=__name__,
    title="Deprecated per-workflow permissions",
    severity="low",
    reads=(CONFIG_MAP,),
    releases=("2.1", None),
    wrong="A policy names one workflow in its permission, which RHDH 2.1 has deprecated.",
    why="A later release removes these names and carries nothing over: people would lose their workflows that day.",
    fix="Write a conditional policy of the type orchestrator-workflow with the rule IS_ALLOWED_WORKFLOW_ID.",
    sources=("https://github.com/redhat-developer/rhdh-plugins/blob/main/workspaces/orchestrator/docs/Permissions.md",),
    check=check,
)
