"""Where one operator stands on its way to Succeeded, and the next thing to do about it. Does nothing itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.run import Operator
from installer.plan.install_plans import AlreadyApproved, Approve, Wait, choose
from installer.plan.olm import Installed, Object, Olm, installed, name_of, space, status
from installer.plan.operator_faults import csv_readiness, faults
from installer.plan.operators import beside
from installer.plan.readiness import Ready, condition, rollout, why_not

_SUBSCRIPTIONS = "kubectl get subscriptions.operators.coreos.com -A"


@dataclass(frozen=True, slots=True)
class Done:
    """Its CSV has Succeeded."""

    csv: str


@dataclass(frozen=True, slots=True)
class Coming:
    """Something is waited for; `csv` is the one that is being installed, once it is there."""

    why: str
    csv: Object | None = None


@dataclass(frozen=True, slots=True)
class Stuck:
    """It will not come by itself; `is_final` false: OLM may say so for a moment before it has seen everything."""

    problems: tuple[Problem, ...]
    is_final: bool


Outlook = Done | Coming | Approve | Stuck


def outlook(olm: Olm, operator: Operator, wanted: Sequence[Operator]) -> Outlook:
    """:param wanted: all operators of the step, which may share an InstallPlan"""
    there = [one for one in installed(olm, (operator.package,)) if one.namespace == operator.namespace]
    if not there:
        return Stuck((_gone(operator),), is_final=False)
    one = there[0]
    if one.csv is not None and isinstance(csv_readiness(one.csv), Ready):
        return Done(name_of(one.csv))
    problems = faults(olm, one)
    if problems:
        return Stuck(tuple(problems), is_final=False)
    return _next(olm, one, operator, wanted)


def holdup(csv: Object, deployments: Sequence[Object], pods: Sequence[Object]) -> str:
    """Which Deployment of a CSV is not ready, with the waiting reason of its pod; empty where all are."""
    names = _deployment_names(csv)
    found = {name_of(one): one for one in deployments if space(one) == space(csv)}
    for name in names:
        if name not in found:
            return f"Deployment {space(csv)}/{name} is not there yet"
        words = why_not(rollout(found[name]))
        if words:
            return f"Deployment {space(csv)}/{name}: {_pod_words(found[name], pods) or words}"
    return ""


def _next(olm: Olm, one: Installed, operator: Operator, wanted: Sequence[Operator]) -> Outlook:
    if one.csv is not None:
        return Coming(why_not(csv_readiness(one.csv)), one.csv)
    if one.subscription is None:  # a CSV, which stands above, or a Subscription: there is no third
        return Stuck((_gone(operator),), is_final=False)
    try:
        choice = choose(olm.install_plans, one.subscription, operator, beside(operator, wanted))
    except InstallerError as error:
        return Stuck(error.problems, is_final=True)
    match choice:
        case Approve():
            return choice
        case AlreadyApproved(csv):
            made = next((each for each in olm.csvs if (space(each), name_of(each)) == (one.namespace, csv)), None)
            return Coming(why_not(csv_readiness(made)) if made else f"OLM is installing {csv}", made)
        case Wait(why):
            return Coming(why)


def _gone(operator: Operator) -> Problem:
    message = f"there is no Subscription of {operator.package} in namespace {operator.namespace}, and no CSV"
    fix = f"run install again, which subscribes where nothing is; {_SUBSCRIPTIONS} shows what there is"
    return Problem("subscription-missing", message, None, fix, ExitCode.FINDINGS)


def _deployment_names(csv: Object) -> list[str]:
    install = ((csv.get("spec") or {}).get("install") or {}).get("spec") or {}
    return [str(one["name"]) for one in install.get("deployments") or []]


def _pod_words(deployment: Object, pods: Sequence[Object]) -> str:
    labels = ((deployment.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
    own = [one for one in pods if space(one) == space(deployment) and _has(one, labels)]
    for one in own:
        words = _waiting(status(one)) or (condition(one, "PodScheduled").get("status") == "False" and "not scheduled")
        if words:
            scheduled = condition(one, "PodScheduled").get("message")
            return f"pod {name_of(one)} waits: {words}" + (f" ({scheduled})" if scheduled else "")
    return ""


def _has(pod: Object, labels: Mapping[str, str]) -> bool:
    there = pod["metadata"].get("labels") or {}
    return bool(labels) and all(there.get(key) == value for key, value in labels.items())


def _waiting(found: Mapping[str, Any]) -> str:
    """The reason, and the message, of the first container that waits."""
    for one in [*(found.get("initContainerStatuses") or []), *(found.get("containerStatuses") or [])]:
        waiting = (one.get("state") or {}).get("waiting") or {}
        if waiting.get("reason"):
            said = waiting.get("message")
            return f"{waiting['reason']}: {said}" if said else str(waiting["reason"])
    return ""
