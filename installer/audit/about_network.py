"""What several rules about NetworkPolicies share: both ends, selectors, policies that let in. Judges nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from installer.audit import about_instance
from installer.audit.about_workflows import Service, data_index
from installer.audit.kinds import NAMESPACE, NETWORK_POLICY, PLATFORM, POD, WORKFLOW
from installer.audit.network_policy import NAME_LABEL, Decision, Pods, connects
from installer.audit.object import Object, items, mapping, mappings, strings, text
from installer.audit.remedy import CreateObject
from installer.audit.rule import Skip
from installer.audit.snapshot import Snapshot

WORKFLOWS = "rhdh.redhat.com/workflow-namespace"
ARGOCD = "rhdh.redhat.com/argocd-namespace"
PORT = 8080  # of data index, jobs service and workflows alike, in the pod
_SERVICE, _WORKFLOW = "sonataflow.org/service", "sonataflow.org/workflow-app"


# -- both ends


def namespace_labels(snapshot: Snapshot, name: str) -> Mapping[str, str] | None:
    """The labels of a Namespace; None where it was not read."""
    found = snapshot.named(NAMESPACE, name) if snapshot.is_read(NAMESPACE) else None
    return found.labels if found is not None else None


def rhdh_pods(snapshot: Snapshot) -> Pods:
    """RHDH's pods, as one end of a connection. Raises Skip where it is not known where RHDH runs."""
    namespace = snapshot.namespace
    if not namespace:
        raise Skip("which namespace RHDH runs in is not known")
    seen = about_instance.pods(snapshot) if snapshot.is_read(POD) else []
    return Pods(namespace, seen[0].labels if seen else None, namespace_labels(snapshot, namespace))


def service_pods(snapshot: Snapshot, service: Service) -> Pods:
    """The pods of a service of a platform: with the labels they have, or those that its operator gives them."""
    name, namespace = service
    given = {"app": name, _SERVICE: name}
    seen = snapshot.within(POD, namespace) if snapshot.is_read(POD) else ()
    labels = next((one.labels for one in seen if one.labels.get(_SERVICE) == name), given)
    return Pods(namespace, labels, namespace_labels(snapshot, namespace), {"http": PORT})


def workflow_pods(snapshot: Snapshot, workflow: Object) -> Pods:
    """The pods of a workflow, with the labels that its operator gives them."""
    labels = {"app": workflow.name, _WORKFLOW: workflow.name}
    return Pods(workflow.namespace, labels, namespace_labels(snapshot, workflow.namespace), {"http": PORT})


def is_on_knative(workflow: Object) -> bool:
    """Whether Knative stands between who calls a workflow and its pods."""
    return workflow.text("spec", "podTemplate", "deploymentModel") == "knative"


def targets(snapshot: Snapshot) -> Iterator[tuple[str, Pods]]:
    """What runs for the Orchestrator: the data index of each platform, and each workflow; with what it is called."""
    for one in snapshot.of(PLATFORM):
        yield data_index(one)[0], service_pods(snapshot, data_index(one))
    for one in snapshot.of(WORKFLOW) if snapshot.is_read(WORKFLOW) else ():
        if not is_on_knative(one):
            yield one.name, workflow_pods(snapshot, one)


def decide(snapshot: Snapshot, source: Pods, target: Pods) -> Decision:
    """Whether the policies let one reach the other; those of other namespaces have no say.

    Raises Skip where the policies of a namespace were not read.
    """
    namespaces = dict.fromkeys((source.namespace, target.namespace))
    policies = [one for namespace in namespaces if namespace for one in snapshot.within(NETWORK_POLICY, namespace)]
    return connects(policies, source, target, PORT)


# -- policies


def peers(policy: Object) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """(rule, peer, its namespaceSelector) of whom a policy lets in by their namespace."""
    for index, rule in enumerate(policy.items("spec", "ingress")):
        for number, peer in enumerate(items(mapping(rule).get("from"))):
            if mapping(peer).get("namespaceSelector") is not None:
                yield index, number, mapping(mapping(peer)["namespaceSelector"])


def wanted(selector: Mapping[str, Any], label: str) -> list[str] | None:
    """The values of a label that a selector takes: none where it takes any, None where it does not ask for it."""
    labels = mapping(selector.get("matchLabels"))
    if label in labels:
        return [text(labels[label])]
    for one in mappings(selector.get("matchExpressions")):
        if one.get("key") == label and one.get("operator") in ("In", "Exists"):
            return strings(one.get("values")) if one["operator"] == "In" else []
    return None


def picked(policy: Object) -> Pods:
    """Some pods that a policy is about."""
    selector = policy.mapping("spec", "podSelector")
    labels = {key: text(value) for key, value in mapping(selector.get("matchLabels")).items()}
    for one in mappings(selector.get("matchExpressions")):
        if one.get("operator") in ("In", "Exists"):
            labels[text(one.get("key"))] = next(iter(strings(one.get("values"))), "")
    return Pods(policy.namespace, labels, None, {"http": PORT})


def letting_in(decision: Decision, namespace: str) -> CreateObject | None:
    """A policy beside those that deny, for the same pods: policies add up, and nothing that is there is touched."""
    if decision.direction != "ingress" or not decision.policies:
        return None
    policy = decision.policies[0]
    peer = {"namespaceSelector": {"matchLabels": {NAME_LABEL: namespace}}}
    spec = {
        "podSelector": policy.get("spec", "podSelector") or {},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [peer]}],
    }
    metadata = {"name": f"allow-{namespace}-to-orchestrator", "namespace": policy.namespace}
    manifest = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}
    return CreateObject(manifest)


def names(decision: Decision) -> str:
    """The policies that deny, in words."""
    return ", ".join(sorted(one.name for one in decision.policies))


UNKNOWN = "policies select by labels of namespaces or pods that were not read"
