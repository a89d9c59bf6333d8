"""Integrity belongs to another version/package."""

from installer.audit.effective import Plugin
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot
from installer.knowledge.hashes import known, owner, verdict


def observed(_: Snapshot, one: Plugin) -> str | None:
    if not (one.npm and one.version and isinstance(one.integrity, str)):
        return None
    told = verdict(one.npm, one.version, one.integrity)
    if told is None or told.judgement != "wrong" or owner(one.integrity) is None:
        return None
    return f"the integrity of {one.package} is that of {owner(one.integrity)}"


def remedy(_: Snapshot, one: Plugin) -> SetPlugin | None:
    right = known(one.npm, one.version) if one.npm and one.version else None
    return SetPlugin(one.package, {"integrity": right}) if right else None


RULE = Rule(
    module=__name__,
    title="Integrity belongs to another version/package",
    severity="critical",
    wrong="The integrity of a plugin is known to be the hash of another version or of another package.",
    why="It cannot match what is downloaded: the init container stops with an integrity error, RHDH does not start.",
    fix="Take the hash of exactly this package and version.",
    sources=("https://www.w3.org/TR/SRI/", "configmaps/shared/hashes.yaml"),
    check=plugins_are(observed, expected="the hash of this package and version", remedy=remedy, field="integrity"),
)
