"""The lists that an audit of a cluster is made of: each kind once, several at a time. Judges nothing, writes nothing.

A list that is refused or not answered is kept as its error: what the rules make of that is no matter of ours.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from installer.apply.secret_types import HEAD_TYPE, NO_BYTES
from installer.audit.kinds import CRD, CSV, OPERATOR_GROUP, ORCHESTRATOR, SECRET, SERVICE_ACCOUNT, TASK, Kind
from installer.cluster.cluster import Cluster, Objects
from installer.cluster.errors import ClusterError, Forbidden, NotServed, Unauthorized
from installer.cluster.kinds import NO_COPIES
from installer.cluster.resources import Kind as Asked
from installer.cluster.resources import Resource
from installer.flow.several import Several
from installer.instance.stored_release import TYPE
from installer.model.dataclass import dataclass
from installer.model.errors import InstallerError

# A connection costs both sides more than a list does.
_AT_A_TIME = 4
# Of these the rules want to know that they are there; tests/live/test_audit_recorded.py holds them to it.
METADATA_ONLY = frozenset({OPERATOR_GROUP, ORCHESTRATOR, SERVICE_ACCOUNT, TASK})
# Neither Helm's records, of up to a megabyte each, nor the bytes of our own runs are anybody's configuration.
_SECRETS = f"type!={TYPE},type!={HEAD_TYPE},{NO_BYTES}"


@dataclass(frozen=True)
class Lists:
    """`found` holds also the `unserved` kinds, of which there can be nothing; `refused` why there is no list.

    `within` is the one namespace that was looked at, None for all; `everywhere` are the kinds that are in none.
    """

    found: Mapping[Kind, Objects]
    refused: Mapping[Kind, ClusterError]
    within: str | None
    everywhere: frozenset[Kind]
    unserved: frozenset[Kind]


def lists_of(cluster: Cluster, kinds: Iterable[Kind], namespace: str | None) -> Lists:
    """The objects of each kind, of one namespace where it is given; then kinds that are in none are left out.

    Raises Unauthorized, and the first refusal where nothing at all may be read or nobody answers.
    """
    return begin_lists(cluster, tuple(kinds), namespace)()


def begin_lists(cluster: Cluster, kinds: Sequence[Kind], namespace: str | None) -> Callable[[], Lists]:
    """Asks for them, and gives back what waits for the answers and raises as `lists_of`."""
    of_core = [kind for kind in kinds if not kind.group]
    served = _served(cluster, of_core)
    wanted = _wanted(served, namespace)
    # Core is the same everywhere; what else there is has to be asked for, over one connection more.
    asking = Several(partial(_listed, cluster, namespace), wanted, _AT_A_TIME - 1)
    served |= _served(cluster, [kind for kind in kinds if kind.group])
    more = [kind for kind in _wanted(served, namespace) if kind.group]
    asking.add(more)
    everywhere = frozenset(kind for kind, one in served.items() if one is not None and not one.namespaced)
    unserved = frozenset(kind for kind, one in served.items() if one is None)
    known = Lists({kind: [] for kind in unserved}, {}, namespace, everywhere, unserved)
    return partial(_answered, asking, [*wanted, *more], known)


def _served(cluster: Cluster, kinds: Iterable[Kind]) -> dict[Kind, Resource | None]:
    return {kind: cluster.find(asked(kind)) for kind in kinds}


def _wanted(served: Mapping[Kind, Resource | None], namespace: str | None) -> list[Kind]:
    """Those that can be listed; of what is in no namespace nothing, where there is to be one."""
    return [kind for kind, one in served.items() if one is not None and (one.namespaced or not namespace)]


def _answered(asking: "Several[Kind, Objects | ClusterError]", wanted: Sequence[Kind], known: Lists) -> Lists:
    answers = dict(zip(wanted, asking.answers(), strict=True))
    refused = {kind: one for kind, one in answers.items() if isinstance(one, ClusterError)}
    if refused and len(refused) == len(answers):
        raise _refusal(next(iter(refused.values())), known.within)
    found = {kind: one for kind, one in answers.items() if not isinstance(one, ClusterError)}
    return replace(known, found={**known.found, **found}, refused=refused)


def _refusal(error: ClusterError, namespace: str | None) -> InstallerError:
    """Whoever may not look everywhere may look somewhere."""
    if namespace is not None or not isinstance(error, Forbidden):
        return error
    fix = "look in one namespace, with -n NAMESPACE; rhdh-orchestrator rbac print --for audit prints the roles"
    return InstallerError(replace(error.problems[0], fix=fix))


def asked(kind: Kind) -> Asked:
    """A kind as the API is asked for it, in the version that it prefers."""
    return Asked(kind.group, kind.kind)


def _listed(cluster: Cluster, namespace: str | None, kind: Kind) -> Objects | ClusterError:
    try:
        if kind in METADATA_ONLY:
            return cluster.names(asked(kind), namespace)
        if kind == CRD:
            return _definitions(cluster)
        labels = NO_COPIES if kind == CSV else ""
        return cluster.list(asked(kind), namespace, labels=labels, fields=_SECRETS if kind == SECRET else "")
    except NotServed:
        return []
    except Unauthorized:
        raise
    except ClusterError as error:
        return error


def _definitions(cluster: Cluster) -> Objects:
    """Without their schemas, which are megabytes: of the rest the rules want to know whether each is Established.

    What is served is: "Established" stands for that (k8s.io/apiextensions-apiserver, apis/apiextensions/types.go).
    """
    found = cluster.names(asked(CRD))
    if not all(cluster.is_served(one["metadata"]["name"]) for one in found):
        return cluster.list(asked(CRD))
    return [{**one, "status": {"conditions": [{"type": "Established", "status": "True"}]}} for one in found]
