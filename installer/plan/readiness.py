"""Whether one object of the cluster is ready, as a pure function of it. Reads nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from installer.model.dataclass import dataclass
from installer.plan.faults import fault

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ready:
    """It does what it is for."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not yet, and nothing says that it will not."""

    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It will not without somebody's help."""

    why: str


Readiness = Ready | Waiting | Failed


def why_not(readiness: Readiness) -> str:
    """The reason, empty where it is ready."""
    match readiness:
        case Ready():
            return ""
        case Waiting(why) | Failed(why):
            return why


def condition(one: Object, kind: str) -> Mapping[str, Any]:
    """One of an object's conditions; empty where it has none of that type."""
    conditions = (one.get("status") or {}).get("conditions") or []
    return next((each for each in conditions if each.get("type") == kind), {})


def by_condition(one: Object, kind: str) -> Readiness:
    """Knative's `Ready`, SonataFlow's `Succeed`: true, and said of the spec as it is now where that is told."""
    found = condition(one, kind)
    if _is_behind(one):
        return Waiting("its newest change has not been looked at yet")
    if found.get("status") == "True":
        return Ready()
    return Waiting(_words(found) or f"it has no condition {kind} yet")


def rollout(workload: Object) -> Readiness:
    """Whether every pod of a Deployment or StatefulSet runs its newest template.

    As `kubectl rollout status`: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
    `Available` alone is no answer: the old pods serve on while the new one crashes.
    """
    status, wanted = workload.get("status") or {}, replicas(workload)
    progressing = condition(workload, "Progressing")
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        return Failed(_words(progressing))
    if _is_behind(workload):
        return Waiting("its newest change has not been looked at yet")
    if wanted == 0:
        return Failed("it is scaled to 0 replicas")
    updated, available = status.get("updatedReplicas") or 0, status.get("availableReplicas") or 0
    if updated < wanted:
        return Waiting(f"{updated} of {wanted} pods have the newest configuration")
    if (status.get("replicas") or 0) > updated:
        return Waiting(f"{status['replicas'] - updated} old pods still run")
    if available < wanted:
        return Waiting(f"{available} of {wanted} pods are available")
    return Ready()


def pods(found: Sequence[Object]) -> Readiness:
    """Whether all pods of the newest ReplicaSet are ready; why not, in the words of their containers."""
    if not found:
        return Waiting("it has no pod")
    for one in found:
        failure = fault(one)
        if failure:
            return Failed(f"pod {failure.pod}: container {failure.container} {failure.why}")
    unready = [one for one in found if condition(one, "Ready").get("status") != "True"]
    if unready:
        return Waiting(f"pod {unready[0]['metadata']['name']} is not ready: {_pod_words(unready[0])}")
    return Ready()


def newest(replica_sets: Sequence[Object], workload: Object) -> Object | None:
    """The ReplicaSet of a Deployment with the highest revision."""
    uid = workload["metadata"].get("uid")
    owned = [one for one in replica_sets if _is_owned(one, uid)]
    return max(owned, key=_revision, default=None)


def of_owner(found: Sequence[Object], owner: Object) -> list[Object]:
    """Those whose controller is `owner`, without what is being deleted."""
    uid = owner["metadata"].get("uid")
    return [one for one in found if _is_owned(one, uid) and not one["metadata"].get("deletionTimestamp")]


def newest_pods(workload: Object, replica_sets: Sequence[Object], found: Sequence[Object]) -> list[Object]:
    """The living pods of a workload's newest template; none while its controller has made nothing for it.

    A StatefulSet names its newest template itself:
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/#StatefulSetStatus
    """
    if workload.get("kind") == "StatefulSet":
        revision = (workload.get("status") or {}).get("updateRevision")
        return [one for one in of_owner(found, workload) if mark(one) == revision]
    latest = newest(replica_sets, workload)
    return of_owner(found, latest) if latest else []


def mark(pod: Object) -> str:
    """What tells a pod's template from others of its workload; empty of a pod that no controller made."""
    labels = pod["metadata"].get("labels") or {}
    return str(labels.get("pod-template-hash") or labels.get("controller-revision-hash") or "")


def selector(workload: Object) -> str:
    """The label selector of a workload's pods, as a query spells it."""
    given = (workload.get("spec") or {}).get("selector") or {}
    parts = [f"{key}={value}" for key, value in (given.get("matchLabels") or {}).items()]
    return ",".join([*parts, *map(_expression, given.get("matchExpressions") or [])])


def _expression(one: Object) -> str:
    """https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors"""
    key, values = one["key"], f"({','.join(one.get('values') or [])})"
    match one["operator"]:
        case "Exists":
            return str(key)
        case "DoesNotExist":
            return f"!{key}"
        case operator:
            return f"{key} {operator.lower()} {values}"


def _is_owned(one: Object, uid: Any) -> bool:
    return any(each.get("uid") == uid for each in one["metadata"].get("ownerReferences") or [])


def _revision(replica_set: Object) -> int:
    said = (replica_set["metadata"].get("annotations") or {}).get("deployment.kubernetes.io/revision", "")
    return int(said) if said.isdigit() else 0


def _pod_words(pod: Object) -> str:
    return _words(condition(pod, "Ready")) or _words(condition(pod, "PodScheduled")) or "it has just been made"


def observed(one: Object) -> bool:
    """Whether its controller has looked at the newest change; false where it tells nothing of that."""
    seen = (one.get("status") or {}).get("observedGeneration")
    return isinstance(seen, int) and seen >= one["metadata"].get("generation", 0)


def _is_behind(one: Object) -> bool:
    seen = (one.get("status") or {}).get("observedGeneration")
    return isinstance(seen, int) and seen < one["metadata"].get("generation", 0)


def replicas(workload: Object) -> int:
    """How many pods a workload shall have."""
    wanted = (workload.get("spec") or {}).get("replicas")
    return 1 if wanted is None else int(wanted)


def _words(found: Mapping[str, Any]) -> str:
    return str(found.get("message") or found.get("reason") or "")
