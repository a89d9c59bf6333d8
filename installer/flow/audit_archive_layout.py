"""What the paths of a must-gather and of `oc adm inspect` mean. Opens no file.

`oc adm inspect` (which RHDH's must-gather runs too) writes `namespaces/NAMESPACE/GROUP/RESOURCE.yaml`, a list, or
`…/RESOURCE/NAME.yaml`, and `cluster-scoped-resources/GROUP/RESOURCE…`; the core group is called `core`, and logs are
`namespaces/NAMESPACE/pods/POD/CONTAINER/CONTAINER/logs/current.log`:
https://github.com/openshift/oc/tree/main/pkg/cli/admin/inspect. What RHDH's own must-gather adds is in
https://github.com/redhat-developer/rhdh-must-gather/blob/main/docs/data-collected.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cache

from installer.audit import kinds
from installer.audit.kinds import Kind
from installer.flow.audit_kinds import plural
from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern

_NAMESPACED = late_pattern(r"(?:^|/)namespaces/([^/]+)/([^/]+)/([^/]+)")
_PODS = late_pattern(r"(?:^|/)namespaces/([^/]+)/pods(?:/|$)")
_GLOBAL = late_pattern(r"(?:^|/)cluster-scoped-resources/([^/]+)/([^/]+)")
_INSPECTED = late_pattern(r"(?:^|/)namespaces/([^/]+)/pods/([^/]+)/([^/]+)/(?:[^/]+/)?logs/(current|previous)\.log$")
_COLLECTED = late_pattern(r"(?:^|/)ns=([^/]+)/.*?pod=([^/]+)/container=([^/]+)/(current|previous)\.txt$")
_RELEASE = late_pattern(r"(?:^|/)helm/releases/ns=([^/]+)/([^/]+)/([^/]+)\.yaml$")
# What Helm says of a release beside its values: nobody's manifests.
_HELMS = frozenset({"manifest", "hooks", "all-values", "history"})
# Folders for which RHDH's must-gather asks in all namespaces.
_FOLDERS: Mapping[str, Kind] = {
    "operator/backstage-crs": kinds.BACKSTAGE,
    "orchestrator/sonataflow-platforms": kinds.PLATFORM,
    "orchestrator/sonataflow-workflows": kinds.WORKFLOW,
}
LogKey = tuple[str, str, str]


@dataclass
class Layout:
    """Which file is what.

    manifests    the paths of texts that may hold objects, or values
    places       the kinds that have a folder or a list of their own, with the namespaces of those
    everywhere   the kinds that were asked for in all namespaces
    logs         paths by namespace, pod and container
    rendered     paths of manifests that Helm rendered, by namespace and name of the release
    """

    manifests: list[str] = field(default_factory=list)
    places: dict[Kind, set[str]] = field(default_factory=dict)
    everywhere: set[Kind] = field(default_factory=set)
    logs: dict[LogKey, str] = field(default_factory=dict)
    rendered: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def kinds(self) -> frozenset[Kind]:
        """Those that were read, also where there is no object of them."""
        return frozenset((*self.places, *self.everywhere))

    @property
    def is_gathered(self) -> bool:
        """Whether a tool wrote it, namespace by namespace; manifests that somebody put together are not."""
        return bool(self.places or self.everywhere)


def layout_of(files: Mapping[str, bytes], folders: Iterable[str]) -> Layout:
    found = Layout()
    for path in (*sorted(files), *sorted(folders)):
        _place(found, path)
    for path in sorted(files):
        _file(found, path, is_empty=not files[path])
    return found


def release_at(path: str) -> tuple[str, str] | None:
    """Namespace and name of the Helm release that a file of a must-gather is about."""
    known = _RELEASE.search(path)
    return (known[1], known[2]) if known else None


def _place(found: Layout, path: str) -> None:
    if pods := _PODS.search(path):
        found.places.setdefault(kinds.POD, set()).add(pods[1])
    elif inside := _NAMESPACED.search(path):
        kind = _kind(inside[2], inside[3])
        if kind is not None:
            found.places.setdefault(kind, set()).add(inside[1])
    elif outside := _GLOBAL.search(path):
        kind = _kind(outside[1], outside[2])
        if kind is not None:
            found.everywhere.add(kind)
    for folder, kind in _FOLDERS.items():
        if f"/{path}/".find(f"/{folder}/") >= 0:
            found.everywhere.add(kind)


def _file(found: Layout, path: str, *, is_empty: bool) -> None:
    log = _INSPECTED.search(path) or _COLLECTED.search(path)
    release = _RELEASE.search(path)
    if log:
        key = (log[1], log[2], log[3])
        if not is_empty and (log[4] == "current" or key not in found.logs):
            found.logs[key] = path
    elif release and release[3] in _HELMS:
        if release[3] == "manifest":
            found.rendered[release[1], release[2]] = path
    elif not path.endswith((".log", ".txt")):
        found.manifests.append(path)


def _kind(group: str, resource: str) -> Kind | None:
    return _spelled().get(("" if group == "core" else group, resource.removesuffix(".yaml").removesuffix(".json")))


@cache
def _spelled() -> Mapping[tuple[str, str], Kind]:
    known = [one for one in vars(kinds).values() if isinstance(one, Kind)]
    return {(one.group, plural(one)): one for one in known}
