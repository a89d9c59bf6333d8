"""Logic operator missing/not Succeeded."""

from installer.audit.about_operators import operator_is_there
from installer.audit.kinds import CLUSTER_EXTENSION, CSV, DEPLOYMENT, SUBSCRIPTION
from installer.audit.rule import Rule

RULE = Rule(
    module=__name__,
    title="Logic operator missing/not Succeeded",
    severity="critical",
    reads=(SUBSCRIPTION,),
    also=(CSV, CLUSTER_EXTENSION, DEPLOYMENT),
    wrong="OpenShift Serverless Logic is not installed, or none of its ClusterServiceVersions has Succeeded.",
    why="Nobody makes data index, jobs service and workflows of their resources: the Orchestrator shows nothing.",
    fix="Install the operator in the version that goes with this RHDH; approve its InstallPlan where that waits.",
    sources=(
        "https://docs.redhat.com/en/documentation/red_hat_developer_hub/2.1/html/orchestrator_in_red_hat_developer_hub",
    ),
    check=operator_is_there("logic"),
)
