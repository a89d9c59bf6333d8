"""Mixed orchestrator versions."""

from collections.abc import Iterator

from installer.audit.about_plugins import set_of
from installer.audit.finding import Found
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.versions import minor
from installer.knowledge.aliases import npm_version, role_of


def check(snapshot: Snapshot) -> Iterator[Found]:
    versions = {role: (one, minor(one.version)) for role, one in set_of(snapshot).items() if one.version}
    lines = {line for _, line in versions.values() if line}
    # RHDH 1.1 had page and backend of different lines from the beginning.
    released = {role_of(one.package): minor(npm_version(one.package) or "") for one in snapshot.orchestrator}
    if len(lines) > 1 and any(line != released.get(role) for role, (_, line) in versions.items()):
        newest = max(lines)
        for role, (one, line) in versions.items():
            if line != newest:
                words = ", ".join(sorted(other.package for other, _ in versions.values()))
                yield Found(one.spot, words, f"all of {newest[0]}.{newest[1]}, or all of one older line", key=role)


RULE = Rule(
    module=__name__,
    title="Mixed orchestrator versions",
    severity="high",
    wrong="The Orchestrator's plugins that are on are of different lines.",
    why="Page and backend talk to each other in ways that change between lines: pages fail and no log says why.",
    fix="Move them together (rhdh-orchestrator plugins upgrade).",
    sources=("https://github.com/redhat-developer/rhdh-plugins/tree/main/workspaces/orchestrator",),
    check=check,
)
