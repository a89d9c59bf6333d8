"""APP_CONFIG_ env shadows file."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import dig
from installer.audit.remedy import SetVariable
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

PREFIX = "APP_CONFIG_"


def check(snapshot: Snapshot) -> Iterator[Found]:
    variables = snapshot.variables
    for name in sorted({*variables.values, *variables.unknown}):
        path = tuple(name.removeprefix(PREFIX).split("_"))
        if name.startswith(PREFIX):
            files = [file.name for file in snapshot.app_configs if dig(file.data, *path) is not None]
            if files:
                observed = f"{name} stands over {'.'.join(path)} of {', '.join(files)}"
                yield Found(snapshot.variable_spot(name), observed, "one place", SetVariable(name))


RULE = Rule(
    module=__name__,
    title="APP_CONFIG_ env shadows file",
    severity="medium",
    wrong="A variable APP_CONFIG_… sets what a file of app-config sets too.",
    why="The variable wins over every file: a change in the file has no effect, and nothing says so.",
    fix="Take the variable away, or the setting in the file.",
    sources=("https://backstage.io/docs/conf/writing/#environment-variable-overrides",),
    check=check,
)
