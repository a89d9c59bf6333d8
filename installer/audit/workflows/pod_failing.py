"""ImagePull/OOM/Crash on any related pod."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from installer.audit.finding import Found
from installer.audit.kinds import POD
from installer.audit.object import Object, dig, every, mapping, moment, number, text
from installer.audit.remedy import Run
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.plan.faults import fault

OWN = ("sonataflow.org/service", "sonataflow.org/workflow-app")
NAMESPACES = ("openshift-serverless", "knative-", "sonataflow-", "rhdh-operator")
STATUSES = ("initContainerStatuses", "containerStatuses")
RECENT = timedelta(days=1)


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.observed(POD):
        told = (
            None if one.get("metadata", "deletionTimestamp") or not _is_ours(snapshot, one) else _fault(snapshot, one)
        )
        if told is not None:
            describe = f"oc -n {one.namespace} describe pod {one.name}"
            yield Found(one.at("status"), told, "containers that run", Run((describe,)), "failing")


def _is_ours(snapshot: Snapshot, one: Object) -> bool:
    own = snapshot.has_instance and bool(snapshot.namespace) and one.namespace == snapshot.namespace
    return own or one.namespace.startswith(NAMESPACES) or any(label in one.labels for label in OWN)


def _fault(snapshot: Snapshot, one: Object) -> str | None:
    for container in (each for kind in STATUSES for _, each in every(one.data, "status", kind)):
        if _ran_out_of_memory(snapshot, container):
            name, restarts = text(container.get("name")), number(container.get("restartCount")) or 0
            return f"container {name} was killed for want of memory, {restarts} restarts (OOMKilled)"
    found = fault(_plain(one))
    # A Job tries again, and its own rule says so where it gives up.
    if found is None or (found.why.startswith("ended") and any(owner.get("kind") == "Job" for owner in one.owners)):
        return None
    return f"{found.kind} {found.container} {found.why}" + (f": {found.said}" if found.said else "")


def _ran_out_of_memory(snapshot: Snapshot, container: dict[str, Any]) -> bool:
    """Whether it is killed right now, or was within a day; what was once is history."""
    if dig(container, "state", "terminated", "reason") == "OOMKilled":
        return True
    ended = moment(dig(container, "lastState", "terminated", "finishedAt"))
    was = dig(container, "lastState", "terminated", "reason") == "OOMKilled"
    runs = bool(mapping(dig(container, "state", "running")))
    return was and (not runs or (ended is not None and snapshot.age(ended) < RECENT))


def _plain(one: Object) -> dict[str, Any]:
    """What `fault` looks at, whatever types it has in what was read."""
    status = {kind: [_container(each) for _, each in every(one.data, "status", kind)] for kind in STATUSES}
    told = {"phase": one.text("status", "phase"), "reason": one.text("status", "reason")}
    return {"metadata": {"name": one.name}, "status": {**told, **status}}


def _container(status: dict[str, Any]) -> dict[str, Any]:
    waiting, ended = (mapping(dig(status, "state", word)) for word in ("waiting", "terminated"))
    state = {
        "waiting": {key: text(waiting.get(key)) for key in ("reason", "message")},
        "terminated": {
            "exitCode": number(ended.get("exitCode")),
            **{key: text(ended.get(key)) for key in ("reason", "message")},
        },
    }
    return {"name": text(status.get("name")), "state": state}


RULE = Rule(
    module=__name__,
    title="ImagePull/OOM/Crash on any related pod",
    severity="critical",
    reads=(POD,),
    wrong="A pod of RHDH, the platform, a workflow or an operator of theirs cannot pull its image, or crashes.",
    why="What the pod is for is not there: the portal, its database, the data index, or a workflow.",
    fix="Put right what the pod's events and its log name.",
    sources=("https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/",),
    check=check,
)
