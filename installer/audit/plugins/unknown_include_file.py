"""Unknown include file."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import dig, strings
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

BROUGHT = "dynamic-plugins.default.yaml"


def check(snapshot: Snapshot) -> Iterator[Found]:
    file = snapshot.plugins_file
    listed = strings(dig(file.data, "includes")) if file is not None else []
    for number, name in enumerate(listed):
        if file is not None and name.rpartition("/")[2] != BROUGHT and name not in snapshot.instance.defaults:
            yield Found(
                file.at("includes", number), f"{name} is not there", f"{BROUGHT}, or a file that is mounted", key=name
            )


RULE = Rule(
    module=__name__,
    title="Unknown include file",
    severity="high",
    wrong="dynamic-plugins.yaml includes a file that RHDH does not have.",
    why="Up to RHDH 1.6 the installer stops; from 1.7 on it goes on without that file, with one warning.",
    fix="Correct the name, mount the file beside dynamic-plugins.yaml, or take the include out.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=check,
)
