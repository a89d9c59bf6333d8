"""Cross-registry/alias duplicate."""

from collections.abc import Iterator

from installer.audit.effective import Plugin
from installer.audit.finding import Found
from installer.audit.remedy import RemovePlugin
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    seen: dict[str, Plugin] = {}
    for one in snapshot.plugins:
        if one.enabled and one.role:
            other = seen.setdefault(one.role, one)
            if other is not one and _identity(other) != _identity(one):
                observed = f"{other.package} and {one.package} are the same plugin"
                yield Found(one.spot, observed, "one of them", RemovePlugin(other.package), f"{one.role} {one.package}")


def _identity(one: Plugin) -> str:
    return one.npm or one.package


RULE = Rule(
    module=__name__,
    title="Cross-registry/alias duplicate",
    severity="high",
    wrong="One plugin is on under two names: another scope, a tarball, a directory, an image.",
    why="RHDH takes them for two: routes exist twice and the page shows both, or the backend does not start.",
    fix="Keep the one that belongs to this release, and take the other out.",
    sources=(
        "configmaps/shared/aliases.yaml",
        "https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",
    ),
    check=check,
)
