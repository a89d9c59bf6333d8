"""Prerelease plugin."""

from installer.audit.effective import Plugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot
from installer.model.late_pattern import late_pattern

PRERELEASE = late_pattern(r"\d+\.\d+\.\d+-[0-9A-Za-z.-]+")  # semver.org, §9


def wrong(_: Snapshot, one: Plugin) -> str | None:
    return one.package if one.npm and one.version and PRERELEASE.fullmatch(one.version) else None


RULE = Rule(
    module=__name__,
    title="Prerelease plugin",
    severity="medium",
    wrong="A plugin that is on has a prerelease version (-rc, -redhat-N).",
    why="It was published to be tried, is not supported, and may vanish from the registry.",
    fix="Take the released version of its line (rhdh-orchestrator plugins upgrade).",
    sources=("https://semver.org/#spec-item-9",),
    check=plugins_are(wrong, expected="a released version"),
)
