"""Workflow profile dev in prod."""

from installer.audit.kinds import WORKFLOW
from installer.audit.object import Object
from installer.audit.profiles import PRODUCTION
from installer.audit.rule import Rule
from installer.audit.shapes import none_is
from installer.audit.snapshot import Snapshot

PROFILE = "sonataflow.org/profile"


def observed(_: Snapshot, one: Object) -> str | None:
    return f"{PROFILE}: dev" if one.annotations.get(PROFILE) == "dev" else None


RULE = Rule(
    module=__name__,
    title="Workflow profile dev in prod",
    severity="high",
    profiles=PRODUCTION,
    reads=(WORKFLOW,),
    wrong="A workflow runs in the profile dev.",
    why="It has no persistence, restarts with every change and runs from an image that is made for trying out.",
    fix="Build an image of the workflow and deploy it with the profile gitops.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/deployment-profiles.html",),
    check=none_is(WORKFLOW, observed, "metadata", "annotations", PROFILE, expected=f"{PROFILE}: gitops"),
)
