"""Serverless operator missing/not Succeeded."""

from installer.audit.about_operators import operator_is_there
from installer.audit.kinds import CLUSTER_EXTENSION, CSV, DEPLOYMENT, SUBSCRIPTION
from installer.audit.rule import Rule

RULE = Rule(
    module=__name__,
    title="Serverless operator missing/not Succeeded",
    severity="critical",
    reads=(SUBSCRIPTION,),
    also=(CSV, CLUSTER_EXTENSION, DEPLOYMENT),
    wrong="OpenShift Serverless is not installed, or none of its ClusterServiceVersions has Succeeded.",
    why="Without it there is no Knative Serving or Eventing: events and Knative workflows of the platform do not run.",
    fix="Install the operator in the version that goes with this RHDH; approve its InstallPlan where that waits.",
    sources=(
        "https://docs.redhat.com/en/documentation/red_hat_developer_hub/2.1/html/orchestrator_in_red_hat_developer_hub",
    ),
    check=operator_is_there("serverless"),
)
