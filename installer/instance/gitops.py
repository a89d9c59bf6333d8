"""Which GitOps controller applies a manifest. Does not read what it applies."""

import posixpath
from collections.abc import Iterator

from installer.instance.instance import Document, ManagedBy
from installer.instance.objects import Objects
from installer.instance.view import View, view
from installer.model.change import Owner

ARGO_GROUP = "argoproj.io"
FLUX_KUSTOMIZE_GROUP = "kustomize.toolkit.fluxcd.io"


def application_specs(objects: Objects) -> Iterator[tuple[Document, View, View]]:
    """Argo CD Applications and the templates of ApplicationSets: document, metadata and spec of the application."""
    for document in objects.of_kind("Application", ARGO_GROUP):
        metadata, spec = view(document).get("metadata"), view(document).get("spec")
        if metadata is not None and spec is not None:
            yield document, metadata, spec
    for document in objects.of_kind("ApplicationSet", ARGO_GROUP):
        template = view(document).get("spec", "template")
        if template is None:
            continue
        metadata, spec = template.get("metadata"), template.get("spec")
        if spec is not None:
            yield document, metadata if metadata is not None else template, spec


def application_sources(spec: View) -> list[View]:
    """The element under `source`, or those under `sources`."""
    single, several = spec.get("source"), spec.get("sources")
    return several.items() if several is not None and several.items() else [single] if single is not None else []


def manager(objects: Objects, document: Document) -> ManagedBy | None:
    """Who applies a document: Argo CD and Flux by their marks on it or by the path they watch, else kustomize."""
    match objects.owner(document)[0]:
        case "argocd":
            return "argocd"
        case "flux":
            return "flux"
        case _:
            pass
    folders = _folders(objects, document)
    if any(_covers(path, folders) for path in _argo_paths(objects)):
        return "argocd"
    if any(_covers(path, folders) for path in _flux_paths(objects)):
        return "flux"
    return "kustomize" if objects.kustomizations.listing(document.text.file.path) else None


def owner_of(managed: ManagedBy | None) -> Owner:
    return managed or "person"


def _folders(objects: Objects, document: Document) -> set[str]:
    """The folder of a document and those of the kustomizations that lead to it."""
    folders = {posixpath.dirname(document.text.file.path)}
    seen, paths = set(), [document.text.file.path]
    while paths:
        path = paths.pop()
        if path not in seen:
            seen.add(path)
            above = [one.folder for one in objects.kustomizations.listing(path)]
            folders.update(above)
            paths.extend(above)
    return folders


def _argo_paths(objects: Objects) -> list[str]:
    return [
        source.scalar("path")
        for _, _, spec in application_specs(objects)
        for source in application_sources(spec)
        if source.get("path") is not None and not source.scalar("chart")
    ]


def _flux_paths(objects: Objects) -> list[str]:
    found = objects.of_kind("Kustomization", FLUX_KUSTOMIZE_GROUP)
    return [view(one).scalar("spec", "path") for one in found if view(one).get("spec", "path") is not None]


def _covers(path: str, folders: set[str]) -> bool:
    """Whether a path of a repository is one of the folders; the directory may be a part of the repository."""
    path = posixpath.normpath(path.strip("/") or ".")
    return any(
        folder == path or path.endswith(f"/{folder}") or folder.startswith(f"{path}/") or (path == "." and not folder)
        for folder in folders
        if folder or path == "."
    )
