"""Unknown top-level `includes`."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import dig
from installer.audit.remedy import UnsetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for file in snapshot.app_configs:
        if dig(file.data, "includes") is not None:
            yield Found(file.at("includes"), f"includes in {file.name}", "no such key", UnsetConfig(("includes",)))


RULE = Rule(
    module=__name__,
    title="Unknown top-level `includes`",
    severity="low",
    wrong="An app-config has a key includes.",
    why="Only dynamic-plugins.yaml knows it; the files that it names are not read.",
    fix="Give RHDH the files as app-configs of their own, and take the key out.",
    sources=("https://backstage.io/docs/conf/writing/",),
    check=check,
)
