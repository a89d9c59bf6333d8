"""CSP directives missing."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.rule import Check, Rule
from installer.audit.shapes import setting_holds
from installer.audit.snapshot import Snapshot

WANTED = {
    "script-src": ("'unsafe-inline'", "'unsafe-eval'"),
    "script-src-elem": ("'unsafe-inline'", "'unsafe-eval'"),
    "connect-src": ("data:",),
}


def _wanted(directive: str, members: tuple[str, ...]) -> Check:
    return setting_holds(f"backend.csp.{directive}", lambda _: members, where_unset=True)


CHECKS = [_wanted(*one) for one in WANTED.items()]


def check(snapshot: Snapshot) -> Iterator[Found]:
    if snapshot.plugin("orchestrator") is not None:
        for holds in CHECKS:
            yield from holds(snapshot)


RULE = Rule(
    module=__name__,
    title="CSP directives missing",
    severity="medium",
    releases=(None, "1.6"),
    wrong="backend.csp lacks sources that the workflow editor and graph of the Orchestrator need.",
    why="The browser refuses their scripts and data URLs: the pages of workflows stay empty.",
    fix="Add the sources to backend.csp; the whole list, for a list replaces the one of earlier files.",
    sources=("https://github.com/rhdhorchestrator/orchestrator-go-operator/blob/main/docs/existing-rhdh.md",),
    check=check,
)
