"""NetworkPolicy blocks RHDH→infra."""

from collections.abc import Iterator

from installer.audit.about_network import UNKNOWN, decide, letting_in, names, rhdh_pods, service_pods
from installer.audit.about_workflows import rhdh_data_index
from installer.audit.finding import Found
from installer.audit.kinds import NAMESPACE, NETWORK_POLICY, POD
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    rhdh, service = rhdh_pods(snapshot), rhdh_data_index(snapshot)
    if service is None:
        raise Skip("which data index RHDH asks is not known, or it is no Service of the cluster")
    decision = decide(snapshot, rhdh, service_pods(snapshot, service))
    if decision.allowed is None:
        raise Skip(UNKNOWN)
    if decision.allowed is False and decision.direction is not None:
        observed = f"{rhdh.namespace} is kept from {'.'.join(service)} by {names(decision)}"
        expected = f"a policy that lets {NAMED}: {rhdh.namespace} in"
        policy = decision.policies[0]
        remedy = letting_in(decision, rhdh.namespace)
        yield Found(policy.at("spec", decision.direction), observed, expected, remedy, decision.direction)


NAMED = "kubernetes.io/metadata.name"

RULE = Rule(
    module=__name__,
    title="NetworkPolicy blocks RHDH→infra",
    severity="critical",
    reads=(NETWORK_POLICY,),
    also=(NAMESPACE, POD),
    wrong="The NetworkPolicies, taken together, do not let RHDH's pods reach the data index.",
    why="Every request for workflows runs into a timeout: the Orchestrator's pages stay empty.",
    fix="Add a policy that lets RHDH's namespace in, by the label kubernetes.io/metadata.name that each namespace has.",
    sources=("https://kubernetes.io/docs/concepts/services-networking/network-policies/",),
    check=check,
)
