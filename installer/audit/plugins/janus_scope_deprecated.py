"""Deprecated scope @janus-idp."""

from installer.audit.effective import Plugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot

SCOPE = "@janus-idp/"


def wrong(_: Snapshot, one: Plugin) -> str | None:
    return one.package if one.package.startswith(SCOPE) else None


RULE = Rule(
    module=__name__,
    title="Deprecated scope @janus-idp",
    severity="high",
    releases=("1.4", None),
    wrong="A plugin of the scope @janus-idp is on.",
    why="Nobody maintains that scope since RHDH 1.4: it was built for an older Backstage and gets no fixes.",
    fix="Take the successor: @redhat, @red-hat-developer-hub or @backstage-community, or what RHDH brings.",
    sources=("https://github.com/janus-idp/backstage-plugins", "configmaps/shared/aliases.yaml"),
    check=plugins_are(wrong, expected="its successor"),
)
