"""NP omits operator namespace."""

from collections.abc import Iterator

from installer.audit.about_network import UNKNOWN, decide, letting_in, names, namespace_labels, targets
from installer.audit.about_operators import own_versions
from installer.audit.finding import Found
from installer.audit.kinds import CSV, NAMESPACE, NETWORK_POLICY, PLATFORM, POD, SUBSCRIPTION, WORKFLOW
from installer.audit.network_policy import Pods
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot
from installer.knowledge.packages import csv_package, ours


def check(snapshot: Snapshot) -> Iterator[Found]:
    unknown, operators = False, sorted(_operators(snapshot))
    every = list(targets(snapshot)) if operators else []
    for namespace in operators:
        source, seen = Pods(namespace, None, namespace_labels(snapshot, namespace)), set[str]()
        for name, target in every:
            decision = decide(snapshot, source, target)
            unknown |= decision.allowed is None
            if decision.allowed is False and decision.direction == "ingress" and target.namespace not in seen:
                seen.add(target.namespace)
                told = f"the operator in {namespace} is kept from {name} by {names(decision)}"
                spot, remedy = decision.policies[0].at("spec", "ingress"), letting_in(decision, namespace)
                yield Found(spot, told, f"a policy that lets {namespace} in", remedy, namespace)
    if unknown:
        raise Skip(UNKNOWN)


def _operators(snapshot: Snapshot) -> set[str]:
    """The namespaces in which the operator of workflows runs; copies of its CSV are no installs."""
    if not (snapshot.is_read(SUBSCRIPTION) or snapshot.is_read(CSV)):
        raise Skip("neither Subscriptions nor ClusterServiceVersions were read")
    packages = ours("logic")
    subscriptions = snapshot.of(SUBSCRIPTION) if snapshot.is_read(SUBSCRIPTION) else ()
    versions = own_versions(snapshot) if snapshot.is_read(CSV) else ()
    found = {one.namespace for one in subscriptions if one.text("spec", "name") in packages}
    found |= {one.namespace for one in versions if csv_package(one.name) in packages}
    return found - {""}


RULE = Rule(
    module=__name__,
    title="NP omits operator namespace",
    severity="high",
    reads=(NETWORK_POLICY, PLATFORM),
    also=(SUBSCRIPTION, CSV, NAMESPACE, POD, WORKFLOW),
    wrong="The policies around data index and workflows do not let in the namespace of the operator that runs them.",
    why="The operator asks each of them whether it is ready, gets no answer, and does not go on with the workflows.",
    fix="Let the operator's namespace in, beside the others.",
    sources=("https://github.com/redhat-developer/rhdh-operator/blob/main/docs/dynamic-plugins.md",),
    check=check,
)
