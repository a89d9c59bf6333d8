"""Workflow image built for other OSL."""

from collections.abc import Iterator

from installer.audit.about_operators import own_versions
from installer.audit.about_workflows import IMAGE
from installer.audit.finding import Found
from installer.audit.kinds import CSV, WORKFLOW
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.versions import minor
from installer.knowledge.packages import csv_package, csv_version, ours
from installer.model.image import image
from installer.model.late_pattern import late_pattern

Minor = tuple[int, int]
BUILT_FOR = late_pattern(r"osl[_.-]?(\d{1,3})[_.-](\d{1,3})(?!\d)")


def check(snapshot: Snapshot) -> Iterator[Found]:
    installed = _installed(snapshot)
    for one in snapshot.of(WORKFLOW):
        tag = BUILT_FOR.search(image(one.text(*IMAGE)).tag.lower())
        built = (int(tag[1]), int(tag[2])) if tag is not None else None
        if installed and built is not None and built not in installed:
            yield Found(one.at(*IMAGE), f"built for {_words({built})}", f"built for {_words(installed)}")


def _installed(snapshot: Snapshot) -> set[Minor]:
    """The minors of OpenShift Serverless Logic that are installed; copies of a CSV are no installs."""
    names = [one.name for one in own_versions(snapshot)]
    found = [minor(csv_version(name)) for name in names if csv_package(name) in ours("logic")]
    return {one for one in found if one is not None}


def _words(minors: set[Minor]) -> str:
    return "OpenShift Serverless Logic " + ", ".join(f"{major}.{minor}" for major, minor in sorted(minors))


RULE = Rule(
    module=__name__,
    title="Workflow image built for other OSL",
    severity="medium",
    reads=(WORKFLOW, CSV),
    wrong="The tag of a workflow's image names another minor of OpenShift Serverless Logic than the installed one.",
    why="Libraries in the image and the data index speak different versions: the workflow fails at run time.",
    fix="Build the workflow's image again with the builder image of the installed operator.",
    sources=("https://www.rhdhorchestrator.io/main/docs/serverless-workflows/",),
    check=check,
)
