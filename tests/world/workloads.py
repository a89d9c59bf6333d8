"""Small workloads for tests: manifests only."""

from collections.abc import Mapping, Sequence
from typing import Any

Manifest = dict[str, Any]
DEPLOYMENT = ("apps/v1", "Deployment")
IMAGE = "registry.example.invalid/image:1"


def pod_spec(init_containers: Sequence[str] = ()) -> Manifest:
    return {
        "initContainers": [{"name": one, "image": IMAGE} for one in init_containers],
        "containers": [{"name": "main", "image": IMAGE}],
    }


def workload(
    kind: str,
    name: str,
    namespace: str,
    init_containers: Sequence[str] = (),
    annotations: Mapping[str, str] | None = None,
) -> Manifest:
    """A Deployment or a StatefulSet of one pod; the annotations are the pod's."""
    labels = {"app": name}
    template = {
        "metadata": {"labels": labels, "annotations": dict(annotations or {})},
        "spec": pod_spec(init_containers),
    }
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def job(name: str, namespace: str) -> Manifest:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"template": {"spec": {**pod_spec(), "restartPolicy": "Never"}}},
    }


def rolled_out(found: Manifest) -> bool:
    """Whether a Deployment or StatefulSet runs what its newest generation says, with nothing of the old left."""
    status, wanted = found.get("status", {}), found["spec"]["replicas"]
    return (
        status.get("observedGeneration") == found["metadata"]["generation"]
        and status.get("updatedReplicas", 0) == wanted
        and status.get("readyReplicas", 0) == wanted
        and status.get("replicas", 0) == wanted
    )


def waiting_reasons(pod: Manifest) -> dict[str, str]:
    """Container name -> why it waits, of all containers of a pod that wait."""
    status = pod.get("status", {})
    every = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
    return {one["name"]: one["state"]["waiting"]["reason"] for one in every if "waiting" in one["state"]}
