"""Unresolved ${VAR}."""

from collections.abc import Iterator

from installer.audit.effective import Layered
from installer.audit.finding import Found
from installer.audit.object import texts_in
from installer.audit.remedy import SetVariable
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.variables import names_in
from installer.instance.instance import Path


def check(snapshot: Snapshot) -> Iterator[Found]:
    known = snapshot.variables
    if known.open:
        return
    for file in snapshot.app_configs:
        used = ((path, name) for path, value in texts_in(file.data) for name in names_in(value))
        yield from (_found(file, path, name) for path, name in used if name not in {*known.values, *known.unknown})


def _found(file: Layered, path: Path, name: str) -> Found:
    spot = file.at(*path)
    remedy = SetVariable(name, secret=("<Secret>", name))
    return Found(spot, f"${{{name}}} is not set", f"{name} in RHDH's environment", remedy, f"{spot.path}:{name}")


RULE = Rule(
    module=__name__,
    title="Unresolved ${VAR}",
    severity="high",
    wrong="An app-config uses a variable that RHDH's container does not have, and gives no default.",
    why="Backstage takes the whole value as not set: what it configures is missing, or the portal does not start.",
    fix="Give RHDH the variable, from a Secret or ConfigMap, or write a default: ${NAME:-value}.",
    sources=("https://backstage.io/docs/conf/writing/#environment-variable-substitution",),
    check=check,
)
