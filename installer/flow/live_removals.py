"""What of the Orchestrator is on a cluster through us, and what of it goes or stays in an uninstall. Writes nothing."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from installer.apply.journal import label_of
from installer.apply.removal import ref_of
from installer.cluster.cluster import Cluster, Object, Objects
from installer.cluster.errors import Forbidden, NotFound, NotServed
from installer.cluster.kinds import (
    BACKSTAGE,
    CONFIG_MAP,
    CSV,
    DEPLOYMENT,
    EVENTING,
    NAMESPACE,
    OPERATOR_GROUP,
    SECRET,
    SERVING,
    STATEFUL_SET,
    SUBSCRIPTION,
)
from installer.cluster.resources import Kind
from installer.desired.infrastructure import is_ours
from installer.desired.manifests import objects_of, refs_of
from installer.desired.values import at
from installer.flow.live_instance import Running
from installer.flow.live_strangers import strangers
from installer.instance.instance import NPMRC
from installer.instance.stored_release import StoredRelease, labels, newest
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.run import MANAGER, RELEASE

CLAIM = Kind("", "PersistentVolumeClaim")
_PART = "app.kubernetes.io/part-of=orchestrator"
_MADE_BY_US = f"app.kubernetes.io/managed-by={MANAGER}"
# A StatefulSet's controller puts the labels of its selector on the claims that it makes (kubernetes/kubernetes,
# pkg/controller/statefulset/stateful_set_utils.go).
_CLAIMS = f"app.kubernetes.io/instance={RELEASE},app.kubernetes.io/name=sonataflow-postgresql"
_JOURNAL = f"{MANAGER}/role"
_USERS = (BACKSTAGE, DEPLOYMENT, STATEFUL_SET)
_OF_KNATIVE = frozenset({"knative-serving", "knative-eventing"})


@dataclass(frozen=True, slots=True)
class Told:
    """What goes although it may be shared or hold data: only what somebody says."""

    operators: bool = False
    knative: bool = False
    data: bool = False
    namespaces: bool = False
    keep_journal: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """Our Helm release; `brought` is what goes with it."""

    namespace: str
    brought: tuple[Ref, ...]

    @property
    def name(self) -> str:
        return f"helm uninstall: {RELEASE}"


@dataclass(frozen=True, slots=True)
class Deletion:
    """Objects that are deleted as they were seen, in one step."""

    name: str
    objects: tuple[Object, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An object of ours that stays, and why."""

    ref: Ref
    why: str

    @property
    def name(self) -> str:
        return f"keep: {self.ref}"


Removal = Release | Deletion | Kept


def removals(cluster: Cluster, running: Running, told: Told) -> tuple[Removal, ...]:
    """What goes, in the order in which it must, and what stays. Raises Forbidden."""
    stored = newest(cluster.list(SECRET, running.namespace, labels=labels(RELEASE)), RELEASE)
    look = _Look(cluster, running, stored)
    found: list[Removal] = []
    if stored is not None and stored.state != "uninstalled":
        found.append(Release(running.namespace, _brought(stored)))
    found += look.shared(told.knative, "--knative", (SERVING, EVENTING))
    found += look.shared(told.operators, "--operators", (SUBSCRIPTION, OPERATOR_GROUP))
    found += look.data(told=told.data)
    found += look.own()
    found += look.namespaces(found, told=told.namespaces)
    found += look.journal(keep=told.keep_journal)
    return tuple(found)


def occupied(cluster: Cluster, namespace: str, going: frozenset[tuple[str, str]] = frozenset()) -> str:
    """Why a namespace stays; "" where nothing is in it but what goes."""
    try:
        found = strangers(cluster, namespace, going)
    except Forbidden as error:
        return f"what is in it may not be seen ({error.problems[0].message})"
    return f"it holds what does not go: {found}" if found else ""


def _going(found: list[Removal]) -> Iterator[Ref]:
    for one in found:
        match one:
            case Release(brought=brought):
                yield from brought
            case Deletion(objects=objects):
                yield from map(ref_of, objects)
            case Kept():
                pass


def _brought(stored: StoredRelease) -> tuple[Ref, ...]:
    """What Helm deletes: the objects of the manifest that no policy keeps."""
    kept = {_address(one) for one in objects_of(stored.manifest) if _is_kept(one)}
    found = refs_of(stored.manifest, stored.namespace)
    return tuple(one for one in found if (one.kind, one.name) not in kept)


def _is_kept(one: Mapping[str, Any]) -> bool:
    return ((one.get("metadata") or {}).get("annotations") or {}).get("helm.sh/resource-policy") == "keep"


def _address(one: Mapping[str, Any]) -> tuple[str, str]:
    return str(one["kind"]), str(one["metadata"]["name"])


@dataclass
class _Look:
    """The release may be gone already, after an uninstall that was stopped: what it kept still bears its mark."""

    cluster: Cluster
    running: Running
    stored: StoredRelease | None

    def shared(self, told: bool, option: str, kinds: tuple[Kind, ...]) -> Iterator[Removal]:  # noqa: FBT001
        """What others may use too."""
        for kind in kinds:
            for one in self._marked(kind):
                if not told:
                    yield Kept(ref_of(one), f"others may use it; {option} deletes it")
                    continue
                yield _deletion(one)
                if kind == SUBSCRIPTION:
                    yield from self._csv(one)

    def _csv(self, subscription: Object) -> Iterator[Removal]:
        """What a Subscription has installed stays behind it."""
        name = (subscription.get("status") or {}).get("installedCSV")
        found = (
            _found(lambda: self.cluster.get(CSV, str(name), subscription["metadata"]["namespace"])) if name else None
        )
        if found is not None:
            yield _deletion(found)

    def data(self, *, told: bool) -> Iterator[Removal]:
        """The database's credentials and its volume."""
        for namespace in self._places():
            secrets = [one for one in self._listed(SECRET, namespace, _PART) if self._is_data(one)]
            for one in [*self._listed(CLAIM, namespace, _CLAIMS), *secrets]:
                yield _deletion(one) if told else Kept(ref_of(one), "it holds data; --data deletes it")

    def _is_data(self, secret: Object) -> bool:
        if is_ours(secret, self.running.namespace):
            return True
        return _is_by_us(secret) and not _is_journal(secret) and NPMRC not in (secret.get("data") or {})

    def _places(self) -> list[str]:
        """Where our database can be: only namespaces that our own release says, or has said."""
        if self.stored is not None:
            given = at(self.stored.values, "orchestrator", "namespace") or self.running.namespace
            return list(dict.fromkeys([self.running.namespace, str(given)]))
        operators = {one["metadata"]["namespace"] for one in self._marked(SUBSCRIPTION)}
        marked = {one["metadata"]["name"] for one in self._marked(NAMESPACE)} - operators - _OF_KNATIVE
        return [self.running.namespace, *sorted(marked)]

    def own(self) -> Iterator[Removal]:
        """ConfigMaps and Secrets that an installation has made beside RHDH."""
        users = self._users()
        found = self._listed(CONFIG_MAP, self.running.namespace, _MADE_BY_US)
        secrets = self._listed(SECRET, self.running.namespace, _MADE_BY_US)
        found += [one for one in secrets if NPMRC in (one.get("data") or {})]
        for one in found:
            user = users.get(one["metadata"]["name"])
            if user is not None:
                yield Kept(ref_of(one), f"{user} refers to it")
            else:
                yield _deletion(one)

    def _users(self) -> dict[str, Ref]:
        """Who refers to a name: another RHDH of the namespace may use what was made for this one, or the like of it."""
        own = [one for one in (self.running.resource, self.running.workload) if one is not None]
        there = [one for kind in _USERS for one in self._listed(kind, self.running.namespace, "")]
        return {name: ref_of(one) for one in (*there, *own) for name in _texts(one.get("spec"))}

    def namespaces(self, others: list[Removal], *, told: bool) -> Iterator[Removal]:
        """After all `others`, which may empty them."""
        going = list(_going(others))
        for one in self._marked(NAMESPACE):
            name = one["metadata"]["name"]
            if not told:
                yield Kept(ref_of(one), "--namespaces deletes it, if nothing of others is in it")
            elif name != self.running.namespace:
                inside = frozenset((ref.kind, ref.name) for ref in going if ref.namespace == name)
                why = occupied(self.cluster, name, inside)
                yield Kept(ref_of(one), why) if why else _deletion(one)

    def journal(self, *, keep: bool) -> Iterator[Removal]:
        """The records of every run on this RHDH."""
        labels_ = f"{_MADE_BY_US},{_JOURNAL},{MANAGER}/instance={label_of(self.running.name)}"
        found = self._listed(SECRET, self.running.namespace, labels_)
        if found and not keep:
            yield Deletion(f"delete: journal ({len(found)} Secrets)", tuple(found))

    def _marked(self, kind: Kind) -> Objects:
        found = self._listed(kind, None, _PART)
        return [one for one in found if is_ours(one, self.running.namespace)]

    def _listed(self, kind: Kind, namespace: str | None, selector: str) -> Objects:
        try:
            return self.cluster.list(kind, namespace, labels=selector)
        except NotServed:
            return []


def _deletion(one: Object) -> Deletion:
    return Deletion(f"delete: {ref_of(one)}", (one,))


def _found(get: Callable[[], Object]) -> Object | None:
    try:
        return get()
    except (NotFound, NotServed):
        return None


def _is_by_us(one: Object) -> bool:
    return (one["metadata"].get("labels") or {}).get("app.kubernetes.io/managed-by") == MANAGER


def _is_journal(one: Object) -> bool:
    return _JOURNAL in (one["metadata"].get("labels") or {})


def _texts(value: Any) -> Iterator[str]:
    """Every text in a specification: wherever a name stands, it is a reference."""
    match value:
        case str():
            yield value
        case Mapping():
            for one in value.values():
                yield from _texts(one)
        case list() | tuple():
            for one in value:
                yield from _texts(one)
        case _:
            return
