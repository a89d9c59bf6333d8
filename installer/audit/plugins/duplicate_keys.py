"""YAML duplicate keys."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import dotted
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.spot import Spot


def check(snapshot: Snapshot) -> Iterator[Found]:
    files = [snapshot.plugins_file, *snapshot.app_configs]
    for file in files:
        for one in file.twice() if file is not None else ():
            path = dotted(*one.path, one.key)
            if file is not None:
                spot = Spot(file.at().ref, one.second, path)
                yield Found(
                    spot, f"{path} stands twice, first on line {one.first.line}", "once", key=f"{file.name}:{path}"
                )


RULE = Rule(
    module=__name__,
    title="YAML duplicate keys",
    severity="critical",
    wrong="A key stands twice in one mapping of dynamic-plugins.yaml or of an app-config.",
    why="Of two lists of plugins only the later one counts, silently; an app-config with such a key stops the backend.",
    fix="Make one of the two.",
    sources=(
        "https://yaml.org/spec/1.2.2/#3213-node-comparison",
        "https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",
    ),
    check=check,
)
