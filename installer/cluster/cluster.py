"""Reads and writes objects of one cluster through a small interface. Knows no object's meaning."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from installer.cluster.deadline import Deadline
from installer.cluster.errors import Gone, NotFound, NotServed, Unreachable
from installer.cluster.remembering import Memory
from installer.cluster.resources import Kind, Resource, Resources
from installer.cluster.sending import ATTEMPTS, CONFLICT, MISSING, Asked, Query, Repeated, Sender, parsed
from installer.cluster.transport import Transport

Object = dict[str, Any]
Objects = list[Object]
PAGE = 500
_POD = Kind("", "Pod")
_LOG = Resource("", "v1", "Pod", "pods/log", namespaced=True)
_LOG_BYTES = 1024 * 1024
_MERGE = "application/merge-patch+json"
_JSON = "application/json"
_METADATA = f"{_JSON};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,{_JSON}"


class Lister(Protocol):
    """A cluster, or eyes that remember what they have seen of it."""

    def list(
        self, kind: Kind, namespace: str | None = None, *, labels: str = "", fields: str = "", page: int = PAGE
    ) -> Objects: ...


class Cluster:
    """One cluster. `namespace` is the one of the context, `server` its address without credentials.

    Every method raises InstallerError: Forbidden and Unauthorized (DENIED), Unreachable, NotServed (TARGET), and
    what it names itself. Objects are plain JSON data.
    """

    def __init__(self, transport: Transport, memory: Memory, namespace: str) -> None:
        self._sender = Sender(transport)
        self._transport = transport
        self._resources = Resources(self._sender.ask, memory)
        self.namespace = namespace
        self.server = transport.place

    @property
    def requests(self) -> int:
        """Everything that was asked of the API so far, discovery and second tries too."""
        return self._transport.requests

    @property
    def deadline(self) -> Deadline:
        return self._transport.deadline

    def close(self) -> None:
        self._transport.close()

    # -- what there is

    def find(self, kind: Kind) -> Resource | None:
        """How a kind is addressed; None where the server does not serve it."""
        return self._resources.find(kind)

    def namespaced(self) -> tuple[Resource, ...]:
        """Every kind whose objects live in namespaces, each once."""
        return self._resources.namespaced()

    def look_again(self) -> None:
        """Ask anew what the server serves: a kind has come since."""
        self._resources.forget()

    def is_served(self, definition: str) -> bool:
        """Whether the kind of a CustomResourceDefinition, by its name, is known to be served; nobody is asked."""
        plural, _, group = definition.partition(".")
        return self._resources.is_served(plural, group)

    def serves(self, group: str) -> bool:
        """Whether the server has an API group."""
        return self._resources.serves(group)

    def version(self) -> str:
        """The server's own word, such as v1.31.4."""
        return str(self._sender.ask("/version").get("gitVersion", ""))

    # -- reading

    def get(self, kind: Kind, name: str, namespace: str | None = None) -> Object:
        """One object. Raises NotFound."""

        def ask(resource: Resource) -> Object:
            asked = Asked("get", resource, namespace, name)
            return parsed(self._sender.send("GET", resource.path(namespace, name), asked))

        return self._of(kind, ask)

    def list(
        self, kind: Kind, namespace: str | None = None, *, labels: str = "", fields: str = "", page: int = PAGE
    ) -> Objects:
        """Every object, of all namespaces where none is given, each with its apiVersion and kind; read in pages."""
        return self.listed(kind, namespace, labels=labels, fields=fields, page=page)[0]

    def names(self, kind: Kind, namespace: str | None = None, *, page: int = PAGE) -> Objects:
        """As `list`, of each object only apiVersion, kind and metadata.

        https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-requests
        """
        found = self.listed(kind, namespace, page=page, accept=_METADATA)[0]
        api_version = self._resources.need(kind).api_version
        return [{**one, "apiVersion": api_version, "kind": kind.kind} for one in found]

    def listed(
        self,
        kind: Kind,
        namespace: str | None = None,
        *,
        labels: str = "",
        fields: str = "",
        page: int = PAGE,
        accept: str = _JSON,
    ) -> tuple[Objects, str]:
        """As `list`, with the resourceVersion that a watch goes on from."""
        query = _query(labelSelector=labels, fieldSelector=fields)
        for _ in range(ATTEMPTS):
            try:
                return self._pages(kind, namespace, [*query, ("limit", str(page))], accept)
            except Gone:  # the continue token is too old: half a list is none
                continue
        raise Unreachable(f"{kind} changes faster than it can be listed")

    def _pages(self, kind: Kind, namespace: str | None, query: Query, accept: str) -> tuple[Objects, str]:
        found: Objects = []
        token, version = "", ""
        while True:
            answer = self._page(kind, namespace, [*query, *_query(**{"continue": token})], accept)
            api_version = str(answer.get("apiVersion", ""))
            found += [{"apiVersion": api_version, "kind": kind.kind, **one} for one in answer.get("items") or []]
            metadata = answer.get("metadata") or {}
            version = str(metadata.get("resourceVersion") or version)
            token = str(metadata.get("continue") or "")
            if not token:
                return found, version

    def _page(self, kind: Kind, namespace: str | None, query: Query, accept: str) -> Object:
        def ask(resource: Resource) -> Object:
            asked = Asked("list", resource, namespace)
            return parsed(self._sender.send("GET", resource.path(namespace), asked, query=query, accept=accept))

        return self._of(kind, ask)

    def logs(self, namespace: str, pod: str, container: str, *, previous: bool = False, tail: int = 200) -> str:
        """The last lines of a container's log, `previous` of its run before; a mebibyte at most.

        Raises NotFound; Refused where that container, or a run before, is not there; Forbidden (get pods/log).
        """
        path = f"{self._resources.need(_POD).path(namespace, pod)}/log"
        query = _query(container=container, previous="true" if previous else "")
        query += [("tailLines", str(tail)), ("limitBytes", str(_LOG_BYTES))]
        answer = self._sender.send("GET", path, Asked("get", _LOG, namespace, pod), query=query, accept="*/*")
        return bytes(answer.data).decode("utf-8", "replace")

    def stream(
        self, kind: Kind, namespace: str | None, version: str, *, seconds: float, labels: str = "", fields: str = ""
    ) -> Any:
        """The raw answer of one watch from a resourceVersion. Raises Gone; `watching` makes events of it."""
        resource = self._resources.need(kind)
        whole = max(1, int(seconds))
        query = [
            ("watch", "1"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", version),
            ("timeoutSeconds", str(whole)),
            *_query(labelSelector=labels, fieldSelector=fields),
        ]
        asked = Asked("watch", resource, namespace)
        return self._sender.send("GET", resource.path(namespace), asked, query=query, watch=float(whole))

    def _of(self, kind: Kind, ask: Callable[[Resource], Object]) -> Object:
        """Ask about a kind; where the server knows no such path any more, look again at what it serves, once."""
        resource = self._resources.need(kind)
        try:
            return ask(resource)
        except NotServed:
            self._resources.forget()
            return ask(self._resources.need(kind))

    # -- writing

    def create(self, kind: Kind, manifest: Mapping[str, Any], namespace: str | None = None) -> Object:
        """Create an object, once. Raises Conflict where it exists."""
        resource, body = self._new(kind, manifest)
        name = str((manifest.get("metadata") or {}).get("name", ""))
        asked = Asked("create", resource, namespace, name)
        return parsed(self._sender.send("POST", resource.path(namespace), asked, body=body))

    def review(self, kind: Kind, manifest: Mapping[str, Any]) -> Object:
        """A question in the form of a creation, which stores nothing (SelfSubjectAccessReview): repeated as a read."""
        resource, body = self._new(kind, manifest)
        return parsed(self._sender.send("POST", resource.path(), Asked("create", resource), body=body, is_safe=True))

    def _new(self, kind: Kind, manifest: Mapping[str, Any]) -> tuple[Resource, Object]:
        resource = self._resources.need(kind)
        return resource, {"apiVersion": resource.api_version, "kind": resource.kind, **manifest}

    def patch(
        self,
        kind: Kind,
        name: str,
        namespace: str | None,
        change: Mapping[str, Any],
        *,
        version: str,
        manager: str,
        dry_run: bool = False,
    ) -> Object:
        """A JSON merge patch of an object at exactly that resourceVersion. Raises Conflict where it moved, NotFound."""
        resource = self._resources.need(kind)
        body = {**change, "metadata": {**(change.get("metadata") or {}), "resourceVersion": version}}
        query = [("fieldManager", manager), *_query(dryRun="All" if dry_run else "")]
        path, asked = resource.path(namespace, name), Asked("patch", resource, namespace, name)
        try:
            return parsed(self._sender.send("PATCH", path, asked, query=query, body=body, form=_MERGE, is_safe=True))
        except Repeated as repeated:
            # The first try broke off after it had reached the API; if it was carried out, this is our own change.
            now = self.get(kind, name, namespace)
            if repeated.status == CONFLICT and holds(now, change):
                return now
            raise repeated.error from None

    def delete(
        self, kind: Kind, name: str, namespace: str | None = None, *, uid: str, version: str | None = None
    ) -> None:
        """Delete that very object in the background; gone already is fine. Raises Conflict where it is another now."""
        resource = self._resources.need(kind)
        conditions = {"uid": uid, **({"resourceVersion": version} if version else {})}
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": conditions}
        body["propagationPolicy"] = "Background"
        asked = Asked("delete", resource, namespace, name)
        try:
            self._sender.send("DELETE", resource.path(namespace, name), asked, body=body, is_safe=True)
        except NotFound:
            return
        except Repeated as repeated:
            if repeated.status != MISSING:
                raise repeated.error from None


def holds(found: Any, wanted: Any) -> bool:
    """Whether an object already is what a merge patch would make of it."""
    if not isinstance(wanted, Mapping):
        return bool(found == wanted)
    there = found if isinstance(found, Mapping) else {}
    return all(key not in there if value is None else holds(there.get(key), value) for key, value in wanted.items())


def _query(**given: str) -> Query:
    return [(key, value) for key, value in given.items() if value]
