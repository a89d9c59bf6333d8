"""Releases of RHDH's chart that Argo CD installs: Applications and ApplicationSets. Changes nothing."""

from collections.abc import Iterator

from installer.instance.chart import (
    TEMPLATE,
    Dependency,
    Release,
    Values,
    empty_values,
    gather,
    inline_values,
    is_chart,
    items,
    repository_dependency,
    repository_files,
    untemplated,
)
from installer.instance.gitops import application_sources, application_specs
from installer.instance.instance import Document
from installer.instance.objects import Objects
from installer.instance.view import View
from installer.model.dataclass import dataclass
from installer.model.errors import InstallerError


def find_argocd(objects: Objects) -> Iterator[Release]:
    """Every source of an Application that is RHDH's chart, or a chart in the directory that depends on it."""
    for document, metadata, spec in application_specs(objects):
        for source in application_sources(spec):
            dependency = repository_dependency(objects, source.scalar("path"))
            known = dependency is not None or is_chart(
                source.scalar("chart"), source.scalar("repoURL"), source.scalar("path")
            )
            try:
                found = _values(objects, source, dependency, known=known)
            except InstallerError:
                if known:
                    raise
                continue  # somebody else's application: what is wrong with it is not ours to say
            if known or found.values:
                yield _release(document, metadata, spec, found)


@dataclass(frozen=True)
class _Found:
    """A source and its values in the order of precedence; the files that are missing, and the paths of the others."""

    source: View
    dependency: Dependency | None
    values: tuple[Values, ...]
    missing: tuple[str, ...]
    used: frozenset[str]


def _values(objects: Objects, source: View, dependency: Dependency | None, *, known: bool) -> _Found:
    helm = source.get("helm")
    written = [one.scalar() for one in items(helm.get("valueFiles") if helm is not None else None)]
    files, missing = repository_files(objects, source.scalar("path"), written)
    inline = [inline_values(helm.get("values")), helm.get("valuesObject")] if helm is not None else []
    if helm is not None and helm.truth("ignoreMissingValueFiles"):
        missing = []
    values = gather([*files, *inline], strict=not known, dependency=dependency)
    return _Found(source, dependency, values, tuple(missing), frozenset(one.text.file.path for one in files))


def _release(document: Document, metadata: View, spec: View, found: _Found) -> Release:
    helm, own = found.source.get("helm"), metadata.scalar("name")
    name = own if own and not TEMPLATE.search(own) else document.ref.name if document.ref else ""
    release = (helm.scalar("releaseName") if helm is not None else "") or own or name
    below = (found.dependency.key,) if found.dependency is not None else ()
    return Release(
        name,
        untemplated(release),
        untemplated(spec.scalar("destination", "namespace")),
        "argocd",
        _version(found.source, found.dependency),
        found.source,
        found.values or empty_values(found.source, "helm", "valuesObject", *below),
        document,
        found.missing,
        found.used,
        _parameters(helm),
    )


def _version(source: View, dependency: Dependency | None) -> str:
    if dependency is not None:
        return dependency.version
    return source.scalar("targetRevision") if source.scalar("chart") else ""


def _parameters(helm: View | None) -> dict[str, str]:
    listed = items(helm.get("parameters")) if helm is not None else []
    return {one.scalar("name"): one.scalar("value") for one in listed}
