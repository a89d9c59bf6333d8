"""Orchestrator not in pluginsWithPermission."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.rule import Rule
from installer.audit.shapes import setting_holds
from installer.audit.snapshot import Snapshot

holds = setting_holds("permission.rbac.pluginsWithPermission", lambda _: ("orchestrator",), where_unset=True)


def check(snapshot: Snapshot) -> Iterator[Found]:
    enabled = snapshot.setting("permission.enabled")
    if enabled is not None and enabled.value is True and snapshot.plugin("orchestrator-backend") is not None:
        yield from holds(snapshot)


RULE = Rule(
    module=__name__,
    title="Orchestrator not in pluginsWithPermission",
    severity="high",
    wrong="Permissions are on, and permission.rbac.pluginsWithPermission does not list orchestrator.",
    why="RBAC does not know the Orchestrator's permissions: they cannot be given, and workflows stay hidden.",
    fix="Add orchestrator to permission.rbac.pluginsWithPermission; the whole list, for it replaces an earlier one.",
    sources=("https://github.com/redhat-developer/rhdh-plugins/blob/main/workspaces/orchestrator/docs/Permissions.md",),
    check=check,
)
