"""Reads what an audit judges from an archive: a must-gather, what `oc adm inspect` wrote, or plain manifests.

Judges nothing. What the paths of a must-gather mean is in `audit_archive_layout`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from installer.audit.kinds import Kind
from installer.audit.object import Object
from installer.audit.source import Source
from installer.directory.archive import gather
from installer.directory.read import parse
from installer.flow.audit_archive_layout import Layout, layout_of, release_at
from installer.flow.audit_kinds import GLOBAL
from installer.flow.audit_rendered import rendered_of
from installer.flow.audit_source import kinds_of, now_of, objects_of, world_of
from installer.flow.observing import read_text
from installer.instance.instance import Document, HelmHome
from installer.instance.manifests import Manifests
from installer.instance.view import view
from installer.knowledge.releases import release
from installer.model.change import Ref
from installer.model.errors import Problem
from installer.plan.prediction import World

Sought = tuple[World | None, Problem | None]


def of_archive(path: str, selection: str | None, rhdh_version: str | None, defaults: str | None) -> Source:
    """Raises InstallerError: TARGET (none, empty, no such RHDH or release), DENIED, INVALID (broken, too large)."""
    if rhdh_version:
        release(rhdh_version)
    found = gather(path)
    layout = layout_of(found.files, found.folders)
    manifests = _each_once(parse({name: found.files[name] for name in layout.manifests}, found.warnings))
    objects = objects_of(manifests)
    sought = _sought(manifests, selection, rhdh_version, read_text(defaults) if defaults else None)
    return Source(
        "archive",
        now_of(manifests),
        objects,
        kinds_of(manifests, objects) | layout.kinds,
        manifests,
        within=_within(layout, objects) if layout.is_gathered else {},
        seek=partial(_told, sought),
        logs={key: _text(found.files[name]) for key, name in layout.logs.items()} or None,
        rendered=_rendered(layout, found.files, sought[0]),
    )


def _told(sought: Sought) -> Sought:
    return sought


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _each_once(manifests: Manifests) -> Manifests:
    """A must-gather holds an object in several places: its newest state counts. Manifests in Git have no uid."""
    newest: dict[str, tuple[int, int]] = {}
    identities = [_identity(one) for one in manifests.documents]
    for index, (uid, version) in enumerate(identities):
        if uid and version > newest.get(uid, (-1, 0))[0]:
            newest[uid] = version, index
    kept = {index for _, index in newest.values()}
    documents = enumerate(manifests.documents)
    return replace(
        manifests, documents=tuple(one for index, one in documents if not identities[index][0] or index in kept)
    )


def _identity(document: Document) -> tuple[str, int]:
    """The uid of an object, empty where it has none, and how new its state is."""
    metadata = view(document).get("metadata") if document.ref is not None else None
    if metadata is None or not metadata.is_mapping:
        return "", 0
    version = metadata.scalar("resourceVersion")
    return metadata.scalar("uid"), int(version) if version.isascii() and version.isdigit() else 0


def _within(layout: Layout, objects: Iterable[Object]) -> Mapping[Kind, frozenset[str]]:
    """What is gathered is gathered namespace by namespace; where nobody looked, "not there" cannot be said."""
    found: dict[Kind, set[str]] = {kind: set(namespaces) for kind, namespaces in layout.places.items()}
    for one in objects:
        kind = Kind(one.ref.api_version.rpartition("/")[0], one.ref.kind)
        found.setdefault(kind, set()).add(one.namespace)
    everywhere = GLOBAL | layout.everywhere
    return {kind: frozenset(namespaces) for kind, namespaces in found.items() if kind not in everywhere}


def _sought(manifests: Manifests, selection: str | None, rhdh_version: str | None, defaults: str | None) -> Sought:
    """RHDH. Of values that Helm gave, the path tells the namespace."""
    world, problem = world_of(manifests, selection, rhdh_version, defaults)
    if world is None or not isinstance(world.instance.home, HelmHome) or world.instance.namespace:
        return world, problem
    known = release_at(world.instance.home.values.text.file.path)
    if known is None:
        return world, problem
    return replace(world, instance=replace(world.instance, namespace=known[0])), problem


def _rendered(
    layout: Layout, files: Mapping[str, bytes], world: World | None
) -> Mapping[Ref, Mapping[str, object]] | None:
    """The manifest of RHDH's own release; None where it is not in the archive."""
    if world is None or not isinstance(world.instance.home, HelmHome):
        return None
    known = release_at(world.instance.home.values.text.file.path)
    path = layout.rendered.get(known) if known is not None else None
    return rendered_of(_text(files[path])) if path is not None else None
