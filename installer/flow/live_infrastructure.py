"""Reads what a cluster has of the Orchestrator's infrastructure, each kind once. Judges and writes nothing."""

from installer.cluster.cluster import Cluster, Lister, Objects
from installer.cluster.errors import NotFound, NotServed
from installer.cluster.eyes import Eyes, Question
from installer.cluster.kinds import (
    EVENTING,
    NAMESPACE,
    NETWORK_POLICY,
    OPENSHIFT,
    PLATFORM,
    SECRET,
    SERVICE,
    SERVING,
    STATEFUL_SET,
)
from installer.cluster.resources import Kind
from installer.desired.infrastructure import Existing, InfrastructureGoal, Place, needs_database_secret, place
from installer.desired.values import at, overlaid
from installer.flow.live_secrets import secrets, with_history
from installer.instance.stored_release import StoredRelease, applied, newest
from installer.knowledge.chart import orchestrator
from installer.knowledge.releases import Release
from installer.model.errors import ExitCode, fail
from installer.model.run import RELEASE

EVERYWHERE = (NAMESPACE, SERVING, EVENTING, PLATFORM)
_BESIDE_THE_PLATFORM = (SERVICE, STATEFUL_SET, NETWORK_POLICY)


def observe(
    cluster: Cluster,
    rhdh_namespace: str,
    release: Release,
    infrastructure_namespace: str | None = None,
    *,
    lister: Lister | None = None,
) -> Existing:
    """What there is, in nine requests at most. Raises InstallerError: Forbidden, and DECIDE as `place`.

    :param lister: who lists, where the lists are of use to others too
    """
    eyes = lister or cluster
    records = with_history(eyes, secrets(eyes, rhdh_namespace), RELEASE, rhdh_namespace)
    stored = newest(records, RELEASE)
    found = [one for kind in EVERYWHERE for one in _listed(eyes, kind)]
    platforms = tuple(one for one in found if one["kind"] == PLATFORM.kind)
    where = place(
        release,
        rhdh_namespace=rhdh_namespace,
        infrastructure_namespace=infrastructure_namespace,
        platforms=platforms,
        stored=stored,
    )
    if isinstance(eyes, Eyes):
        eyes.ahead(Question(kind, where.namespace) for kind in _BESIDE_THE_PLATFORM)
    found += [one for kind in _BESIDE_THE_PLATFORM for one in _listed(eyes, kind, where.namespace)]
    return Existing(
        objects=tuple(found),
        kinds=frozenset(one.kind for one in (*EVERYWHERE, *_BESIDE_THE_PLATFORM)),
        stored=stored,
        applied=applied(records, RELEASE),
        has_database_secret=_has_database_secret(cluster, where, stored),
        is_openshift=cluster.serves(OPENSHIFT),
    )


def refuse_unserved(cluster: Cluster, goal: InfrastructureGoal) -> None:
    """Where operators are left as they are, nobody brings what they have not brought yet.

    Raises InstallerError (FINDINGS, "operators-missing") before a run would wait for it in vain.
    """
    from installer.apply.infrastructure_waits import needed_kinds  # noqa: PLC0415 - with --skip-operators only

    kinds = dict.fromkeys(kind for stage in goal.stages for kind in needed_kinds(goal.step(stage)))
    if any(cluster.find(kind) is None for kind in kinds):
        cluster.look_again()
    absent = [str(kind.kind) for kind in kinds if cluster.find(kind) is None]
    if absent:
        message = f"this cluster serves no {', '.join(absent)}: with --skip-operators nothing brings what serves them"
        fix = "install those operators first, or leave --skip-operators out"
        raise fail(ExitCode.FINDINGS, "operators-missing", message, fix=fix)


def _listed(eyes: Lister, kind: Kind, namespace: str | None = None) -> Objects:
    try:
        return eyes.list(kind, namespace)
    except NotServed:
        return []


def _has_database_secret(cluster: Cluster, where: Place, stored: StoredRelease | None) -> bool:
    """Whether what the release's bundled database waits for is there; not asked where there is no such release."""
    if stored is None or not needs_database_secret(stored.values):
        return False
    name = at(overlaid(orchestrator().defaults, stored.values), "postgres", "authSecret", "name")
    try:
        cluster.get(SECRET, str(name), where.namespace)
    except NotFound:
        return False
    return True
