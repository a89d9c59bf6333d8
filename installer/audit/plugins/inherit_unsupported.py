"""`{{inherit}}` on RHDH <1.9."""

from installer.audit.about_plugins import INHERIT
from installer.audit.effective import Plugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot


def wrong(_: Snapshot, one: Plugin) -> str | None:
    return one.package if INHERIT in one.package else None


RULE = Rule(
    module=__name__,
    title="`{{inherit}}` on RHDH <1.9",
    severity="critical",
    releases=(None, "1.8"),
    wrong="A package says {{inherit}}, which the installer of this release does not know.",
    why="It is taken for the tag of an image, which no registry has: the init container stops, RHDH does not start.",
    fix="Write the version that this release has (rhdh-orchestrator plugins resolve --rhdh-version X.Y).",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=plugins_are(wrong, expected="a version or a digest"),
)
