"""Deny-listed version."""

from installer.audit.effective import Plugin
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot
from installer.knowledge.denied import Denial, denied


def _denial(one: Plugin) -> Denial | None:
    """Prereleases have a rule of their own."""
    found = denied(one.npm, one.version) if one.npm and one.version else None
    return found if found is not None and found.instead else None


def wrong(_: Snapshot, one: Plugin) -> str | None:
    found = _denial(one)
    return None if found is None else f"{one.package}: {found.reason}"


def expected(_: Snapshot, one: Plugin) -> str:
    found = _denial(one)
    return f"{one.npm}@{found.instead}" if found is not None else ""


def remedy(snapshot: Snapshot, one: Plugin) -> SetPlugin:
    return SetPlugin(one.package, {"package": expected(snapshot, one)})


RULE = Rule(
    module=__name__,
    title="Deny-listed version",
    severity="medium",
    wrong="A plugin is on in a version that is known to be bad.",
    why="It was withdrawn after it had been published, or its hash could never be verified.",
    fix="Take the version that replaced it, with its hash.",
    sources=("configmaps/shared/denied.yaml",),
    check=plugins_are(wrong, expected=expected, remedy=remedy),
)
