"""Template location 404/branch mismatch."""

from collections.abc import Iterator

from installer.audit.about_app_config import locations
from installer.audit.finding import Found
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.versions import minor
from installer.model.late_pattern import late_pattern

OURS = late_pattern(r"https://github\.com/(?:parodos-dev|rhdhorchestrator)/[\w.-]+/(?:blob|tree)/(?P<branch>[^/]+)/")
OLD = "parodos-dev"
GONE = (404, 410)


def check(snapshot: Snapshot) -> Iterator[Found]:
    line = snapshot.release.number
    named = [one for one in locations(snapshot) if one.type == "url"]
    for one in named:
        found = OURS.match(one.target)
        branch = minor(found["branch"]) if found else None
        if branch is not None and branch != line:
            observed = f"{one.target} is of {branch[0]}.{branch[1]}"
            yield Found(one.setting.spot, observed, f"the branch of {line[0]}.{line[1]}", key=one.target)
    for one in named:
        status = snapshot.answers.pages.get(one.target)
        if status in GONE:
            yield Found(one.setting.spot, f"{one.target} answers {status}", "a file that is there", key=one.target)


RULE = Rule(
    module=__name__,
    title="Template location 404/branch mismatch",
    severity="medium",
    wrong="A location of software templates is not there, or is of another release's branch.",
    why="The import fails every few minutes, or brings templates whose steps this RHDH does not have.",
    fix="Name the file as it is in the branch of this release.",
    sources=("https://github.com/rhdhorchestrator/workflow-software-templates",),
    check=check,
)
