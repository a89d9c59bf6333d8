"""Integrity malformed."""

from installer.audit.about_plugins import needs_integrity
from installer.audit.effective import Plugin
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot
from installer.integrity import rhdh_accepts, strongest
from installer.knowledge.hashes import known


def wrong(_: Snapshot, one: Plugin) -> str | None:
    given = one.entry.get("integrity")
    if given in (None, "") or not needs_integrity(one.package) or rhdh_accepts(given):
        return None
    return f"{one.package}: {given}" if isinstance(given, str) else f"{one.package}: no text"


def remedy(_: Snapshot, one: Plugin) -> SetPlugin:
    found = known(one.npm, one.version) if one.npm and one.version else None
    found = found or (strongest(one.integrity) if one.integrity else None)
    return SetPlugin(one.package, {"integrity": found or f"<rhdh-orchestrator plugins resolve {one.package}>"})


RULE = Rule(
    module=__name__,
    title="Integrity malformed",
    severity="critical",
    wrong="The integrity of a plugin that is on is not one hash that RHDH reads.",
    why="The init container stops at it before it has compared anything, and RHDH does not start.",
    fix="Write one sha256, sha384 or sha512, a dash and its base64, with nothing around them.",
    sources=(
        "https://www.w3.org/TR/SRI/",
        "https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",
    ),
    check=plugins_are(wrong, expected="sha512-… of 64 bytes", remedy=remedy, field="integrity"),
)
