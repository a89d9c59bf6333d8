"""What RHDH's Orchestrator stands on: which operators and stages a cluster still needs. Looks, and writes nothing."""

from installer.apply.releases import refuse_pending
from installer.cluster.cluster import Cluster, Lister
from installer.desired.infrastructure import InfrastructureGoal
from installer.desired.infrastructure import build as build_infrastructure
from installer.flow import live_infrastructure, live_olm
from installer.knowledge.releases import Release
from installer.model.dataclass import dataclass
from installer.plan.operators import Wanted, decide, leave


@dataclass(frozen=True, slots=True)
class Surveyed:
    """`base` is the newest revision of our own Helm release, None where there is none."""

    wanted: Wanted
    infrastructure: InfrastructureGoal
    base: int | None


def survey(
    cluster: Cluster,
    lister: Lister,
    namespace: str,
    release: Release,
    *,
    infrastructure_namespace: str | None = None,
    skip_operators: bool = False,
    approve: tuple[str, ...] = (),
) -> Surveyed:
    """Operators and infrastructure. Raises InstallerError for what OLM, Helm or two platforms leave to a person.

    :param namespace: RHDH's
    :param lister: who lists, where the lists are of use to others too
    """
    existing = live_infrastructure.observe(cluster, namespace, release, infrastructure_namespace, lister=lister)
    refuse_pending(existing.stored)
    own = namespace if existing.stored else None
    olm = live_olm.observe(cluster, release, lister=lister)
    if skip_operators:
        wanted = leave(olm, namespace=own)
    else:
        wanted = decide(olm, release, openshift=existing.is_openshift, allowed=approve, namespace=own)
    goal = build_infrastructure(
        release,
        operators_values=wanted.values,
        rhdh_namespace=namespace,
        infrastructure_namespace=infrastructure_namespace,
        existing=existing,
    )
    if skip_operators:
        live_infrastructure.refuse_unserved(cluster, goal)
    return Surveyed(wanted, goal, existing.stored.revision if existing.stored else None)
