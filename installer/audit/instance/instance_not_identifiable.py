"""RHDH instance not identifiable."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import BACKSTAGE
from installer.audit.rule import Rule
from installer.audit.shapes import missing
from installer.audit.snapshot import Snapshot
from installer.audit.spot import of_file

CODES = ("instance-missing", "instance-ambiguous", "instance-source-missing", "name-missing")


def check(snapshot: Snapshot) -> Iterator[Found]:
    problem = snapshot.problem
    if problem is not None and problem.code in CODES:
        spot = of_file(problem.where) if problem.where is not None else missing(BACKSTAGE)
        yield Found(spot, problem.message, "one RHDH", key=problem.code)


RULE = Rule(
    module=__name__,
    title="RHDH instance not identifiable",
    severity="critical",
    wrong="There is no RHDH, or there are several and none was chosen.",
    why="Whatever is judged or changed next might be about another portal; rules about RHDH are skipped.",
    fix="Name it with --instance NAMESPACE/NAME, or give the directory, archive or cluster that holds it.",
    sources=(
        "https://docs.redhat.com/en/documentation/red_hat_developer_hub/1.8/html/installing_red_hat_developer_hub",
    ),
    check=check,
)
