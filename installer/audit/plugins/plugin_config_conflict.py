"""Conflicting pluginConfig."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

WORDS = "defined differently"  # as the installer of every release says it


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.prediction.plugins.failures:
        plugin = next((each for each in snapshot.plugins if each.package == one.package), None)
        file = snapshot.plugins_file
        if WORDS in one.message and file is not None:
            spot = plugin.spots.get("pluginConfig", plugin.spot) if plugin is not None else file.at("plugins")
            yield Found(spot, one.message, "the same value in both", key=one.message)


RULE = Rule(
    module=__name__,
    title="Conflicting pluginConfig",
    severity="critical",
    wrong="Two plugins configure one key with different values.",
    why="RHDH's installer refuses to choose: the init container stops, RHDH does not start.",
    fix="Give both the same value, or set it in app-config and in neither of them.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=check,
)
