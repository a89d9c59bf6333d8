"""Decides which operators are installed, where, and what our chart's values say of them. Subscribes to nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from installer.knowledge import releases
from installer.knowledge.packages import ours
from installer.knowledge.releases import Release
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.run import Operator
from installer.plan.install_plans import awaits_approval, choose, csvs_of, generation
from installer.plan.olm import (
    NO_OLM,
    Installed,
    Object,
    Olm,
    groups_in,
    installed,
    is_of_release,
    name_of,
    space,
    status,
)
from installer.plan.operator_faults import faults, place_faults
from installer.plan.operator_homes import HOMES
from installer.plan.operator_offers import Offer, offer

__all__ = ["HOMES", "NO_OLM", "Olm", "Wanted", "decide", "leave"]

_KEYS: Mapping[str, str] = {"serverless": "serverlessOperator", "logic": "sonataFlowOperator"}
_DESCRIBE = "kubectl get subscriptions.operators.coreos.com,clusterserviceversions.operators.coreos.com -n"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`operators` are those to approve and await: none once all have Succeeded.

    `values` is the fragment of our chart's values, `namespaces` where each operator (`serverless`, `logic`) runs or
    will run.
    """

    operators: tuple[Operator, ...]
    values: Mapping[str, Any]
    namespaces: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Part:
    """What becomes of one operator; `operator` None where nothing is left to do."""

    role: str
    namespace: str
    values: Mapping[str, Any]
    operator: Operator | None = None
    problems: tuple[Problem, ...] = ()


def decide(
    olm: Olm, release: Release, *, openshift: bool, allowed: tuple[str, ...] = (), namespace: str | None = None
) -> Wanted:
    """A Subscription only where none exists anywhere; what is there is adopted where it is.

    :param allowed: foreign CSVs that --approve names
    :param namespace: of our Helm release: what belongs to it stays in its values, so that they render the same again.
        None: there is no such release, and what is there is adopted
    :raises InstallerError: every problem at once. FINDINGS: no OLM, no package, channel or version, an unhealthy
        catalog, no, two or narrow OperatorGroups, a stuck Subscription or CSV. DECIDE: two packages or two installs of
        one operator, the old package where the release needs the new, an InstallPlan that bundles others
    """
    if not olm.is_served:
        raise _no_olm(openshift=openshift)
    parts = [_part(olm, release, role, allowed, namespace) for role in HOMES]
    wanted = _together(parts)
    problems = [problem for one in parts for problem in one.problems] or _plan_problems(olm, wanted.operators)
    if problems:
        raise InstallerError(*dict.fromkeys(problems))
    return wanted


def leave(olm: Olm, *, namespace: str | None = None) -> Wanted:
    """As they are, for --skip-operators: nothing is installed, awaited or judged."""
    parts = []
    for role, home in HOMES.items():
        there = installed(olm, ours(role))
        kept = _kept(olm, role, there[0], namespace) if there else _Part(role, home, _adopted(home))
        parts.append(_Part(role, kept.namespace, kept.values))
    return _together(parts)


def beside(operator: Operator, wanted: Sequence[Operator]) -> tuple[str, ...]:
    """The CSVs that may come in one InstallPlan with an operator's."""
    shared = [one.csv for one in wanted if one.namespace == operator.namespace and one.csv]
    return (*operator.allowed, *shared)


def _together(parts: Sequence[_Part]) -> Wanted:
    return Wanted(
        tuple(one.operator for one in parts if one.operator),
        {_KEYS[one.role]: one.values for one in parts},
        {one.role: one.namespace for one in parts},
    )


def _part(olm: Olm, release: Release, role: str, allowed: tuple[str, ...], namespace: str | None) -> _Part:
    there, needed = installed(olm, ours(role)), release.operators[role]
    if not there:
        return _new(olm, role, needed, allowed, namespace)
    clashes = _clashes(there, needed, release.minor)
    kept = _kept(olm, role, there[0], namespace, allowed)
    return _Part(role, kept.namespace, kept.values, kept.operator, clashes or kept.problems)


def _new(olm: Olm, role: str, needed: releases.Operator, allowed: tuple[str, ...], namespace: str | None) -> _Part:
    home = HOMES[role]
    problems, found = list(place_faults(olm, home)), offer(olm, needed, home)
    if isinstance(found, Problem):
        return _Part(role, home, {}, problems=(*problems, found))
    subscription = _subscription_values(home, needed, found)
    values = _enabled(olm, home, subscription, namespace)
    return _Part(role, home, values, Operator(needed.package, home, found.csv, allowed), tuple(problems))


def _kept(olm: Olm, role: str, one: Installed, namespace: str | None, allowed: tuple[str, ...] = ()) -> _Part:
    """An operator that is there: of our own release, or adopted."""
    is_own = one.subscription is not None and is_of_release(one.subscription, namespace)
    if one.subscription is not None and is_own:
        values = _enabled(olm, one.namespace, _same_values(one.subscription), namespace)
    else:
        values = _adopted(one.namespace)
    operator = None if one.phase == "Succeeded" else Operator(one.package, one.namespace, _coming(one), allowed)
    found = faults(olm, one)
    if is_own:  # the release makes its group again
        found = [problem for problem in found if problem.code != "operator-group-missing"]
    return _Part(role, one.namespace, values, operator, tuple(found))


def _coming(one: Installed) -> str:
    """The CSV that is awaited; empty where OLM goes on by itself, or has said nothing yet."""
    if one.subscription is None:
        return name_of(one.csv) if one.csv else ""
    spec, found = one.subscription.get("spec") or {}, status(one.subscription)
    if spec.get("installPlanApproval") != "Manual":
        return ""
    return str(found.get("installedCSV") or found.get("currentCSV") or spec.get("startingCSV") or "")


def _clashes(there: Sequence[Installed], needed: releases.Operator, minor: str) -> tuple[Problem, ...]:
    """What a person must decide first, every package named."""
    packages = dict.fromkeys(one.package for one in there)
    if len(packages) > 1:
        message = f"two packages of one operator are installed: {', '.join(map(str, there))}"
        fix = f"keep {needed.package}, remove the other's Subscription and CSV (its CRDs and resources stay)"
        return (_undecided("operator-packages", message, fix),)
    one, order = there[0], ours()
    if len(there) > 1:
        places = ", ".join(each.namespace for each in there)
        message = f"{one.package} is installed {len(there)} times, in {places}: both would act on the same resources"
        fix = f"keep one Subscription and CSV; {_DESCRIBE} {one.namespace}"
        return (_undecided("operator-installed-twice", message, fix),)
    if order.index(one.package) < order.index(needed.package):
        message = f"RHDH {minor} needs the package {needed.package}; {one} is its former name, which OLM never upgrades"
        fix = f"delete the Subscription and the CSV of {one.package} in {one.namespace}; CRDs and resources stay"
        return (_undecided("operator-package-old", message, fix),)
    return ()


def _plan_problems(olm: Olm, operators: Sequence[Operator]) -> list[Problem]:
    """What an InstallPlan that is there already would be refused for, before anything is written."""
    problems: list[Problem] = []
    for operator in operators:
        there, may = installed(olm, (operator.package,)), beside(operator, operators)
        problems += [] if there else _bundle_problems(olm, operator, may)
        for one in there:
            try:
                if one.subscription is not None:
                    choose(olm.install_plans, one.subscription, operator, may)
            except InstallerError as error:
                problems += error.problems
    return problems


def _bundle_problems(olm: Olm, operator: Operator, allowed: Sequence[str]) -> list[Problem]:
    """OLM plans a namespace as a whole: what waits for approval in it comes with our operator, or not at all."""
    waiting = _pending(olm, operator.namespace)
    foreign = [one for one in waiting if one not in allowed]
    if not foreign:
        return []
    message = (
        f"in namespace {operator.namespace} {', '.join(foreign)} waits for approval: OLM would install it "
        f"together with {operator.csv}, in one InstallPlan"
    )
    fix = f"approve or remove it first; to let it: {' '.join(f'--approve {one}' for one in foreign)}"
    return [_undecided("install-plan-bundles", message, fix)]


def _pending(olm: Olm, namespace: str) -> list[str]:
    """The CSVs of the newest InstallPlan, where it waits: a Subscription tells of an upgrade later than its plan."""
    plans = [one for one in olm.install_plans if space(one) == namespace]
    newest = max(plans, key=generation, default=None)
    is_subscribed = any(space(one) == namespace for one in olm.subscriptions)
    if newest is None or not is_subscribed or not awaits_approval(newest):
        return []
    there = {name_of(one) for one in olm.csvs if space(one) == namespace}
    return [one for one in csvs_of(newest) if one not in there]


def _adopted(namespace: str) -> dict[str, Any]:
    return {"enabled": False, "subscription": {"namespace": namespace}}


def _enabled(olm: Olm, home: str, subscription: Mapping[str, Any], namespace: str | None) -> dict[str, Any]:
    """A namespace and a group are made where there is none, and go on being made where ours made them."""
    there = [one for one in olm.namespaces if name_of(one) == home]
    return {
        "enabled": True,
        "createNamespace": _is_ours_to_make(there, namespace),
        "createOperatorGroup": _is_ours_to_make(groups_in(olm, home), namespace),
        "subscription": dict(subscription),
    }


def _is_ours_to_make(there: Sequence[Object], namespace: str | None) -> bool:
    return not there or any(is_of_release(one, namespace) for one in there)


def _subscription_values(home: str, needed: releases.Operator, found: Offer) -> dict[str, str]:
    return {
        "namespace": home,
        "name": needed.package,
        "channel": needed.channel,
        "installPlanApproval": "Manual",
        "sourceName": found.source,
        "sourceNamespace": found.source_namespace,
        "startingCSV": found.csv,
    }


def _same_values(subscription: Object) -> dict[str, str]:
    """The values that render a Subscription as it is."""
    spec = subscription.get("spec") or {}
    return {
        "namespace": space(subscription),
        "name": str(spec.get("name") or ""),
        "channel": str(spec.get("channel") or ""),
        "installPlanApproval": str(spec.get("installPlanApproval") or "Manual"),
        "sourceName": str(spec.get("source") or ""),
        "sourceNamespace": str(spec.get("sourceNamespace") or ""),
        "startingCSV": str(spec.get("startingCSV") or ""),
    }


def _no_olm(*, openshift: bool) -> InstallerError:
    fix = (
        "enable the capabilities OperatorLifecycleManager and marketplace of the ClusterVersion"
        if openshift
        else "install OLM (https://olm.operatorframework.io)"
    )
    message = "this cluster serves no OLM, through which the operators are installed"
    other = "install the operators in another way and use --skip-operators"
    return fail(ExitCode.FINDINGS, "olm-missing", message, fix=f"{fix}, or {other}")


def _undecided(code: str, message: str, fix: str) -> Problem:
    return Problem(code, message, None, fix, ExitCode.DECIDE)
