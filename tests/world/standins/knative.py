"""Plays the Knative operator inside OpenShift Serverless: KnativeServing and KnativeEventing become Ready.

Copies knative/operator pkg/apis/operator/v1beta1 (condition types) and openshift-knative/serverless-operator (the
names of what is deployed). Acts only while the operator's own Deployment, which OLM made, is available: a resource
that is made earlier waits without any condition, as it really does. Serves no request.
"""

from collections.abc import Sequence
from typing import Any

from tests.world.api import Api, Manifest, condition
from tests.world.standins.controller import Kind, living, owner, set_condition
from tests.world.workloads import DEPLOYMENT

SERVING: Kind = ("operator.knative.dev/v1beta1", "KnativeServing")
EVENTING: Kind = ("operator.knative.dev/v1beta1", "KnativeEventing")
OPERATORS = ("knative-openshift",)
DEPLOYMENTS = {
    SERVING: ("activator", "autoscaler", "controller", "webhook"),
    EVENTING: ("eventing-controller", "eventing-webhook", "imc-controller", "mt-broker-controller"),
}
# In the order in which the operator reaches them; Ready is true when all others are.
CONDITIONS = ("DependenciesInstalled", "InstallSucceeded", "VersionMigrationEligible", "DeploymentsAvailable", "Ready")


class Knative:
    watches: Sequence[Kind] = (SERVING, EVENTING, DEPLOYMENT)

    def wakes(self, kind: Kind, changed: Manifest) -> bool:
        known = {*OPERATORS, *DEPLOYMENTS[SERVING], *DEPLOYMENTS[EVENTING]}
        return kind != DEPLOYMENT or changed["metadata"]["name"] in known

    def objects(self, api: Api) -> list[Manifest]:
        return living(api, SERVING, EVENTING) if operator_runs(api, OPERATORS) else []

    def reconcile(self, api: Api, item: Manifest) -> None:
        bring_up(api, item, DEPLOYMENTS[item["apiVersion"], item["kind"]])


def operator_runs(api: Api, names: Sequence[str]) -> bool:
    """Whether one of the operators has an available Deployment, in whatever namespace."""
    found = [one for one in api.list(*DEPLOYMENT) if one["metadata"]["name"] in names]
    return any(condition(one, "Available") == "True" for one in found)


def bring_up(api: Api, resource: Manifest, names: Sequence[str]) -> None:
    namespace = resource["metadata"]["namespace"]
    for name in names:
        api.apply(deployment(name, resource), "manifestival")
    available = all(condition(api.get(*DEPLOYMENT, name, namespace), "Available") == "True" for name in names)
    for kind in CONDITIONS:
        waits = kind in ("DeploymentsAvailable", "Ready") and not available
        status, reason = ("False", "NotReady") if waits else ("True", "")
        message = "Waiting on deployments" if waits else ""
        set_condition(api, resource, {"type": kind, "status": status, "reason": reason, "message": message})


def deployment(name: str, resource: Manifest, **pod: Any) -> Manifest:
    """A Deployment of one container that belongs to a resource; `pod` adds to the pod's labels."""
    labels = {"app": name, **pod}
    container = {"name": name, "image": f"registry.example.invalid/{name}:1"}
    return {
        "apiVersion": DEPLOYMENT[0],
        "kind": DEPLOYMENT[1],
        "metadata": {
            "name": name,
            "namespace": resource["metadata"]["namespace"],
            "labels": labels,
            "ownerReferences": [owner(resource)],
        },
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
