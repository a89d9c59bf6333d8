"""Releases of RHDH's chart that Argo CD installs: Applications and ApplicationSets. Changes nothing."""

import posixpath
import re
from collections.abc import Iterator

from installer.instance.chart import (
    TEMPLATE,
    Dependency,
    Release,
    dependency_of,
    empty_values,
    file_root,
    gather,
    inline_values,
    is_chart,
    items,
    untemplated,
)
from installer.instance.gitops import application_sources, application_specs
from installer.instance.instance import Document
from installer.instance.objects import Objects
from installer.instance.view import View


def find_argocd(objects: Objects) -> Iterator[Release]:
    for document, metadata, spec in application_specs(objects):
        sources = application_sources(spec)
        for source in sources:
            release = _argo_release(objects, document, metadata, spec, source)
            if release is not None:
                yield release


def _argo_release(objects: Objects, document: Document, metadata: View, spec: View, source: View) -> Release | None:
    helm = source.get("helm")
    written = [one.scalar() for one in items(helm.get("valueFiles") if helm is not None else None)]
    files, missing = _argo_files(objects, source.scalar("path"), written)
    inline = [inline_values(helm.get("values")), helm.get("valuesObject")] if helm is not None else []
    charts = _matching(objects, posixpath.join(source.scalar("path"), "Chart.yaml")) if source.scalar("path") else []
    dependency = dependency_of(objects, posixpath.dirname(charts[0])) if len(charts) == 1 else None
    chart = is_chart(source.scalar("chart"), source.scalar("repoURL"), source.scalar("path"))
    values = gather([*files, *inline], strict=not chart, dependency=dependency)
    if not chart and not values:
        return None
    own = metadata.scalar("name")
    name = own if own and not TEMPLATE.search(own) else document.ref.name if document.ref else ""
    release = (helm.scalar("releaseName") if helm is not None else "") or name
    if helm is not None and helm.truth("ignoreMissingValueFiles"):
        missing = []
    return Release(
        name,
        "" if TEMPLATE.search(release) else release,
        untemplated(spec.scalar("destination", "namespace")),
        "argocd",
        _version(source, dependency),
        source,
        values or empty_values(source, "helm", "valuesObject"),
        document,
        tuple(missing),
        frozenset(one.text.file.path for one in files),
        _parameters(helm),
    )


def _argo_files(objects: Objects, folder: str, written: list[str]) -> tuple[list[View], list[str]]:
    """The value files that are at hand, and those that are not. `$ref/path` counts from the root of a repository,
    others from the folder of the chart; the directory may be a part of that repository.
    """
    found, missing = [], []
    for path in written or (["values.yaml"] if folder else []):
        if "://" in path:
            continue
        whole = path.partition("/")[2] if path.startswith("$") else posixpath.normpath(posixpath.join(folder, path))
        matching = _matching(objects, whole)
        if len(matching) == 1:
            found.append(file_root(objects, matching[0], f"Argo CD reads {path}"))
        elif written:
            missing.append(path)
    return [one for one in found if one is not None], missing


def _matching(objects: Objects, wanted: str) -> list[str]:
    """The files that a path of a repository may mean: the longest common end wins; templates match one name."""
    pattern = "[^/]+".join(re.escape(part) for part in TEMPLATE.split(wanted.lstrip("/")))
    files = [*objects.manifests.files, *(one.path for one in objects.manifests.unreadable)]
    exact = [path for path in files if re.fullmatch(pattern, path)]
    if exact:
        return exact
    return [
        path
        for path in files
        if re.fullmatch(f"(?:.*/)?{pattern}", path)
        or (not TEMPLATE.search(wanted) and f"/{wanted}".endswith(f"/{path}"))
    ]


def _version(source: View, dependency: Dependency | None) -> str:
    if dependency is not None:
        return dependency.version
    return source.scalar("targetRevision") if source.scalar("chart") else ""


def _parameters(helm: View | None) -> dict[str, str]:
    listed = items(helm.get("parameters")) if helm is not None else []
    return {one.scalar("name"): one.scalar("value") for one in listed}
