"""Local path without ./."""

from installer.audit.effective import Plugin
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot

FOLDER = "dynamic-plugins/"


def wrong(_: Snapshot, one: Plugin) -> str | None:
    return one.package if one.package.startswith(FOLDER) else None


def remedy(_: Snapshot, one: Plugin) -> SetPlugin:
    return SetPlugin(one.package, {"package": f"./{one.package}"})


RULE = Rule(
    module=__name__,
    title="Local path without ./",
    severity="critical",
    wrong="The path of a plugin that RHDH brings does not begin with ./.",
    why="It is taken for a package of npm, which no registry has: the init container stops, RHDH does not start.",
    fix="Write ./ before it.",
    sources=(
        "https://github.com/redhat-developer/rhdh/issues/789",
        "https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",
    ),
    check=plugins_are(wrong, expected="a path that begins with ./", remedy=remedy),
)
