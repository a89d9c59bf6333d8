"""The one rollout after the writes: starts it where nobody else does, follows it, and sees the old one come back.

Writes nothing but the restart annotation of a workload that nobody else owns; never touches a pod.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from installer.apply.following import Following
from installer.apply.hands import Hands
from installer.cluster.cluster import Object
from installer.cluster.errors import ClusterError, Conflict
from installer.cluster.kinds import kind_of
from installer.model.change import Flavour, Ref
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.run import MANAGER, Rollout
from installer.plan.readiness import condition
from installer.plan.restarts import RESTARTED_AT, RESTARTED_FOR

_ATTEMPTS = 10  # a Deployment's status moves its resourceVersion, most of all while it rolls
# Seconds in which whoever owns the workload acts. RHDH's operator reconciles within a minute; helm has acted already.
_PATIENCE: Mapping[Flavour, float] = {"operator": 180.0, "helm": 20.0, "plain": 30.0}


def carry_out(step: Rollout, hands: Hands) -> None:
    """Roll out, once however often this is called, and wait until every pod runs the newest template.

    Raises Crashed where the newest pods do not come up; InstallerError: UNREACHABLE where the owner of the workload
    does nothing or the time is over, FINDINGS where the workload is scaled to 0.
    """
    if step.flavour == "plain":
        restart(step.workload, hands, token=f"generation-{step.since}", since=step.since)
    follow(step, hands)


def follow(step: Rollout, hands: Hands) -> None:
    """As `carry_out`, of a rollout that somebody else starts, whatever the flavour."""
    following = Following(hands, step.workload)
    following.begun(step.since, _PATIENCE[step.flavour], lambda: _silent(step, hands))
    following.ended()


def settle(step: Rollout, hands: Hands) -> None:
    """After the bytes from before were put back: wait until the old configuration runs, on every pod.

    A plain workload is restarted once more. Raises as `carry_out`, but Crashed only of what we restarted ourselves:
    the pod that crashed stays until the workload's owner has put the old template back.
    """
    if step.flavour == "plain":
        now = restart(step.workload, hands, token=f"generation-{step.since}-restored", since=step.since)
        following = Following(hands, step.workload)
        beyond = now["metadata"]["generation"] - 1
    else:
        following = Following(hands, step.workload, forgiving=True)
        beyond = _beyond_restored(step, hands)
    following.begun(beyond, _PATIENCE[step.flavour], lambda: _silent(step, hands))
    following.ended()


def restart(workload: Ref, hands: Hands, *, token: str, since: int) -> Object:
    """Restart a workload as kubectl does, unless that was done for this token already; the workload as it is then.

    :param since: its generation before; one that is no newer was not restarted, whatever its annotations say
    """
    for _ in range(_ATTEMPTS):
        found = hands.cluster.get(kind_of(workload), workload.name, workload.namespace)
        if found["metadata"]["generation"] > since and _annotations(found).get(RESTARTED_FOR) == token:
            return found
        hands.held()
        version = found["metadata"]["resourceVersion"]
        change = {"spec": {"template": {"metadata": {"annotations": annotations(token)}}}}
        try:
            return hands.cluster.patch(
                kind_of(workload), workload.name, workload.namespace, change, version=version, manager=MANAGER
            )
        except Conflict:
            continue
    message = f"{workload} changes faster than it can be restarted"
    raise fail(ExitCode.CONFLICT, "conflict", message, fix="run the command again")


def annotations(token: str) -> dict[str, str]:
    """What marks a pod template as restarted now, for this token."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {RESTARTED_AT: now, RESTARTED_FOR: token}


def _annotations(workload: Object) -> Mapping[str, Any]:
    return workload["spec"]["template"].get("metadata", {}).get("annotations") or {}


def _beyond_restored(step: Rollout, hands: Hands) -> int:
    """The generation that the owner's answer to the old bytes is past.

    One change answered the new bytes, so the next answers the old ones; where none did, none will follow.
    """
    found = hands.cluster.get(kind_of(step.workload), step.workload.name, step.workload.namespace)
    now = int(found["metadata"]["generation"])
    return step.since + 1 if now > step.since else now - 1


def _silent(step: Rollout, hands: Hands) -> InstallerError:
    message = f"{_owner(step.flavour)} has not changed {step.workload} since the configuration was written"
    said = _operator_says(hands)
    return fail(ExitCode.UNREACHABLE, "rollout-not-begun", message + said, fix=_fix(step))


def _owner(flavour: Flavour) -> str:
    return {"operator": "RHDH's operator", "helm": "Helm", "plain": "the Deployment controller"}[flavour]


def _fix(step: Rollout) -> str:
    match step.flavour:
        case "operator":
            return "kubectl get deployments --all-namespaces | grep rhdh-operator shows whether the operator runs"
        case "helm":
            called = f"{step.workload.kind.lower()}/{step.workload.name}"
            return f"kubectl rollout restart {called} -n {step.workload.namespace}"
        case "plain":
            return "kubectl get --raw /readyz asks whether the cluster's own controllers are well"


def _operator_says(hands: Hands) -> str:
    """What the Backstage resource tells of its operator's trouble, where it can still be asked."""
    resource = hands.target.resource
    if resource is None:
        return ""
    try:
        found = hands.cluster.get(kind_of(resource), resource.name, resource.namespace)
    except ClusterError:
        return ""
    told = condition(found, "Deployed")
    return f"; it says {told.get('reason')}: {told['message']}" if told.get("message") else ""
