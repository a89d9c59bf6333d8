"""Integrity missing."""

from installer.audit.about_plugins import needs_integrity
from installer.audit.effective import Plugin
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot
from installer.knowledge.hashes import known


def observed(_: Snapshot, one: Plugin) -> str | None:
    if one.integrity or not needs_integrity(one.package):
        return None
    return f"{one.package} has no integrity"


def remedy(_: Snapshot, one: Plugin) -> SetPlugin:
    integrity = known(one.npm, one.version) if one.npm and one.version else None
    return SetPlugin(one.package, {"integrity": integrity or f"<rhdh-orchestrator plugins resolve {one.package}>"})


RULE = Rule(
    module=__name__,
    title="Integrity missing",
    severity="critical",
    wrong="A plugin from a registry that is switched on has no integrity after all layers are joined.",
    why="The init container install-dynamic-plugins stops at it, and RHDH does not start.",
    fix="Add the integrity that the registry publishes (rhdh-orchestrator plugins resolve PACKAGE).",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=plugins_are(observed, expected="a sha512 of the package", remedy=remedy),
)
