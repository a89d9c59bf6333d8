"""NP omits user-workload monitoring."""

from collections.abc import Iterator

from installer.audit.about_network import UNKNOWN, decide, letting_in, names, namespace_labels, targets
from installer.audit.finding import Found
from installer.audit.kinds import NAMESPACE, NETWORK_POLICY, PLATFORM, POD, WORKFLOW
from installer.audit.network_policy import Pods
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot

MONITORING = "openshift-user-workload-monitoring"


def check(snapshot: Snapshot) -> Iterator[Found]:
    source = Pods(MONITORING, None, namespace_labels(snapshot, MONITORING))
    wanted = {one.namespace for one in snapshot.of(PLATFORM) if one.get("spec", "monitoring", "enabled") is True}
    unknown = False
    for name, target in targets(snapshot):
        decision = decide(snapshot, source, target) if target.namespace in wanted else None
        unknown |= decision is not None and decision.allowed is None
        if decision is not None and decision.allowed is False and decision.direction == "ingress":
            wanted.discard(target.namespace)
            told = f"{MONITORING} is kept from {name} by {names(decision)}"
            spot, remedy = decision.policies[0].at("spec", "ingress"), letting_in(decision, MONITORING)
            yield Found(spot, told, f"a policy that lets {MONITORING} in", remedy, MONITORING)
    if unknown:
        raise Skip(UNKNOWN)


RULE = Rule(
    module=__name__,
    title="NP omits user-workload monitoring",
    severity="low",
    reads=(NETWORK_POLICY, PLATFORM),
    also=(NAMESPACE, POD, WORKFLOW),
    wrong="A platform has monitoring enabled, and the policies do not let the cluster's monitoring in.",
    why="No metrics of data index and workflows are read: dashboards and alerts stay empty.",
    fix="Let openshift-user-workload-monitoring in, beside the others.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/monitoring-workflows.html",),
    check=check,
)
