"""Tekton Pipeline/Tasks missing."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import PIPELINE, PIPELINE_RUN, TASK
from installer.audit.object import every, mapping, text
from installer.audit.rule import Rule
from installer.audit.shapes import missing
from installer.audit.snapshot import Snapshot

DEPLOYING = "workflow-deployment"


def check(snapshot: Snapshot) -> Iterator[Found]:
    runs = snapshot.of(PIPELINE_RUN) if snapshot.is_read(PIPELINE_RUN) else ()
    for namespace in sorted({one.namespace for one in runs if one.text("spec", "pipelineRef", "name") == DEPLOYING}):
        if not snapshot.exists(PIPELINE, DEPLOYING, namespace):
            told = f"runs of it are in {namespace}, and it is not"
            yield Found(missing(PIPELINE, namespace, DEPLOYING, "v1"), told, f"a Pipeline {DEPLOYING}", key="pipeline")
    for one in snapshot.of(PIPELINE):
        for index, task in every(one.get("spec", "tasks")) if one.name == DEPLOYING else ():
            reference = mapping(task.get("taskRef"))
            name = text(reference.get("name"))
            of_namespace = not reference.get("resolver") and text(reference.get("kind")) in ("", "Task")
            if name and of_namespace and not snapshot.exists(TASK, name, one.namespace):
                told, spot = f"Task {name} is not there", one.at("spec", "tasks", index, "taskRef")
                yield Found(spot, told, f"a Task {name} in {one.namespace}", key=name)


RULE = Rule(
    module=__name__,
    title="Tekton Pipeline/Tasks missing",
    severity="medium",
    reads=(PIPELINE, TASK),
    also=(PIPELINE_RUN,),
    wrong="The pipeline workflow-deployment, or a task of it, is not in the namespace in which it is to run.",
    why="Each push to a workflow's repository ends in a failed run: nothing is built, nothing is deployed.",
    fix="Install pipeline and tasks, with the Orchestrator's chart of the software templates' infrastructure.",
    sources=("https://www.rhdhorchestrator.io/main/docs/installation/orchestrator/",),
    check=check,
)
