"""Reads OLM of a live cluster once, kind by kind. Decides nothing and writes nothing."""

from installer.cluster.cluster import Cluster, Lister, Objects
from installer.cluster.errors import NotServed
from installer.cluster.kinds import (
    CATALOG_SOURCE,
    CSV,
    INSTALL_PLAN,
    NAMESPACE,
    NO_COPIES,
    OPERATOR_GROUP,
    PACKAGE,
    SUBSCRIPTION,
)
from installer.cluster.resources import Kind
from installer.knowledge.packages import ours
from installer.knowledge.releases import Release
from installer.plan.olm import NO_OLM, Olm, installed
from installer.plan.operators import HOMES


def observe(cluster: Cluster, release: Release | None = None, *, lister: Lister | None = None) -> Olm:
    """OLM with everything that is subscribed, installed and planned.

    Packages are asked for by name, and only those of operators that are not there: all of a large catalog are tens of
    megabytes. `release` tells the names; without it all are asked for that any release knows. What an absent kind
    would hold is empty; without Subscriptions and CSVs there is no OLM. Raises InstallerError (DENIED, UNREACHABLE).

    :param lister: who lists, where the lists are of use to others too
    """
    eyes = lister or cluster
    if cluster.find(SUBSCRIPTION) is None or cluster.find(CSV) is None:
        return NO_OLM
    found = Olm(
        subscriptions=_all(eyes, SUBSCRIPTION),
        csvs=_all(eyes, CSV, NO_COPIES),
        groups=_all(eyes, OPERATOR_GROUP),
        catalogs=_all(eyes, CATALOG_SOURCE),
        install_plans=_all(eyes, INSTALL_PLAN),
        namespaces=_all(eyes, NAMESPACE),
    )
    names = [name for role in HOMES if not installed(found, ours(role)) for name in _names(role, release)]
    return _with(found, [one for name in names for one in _served(cluster, name)])


def _names(role: str, release: Release | None) -> tuple[str, ...]:
    return (release.operators[role].package,) if release else ours(role)


def _served(cluster: Cluster, package: str) -> Objects:
    """In the namespace where the first operator goes: its own catalogs and those for all namespaces."""
    try:
        return cluster.list(PACKAGE, HOMES["serverless"], fields=f"metadata.name={package}", page=0)
    except NotServed:
        return []


def _all(eyes: Lister, kind: Kind, labels: str = "") -> Objects:
    try:
        return eyes.list(kind, labels=labels)
    except NotServed:
        return []


def _with(olm: Olm, packages: Objects) -> Olm:
    return Olm(olm.subscriptions, olm.csvs, olm.groups, olm.catalogs, packages, olm.install_plans, olm.namespaces)
