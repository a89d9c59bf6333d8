"""Label value mismatch."""

from collections.abc import Iterator

from installer.audit.about_network import ARGOCD, WORKFLOWS, peers, wanted
from installer.audit.finding import Found
from installer.audit.kinds import NAMESPACE, NETWORK_POLICY
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for label in (WORKFLOWS, ARGOCD):
        accepted = list(_accepted(snapshot, label).values())
        for one in snapshot.of(NAMESPACE):
            value = one.labels.get(label)
            refused = [values for values in accepted if values and value is not None and value not in values]
            if refused:
                right = min(refused[0])
                expected = " or ".join(f'"{each}"' for each in sorted(refused[0]))
                remedy = PatchObject(one.ref, {"metadata": {"labels": {label: right}}})
                spot = one.at("metadata", "labels", label)
                yield Found(spot, f'{label}: "{value}"', f"{label}: {expected}", remedy, label)


def _accepted(snapshot: Snapshot, label: str) -> dict[str, set[str]]:
    """The values of a label that the policies of each namespace take; an empty set where one takes any."""
    found: dict[str, set[str]] = {}
    open_to_any = set()
    for policy in snapshot.of(NETWORK_POLICY):
        for _, _, selector in peers(policy):
            values = wanted(selector, label)
            if values is not None:
                found.setdefault(policy.namespace, set()).update(values)
                open_to_any |= set() if values else {policy.namespace}
    return {namespace: set() if namespace in open_to_any else values for namespace, values in found.items()}


RULE = Rule(
    module=__name__,
    title="Label value mismatch",
    severity="medium",
    reads=(NAMESPACE, NETWORK_POLICY),
    wrong="A namespace has the Orchestrator's label with another value than the policies ask for.",
    why='"" and "true" are different values: the policy lets nobody of that namespace in, and nothing says so.',
    fix="Give the label the value that the policies ask for.",
    sources=("https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",),
    check=check,
)
