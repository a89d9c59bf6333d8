"""Duplicate entry same level."""

from collections.abc import Iterator

from installer.audit.about_plugins import main_entries
from installer.audit.finding import Found
from installer.audit.remedy import RemovePlugin
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.knowledge.aliases import npm_name

REFUSED = (1, 9)  # from here on the installer stops at the second one, whatever its version


def check(snapshot: Snapshot) -> Iterator[Found]:
    refused = snapshot.release.number >= REFUSED
    seen: dict[str, int] = {}
    for file, number, package, _ in main_entries(snapshot):
        key = (npm_name(package) or package) if refused else package
        first = seen.setdefault(key, number)
        if first != number and package:
            line = file.at("plugins", first).place
            observed = f"{package} stands here again" + (f", first on line {line.line}" if line else "")
            spot = file.at("plugins", number, called=package)
            yield Found(spot, observed, "one entry", RemovePlugin(package), package, None if refused else "medium")


RULE = Rule(
    module=__name__,
    title="Duplicate entry same level",
    severity="critical",
    wrong="dynamic-plugins.yaml lists one plugin twice.",
    why="From RHDH 1.9 on the init container stops at the second entry; before, the later one wins silently.",
    fix="Make one entry of the two.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=check,
)
