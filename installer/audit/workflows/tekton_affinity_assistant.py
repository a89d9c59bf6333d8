"""Tekton affinity assistant on."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import PIPELINE, TEKTON_CONFIG
from installer.audit.object import text
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

DEPLOYING = "workflow-deployment"
COSCHEDULE, ASSISTANT = ("spec", "pipeline", "coschedule"), ("spec", "pipeline", "disable-affinity-assistant")


def check(snapshot: Snapshot) -> Iterator[Found]:
    if all(one.name != DEPLOYING for one in snapshot.of(PIPELINE)):
        return
    for one in snapshot.of(TEKTON_CONFIG):
        value = text(one.get(*COSCHEDULE))
        # The older switch counts as long as the newer one is not set.
        if value != "disabled" and not (not value and text(one.get(*ASSISTANT)) == "true"):
            remedy = PatchObject(one.ref, {"spec": {"pipeline": {"coschedule": "disabled"}}})
            told = f"coschedule: {value}" if value else "coschedule is not set, which is workspaces"
            yield Found(one.at(*COSCHEDULE), told, "coschedule: disabled", remedy)


RULE = Rule(
    module=__name__,
    title="Tekton affinity assistant on",
    severity="medium",
    reads=(TEKTON_CONFIG, PIPELINE),
    wrong="Tekton wants the pods that share a volume on one node, and the pipeline of workflows uses several volumes.",
    why="Its tasks stay Pending, or are refused: no workflow is built.",
    fix="Set spec.pipeline.coschedule of TektonConfig to disabled.",
    sources=("https://tekton.dev/docs/pipelines/affinityassistants/",),
    check=check,
)
