"""Version-drift duplicate."""

from collections.abc import Iterator

from installer.audit.effective import Plugin
from installer.audit.finding import Found
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    seen: dict[str, Plugin] = {}
    for one in snapshot.plugins:
        if one.enabled and one.npm:
            other = seen.setdefault(one.npm, one)
            if other is not one and other.version != one.version:
                observed = f"{other.package} and {one.package} are both on"
                yield Found(one.spot, observed, "one of them", SetPlugin(other.package, {"disabled": True}), one.npm)


RULE = Rule(
    module=__name__,
    title="Version-drift duplicate",
    severity="high",
    releases=(None, "1.8"),
    wrong="One package is on in two versions: one from an include, one from dynamic-plugins.yaml.",
    why="Up to RHDH 1.8 another version is another plugin: both are installed, and the backend finds routes twice.",
    fix="Switch the other version off by its exact package, or use the same version.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=check,
)
