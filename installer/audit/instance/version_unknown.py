"""RHDH version unknown."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import BACKSTAGE
from installer.audit.remedy import Run
from installer.audit.rule import Rule
from installer.audit.shapes import missing
from installer.audit.snapshot import Snapshot
from installer.audit.spot import of_file

CODES = ("unknown-version", "unknown-release")


def check(snapshot: Snapshot) -> Iterator[Found]:
    problem = snapshot.problem
    if problem is None or problem.code not in CODES:
        snapshot.release  # noqa: B018 - skipped where there is no RHDH at all
    else:
        spot = of_file(problem.where) if problem.where is not None else missing(BACKSTAGE)
        told = Run(("rhdh-orchestrator audit --rhdh-version X.Y",))
        yield Found(spot, problem.message, "a release of RHDH that is known", told, key=problem.code)


RULE = Rule(
    module=__name__,
    title="RHDH version unknown",
    severity="high",
    wrong="Neither image, chart, operator nor labels tell which release of RHDH this is, or it is none that is known.",
    why="What plugins and settings mean differs between releases; rules about them are skipped.",
    fix="Say it with --rhdh-version X.Y, or give RHDH's image a tag of its release.",
    sources=("https://access.redhat.com/support/policy/updates/developerhub",),
    check=check,
)
