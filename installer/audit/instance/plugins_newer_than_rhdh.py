"""RHDH older than plugin line."""

from installer.audit.effective import Plugin
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot
from installer.audit.versions import minor
from installer.knowledge.aliases import npm_version, role_of
from installer.plan.goal import GoalPlugin


def wrong(snapshot: Snapshot, plugin: Plugin) -> str | None:
    goal = goal_of(snapshot, plugin)
    wanted = npm_version(goal.package) if goal is not None else None
    if not (plugin.role and plugin.version and wanted) or minor(plugin.version) == minor(wanted):
        return None
    return f"{plugin.package} on RHDH {snapshot.release.minor}"


def goal_of(snapshot: Snapshot, plugin: Plugin) -> GoalPlugin | None:
    return next((one for one in snapshot.orchestrator if plugin.role and role_of(one.package) == plugin.role), None)


def expected(snapshot: Snapshot, plugin: Plugin) -> str:
    goal = goal_of(snapshot, plugin)
    return goal.package if goal is not None else ""


def remedy(snapshot: Snapshot, plugin: Plugin) -> SetPlugin | None:
    goal = goal_of(snapshot, plugin)
    return None if goal is None else SetPlugin(plugin.package, {"package": goal.package, "integrity": goal.integrity})


RULE = Rule(
    module=__name__,
    title="RHDH older than plugin line",
    severity="critical",
    wrong="A plugin of the Orchestrator is of another line than this release of RHDH has.",
    why="It was built for another Backstage: the backend does not start with it, or its pages stay empty.",
    fix="Take the version of this release's line, with its hash.",
    sources=("https://github.com/rhdhorchestrator/orchestrator-go-operator/blob/main/docs/release_notes",),
    check=plugins_are(wrong, expected=expected, remedy=remedy),
)
