"""Chooses the one InstallPlan that may be approved, by what it holds and its generation. Approves nothing."""

from collections.abc import Collection, Sequence

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail
from installer.model.run import Operator
from installer.plan.olm import Object, address, is_going, name_of, space, status

_APPROVABLE = "RequiresApproval"


@dataclass(frozen=True, slots=True)
class Approve:
    """Approve this InstallPlan at this resourceVersion."""

    name: str
    resource_version: str
    csvs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlreadyApproved:
    """Nothing is left to approve for the operator; `csv` comes, or is there."""

    csv: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet."""

    why: str


Choice = Approve | AlreadyApproved | Wait


def choose(
    install_plans: Sequence[Object], subscription: Object, operator: Operator, allowed: Collection[str]
) -> Choice:
    """What to do about an operator's InstallPlan.

    :param allowed: CSVs that may come along: those that --approve names, and our other operator's in the namespace
    :raises InstallerError: the plan brings others too (DECIDE, each named), the Subscription asks for another version
        than was planned (CONFLICT), the approved plan failed (FINDINGS)

    A plan is approved in phase RequiresApproval only: before that OLM throws it away and plans again. Once the
    operator is installed every further plan is an upgrade, which is a person's decision.
    """
    found = status(subscription)
    if found.get("installedCSV"):
        return AlreadyApproved(str(found["installedCSV"]))
    current = str(found.get("currentCSV") or "")
    if operator.csv and current not in ("", operator.csv):
        message = f"Subscription {address(subscription)} asks for {current} now; planned was {operator.csv}"
        raise fail(ExitCode.CONFLICT, "operator-moved", message, fix="run the command again")
    wanted = operator.csv or current
    plan = _newest(install_plans, operator.namespace, wanted) if wanted else None
    if plan is None:
        return Wait(f"OLM has made no InstallPlan of {wanted or operator.package} yet")
    if generation(plan) < int(found.get("installPlanGeneration") or 0):
        return Wait(f"OLM replaces InstallPlan {address(plan)} by a newer one")
    return _judged(plan, wanted, allowed)


def csvs_of(plan: Object) -> tuple[str, ...]:
    return tuple((plan.get("spec") or {}).get("clusterServiceVersionNames") or ())


def awaits_approval(plan: Object) -> bool:
    return status(plan).get("phase") == _APPROVABLE and not (plan.get("spec") or {}).get("approved")


def generation(plan: Object) -> int:
    """Higher with every plan that OLM makes of a namespace."""
    return int((plan.get("spec") or {}).get("generation") or 0)


def _newest(plans: Sequence[Object], namespace: str, csv: str) -> Object | None:
    """By generation: OLM plans a namespace anew, and a plan that it has replaced stays where it was."""
    holding = [one for one in plans if space(one) == namespace and csv in csvs_of(one) and not is_going(one)]
    return max(holding, key=lambda one: (generation(one), *_age(one)), default=None)


def _judged(plan: Object, wanted: str, allowed: Collection[str]) -> Choice:
    phase = status(plan).get("phase") or "new"
    if phase == "Failed":
        message = f"InstallPlan {address(plan)} failed: {_failure(plan)}"
        fix = "remove what it met, then delete it and its Subscription and run install again"
        raise fail(ExitCode.FINDINGS, "install-plan-failed", message, fix=fix)
    if (plan.get("spec") or {}).get("approved"):
        return AlreadyApproved(wanted)
    if phase != _APPROVABLE:
        return Wait(f"InstallPlan {address(plan)} is {phase}")
    foreign = [one for one in csvs_of(plan) if one != wanted and one not in allowed]
    if foreign:
        message = f"InstallPlan {address(plan)} would install {', '.join(foreign)} together with {wanted}"
        words = " ".join(f"--approve {one}" for one in foreign)
        raise fail(ExitCode.DECIDE, "install-plan-bundles", message, fix=f"to let it: {words}")
    return Approve(name_of(plan), str(plan["metadata"].get("resourceVersion") or ""), csvs_of(plan))


def _age(plan: Object) -> tuple[str, str]:
    return str(plan["metadata"].get("creationTimestamp") or ""), name_of(plan)


def _failure(plan: Object) -> str:
    conditions = status(plan).get("conditions") or []
    words = [one.get("message") or one.get("reason") for one in conditions if one.get("status") == "False"]
    return "; ".join(filter(None, words)) or str(status(plan).get("message") or "no reason given")
