"""BACKEND_SECRET missing."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import texts_in
from installer.audit.remedy import SetVariable
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot
from installer.audit.variables import names_in

NAME = "BACKEND_SECRET"


def check(snapshot: Snapshot) -> Iterator[Found]:
    known = snapshot.variables
    if known.values.get(NAME) or NAME in known.unknown:
        return
    if known.open:
        raise Skip("RHDH takes variables from an object that is not at hand")
    empty = NAME in known.values
    for file in snapshot.app_configs:
        for path, value in texts_in(file.data):
            if NAME in names_in(value):
                told = f"{NAME} is empty" if empty else f"{NAME} is not set"
                remedy = SetVariable(NAME, secret=("<Secret>", NAME))
                yield Found(file.at(*path), told, f"{NAME} in RHDH's environment", remedy)


RULE = Rule(
    module=__name__,
    title="BACKEND_SECRET missing",
    severity="critical",
    wrong="The app-config builds on BACKEND_SECRET, and RHDH's container does not have it.",
    why="Plugins and workflows cannot prove who they are: calls end with 401, or the portal does not start.",
    fix="Put a long random value into a Secret under BACKEND_SECRET, and give RHDH the variable.",
    sources=("https://backstage.io/docs/auth/service-to-service-auth/",),
    check=check,
)
