"""Workflow ns lacks label."""

from collections.abc import Iterator

from installer.audit.about_network import WORKFLOWS, decide, peers, picked, wanted
from installer.audit.finding import Found
from installer.audit.kinds import NAMESPACE, NETWORK_POLICY, WORKFLOW
from installer.audit.network_policy import Pods
from installer.audit.object import Object
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    asking = list(_asking(snapshot))
    for name in sorted({one.namespace for one in snapshot.of(WORKFLOW)}):
        namespace = snapshot.named(NAMESPACE, name) if name else None
        if namespace is None or WORKFLOWS in namespace.labels:
            continue
        source = Pods(name, None, namespace.labels)
        for policy, value in asking:
            if decide(snapshot, source, picked(policy)).allowed is False:
                told = f"no label {WORKFLOWS}, by which {policy.namespace}/{policy.name} lets workflows in"
                remedy = PatchObject(namespace.ref, {"metadata": {"labels": {WORKFLOWS: value}}})
                spot = namespace.at("metadata", "labels")
                yield Found(spot, told, f'{WORKFLOWS}: "{value}"', remedy, WORKFLOWS)
                break


def _asking(snapshot: Snapshot) -> Iterator[tuple[Object, str]]:
    """The policies that let namespaces in by the label, with a value of it that they take."""
    for one in snapshot.of(NETWORK_POLICY):
        values = [found for _, _, selector in peers(one) if (found := wanted(selector, WORKFLOWS)) is not None]
        if values:
            yield one, next(iter(values[0]), "")


RULE = Rule(
    module=__name__,
    title="Workflow ns lacks label",
    severity="medium",
    reads=(WORKFLOW, NAMESPACE, NETWORK_POLICY),
    wrong="Policies let namespaces in by rhdh.redhat.com/workflow-namespace, and one with workflows lacks the label.",
    why="Its workflows cannot reach data index, jobs service or database: they do not register, or lose their events.",
    fix="Give the namespace the label, with the value that the policies ask for.",
    sources=("https://www.rhdhorchestrator.io/main/docs/installation/orchestrator/",),
    check=check,
)
