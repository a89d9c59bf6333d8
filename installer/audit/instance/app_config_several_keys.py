"""App-config ConfigMap with several keys."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import BACKSTAGE, CONFIG_MAP
from installer.audit.object import every, text
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.of(BACKSTAGE):
        path = ("spec", "application", "appConfig", "configMaps")
        for index, entry in every(one.data, *path):
            name = text(entry.get("name"))
            keys = snapshot.keys(CONFIG_MAP, name, one.namespace) if name and not entry.get("key") else None
            if keys is not None and len(keys) > 1:
                observed = f"{name} has the keys {', '.join(sorted(keys))} and none is named"
                yield Found(one.at(*path, index), observed, "one key, or `key` in the reference", key=name)


RULE = Rule(
    module=__name__,
    title="App-config ConfigMap with several keys",
    severity="high",
    reads=(BACKSTAGE, CONFIG_MAP),
    wrong="The Backstage resource refers to a ConfigMap of app-config with several keys and names none of them.",
    why="RHDH's operator takes one file from each: it refuses the resource, and no later change reaches the portal.",
    fix="Name the key in the reference, or split the ConfigMap.",
    sources=("https://github.com/redhat-developer/rhdh-operator/blob/main/docs/configuration.md",),
    check=check,
)
