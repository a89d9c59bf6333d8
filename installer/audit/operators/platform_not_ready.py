"""SonataFlowPlatform not Succeed."""

from installer.audit.kinds import PLATFORM
from installer.audit.rule import Rule
from installer.audit.shapes import condition_is_true

RULE = Rule(
    module=__name__,
    title="SonataFlowPlatform not Succeed",
    severity="critical",
    reads=(PLATFORM,),
    wrong="The condition Succeed of a SonataFlowPlatform is not True.",
    why="Without the platform there is no data index: the Orchestrator shows no workflow, and none is deployed.",
    fix="Put right what the condition's message names.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/supporting-services.html",),
    check=condition_is_true(PLATFORM, "Succeed"),
)
