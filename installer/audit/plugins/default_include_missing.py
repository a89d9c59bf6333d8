"""Default include missing."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import mapping, strings
from installer.audit.remedy import SetPlugins
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

DEFAULT = "dynamic-plugins.default.yaml"


def check(snapshot: Snapshot) -> Iterator[Found]:
    file = snapshot.plugins_file
    includes = mapping(file.data).get("includes") if file is not None else None
    by_owner = snapshot.flavour == "helm" or (snapshot.flavour == "operator" and snapshot.release.number >= (1, 8))
    if file is None or DEFAULT in strings(includes) or (includes is None and by_owner):
        return
    listed = strings(includes)
    told = "no includes" if includes is None else f"includes: {', '.join(listed) or 'none'}"
    yield Found(file.at("includes"), told, f"includes {DEFAULT}", SetPlugins({"includes": [DEFAULT, *listed]}))


RULE = Rule(
    module=__name__,
    title="Default include missing",
    severity="high",
    wrong="dynamic-plugins.yaml does not include dynamic-plugins.default.yaml, and nobody adds it.",
    why="Every plugin that RHDH brings switched on is gone, among them those that people take for part of the portal.",
    fix="List dynamic-plugins.default.yaml first under includes.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=check,
)
