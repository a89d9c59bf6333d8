"""Observes one RHDH of a cluster: its objects as manifests, which release, which default file. Writes nothing."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from installer.cluster.cluster import Cluster, Lister, Object, Objects
from installer.cluster.errors import Forbidden, NotFound, NotServed
from installer.cluster.kinds import CONFIG_MAP, ROUTE, SUBSCRIPTION
from installer.flow.live_gitops import kept
from installer.flow.live_instance import Running
from installer.flow.live_secrets import configuration, secrets
from installer.flow.observing import orchestrator_of, read_text
from installer.instance import live, operator, plain
from installer.instance.instance import Instance
from installer.instance.live import Live, path_of, ref_of
from installer.instance.objects import Objects as Referred
from installer.instance.stored_release import StoredRelease, newest
from installer.instance.tracking import keeper_of
from installer.knowledge.releases import Release, release
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.run import Target
from installer.plan.prediction import World


@dataclass(frozen=True)
class LiveObserved:
    """`stored` is the Helm release of RHDH, None in the other flavours."""

    running: Running
    live: Live
    world: World
    stored: StoredRelease | None

    @property
    def target(self) -> Target:
        running = self.running
        return Target(
            running.flavour,
            running.namespace,
            running.name,
            self.world.release.version,
            live.ref_of(running.resource) if running.resource else None,
            live.ref_of(running.workload) if running.workload else None,
        )


def observe(
    cluster: Cluster,
    running: Running,
    rhdh_version: str | None,
    defaults: str | None,
    others: Objects,
    *,
    lister: Lister | None = None,
) -> LiveObserved:
    """Everything about one RHDH that a plan needs.

    :param lister: who lists, where the lists are of use to others too
    :param others: objects read already that may tell the release (Subscriptions of RHDH's operator)
    Raises InstallerError: TARGET, INVALID, DECIDE, DENIED, as on a directory.
    """
    asked = release(rhdh_version) if rhdh_version else None
    default_text = read_text(defaults) if defaults else None
    found_secrets = secrets(lister or cluster, running.namespace)
    maps = (lister or cluster).list(CONFIG_MAP, running.namespace, page=0)
    by_git = kept(lister or cluster, [*_own(running), *maps])
    return observed(running, found_secrets, [*maps, *_route(cluster, running), *others], asked, default_text, by_git)


def observed(
    running: Running,
    found_secrets: Objects,
    others: Objects,
    asked: Release | None,
    default_text: str | None,
    by_git: Collection[Ref] = (),
) -> LiveObserved:
    """The same of what was read already: Secrets, with Helm's records of RHDH's release, and other objects.

    :param asked: the release where somebody names it
    :param by_git: what an Argo CD keeps without a mark that is its alone
    Raises as `observe`.
    """
    stored = _stored(found_secrets, running) if running.flavour == "helm" else None
    found = [*_own(running), *others, *configuration(found_secrets)]
    shown = live.read(found, (stored.name, stored.values) if stored else None, by_git)
    _refuse_unreadable(shown, running)
    instance = _instance(shown, running, stored)
    chosen = asked or _release_of(running, instance)
    return LiveObserved(running, shown, World(instance, chosen, default_text, orchestrator_of(chosen)), stored)


def telling(cluster: Lister, running: Running) -> Objects:
    """The Subscription of RHDH's own operator, where nothing else tells the release."""
    if running.version is not None or running.flavour != "operator":
        return []
    try:
        found = cluster.list(SUBSCRIPTION, page=0)
    except (NotServed, Forbidden):
        return []
    return [one for one in found if (one.get("spec") or {}).get("name") == "rhdh"]


def _own(running: Running) -> Iterator[Object]:
    yield from (one for one in (running.resource, running.workload) if one is not None)


def _route(cluster: Cluster, running: Running) -> Iterator[Object]:
    """What the operator makes of a resource tells the address of RHDH; it is no need."""
    if running.flavour != "operator" or not cluster.serves(ROUTE.group):
        return
    try:
        yield cluster.get(ROUTE, operator.owned_name("", running.name), running.namespace)
    except (NotFound, NotServed, Forbidden):
        return


def _stored(found_secrets: Objects, running: Running) -> StoredRelease:
    """The newest revision of RHDH's release. Raises InstallerError (TARGET) where Helm keeps it elsewhere."""
    found = newest(found_secrets, running.name)
    if found is None:
        raise fail(
            ExitCode.TARGET,
            "release-missing",
            f"the workload of {running.address} says that Helm made it, but {running.namespace} holds no Secret of a "
            "Helm release of that name",
            fix=f"helm list -n {running.namespace}; HELM_DRIVER other than secret is not supported",
        )
    return found


def _refuse_unreadable(shown: Live, running: Running) -> None:
    """Raises InstallerError (INVALID) where RHDH's own objects or values are beyond our bounds."""
    needed = [path_of(ref_of(one)) for one in _own(running)] + [shown.values or ""]
    broken = [one for path in needed if (one := shown.manifests.unreadable_at(path))]
    if broken:
        raise InstallerError(*(one.problem("it is RHDH itself") for one in broken))


def _instance(shown: Live, running: Running, stored: StoredRelease | None) -> Instance:
    objects = Referred(shown.manifests)
    if stored is not None:
        from installer.flow.live_helm import instance_of  # noqa: PLC0415 - one flavour of three

        instance = instance_of(objects, shown, running, stored)
    else:
        candidates = [*operator.find(objects), *plain.find(objects)]
        instance = next(one for one in candidates if one.is_called(running.address)).build()
    return replace(instance, managed_by=keeper_of(running.resource or running.workload or {}) or instance.managed_by)


def _release_of(running: Running, instance: Instance) -> Release:
    if instance.version is None:
        raise fail(
            ExitCode.TARGET,
            "unknown-version",
            f"nothing on the cluster tells the release of RHDH {running.address} (image tag, chart version, operator)",
            fix="add --rhdh-version X.Y",
        )
    return release(instance.version)
