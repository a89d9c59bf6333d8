"""Workflow not registered."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import WORKFLOW
from installer.audit.object import text
from installer.audit.remedy import Run
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    known = {one.name for one in snapshot.definitions}
    for one in snapshot.observed(WORKFLOW):
        if one.condition("Running").get("status") == "True" and one.name not in known:
            restart = f"oc -n {one.namespace} rollout restart deployment/{one.name}"
            on_knative = text(one.get("spec", "podTemplate", "deploymentModel")) == "knative"
            remedy = None if on_knative else Run((restart,))
            yield Found(one.at(), f"the data index does not know {one.name}", "a definition of that name", remedy)


RULE = Rule(
    module=__name__,
    title="Workflow not registered",
    severity="high",
    reads=(WORKFLOW,),
    wrong="A workflow runs, and the data index that RHDH asks has no definition of it.",
    why="The portal lists what the data index knows: nobody sees the workflow, or can start it.",
    fix="Restart the workflow's pod: it registers when it starts, and the data index was perhaps not there then.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/data-index/data-index-core-concepts.html",),
    check=check,
)
