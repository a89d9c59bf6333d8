"""What keeps OLM from installing an operator, in words with a fix. Decides nothing and repairs nothing."""

from collections.abc import Iterator

from installer.model.errors import ExitCode, Problem
from installer.plan.olm import (
    Installed,
    Object,
    Olm,
    address,
    groups_in,
    is_going,
    name_of,
    package_of,
    serves_all_namespaces,
    space,
    status,
)
from installer.plan.operator_offers import state_of, unhealthy
from installer.plan.readiness import Failed, Readiness, Ready, Waiting, condition

_GROUP_REASONS = ("NoOperatorGroup", "TooManyOperatorGroups", "UnsupportedOperatorGroup", "NoTargetNamespaces")
# OLM itself tries again after these.
_HEALING = ("InstallCheckFailed", "ComponentUnhealthy", "InstallComponentFailed", "NeedsReinstall", "NeedsCertRotation")
_OWNERS = ("OwnerConflict", "InterOperatorGroupOwnerConflict")
_SUBSCRIPTION_FIXES = {
    "ResolutionFailed": "make the package, channel and version that it names available, or remove what contradicts it",
    "BundleUnpackFailed": "look at the bundle's Job in the catalog's namespace: mostly its image cannot be pulled",
    "CatalogSourcesUnhealthy": "repair or remove that CatalogSource: one that does not answer stops every resolution",
    "InstallPlanFailed": "remove what the InstallPlan met, then delete it and its Subscription and run install again",
    "InstallPlanMissing": "delete the Subscription, wait some seconds, then run install again",
}


def csv_readiness(csv: Object) -> Readiness:
    """A CSV is ready when it has Succeeded; Failed only where OLM does not try again by itself.

    Phases and reasons: https://pkg.go.dev/github.com/operator-framework/api/pkg/operators/v1alpha1
    """
    found = status(csv)
    phase, reason = found.get("phase") or "new", found.get("reason") or ""
    words = f"CSV {address(csv)} is {phase}: {found.get('message') or reason or 'no reason given'}"
    if phase == "Succeeded":
        return Ready()
    if phase == "Failed" and reason not in _HEALING:
        return Failed(f"{words} ({reason})" if reason else words)
    return Waiting(words)


def faults(olm: Olm, one: Installed) -> list[Problem]:
    """What keeps an operator that is subscribed or installed from Succeeded; nothing where it merely takes time."""
    crowded = list(_too_many(olm, one.namespace))
    if crowded or (one.csv is not None and isinstance(csv_readiness(one.csv), Ready)):
        return crowded
    grouped = list(group_faults(olm, one.namespace, needs_one=True))
    return [*grouped, *_subscription_faults(one.subscription), *_csv_faults(one.csv, is_grouped=not grouped)]


def group_faults(olm: Olm, namespace: str, *, needs_one: bool) -> Iterator[Problem]:
    """OLM installs nothing where two OperatorGroups are, and no operator for all namespaces where one is narrower."""
    groups = groups_in(olm, namespace)
    yield from _too_many(olm, namespace)
    if not groups and needs_one:
        fix = f"make one without targetNamespaces: kubectl create -n {namespace} -f OPERATORGROUP.yaml"
        message = f"no OperatorGroup in namespace {namespace}, where a Subscription of ours waits"
        yield _problem("operator-group-missing", message, fix)
    if len(groups) == 1 and not serves_all_namespaces(groups[0]):
        name = name_of(groups[0])
        targets = ", ".join((groups[0].get("spec") or {}).get("targetNamespaces") or ["what its selector finds"])
        message = f"OperatorGroup {namespace}/{name} serves {targets} only; the operator needs one for all namespaces"
        yield _problem(
            "operator-group-narrow", message, "widen it (no targetNamespaces, no selector) or move its operators"
        )


def place_faults(olm: Olm, namespace: str) -> Iterator[Problem]:
    """What would keep OLM from installing an operator in a namespace that has none of ours yet."""
    yield from (_going(one) for one in olm.namespaces if name_of(one) == namespace and is_going(one))
    yield from group_faults(olm, namespace, needs_one=False)
    for one in unhealthy(olm, namespace):
        message = f"CatalogSource {address(one)} is {state_of(one)}"
        fix = f"kubectl describe catalogsources.operators.coreos.com {name_of(one)} -n {space(one)}; "
        yield _problem("catalog-unhealthy", message, fix + _SUBSCRIPTION_FIXES["CatalogSourcesUnhealthy"])
    # A namespace is resolved as a whole.
    for one in olm.subscriptions:
        if space(one) == namespace:
            yield from _conditions(one, "ResolutionFailed")


def _too_many(olm: Olm, namespace: str) -> Iterator[Problem]:
    names = [name_of(one) for one in groups_in(olm, namespace)]
    if len(names) > 1:
        message = f"{len(names)} OperatorGroups in namespace {namespace}: {', '.join(names)} (TooManyOperatorGroups)"
        fix = f"keep exactly one: kubectl delete operatorgroups.operators.coreos.com NAME -n {namespace}"
        yield _problem("operator-groups-too-many", message, fix)


def _subscription_faults(subscription: Object | None) -> Iterator[Problem]:
    if subscription is not None:
        yield from _conditions(subscription, *_SUBSCRIPTION_FIXES)


def _conditions(subscription: Object, *kinds: str) -> Iterator[Problem]:
    for kind in kinds:
        found = condition(subscription, kind)
        if found.get("status") == "True":
            said = found.get("message") or found.get("reason") or "no reason given"
            message = f"Subscription {address(subscription)} of {package_of(subscription)}: {kind}: {said}"
            yield _problem("subscription-stuck", message, _SUBSCRIPTION_FIXES[kind])


def _csv_faults(csv: Object | None, *, is_grouped: bool) -> Iterator[Problem]:
    match csv and csv_readiness(csv):
        case Failed(why) if csv:
            reason = str(status(csv).get("reason") or "")
            if reason in _GROUP_REASONS and is_grouped:
                return  # OLM looks again by itself, now that the group is right
            yield _problem("csv-failed", why, _csv_fix(csv, reason))


def _csv_fix(csv: Object, reason: str) -> str:
    if reason in _OWNERS:
        return "another operator owns the same CRDs: remove one of the two"
    if reason in _GROUP_REASONS:
        return f"keep exactly one OperatorGroup without targetNamespaces in {space(csv)}"
    return f"kubectl describe clusterserviceversions.operators.coreos.com {name_of(csv)} -n {space(csv)}"


def _going(namespace: Object) -> Problem:
    message = f"namespace {name_of(namespace)} is being deleted"
    return _problem(
        "namespace-terminating", message, f"wait until it is gone: kubectl get namespace {name_of(namespace)}"
    )


def _problem(code: str, message: str, fix: str) -> Problem:
    return Problem(code, message, None, fix, ExitCode.FINDINGS)
