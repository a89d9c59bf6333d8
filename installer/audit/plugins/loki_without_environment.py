"""Loki module without env."""

from collections.abc import Iterator

from installer.audit.about_plugins import unset, unset_names
from installer.audit.finding import Found
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

NAMES = ("LOKI_BASE_URL", "AUTH_TOKEN")  # what the default file configures the module with
SETTING = "orchestrator.workflowLogProvider.loki"


def check(snapshot: Snapshot) -> Iterator[Found]:
    plugin = snapshot.plugin("orchestrator-loki")
    if plugin is None:
        return
    given = snapshot.variables
    by_default = not plugin.config and snapshot.setting(SETTING) is None and not given.open
    names = list(NAMES) if by_default else []
    lacking = [one for one in names if one not in {*given.values, *given.unknown}] or unset_names(snapshot, plugin)
    yield from unset(plugin, lacking)


RULE = Rule(
    module=__name__,
    title="Loki module without env",
    severity="medium",
    releases=("1.9", None),
    wrong="The module for logs of workflows is on, and the variables with Loki's address and token are not set.",
    why="Its configuration has no value then: the page of a run shows an error instead of the log.",
    fix="Give RHDH the variables from a Secret, or switch the module off.",
    sources=(
        "https://github.com/redhat-developer/rhdh-plugins/tree/main/workspaces/orchestrator/plugins/orchestrator-backend-module-loki",
    ),
    check=check,
)
