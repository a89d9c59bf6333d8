"""Deny shadowed by generic allow."""

from collections.abc import Iterator

from installer.audit.about_permissions import policies
from installer.audit.finding import Found
from installer.audit.kinds import CONFIG_MAP
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

SAME = {"use": "update"}  # what early documentation called it


def check(snapshot: Snapshot) -> Iterator[Found]:
    listed = policies(snapshot)
    allowed = {(one.role, one.permission, SAME.get(one.action, one.action)) for one in listed if one.effect == "allow"}
    for one in listed:
        if one.effect == "deny" and (one.role, one.generic, SAME.get(one.action, one.action)) in allowed:
            told = f"{one.role} is denied {one.permission}, and allowed {one.generic}"
            yield Found(one.spot, told, f"{one.generic} allowed for named workflows only", key=one.words)


RULE = Rule(
    module=__name__,
    title="Deny shadowed by generic allow",
    severity="medium",
    reads=(CONFIG_MAP,),
    wrong="A role is denied one workflow, and allowed all of them by another policy.",
    why="The general permission is asked for first and suffices: the role sees and starts what it was to be kept from.",
    fix="Take the general permission away, and allow the role each workflow by its id.",
    sources=("https://github.com/redhat-developer/rhdh-plugins/blob/main/workspaces/orchestrator/docs/Permissions.md",),
    check=check,
)
