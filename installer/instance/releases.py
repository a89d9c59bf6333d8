"""Every Helm release of RHDH's chart in a directory, whoever installs it. Does not read what its values say."""

import posixpath
from collections.abc import Iterator

from installer.instance.argocd import find_argocd
from installer.instance.chart import (
    CHARTS,
    Release,
    Values,
    dependency_of,
    empty_values,
    file_root,
    gather,
    is_chart,
    items,
    recognise,
)
from installer.instance.flux import find_flux
from installer.instance.gitops import manager
from installer.instance.instance import Document
from installer.instance.objects import Objects
from installer.instance.view import View, view


def releases(objects: Objects) -> list[Release]:
    """Every release, those of a controller first; a values file that one of them uses is no release of its own."""
    managed = [*find_argocd(objects), *find_flux(objects), *_kustomize(objects)]
    used = frozenset(path for one in managed for path in one.used)
    return [*managed, *_bare(objects, used)]


def _kustomize(objects: Objects) -> Iterator[Release]:
    """The `helmCharts` of kustomizations."""
    for one in objects.kustomizations.all:
        for chart in items(view(one.document).get("helmCharts")):
            if not is_chart(chart.scalar("name"), chart.scalar("repo"), ""):
                continue
            written = [
                chart.scalar("valuesFile"),
                *(path.scalar() for path in items(chart.get("additionalValuesFiles"))),
            ]
            paths = [objects.manifests.resolve(one.folder, path) for path in written if path]
            files = [file_root(objects, path, f"{chart.place} names it") for path in paths]
            missing = tuple(path for path, found in zip(paths, files, strict=True) if found is None)
            name = chart.scalar("releaseName") or chart.scalar("name")
            namespace = chart.scalar("namespace") or one.namespace
            yield Release(
                name,
                chart.scalar("releaseName"),
                namespace,
                manager(objects, one.document) or "kustomize",
                chart.scalar("version"),
                chart,
                gather([*files, chart.get("valuesInline")], strict=False) or empty_values(chart, "valuesInline"),
                one.document,
                missing,
                frozenset(paths),
            )


def _bare(objects: Objects, used: frozenset[str]) -> list[Release]:
    """Values files that no controller names; beside a `values.yaml`, files that hold neither plugins nor app-config
    are parts of it.
    """
    found = [
        (document, values)
        for document in objects.manifests.kinds.get("", ())
        if document.text.file.path not in used and (values := _recognise(objects, document)) is not None
    ]
    releases = []
    for document, values in found:
        beside = [one for one, _ in found if _folder(one) == _folder(document)]
        if len(beside) > 1 and not _is_main(document) and not _holds_configuration(values):
            continue
        releases.append(_bare_release(objects, document, values, alone=len(beside) == 1))
    return releases


def _recognise(objects: Objects, document: Document) -> Values | None:
    return recognise(view(document), dependency_of(objects, _folder(document)))


def _folder(document: Document) -> str:
    return posixpath.dirname(document.text.file.path)


def _bare_release(objects: Objects, document: Document, values: Values, *, alone: bool) -> Release:
    folder, file = posixpath.split(document.text.file.path)
    stem = file.rpartition(".")[0]
    charts = objects.manifests.by_path.get(posixpath.join(folder, "Chart.yaml"), ())
    known = view(charts[0]).scalar("name") if charts else ""
    title = known if known and alone else stem if stem != "values" else posixpath.basename(folder)
    return Release(
        title or "redhat-developer-hub",
        "",
        "",
        None,
        _chart_version(objects, folder, view(charts[0]) if charts else None),
        values.here,
        (values,),
        document,
    )


def _chart_version(objects: Objects, folder: str, chart: View | None) -> str:
    """The version of RHDH's chart: of a dependency on it, or of the chart itself."""
    dependency = dependency_of(objects, folder)
    if dependency is not None:
        return dependency.version
    return chart.scalar("version") if chart is not None and chart.scalar("name") in CHARTS else ""


def _is_main(document: Document) -> bool:
    return posixpath.basename(document.text.file.path).rpartition(".")[0] == "values"


def _holds_configuration(values: Values) -> bool:
    ways = [("global", "dynamic"), ("upstream", "backstage", "appConfig"), ("dynamicPlugins",), ("appConfig",)]
    return any(values.here.get(*way) is not None for way in ways)
