"""Waits for what the stages of our chart need and bring: kinds, Knative, the platform. Writes nothing."""

from collections.abc import Callable, Iterator

from installer.apply.hands import Hands
from installer.cluster.cluster import Object
from installer.cluster.errors import ClusterError
from installer.cluster.kinds import CRD, DEPLOYMENT, EVENTING, PLATFORM, POD, REPLICA_SET, SERVING
from installer.cluster.resources import Kind
from installer.cluster.watching import watch
from installer.desired.infrastructure import PLATFORM as PLATFORM_NAME
from installer.desired.infrastructure import effective
from installer.desired.values import at
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.run import Infrastructure
from installer.plan.readiness import (
    Failed,
    Readiness,
    Ready,
    Waiting,
    by_condition,
    newest,
    of_owner,
    pods,
    rollout,
    why_not,
)

_KNATIVE = {"serving": SERVING, "eventing": EVENTING}
_CRDS = {
    SERVING: "knativeservings.operator.knative.dev",
    EVENTING: "knativeeventings.operator.knative.dev",
    PLATFORM: "sonataflowplatforms.sonataflow.org",
}
# Key under spec.services of the platform -> end of its Deployment's name.
_SERVICES = {"dataIndex": "data-index-service", "jobService": "jobs-service"}
# How long discovery may lag behind a CRD that is established.
_LAG = 0.2
Judge = Callable[[Object], Readiness]


def await_kinds(step: Infrastructure, hands: Hands) -> None:
    """Until the API serves the kinds of the stage: its operators bring them, often after they have Succeeded."""
    for kind in needed_kinds(step):
        if hands.cluster.find(kind) is not None:
            continue
        await_object(hands, CRD, _CRDS[kind], None, lambda one: by_condition(one, "Established"))
        hands.cluster.look_again()
        while hands.cluster.find(kind) is None:
            hands.cluster.look_again()
            if hands.cluster.deadline.is_over:
                raise late(f"the kind {kind}", "the API does not serve it yet")
            hands.cluster.deadline.sleep(_LAG)


def await_knative(step: Infrastructure, hands: Hands) -> None:
    """Until KnativeServing and KnativeEventing of the release are Ready."""
    for part, kind in _enabled_knative(step):
        name = f"knative-{part}"
        await_object(hands, kind, name, name, lambda one: by_condition(one, "Ready"))


def await_platform(step: Infrastructure, hands: Hands) -> None:
    """Until the release's platform has succeeded and its services run."""
    seen = effective(step.values)
    platform = at(seen, "orchestrator", "sonataflowPlatform")
    if not platform["enabled"]:
        return
    namespace = str(at(seen, "orchestrator", "namespace") or step.namespace)
    await_object(hands, PLATFORM, PLATFORM_NAME, namespace, lambda one: by_condition(one, "Succeed"))
    for key, end in _SERVICES.items():
        if platform[key]["enabled"]:
            await_object(hands, DEPLOYMENT, f"{PLATFORM_NAME}-{end}", namespace, rollout)


def await_object(hands: Hands, kind: Kind, name: str, namespace: str | None, judge: Judge) -> None:
    """Until one object is ready. Raises InstallerError (UNREACHABLE) once it fails, and at the deadline."""
    what = f"{kind.kind} {namespace}/{name}" if namespace else f"{kind.kind} {name}"
    last: tuple[Object, Readiness] = ({}, Waiting("it does not exist yet"))
    hands.progress.wait(what)
    for event in watch(hands.cluster, kind, namespace, until=hands.cluster.deadline, name=name):
        is_gone = event.type == "DELETED"
        state = Waiting("it was deleted") if is_gone else judge(event.object)
        last = (event.object, state)
        hands.progress.wait(what, why_not(state))
        match state:
            case Ready():
                return
            case Failed():
                break
            case Waiting():
                continue
    raise late(what, f"{why_not(last[1])}{_pod_words(hands, last[0])}")


def late(what: str, why: str) -> InstallerError:
    """What is not ready in time, and why."""
    fix = "put that right, then run resume; a longer --timeout where it only needs time"
    return fail(ExitCode.UNREACHABLE, "not-ready", f"{what} is not ready: {why}", fix=fix)


def needed_kinds(step: Infrastructure) -> Iterator[Kind]:
    """What a stage makes objects of and operators bring; each stage holds the lower ones as well."""
    if step.stage == "operators":
        return
    yield from (kind for _, kind in _enabled_knative(step))
    if step.stage == "platform" and at(effective(step.values), "orchestrator", "sonataflowPlatform", "enabled"):
        yield PLATFORM


def _enabled_knative(step: Infrastructure) -> list[tuple[str, Kind]]:
    seen = effective(step.values)
    return [(part, kind) for part, kind in _KNATIVE.items() if at(seen, "knative", part, "enabled")]


def _pod_words(hands: Hands, workload: Object) -> str:
    """Why its pods do not come up, where it is a Deployment and the API still answers."""
    if workload.get("kind") != DEPLOYMENT.kind:
        return ""
    namespace = str(workload["metadata"]["namespace"])
    try:
        owner = newest(hands.cluster.list(REPLICA_SET, namespace), workload)
        found = of_owner(hands.cluster.list(POD, namespace), owner) if owner is not None else []
    except ClusterError:
        return ""
    said = why_not(pods(found))
    return f"; {said}" if said else ""
