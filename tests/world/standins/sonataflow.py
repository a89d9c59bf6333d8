"""Plays the operator of OpenShift Serverless Logic: a SonataFlowPlatform gets its services, a SonataFlow its workflow.

Copies apache/incubator-kie-kogito-serverless-operator internal/controller/platform/k8s.go: the services
NAME-data-index-service and NAME-jobs-service with their labels, ports and properties ConfigMap, made only where
spec.services names them and only after the platform's condition `Succeed` is True (so that condition says nothing of
the services being up). Acts only while an operator's Deployment is available. Runs no workflow, migrates no database.
"""

from collections.abc import Sequence

from tests.world.api import Api, Manifest, condition, config_map
from tests.world.standins.controller import Kind, living, owner, set_condition
from tests.world.standins.knative import deployment, operator_runs
from tests.world.workloads import DEPLOYMENT

PLATFORM: Kind = ("sonataflow.org/v1alpha08", "SonataFlowPlatform")
WORKFLOW: Kind = ("sonataflow.org/v1alpha08", "SonataFlow")
SECRET: Kind = ("v1", "Secret")
OPERATORS = ("logic-operator-rhel8-controller-manager", "logic-operator-controller-manager")
# Key under spec.services -> end of the service's name.
SERVICES = {"dataIndex": "data-index-service", "jobService": "jobs-service"}
MANAGER = "sonataflow-operator"


class SonataFlow:
    watches: Sequence[Kind] = (PLATFORM, WORKFLOW, DEPLOYMENT, SECRET)

    def wakes(self, kind: Kind, changed: Manifest) -> bool:
        labels = changed["metadata"].get("labels", {})
        ours = changed["metadata"]["name"] in OPERATORS or "sonataflow.org/workflow-app" in labels
        return kind in (PLATFORM, WORKFLOW) or (kind == DEPLOYMENT and ours)

    def objects(self, api: Api) -> list[Manifest]:
        return living(api, PLATFORM, WORKFLOW) if operator_runs(api, OPERATORS) else []

    def reconcile(self, api: Api, item: Manifest) -> None:
        bring_up = bring_up_platform if item["kind"] == PLATFORM[1] else bring_up_workflow
        bring_up(api, item)


def bring_up_platform(api: Api, platform: Manifest) -> None:
    set_condition(api, platform, {"type": "Succeed", "status": "True", "reason": "", "message": ""})
    for key, suffix in SERVICES.items():
        wanted = platform["spec"].get("services", {}).get(key)
        if wanted is not None and wanted.get("enabled", True):
            for manifest in service(platform, f"{platform['metadata']['name']}-{suffix}", suffix, wanted):
                api.apply(manifest, MANAGER)


def service(platform: Manifest, name: str, container: str, wanted: Manifest) -> list[Manifest]:
    """ConfigMap, Deployment and Service of one of a platform's services."""
    metadata = platform["metadata"]
    labels = {
        "sonataflow.org/workflow-app": metadata["name"],
        "sonataflow.org/workflow-namespace": metadata["namespace"],
        "sonataflow.org/service": name,
        "app.kubernetes.io/name": container,
        "app.kubernetes.io/component": name,
        "app.kubernetes.io/part-of": metadata["name"],
        "app.kubernetes.io/managed-by": MANAGER,
    }
    owned = {"labels": labels, "ownerReferences": [owner(platform)]}
    properties = config_map(f"{name}-props", metadata["namespace"], {"application.properties": ""}, **owned)
    running = deployment(name, platform, **labels)
    only = running["spec"]["template"]["spec"]["containers"][0]
    only.update(name=container, ports=[{"name": "h2c", "containerPort": 8080}], env=database(wanted))
    return [properties, running, network_service(name, metadata["namespace"], owned, {"sonataflow.org/service": name})]


def network_service(name: str, namespace: str, metadata: Manifest, selector: dict[str, str]) -> Manifest:
    port = {"name": "web", "port": 80, "targetPort": 8080, "protocol": "TCP"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace, **metadata},
        "spec": {"selector": selector, "ports": [port]},
    }


def database(wanted: Manifest) -> list[Manifest]:
    """The environment that a service with PostgreSQL persistence reads; none for the in-memory one."""
    postgres = wanted.get("persistence", {}).get("postgresql")
    if postgres is None:
        return []
    secret = postgres["secretRef"]
    keys = {
        "QUARKUS_DATASOURCE_USERNAME": secret.get("userKey", "POSTGRESQL_USER"),
        "QUARKUS_DATASOURCE_PASSWORD": secret.get("passwordKey", "POSTGRESQL_PASSWORD"),
    }
    return [
        {"name": name, "valueFrom": {"secretKeyRef": {"name": secret["name"], "key": key}}}
        for name, key in keys.items()
    ]


def bring_up_workflow(api: Api, workflow: Manifest) -> None:
    """Deployment and Service of the workflow's name; Running once its pod is, with the address that RHDH shows."""
    metadata = workflow["metadata"]
    name, namespace = metadata["name"], metadata["namespace"]
    labels = {"sonataflow.org/workflow-app": name, "sonataflow.org/workflow-namespace": namespace}
    owned = {"labels": labels, "ownerReferences": [owner(workflow)]}
    api.apply(deployment(name, workflow, **labels), MANAGER)
    api.apply(network_service(name, namespace, owned, {"sonataflow.org/workflow-app": name}), MANAGER)
    runs = condition(api.get(*DEPLOYMENT, name, namespace), "Available") == "True"
    reason = "" if runs else "WaitingForDeployment"
    for kind, status in (("Built", "True"), ("Running", str(runs))):
        set_condition(api, workflow, {"type": kind, "status": status, "reason": reason, "message": ""})
    url = f"http://{name}.{namespace}/{name}"
    if runs and workflow.get("status", {}).get("address", {}).get("url") != url:
        api.patch(workflow, {"status": {"address": {"url": url}}}, "status")
