"""`{{inherit}}` without base."""

from collections.abc import Iterator

from installer.audit.about_plugins import INHERIT, main_entries
from installer.audit.finding import Found
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    failures = snapshot.prediction.plugins.failures
    words = {one.package: one.message for one in failures if one.package and INHERIT in one.package}
    for file, number, package, _ in main_entries(snapshot):
        if package in words:
            yield Found(
                file.at("plugins", number, called=package), words[package], "a version or a digest", key=package
            )


RULE = Rule(
    module=__name__,
    title="`{{inherit}}` without base",
    severity="critical",
    releases=("1.9", None),
    wrong="A package says {{inherit}}, and no plugin, or more than one, of the default files is that image.",
    why="The init container stops with an error about it, and RHDH does not start.",
    fix="Write the whole reference, with tag or digest and the plugin's path.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=check,
)
