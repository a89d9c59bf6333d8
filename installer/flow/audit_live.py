"""Reads what an audit judges from a cluster, in few requests. Judges nothing and writes nothing.

The lists of the kinds that the rules declare, each once; beside them at most six requests: what the API serves, the
Deployments, StatefulSets, ConfigMaps and Secrets of RHDH where no rule wants them, Helm's record of its release, and
the log of its plugin installer where that fails. The data index is not asked for its definitions: the API would have to
let us through to a Service, which nobody who only looks is allowed.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

from installer.audit.kinds import POD, Kind
from installer.audit.object import Object, every, mapping
from installer.audit.profile_kinds import OF_FINDING
from installer.audit.rule import Rule
from installer.audit.source import Source
from installer.cluster.cluster import Cluster, Objects
from installer.cluster.connect import connect
from installer.cluster.errors import ClusterError
from installer.cluster.options import ConnectionOptions
from installer.flow.audit_ahead import Begun
from installer.flow.audit_kinds import OF_RHDH, kinds_of_rules
from installer.flow.audit_live_instance import Reader, observe
from installer.flow.audit_live_lists import Lists, lists_of
from installer.flow.audit_rendered import rendered_of
from installer.flow.live_instance import Running
from installer.flow.live_observing import LiveObserved
from installer.flow.observing import read_text
from installer.instance.live import ref_of
from installer.instance.manifests import Manifests
from installer.instance.operator import INIT_CONTAINER
from installer.knowledge.releases import release
from installer.model.dataclass import dataclass
from installer.model.errors import InstallerError, Problem
from installer.plan.prediction import World

Sought = tuple[World | None, Problem | None]
_LINES = 200


@dataclass(frozen=True)
class Looked:
    """What is to be judged; and RHDH with its texts, None where it could not be told."""

    source: Source
    observed: LiveObserved | None


def of_cluster(
    connection: ConnectionOptions,
    rules: Iterable[Rule],
    selection: str | None,
    rhdh_version: str | None,
    defaults: str | None,
) -> Source:
    """What these rules want to see of a cluster; with -n of one namespace. Raises as `look`, and TARGET."""
    with closing(connect(connection)) as cluster:
        return look(cluster, asking(cluster, connection.namespace, rules), selection, rhdh_version, defaults).source


def of_begun(begun: Begun, selection: str | None) -> Source:
    """The same of a cluster that is being asked already. Raises as `look`."""
    with closing(begun.cluster):
        return look(begun.cluster, begun.lists, selection, None, None).source


def asking(cluster: Cluster, namespace: str | None, rules: Iterable[Rule]) -> Callable[[], Lists]:
    """Asks for what these rules want to see, when it is called."""
    return partial(lists_of, cluster, sorted({*kinds_of_rules(rules), *OF_FINDING}), namespace)


def look(
    cluster: Cluster,
    listing: Callable[[], Lists],
    selection: str | None,
    rhdh_version: str | None,
    defaults: str | None,
) -> Looked:
    """What is to be judged of a cluster that one is connected to.

    Raises InstallerError: TARGET (no such RHDH or release), DENIED where nothing may be read, UNREACHABLE.
    """
    asked = release(rhdh_version) if rhdh_version else None
    default_text = read_text(defaults) if defaults else None
    lists = listing()
    found = _found(partial(observe, Reader(cluster, lists), selection, asked, default_text))
    logs = _logs(cluster, lists, found.observed.running) if found.observed is not None else None
    return Looked(_source(lists, found, logs), found.observed)


@dataclass(frozen=True)
class _Found:
    """RHDH, or why it could not be told."""

    observed: LiveObserved | None
    problem: Problem | None = None


def _found(look: "partial[LiveObserved]") -> _Found:
    try:
        return _Found(look())
    except InstallerError as error:
        if error.problems[0].code == "instance-unknown":
            raise
        return _Found(None, error.problems[0])


def _source(lists: Lists, found: _Found, logs: Mapping[tuple[str, str, str], str] | None) -> Source:
    observed = found.observed
    unread = dict(_unread(lists))
    read = frozenset(lists.found) - frozenset(unread)
    within = {} if lists.within is None else {kind: frozenset({lists.within}) for kind in read - lists.everywhere}
    objects = (Object(ref_of(one), given=one) for kind in sorted(read) for one in lists.found[kind])
    return Source(
        "cluster",
        datetime.now(UTC),
        tuple(objects),
        read,
        observed.live.manifests if observed is not None else Manifests({}, ()),
        within=within,
        denied=unread,
        seek=partial(_told, (observed.world if observed is not None else None, found.problem)),
        parts={path: part.ref for path, part in observed.live.parts.items()} if observed is not None else {},
        logs=logs,
        rendered=rendered_of(observed.stored.manifest) if observed is not None and observed.stored else None,
    )


def _told(sought: Sought) -> Sought:
    return sought


def _unread(lists: Lists) -> Iterable[tuple[Kind, str]]:
    """The kinds of which nothing can be said, and why."""
    for kind, error in lists.refused.items():
        yield kind, error.problems[0].message
    if lists.within is None:
        return
    for kind in lists.everywhere:
        yield kind, f"{kind.kind} is in no namespace, and only namespace {lists.within} was looked at"
    for kind, objects in lists.found.items():
        if not objects and kind not in OF_RHDH | lists.unserved:
            yield kind, f"there is no {kind.kind} in namespace {lists.within}, and no other was looked at"


# -- why RHDH does not start


def _logs(cluster: Cluster, lists: Lists, running: Running) -> Mapping[tuple[str, str, str], str] | None:
    """The log of the plugin installer of RHDH's newest pod, where that fails or takes its time; one request."""
    pods = sorted(_pods(lists, running), key=lambda one: str(one["metadata"].get("creationTimestamp", "")))
    if not pods or not _is_installing(Object(ref_of(pods[-1]), given=pods[-1])):
        return None
    name = str(pods[-1]["metadata"]["name"])
    try:
        log = cluster.logs(running.namespace, name, INIT_CONTAINER, tail=_LINES)
    except ClusterError:  # no right to, or no container any more
        return None
    return {(running.namespace, name, INIT_CONTAINER): log}


def _pods(lists: Lists, running: Running) -> Objects:
    """The pods that the selector of RHDH's workload means."""
    spec = (running.workload or {}).get("spec") or {}
    wanted = mapping(mapping(spec.get("selector")).get("matchLabels")).items()
    inside = [one for one in lists.found.get(POD, []) if one["metadata"].get("namespace") == running.namespace]
    return [one for one in inside if wanted and wanted <= mapping(one["metadata"].get("labels")).items()]


def _is_installing(pod: Object) -> bool:
    """Whether its plugin installer has not ended well."""
    for _, status in every(pod.data, "status", "initContainerStatuses"):
        if status.get("name") == INIT_CONTAINER:
            ended = mapping(mapping(status.get("state")).get("terminated"))
            return not ended or ended.get("exitCode") != 0
    return False
