"""Checks of OLM: is it there, can it serve what we need, what is installed already. Approve and write nothing."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from installer.cluster.cluster import Object, Objects
from installer.cluster.kinds import (
    CATALOG_SOURCE,
    CSV,
    EVENTING,
    NO_COPIES,
    OPERATOR_GROUP,
    PACKAGE,
    PLATFORM,
    SERVING,
    SUBSCRIPTION,
)
from installer.flow.live_look import Look, Verdict, address, failed, passed, skipped, warned
from installer.knowledge.packages import csv_package, csv_version, minor_of, ours
from installer.knowledge.releases import Operator
from installer.plan.readiness import condition

_NO_OLM = "install OLM, or the operators in another way and use --skip-operators"
# Where the operators go when nobody has installed them.
_HOMES = ("openshift-serverless", "openshift-serverless-logic")
_BAD_CONDITIONS = ("ResolutionFailed", "BundleUnpackFailed")


def olm(look: Look) -> Verdict:
    missing = [kind for kind in (SUBSCRIPTION, CSV, CATALOG_SOURCE, OPERATOR_GROUP) if look.cluster.find(kind) is None]
    if not missing:
        return passed("OLM is there")
    needed = [kind for kind in (SERVING, EVENTING, PLATFORM) if look.cluster.find(kind) is None]
    if not needed:
        return warned("no OLM; the operators' CRDs are there without it", "use --skip-operators")
    return failed(f"no OLM: the cluster serves no {', '.join(map(str, missing))}", _NO_OLM)


def catalogs(look: Look) -> Verdict:
    found = look.list(CATALOG_SOURCE)
    bad = [f"{address(one)} is {_state(one)}" for one in found if _state(one) != "READY"]
    fix = "kubectl describe catalogsources.operators.coreos.com -A; one that is not ready stops every resolution"
    if not found:
        return failed("there is no CatalogSource", "add the catalog that serves the operators")
    if bad:
        return failed(f"{len(bad)} of {len(found)} CatalogSources: {'; '.join(bad)}", fix)
    return passed(f"{len(found)} CatalogSource(s), all ready")


def _state(catalog: Object) -> str:
    status = catalog.get("status") or {}
    return str((status.get("connectionState") or {}).get("lastObservedState") or "not connected")


def packages(look: Look) -> Verdict:
    """Every package that is not installed is served, with its channel and a version of the release's minor."""
    if look.release is None:
        return skipped("the release of RHDH is not known")
    wanted = [one for role, one in look.release.operators.items() if role in ("serverless", "logic")]
    installed = {one["spec"].get("name") for one in look.list(SUBSCRIPTION)}
    needed = [one for one in wanted if one.package not in installed]
    if not needed:
        return passed("every operator is subscribed already")
    served = look.list(PACKAGE, look.running.namespace)
    faults = [fault for one in needed if (fault := _fault(one, _named(served, one.package)))]
    if faults:
        return failed("; ".join(faults), "add or mirror the catalog that serves it, then wait until it is ready")
    return passed("; ".join(_offer(one, _named(served, one.package)) for one in needed))


def _named(served: Objects, package: str) -> Objects:
    return [one for one in served if one["metadata"]["name"] == package]


def _fault(wanted: Operator, served: Objects) -> str:
    if not served:
        return f"no catalog serves the package {wanted.package}"
    channels = [channel for one in served for channel in _channels(one)]
    named = [channel for channel in channels if channel.get("name") == wanted.channel]
    if not named:
        there = ", ".join(dict.fromkeys(str(channel.get("name")) for channel in channels))
        return f"package {wanted.package} has no channel {wanted.channel}; there is {there}"
    if wanted.version and not any(_versions(channel, wanted.version) for channel in named):
        return f"channel {wanted.channel} of {wanted.package} holds no version {wanted.version}"
    return ""


def _channels(package: Object) -> list[dict[str, Any]]:
    return list((package.get("status") or {}).get("channels") or [])


def _versions(channel: dict[str, Any], minor: str) -> list[str]:
    """The CSVs of a minor that a channel holds; OLM before 0.28 tells the head only."""
    entries = [one.get("name", "") for one in channel.get("entries") or []] or [channel.get("currentCSV", "")]
    return [name for name in entries if minor_of(csv_version(name)) == minor_of(minor)]


def _offer(wanted: Operator, served: Objects) -> str:
    catalog = (served[0].get("status") or {}).get("catalogSource", "a catalog")
    return f"{wanted.package} {wanted.version or ''} in channel {wanted.channel} of {catalog}".replace("  ", " ")


def installed(look: Look) -> Verdict:
    """What is there of Serverless and Serverless Logic in any namespace, with what would keep OLM from going on."""
    subscriptions = [one for one in look.list(SUBSCRIPTION) if one["spec"].get("name") in ours()]
    csvs = [one for one in look.list(CSV, labels=NO_COPIES) if csv_package(one["metadata"]["name"]) in ours()]
    faults = [*_double(subscriptions, csvs), *_stuck(subscriptions, csvs)]
    if faults:
        fix = (
            "remove what is too much, or bring it to Succeeded: kubectl describe subscriptions.operators.coreos.com -A"
        )
        return failed("; ".join(faults), fix)
    names = sorted(one["metadata"]["name"] for one in csvs)
    there = [f"{csv_package(name)} {csv_version(name)}" for name in names]
    other = list(_other_minors(look, csvs))
    if other:
        return warned("; ".join(other), "the combination is not in the vendor's matrix; upgrade or accept it")
    waiting = [address(one) for one in subscriptions if not (one.get("status") or {}).get("installedCSV")]
    if waiting:
        fix = "approve their InstallPlan, or let install do it"
        return warned(f"subscribed and not installed yet: {', '.join(waiting)}", fix)
    return passed(f"installed: {', '.join(there)}" if there else "neither Serverless nor Serverless Logic is installed")


def _double(subscriptions: Objects, csvs: Objects) -> Iterator[str]:
    """Two installs that own the same CRDs: the same package twice, or both names of Serverless Logic."""
    places: dict[str, set[str]] = {}
    for one in subscriptions:
        places.setdefault(one["spec"]["name"], set()).add(one["metadata"]["namespace"])
    for one in csvs:
        places.setdefault(csv_package(one["metadata"]["name"]), set()).add(one["metadata"]["namespace"])
    counts = Counter(one["spec"]["name"] for one in subscriptions)
    for package, count in counts.items():
        if count > 1:
            yield f"{package} is subscribed {count} times, in {', '.join(sorted(places[package]))}"
    logic = [package for package in ours("logic") if package in places]
    if len(logic) > 1:
        yield f"both packages of Serverless Logic are installed: {', '.join(_where(one, places) for one in logic)}"


def _where(package: str, places: dict[str, set[str]]) -> str:
    return f"{package} in {', '.join(sorted(places[package]))}"


def _stuck(subscriptions: Objects, csvs: Objects) -> Iterator[str]:
    for one in subscriptions:
        for kind in _BAD_CONDITIONS:
            found = condition(one, kind)
            if found.get("status") == "True":
                yield f"Subscription {address(one)}: {kind}: {found.get('message', '')}"
    for one in csvs:
        status = one.get("status") or {}
        if status.get("phase") not in ("Succeeded", "Replacing", "Deleting"):
            reason = status.get("message") or status.get("reason") or "no reason given"
            yield f"CSV {address(one)} is {status.get('phase', 'new')}: {reason}"


def _other_minors(look: Look, csvs: Objects) -> Iterator[str]:
    for role, wanted in look.release.operators.items() if look.release else ():
        for one in csvs if role in ("serverless", "logic") and wanted.version else ():
            name = one["metadata"]["name"]
            if csv_package(name) in ours(role) and minor_of(csv_version(name)) != minor_of(wanted.version or ""):
                said = f"RHDH {look.release.minor if look.release else ''} goes with {wanted.package} {wanted.version}"
                yield f"{name} is installed; {said}"


def groups(look: Look) -> Verdict:
    """Exactly one OperatorGroup in a namespace that has a Subscription of ours; at most one where we would make one."""
    found: dict[str, list[str]] = {}
    for one in look.list(OPERATOR_GROUP):
        found.setdefault(one["metadata"]["namespace"], []).append(one["metadata"]["name"])
    subscribed = {one["metadata"]["namespace"] for one in look.list(SUBSCRIPTION) if one["spec"].get("name") in ours()}
    faults = []
    for namespace in sorted({*subscribed, *_HOMES}):
        names = sorted(found.get(namespace, []))
        if len(names) > 1:
            faults.append(f"{len(names)} OperatorGroups in {namespace}: {', '.join(names)}")
        if not names and namespace in subscribed:
            faults.append(f"no OperatorGroup in {namespace}, which has a Subscription")
    if faults:
        return failed("; ".join(faults), "keep exactly one OperatorGroup in each: OLM installs nothing otherwise")
    return passed("no namespace of the operators lacks an OperatorGroup or has two")
