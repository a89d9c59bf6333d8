"""Integrity mismatch with registry."""

from installer.audit.effective import Plugin
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are, with_answers
from installer.audit.snapshot import Snapshot
from installer.integrity import digests, strongest


def _published(snapshot: Snapshot, one: Plugin) -> str:
    return snapshot.answers.npm.get(f"{one.npm}@{one.version}") or ""


def wrong(snapshot: Snapshot, one: Plugin) -> str | None:
    if not (one.npm and one.version and one.integrity):
        return None
    published = {digest.algorithm: digest for digest in digests(_published(snapshot, one))}
    for mine in digests(one.integrity):
        theirs = published.get(mine.algorithm)
        if theirs is not None and theirs.text != mine.text:
            return f"{one.package}: {mine}"
    return None


def right(snapshot: Snapshot, one: Plugin) -> str:
    return strongest(_published(snapshot, one)) or "what the registry publishes"


def remedy(snapshot: Snapshot, one: Plugin) -> SetPlugin:
    return SetPlugin(one.package, {"integrity": right(snapshot, one)})


RULE = Rule(
    module=__name__,
    title="Integrity mismatch with registry",
    severity="critical",
    wrong="The registry publishes another hash for this package and version.",
    why="What the init container downloads does not match: it stops, and RHDH does not start. Or somebody changed it.",
    fix="Take the hash that the registry publishes, after having asked why it changed.",
    sources=("https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md",),
    check=with_answers(plugins_are(wrong, expected=right, remedy=remedy, field="integrity")),
)
