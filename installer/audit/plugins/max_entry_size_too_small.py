"""MAX_ENTRY_SIZE too small."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import number
from installer.audit.remedy import SetVariable
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.plugins.behaviour import behaviour

NAME = "MAX_ENTRY_SIZE"
NEEDED = 30_000_000  # bytes; the largest file of the Orchestrator's pages is between 20 and 30 million


def check(snapshot: Snapshot) -> Iterator[Found]:
    plugin = snapshot.plugin("orchestrator")
    if plugin is None or plugin.npm is None or _fits(snapshot, plugin.package):
        return
    given = snapshot.init_variables
    unclear = NAME in given.unknown or (given.open and NAME not in given.values)
    size = _size(snapshot)
    if not unclear and size is not None and size < NEEDED:
        told = (
            f"{NAME}={given.values[NAME]}"
            if NAME in given.values
            else f"{size} bytes, which is the installer's default"
        )
        remedy = SetVariable(NAME, str(NEEDED), init=True)
        yield Found(snapshot.variable_spot(NAME), told, f"{NAME}={NEEDED} or more", remedy)


def _fits(snapshot: Snapshot, package: str) -> bool:
    """Whether it is the very package of a release whose own set stays below the installer's default (up to 1.4)."""
    release = snapshot.release
    needs_more = release.max_entry_size is not None or release.brought_entry_size is not None
    return not needs_more and any(one.package == package for one in snapshot.orchestrator)


def _size(snapshot: Snapshot) -> int | None:
    """What holds in the init container: the variable, what operator or chart bring, the installer's default."""
    given = snapshot.init_variables.values.get(NAME)
    if given is not None:
        return number(given)
    brought = snapshot.release.brought_entry_size if snapshot.flavour != "plain" else None
    return number(brought) if brought is not None else behaviour(snapshot.release.behaviour).entry_size


RULE = Rule(
    module=__name__,
    title="MAX_ENTRY_SIZE too small",
    severity="critical",
    wrong="The init container lets no file of a package be as large as the Orchestrator's pages have one.",
    why='It stops with "Zip bomb detected", and RHDH does not start.',
    fix="Set MAX_ENTRY_SIZE of the init container to 30000000.",
    sources=("https://github.com/rhdhorchestrator/orchestrator-go-operator/issues/163",),
    check=check,
)
