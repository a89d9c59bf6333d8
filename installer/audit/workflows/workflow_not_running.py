"""Workflow not Running/Built."""

from collections.abc import Iterator
from datetime import timedelta

from installer.audit.finding import Found
from installer.audit.kinds import WORKFLOW
from installer.audit.object import Object, moment
from installer.audit.remedy import Run
from installer.audit.rule import Rule
from installer.audit.shapes import condition_words
from installer.audit.snapshot import Snapshot

STARTING = timedelta(minutes=10)  # a build and a first start take minutes


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.observed(WORKFLOW):
        name = _wrong(one)
        if name is None or _begins(snapshot, one, name):
            continue
        told = condition_words(name, one.condition(name))
        events = f"oc -n {one.namespace} get events --field-selector involvedObject.name={one.name}"
        yield Found(one.at("status", "conditions"), told, f"{name}: True", Run((events,)), name)


def _wrong(one: Object) -> str | None:
    """A build that failed is why a workflow does not run; without one, Built is not there."""
    if one.condition("Built").get("status") == "False":
        return "Built"
    return "Running" if one.condition("Running").get("status") != "True" else None


def _begins(snapshot: Snapshot, one: Object, name: str) -> bool:
    """Whether it is only on its way: its condition, or the whole of it, is young, and nothing has failed."""
    found = one.condition(name)
    since = moment(found.get("lastTransitionTime")) or one.created
    failed = "Fail" in str(found.get("reason"))
    return not failed and since is not None and snapshot.age(since) < STARTING


RULE = Rule(
    module=__name__,
    title="Workflow not Running/Built",
    severity="high",
    reads=(WORKFLOW,),
    wrong="The condition Running or Built of a workflow is not True, and it is not just being started.",
    why="The workflow cannot be started from the portal, or is not listed at all.",
    fix="Put right what the condition's message and the workflow's events name.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/workflow-status-conditions.html",),
    check=check,
)
